"""TeX documents: numbers, captions and parts, inputs, what is skipped, and hostile sources."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from r2p_tui.domain.tables import Table
from r2p_tui.pdf.tex.tables import TexResult, read_tex

GRID = "\\begin{tabular}{lc}\\hline Name & Score \\\\ \\hline %s & 1.5 \\\\ \\hline\\end{tabular}"


def grid(name: str = "a") -> str:
    return GRID % name


def read(body: str, preamble: str = "", document_class: str = "article", **files: str) -> TexResult:
    text = (
        f"\\documentclass{{{document_class}}}\n{preamble}\n\\begin{{document}}\n{body}\n\\end{{document}}\n"
    )
    others = {name.replace("__", "/").replace("_", "."): content.encode() for name, content in files.items()}
    return read_tex({"main.tex": text.encode(), **others})


def names(result: TexResult) -> list[str]:
    return [table.number + table.part for table in result.tables]


def one(result: TexResult) -> Table:
    (table,) = result.tables
    return table


# --- numbers, captions, parts -----------------------------------------------------------------------------


def test_captions_are_counted_and_starred_ones_are_not() -> None:
    found = read(
        rf"\begin{{table}}\caption{{First \textbf{{table}}.}}{grid()}\end{{table}}"
        rf"\begin{{table}}\caption*{{Between.}}{grid()}\end{{table}}"
        rf"\begin{{table*}}{grid()}\caption[short]{{Second.}}\end{{table*}}"
    )
    assert [(table.number, table.caption) for table in found.tables] == [
        ("1", "First table."), ("", "Between."), ("2", "Second."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("document_class", "preamble", "body", "numbers"),
    [
        ("IEEEtran", "", "T T T T", ["I", "II", "III", "IV"]),
        ("article", r"\renewcommand{\thetable}{\Roman{table}}", "T T", ["I", "II"]),
        (
            "article",
            r"\numberwithin{table}{section}",
            r"\section{a} T T \section{b} T",
            ["1.1", "1.2", "2.1"],
        ),
        ("elsarticle", "", r"T \appendix \section{x} T", ["1", "A.1"]),
        (
            "article",
            "",
            r"T \appendix\section{x}\renewcommand{\thetable}{\thesection\arabic{table}} T",
            ["1", "A2"],
        ),
        ("article", "", r"T \setcounter{table}{0}\renewcommand\thetable{S\arabic{table}} T", ["1", "S1"]),
        ("article", r"\makeatletter\renewcommand{\thetable}{S\@arabic\c@table}\makeatother", "T", ["S1"]),
        ("book", "", r"\chapter{a} T \chapter{b} T", ["1.1", "2.1"]),
        ("article", "", r"\addtocounter{table}{4} T", ["5"]),
    ],
)
def test_numbers_as_printed(document_class: str, preamble: str, body: str, numbers: list[str]) -> None:
    table = rf"\begin{{table}}\caption{{x}}{grid()}\end{{table}}"
    assert (
        names(
            read(
                body.replace("T", table, 9) if body[0] == "T" else body.replace(" T", table),
                preamble,
                document_class,
            )
        )
        == numbers
    )


def test_parts_of_one_float() -> None:
    found = read(
        rf"""\begin{{table}}
        \begin{{subtable}}{{.5\linewidth}}{grid("a")}\caption{{Left.}}\label{{t:a}}\end{{subtable}}
        \begin{{subtable}}[b]{{.5\linewidth}}\caption{{}}{grid("b")}\end{{subtable}}
        \subfloat[Third.]{{{grid("c")}}} \subcaptionbox{{Fourth.\label{{t:d}}}}{{{grid("d")}}}
        \caption{{All.}}\label{{t}}\end{{table}}
        See \ref{{t:a}}. Then Table~\ref{{t:d}} follows."""
    )
    assert names(found) == ["1a", "1b", "1c", "1d"]
    assert found.tables[0].caption == "All. (a) Left."
    assert found.tables[1].caption == "All."
    assert found.tables[0].mentions[0] == "See 1a."


def test_side_by_side_each_has_its_own_caption() -> None:
    found = read(
        rf"""\begin{{table}}
        \begin{{minipage}}{{.5\linewidth}}\caption{{Left.}}{grid("a")}\end{{minipage}}
        \begin{{minipage}}{{.5\linewidth}}{grid("b")}\captionof{{table}}{{Right.}}\end{{minipage}}
        \end{{table}}
        \begin{{table}}\caption{{Up.}}{grid("c")}\caption{{Down.}}{grid("d")}\end{{table}}
        \begin{{center}}{grid("e")}\captionof{{table}}{{Outside.}}\end{{center}}"""
    )
    assert [(table.number, table.caption) for table in found.tables] == [
        ("1", "Left."), ("2", "Right."), ("3", "Up."), ("4", "Down."), ("5", "Outside."),
    ]  # fmt: skip


def test_a_table_in_a_figure_and_one_without_a_float() -> None:
    found = read(
        rf"\begin{{figure}}{grid()}\caption{{Half a figure.}}\end{{figure}}\section{{Data}} {grid()}"
    )
    assert [(table.number, table.caption) for table in found.tables] == [
        ("", "Figure 1: Half a figure."),
        ("", ""),
    ]
    assert found.tables[1].section == "Data"


def test_section_and_mentions() -> None:
    table = one(
        read(
            rf"""\section{{Results}}\label{{s}} Fig. 1 is no table.
            We win, cf.\ Tab.~\ref{{t:x}} and Sec.~\ref{{s}}. More.
            \begin{{table}}\caption{{x \cite{{k}}}}\label{{t:x}}{grid()}\end{{table}}

            As \cref{{t:x}} shows, it {{\em works}}."""
        )
    )
    assert table.section == "Results"
    assert table.mentions == ("We win, cf. Tab. 1 and Sec. 1.", "As Table 1 shows, it works.")
    assert table.caption == "x"


def test_bold_and_underlined_cells() -> None:
    table = one(
        read(r"""\begin{tabular}{l>{\bfseries}cc}\hline & A & B \\ \hline x & 1.0 & \underline{2.0} \\
        y & \textbf{3.0} {\tiny $\pm$ 1} & $\mathbf{4.0}$ \\ \hline\end{tabular}""")
    )
    marked = {cell.text: (cell.bold, cell.underline) for cell in table.cells}
    assert marked["1.0"] == (True, False)
    assert marked["2.0"] == (False, True)
    assert marked["4.0"] == (True, False)
    assert marked["x"] == (False, False)


def test_lines_are_the_rows_below_them() -> None:
    body = r"""\begin{tabular}{lc}\toprule A & B \\ \midrule a & 1 \\ b & 2 \\
    \midrule c & 3 \\ \bottomrule\end{tabular}"""
    assert one(read(body)).rules == (1, 3)


# --- citations --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bibliography", "preamble", "text"),
    [
        (r"\bibitem{z}Z. \bibitem{k}K.", "", "x [2]"),
        (r"\bibitem[Kim et~al.(2019)Kim, Lee, and Wu]{k}", "", "x Kim et al. (2019)"),
        (r"\bibitem[Kim et~al.(2019)Kim]{k}", r"\usepackage[numbers]{natbib}", "x [1]"),
        ("", "", "x"),
    ],
)
def test_citations(bibliography: str, preamble: str, text: str) -> None:
    body = grid(r"x \cite{k}")
    found = read(
        body, preamble, main_bbl=rf"\begin{{thebibliography}}{{9}}{bibliography}\end{{thebibliography}}"
    )
    assert one(found).rows[1][0] == text


def test_citing_commands_of_natbib_and_an_aux_file() -> None:
    bibliography = r"\bibitem[Kim(2019)]{k}\bibitem[Lee(2020)]{l}"
    found = read(grid(r"\citep{k,l} \citet*{k} \citealp[see][]{l} \citeyear{k}"), main_bbl=bibliography)
    assert one(found).rows[1][0] == "(Kim, 2019; Lee, 2020) Kim (2019) Lee, 2020 2019"
    numbered = read(grid(r"\cite{k} \ref{sec:z}"), main_aux=r"\bibcite{k}{7}\newlabel{sec:z}{{4.2}{3}{}{}{}}")
    assert one(numbered).rows[1][0] == "[7] 4.2"


# --- files ------------------------------------------------------------------------------------------------


def test_inputs_of_every_kind() -> None:
    found = read(
        r"\input{one} \include{sec/two.tex} \subfile{sub} \import{deep/}{three} \input four",
        one_tex=grid("one"), sec__two_tex=grid("two"), four_tex=grid("four"),
        sub_tex=rf"\documentclass[main.tex]{{subfiles}}\begin{{document}}{grid('sub')}\end{{document}}",
        deep__three_tex=r"\input{inner}", deep__inner_tex=grid("three"),
    )  # fmt: skip
    assert [table.rows[1][0] for table in found.tables] == ["one", "two", "sub", "three", "four"]
    assert found.skipped == ()


def test_cycles_and_missing_files() -> None:
    found = read(r"\input{a}\input{tables/gone}", a_tex=r"\input{b}" + grid(), b_tex=r"\input{a}")
    assert len(found.tables) == 1
    assert [(entry.name, entry.reason) for entry in found.skipped] == [
        ("tables/gone", "the archive does not hold this file")
    ]


def test_a_file_that_nobody_includes_is_named() -> None:
    found = read(grid(), old_tex=grid("old"))
    assert [entry.name for entry in found.skipped] == ["old.tex"]


def test_the_main_file_among_several() -> None:
    main, supplement = (
        r"\documentclass{article}\begin{document}%s\end{document}",
        r"\documentclass{standalone}%s",
    )
    files = {
        "a_figure.tex": supplement % grid("no"),
        "paper.tex": main % grid("yes"),
        "rebuttal.tex": main % ("x" * 900),
        "paper.bbl": "",
    }
    found = read_tex({name: text.encode() for name, text in files.items()})
    assert found.tables[0].rows[1][0] == "yes"


def test_macros_of_a_style_file() -> None:
    found = read(
        grid(r"\ours{} \mycmd{x}"), r"\usepackage{my}", my_sty=r"\def\ours{Net}\newcommand\mycmd[1]{<#1>}"
    )
    assert one(found).rows[1][0] == "Net <x>"


# --- skipped ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (r"{cc}\includegraphics[width=1cm]{a} & \includegraphics{b} \\ (a) & (b)", "it arranges pictures"),
        (r"{cc}\includegraphics{a} & \includegraphics{b}", "it only arranges pictures"),
        (r"{cc} & \\ ", "it has no text"),
        (r"{c}one \\ two", "it has one column"),
    ],
)
def test_what_is_no_table_has_its_reason(body: str, reason: str) -> None:
    found = read(rf"\section{{Here}}\begin{{tabular}}{body}\end{{tabular}}")
    assert found.tables == ()
    assert [(entry.name, entry.reason) for entry in found.skipped] == [("tabular in “Here”", reason)]


def test_tables_side_by_side_in_a_tabular() -> None:
    inner = r"""\begin{tabular}{lcc}\hline & A & B \\ \hline %s & 1 & 2 \\ y & 3 & 4 \\ z & 5 & 6 \\
    \hline\end{tabular}"""
    found = read(
        rf"""\begin{{table}}\caption{{x}}
        \begin{{tabular}}{{cc}}{inner % "l"} & {inner % "r"}\end{{tabular}}\end{{table}}"""
    )
    assert [table.rows[1][0] for table in found.tables] == ["l", "r"]
    assert [entry.reason for entry in found.skipped] == ["it only places other tables side by side"]


def test_authors_and_formulas_are_no_tables() -> None:
    found = read(
        rf"""\author{{{grid()}}}\title{{{grid()}}}
        \[\begin{{array}}{{cc}}1 & 2 \\ 3 & 4\end{{array}}\]\newcommand{{\later}}{{{grid()}}}"""
    )
    assert found == TexResult((), ())


def test_an_undefined_command_is_a_doubt() -> None:
    table = one(read(grid(r"\mystery{} x")))
    assert table.doubts == (r"The source does not define \mystery, so text may be missing.",)
    assert table.confidence < 1


def test_two_arguments_of_an_undefined_command_do_not_become_one_number() -> None:
    assert one(read(grid(r"\mystery{79.8}{0.3}"))).rows[1][0] == "79.8 0.3"


def test_an_unknown_condition_is_a_doubt() -> None:
    table = one(
        read(grid(r"\pick"), r"\newcommand{\pick}{\ifx\a\b one\else two\fi\ifnum\value{page}>1 x\else y\fi}")
    )
    assert table.rows[1][0] == "twoy"
    assert table.doubts


# --- hostile sources --------------------------------------------------------------------------------------


def bomb() -> str:
    r"""Six commands, each of which stands for ten of the next; `\a` is the first."""
    steps = [
        rf"\newcommand{{\{one}}}{{{(chr(92) + other) * 10}}}"
        for one, other in zip("abcde", "bcdef", strict=True)
    ]
    return "".join(steps) + r"\newcommand{\f}{x{}y}"


ENDLESS = {
    "bomb": (grid(r"\a\a"), bomb()),
    "macro of itself": (grid(r"\a"), r"\newcommand{\a}{x\a}"),
    "macros of each other": (grid(r"\a"), r"\def\a{\b}\def\b{\a}"),
    "deep groups": (grid("{" * 5000 + "x" + "}" * 5000), ""),
    "scripts of scripts": (grid("x" * 300 + "$^" * 5000), ""),
    "tabulars without an end": (r"\begin{tabular}{ll}" + r"\begin{tabular}{l}" * 3000, ""),
    "many columns": (r"\begin{tabular}{*{99999}{*{99999}{c}}}a & b \\ c & d\end{tabular}", ""),
    "wide cells": (
        r"\begin{tabular}{l}\multicolumn{99999}{c}{x} & \multirow{99999}{*}{y} \\ a & b\end{tabular}",
        "",
    ),
    "tables without an end": (r"\begin{table}" * 3000, ""),
    "dead branches": (r"\iffalse" * 3000 + grid(), ""),
    "verbatim without an end": (r"\begin{verbatim}" * 3000 + grid(), ""),
    "authors": (r"\author{" * 3000, ""),
    "definitions": (r"\newcommand{\x}{" * 1000, ""),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_what_would_not_end_ends(name: str) -> None:
    found = read(*ENDLESS[name])
    assert all(table.row_count * table.column_count < 10_000_000 for table in found.tables)


def test_a_bomb_in_one_table_leaves_the_others() -> None:
    found = read(grid("one") + grid(r"\a\a") + grid("three"), bomb())
    assert [table.rows[1][0] for table in found.tables] == ["one", "three"]
    assert len(found.skipped) == 1


PIECES = [
    "\\begin{tabular}{lc}", "\\end{tabular}", "\\begin{table}", "\\end{table}", "\\caption{x}",
    "\\label{l}", "\\ref{l}", "&", "\\\\", "{", "}", "[", "]", "$", "^", "_", "~", "%", "\n", "\n\n", "#1",
    "\\multirow{2}{*}{x}", "\\multirow{-3}", "\\multicolumn{2}{c}{x}", "\\multicolumn", "\\hline",
    "\\cmidrule(lr){1-2}", "\\cline", "\\midrule", "1.5", "a b", "\\textbf{", "\\newcommand{\\x}[1]{#1#1}",
    "\\def\\y#1.{z}", "\\x", "\\y", "\\let\\x\\y", "\\ifx", "\\iffalse", "\\else", "\\fi", "\\newif\\ifq",
    "\\qtrue", "\\ifq", "\\verb|", "\\begin{verbatim}", "\\input{main}", "\\cite{k}", "\\frac12", "\\sqrt",
    "\\section{", "\\appendix", "\\begin{longtable}{l}", "\\endhead", "\\endfoot", "\\SetCell[r=2]{c}",
    "\\begin{tblr}", "\\begin{minipage}", "\\subfloat[", "\\renewcommand{\\thetable}{\\thetable}", "@{.}",
    "*{9}{c", "\\num{", "\\diagbox", "\\ding{51}", "\\char`", "é", "\\'", "\\begin{array}",
    "\\captionof{table}{y}", "\\setcounter{table}{9}",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=60), st.lists(st.sampled_from(PIECES), max_size=15))
@settings(max_examples=300)
def test_any_mixture_gives_a_result(body: list[str], preamble: list[str]) -> None:
    result = read("".join(body), "".join(preamble))
    for table in result.tables:
        assert len(table.rows) == table.row_count
        assert 0 <= table.header_rows <= table.row_count
        assert all(cell.text for cell in table.cells)


@given(
    st.dictionaries(
        st.sampled_from(["main.tex", "b.tex", "a.bbl", "a.aux", "s.sty", "c.cls"]), st.binary(max_size=400)
    )
)
def test_any_bytes_give_a_result(files: dict[str, bytes]) -> None:
    assert isinstance(read_tex(files), TexResult)
