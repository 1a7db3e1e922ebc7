"""Author commands that open or close a float, written out, so that a walk through the text sees it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from r2p_tui.pdf.tex.macros import Macros, filled
from r2p_tui.pdf.tex.tokens import Budget, Reader, TooMuchError, tokenize, untokenize
from r2p_tui.pdf.tex.words import FLOATS, TABULARS

_REPLACEMENTS = 300
_LENGTHS = (400, 4_000, 60_000)
_STRUCTURE = frozenset({"\\begin", "\\end", "\\caption"})
_HOLDERS = FLOATS | frozenset(TABULARS)


def structure_written_out(body: str, macros: Macros, budget: Budget) -> str:
    r"""The body without shorthands such as `\btab` for the beginning of a table.

    It is left as it is where that takes too much.
    """
    known = macros.copy()
    try:
        with budget.part(budget.left // 4) as part:
            known.learn(body, part)
            pattern = _pattern(known)
            return _replaced(body, pattern, known, part) if pattern else body
    except TooMuchError:
        return body


def _pattern(macros: Macros) -> re.Pattern[str] | None:
    commands = {name for name, macro in macros.commands.items() if _is_structure(macro.body)}
    commands |= {name for name, macro in macros.commands.items() if not commands.isdisjoint(macro.body)}
    environments = [
        name for name, macro in macros.environments.items() if _is_structure((*macro.body, *macro.end))
    ]
    words = [re.escape(name) + r"(?![a-zA-Z@])" for name in sorted(commands)]
    words += [rf"\\(?:begin|end)\s*\{{{re.escape(name)}\}}" for name in sorted(environments)]
    # What is being defined, not used, stays.
    return (
        re.compile(r"(?<!command)(?<!command\*)(?<!\{)(?<!def)(?<!let)(?:" + "|".join(words) + ")")
        if words
        else None
    )


def _is_structure(body: Sequence[str]) -> bool:
    if _STRUCTURE.isdisjoint(body):
        return False
    return "\\caption" in body or any(
        "".join(body[place + 2 : place + 20]).partition("}")[0] in _HOLDERS
        for place, word in enumerate(body)
        if word in _STRUCTURE
    )


def _replaced(text: str, pattern: re.Pattern[str], macros: Macros, budget: Budget) -> str:
    position = 0
    for _ in range(_REPLACEMENTS):
        match = pattern.search(text, position)
        if match is None:
            break
        for length in _LENGTHS:
            part = text[match.start() : match.start() + length]
            reader = Reader(tokenize(part), budget)
            written = _written_out(reader, macros, budget)
            if reader or match.start() + length >= len(text):
                break
        text = text[: match.start()] + untokenize([*written, *reader.rest()]) + text[match.start() + length :]
        position = match.start()
    return text


def _written_out(reader: Reader, macros: Macros, budget: Budget) -> list[str]:
    word = reader.next()
    if word in ("\\begin", "\\end"):
        macro = macros.environments["".join(reader.argument())]
        return filled(macro, macro.body, reader, budget) if word == "\\begin" else list(macro.end)
    macro = macros.commands[word]
    return filled(macro, macro.body, reader, budget)
