"""The text of an element of a LaTeXML page as a reader sees it, with what of it is bold or underlined."""

from __future__ import annotations

from dataclasses import dataclass, field

from r2p_tui.pdf.html.tree import Node
from r2p_tui.pdf.tex.symbols import lowered, raised
from r2p_tui.pdf.tex.text import Setting, Text, plain_text
from r2p_tui.pdf.tex.tokens import Budget, TooMuchError, tokenize
from r2p_tui.text import clean_line

_STEPS_OF_A_FORMULA = 20_000
_HIDDEN = frozenset({
    "ltx_note_outer", "ltx_note", "ltx_phantom", "ltx_rule", "ltx_note_mark", "ltx_tag_note",
})  # fmt: skip
_BOLD = frozenset({"ltx_font_bold", "ltx_markedasbold"})
_UNDERLINED = frozenset({"ltx_framed_underline", "ltx_ulem_uline", "ltx_framed_bottom"})
_APART = frozenset({"br", "p", "div", "td", "th", "tr", "li", "table"})
_APART_CLASSES = frozenset(
    {"ltx_td", "ltx_th", "ltx_tr", "ltx_p", "ltx_break", "ltx_inline-block", "ltx_item"}
)


@dataclass(slots=True)
class _Line:
    parts: list[str] = field(default_factory=list)
    shown: int = 0
    bold: int = 0
    underlined: int = 0
    mark: Node | None = None
    mark_text: str = ""


def text_of(node: Node, mark: Node | None = None, mark_text: str = "") -> Text:
    """The text of an element in one line; `mark_text` is put in front of the element `mark`."""
    line = _Line(mark=mark, mark_text=mark_text)
    _write(node, line, bold=False, underline=False)
    half = line.shown / 2
    shown = line.shown > 0
    text = clean_line("".join(line.parts))
    return Text(text, shown and line.bold >= half, shown and line.underlined >= half)


def _write(node: Node, line: _Line, *, bold: bool, underline: bool) -> None:
    classes = frozenset(node.classes)
    if classes & _HIDDEN:
        return
    if node is line.mark:
        line.parts.append(line.mark_text)
    if node.tag == "math":
        _formula(node, line, bold=bold, underline=underline)
        return
    apart = node.tag in _APART or bool(classes & _APART_CLASSES)
    line.parts += [" "] if apart else []
    if node.tag in ("sup", "sub") and not any(child.tag in ("cite", "a") for child in node.elements()):
        _script(node, line, bold=bold, underline=underline)
        return
    bold = bold or bool(classes & _BOLD) or node.tag in ("b", "strong")
    underline = underline or bool(classes & _UNDERLINED) or node.tag == "u"
    for child in node.children:
        if isinstance(child, Node):
            _write(child, line, bold=bold, underline=underline)
        else:
            _add(child, line, bold=bold, underline=underline)
    line.parts += [" "] if apart else []


def _add(text: str, line: _Line, *, bold: bool, underline: bool) -> None:
    line.parts.append(text)
    shown = sum(not character.isspace() for character in text)
    line.shown += shown
    line.bold += shown * bold
    line.underlined += shown * underline


def _script(node: Node, line: _Line, *, bold: bool, underline: bool) -> None:
    inner = Node("span", {}, node.children)
    text = text_of(inner).text
    base = "".join(line.parts[-3:]).rstrip()
    _add(
        raised(text, base) if node.tag == "sup" else lowered(text, base), line, bold=bold, underline=underline
    )


def _formula(node: Node, line: _Line, *, bold: bool, underline: bool) -> None:
    """A formula from the TeX that LaTeXML keeps beside it; from its signs where there is none."""
    tex = node.attributes.get("alttext", "")
    text = Text("".join(_leaves(node)))
    if tex:
        budget = Budget(_STEPS_OF_A_FORMULA)
        try:
            # What stands in front decides whether a lone superscript must be kept apart from a number.
            before = line.parts[-1][-1:] if line.parts and tex.startswith(("^", "_", "{}^", "{}_")) else ""
            text = plain_text(["$", *tokenize(before + tex), "$"], Setting(budget))
            text = Text(text.text[len(before) :], text.bold, text.underline)
        except TooMuchError:
            text = Text("".join(_leaves(node)))
    _add(text.text, line, bold=bold or text.bold, underline=underline or text.underline)


def _leaves(node: Node) -> list[str]:
    inner = (child for child in node.walk() if child.tag in ("mi", "mn", "mo", "mtext"))
    return ["".join(piece for piece in leaf.children if isinstance(piece, str)) for leaf in inner]
