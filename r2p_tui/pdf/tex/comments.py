"""TeX without what TeX does not print: comments, verbatim text and dead branches."""

from __future__ import annotations

import re

from r2p_tui.pdf.tex.words import CONDITIONS_WITH_BRACES, FLAGS

_VERBATIM = (
    "verbatim|Verbatim|BVerbatim|LVerbatim|lstlisting|minted|comment|filecontents|alltt|tcblisting|pyglist"
)
# Lines of comments that follow one another, and escaped signs, are each taken in one go: a source may hold
# millions of them.
_HIDDEN = re.compile(
    rf"\\begin\s*\{{\s*((?:{_VERBATIM})\*?)\s*\}}|\\(?:verb\*?|lstinline)(?=[^a-zA-Z\s{{])(.)|\\url\s*\{{"
    r"|(?:\\[\\%])++|%[^\n]*+(?:\n[ \t]*+%[^\n]*+)*+(?:\n[ \t]*+)?+"
)
_ADDRESS = re.compile(r"[^{}\n]{0,1000}\}")
_NAME = re.compile(r"[a-zA-Z@]+")
_LONGEST_NAME = 60
_SPECIAL = re.compile(r"([#$%&_{}])")
_CONDITION = re.compile(
    r"\\(newif\s*\\if[a-zA-Z@]+|let\s*\\if[a-zA-Z@]+\s*=?\s*\\if(?:true|false)"
    r"|if[a-zA-Z@]*|else|fi|[a-zA-Z@]+(?:true|false))(?![a-zA-Z@])"
)


def strip_comments(text: str) -> str:
    r"""The text without `%` comments and verbatim environments; `\%` and short `\verb` texts stay."""
    kept: list[str] = []
    endless: set[str] = set()
    position = 0
    while match := _HIDDEN.search(text, position):
        kept.append(text[position : match.start()])
        shown, position = _hidden(text, match, endless)
        kept.append(shown)
    kept.append(text[position:])
    return "".join(kept)


def _hidden(text: str, match: re.Match[str], endless: set[str]) -> tuple[str, int]:
    """What to put in the place of a match, and where to go on; `endless` are environments without an end."""
    found = match.group()
    if found[0] == "%":
        # A comment eats the end of its line and the indentation of the next one; an empty line stays one.
        # A command that ends at the comment must not run into the next word.
        empty = text.startswith("\n", match.end())
        return "\n" if empty else " " * _ends_in_command(text, match.start()), match.end()
    if match[1]:
        end = -1 if match[1] in endless else text.find(f"\\end{{{match[1]}}}", match.end())
        if end >= 0:
            return "", end + len(match[1]) + 6
        # It is left as it stands, so that a typing error does not swallow the paper.
        endless.add(match[1])
        return found, match.end()
    if match[2]:
        end = text.find(match[2], match.end(), match.end() + 400)
        shown = _SPECIAL.sub(r"\\\1", text[match.end() : end]).replace("--", "-{}-")
        return (shown, end + 1) if end >= 0 else (found, match.end())
    if found.startswith("\\url") and (address := _ADDRESS.match(text, match.end())):
        return found + address.group().replace("%", r"\%"), address.end()
    return found, match.end()


def _ends_in_command(text: str, end: int) -> bool:
    r"""Whether a command of letters ends at `end`; the `\\` that ends a row begins none."""
    if not text[end - 1 : end].isalpha():
        return False
    at = text.rfind("\\", max(end - _LONGEST_NAME, 0), end)
    if at < 0 or not _NAME.fullmatch(text, at + 1, end):
        return False
    first = at
    while first and text[first - 1] == "\\":
        first -= 1
    return (at - first) % 2 == 0


def drop_dead_branches(text: str) -> str:
    r"""The text without `\iffalse` parts and without the branch of a known flag that is not taken.

    Flags are those of `\newif` and of common formats; conditions that depend on more are left as they stand.
    """
    conditions = _Conditions()
    kept: list[str] = []
    position = 0
    for match in _CONDITION.finditer(text):
        if not conditions.dead:
            kept.append(text[position : match.start()])
        position = match.end()
        if conditions.step(match[1]) and not conditions.dead:
            kept.append(match.group())
    if conditions.dead:
        # A dead branch that never ends is a typing error or a trick; better too much than nothing.
        return text
    return "".join(kept) + text[position:]


class _Conditions:
    """The open conditions; each is live, dead, or unknown (None), where both branches are kept."""

    def __init__(self) -> None:
        self.dead = 0
        self._flags = dict(FLAGS)
        self._open: list[bool | None] = []

    def step(self, word: str) -> bool:
        """Pass one word, such as `else`; whether it stays in the text."""
        if word.startswith("newif"):
            self._flags.setdefault(word.partition("\\if")[2], False)
            return False
        if word.startswith("let"):
            flag, _, value = word.partition("\\if")[2].partition("\\if")
            self._flags[flag.rstrip(" =\t\n")] = value == "true"
            return False
        if word == "fi":
            return self._close()
        if word == "else":
            return self._turn()
        if word.startswith("if"):
            return self._enter(word)
        return self._set(word)

    def _enter(self, word: str) -> bool:
        if word in CONDITIONS_WITH_BRACES:
            return True
        live = self._flags.get(word[2:])
        self._open.append(live)
        self.dead += live is False
        return live is None

    def _turn(self) -> bool:
        if not self._open or self._open[-1] is None:
            return True
        live = self._open[-1] = not self._open[-1]
        self.dead += -1 if live else 1
        return False

    def _close(self) -> bool:
        live = self._open.pop() if self._open else None
        self.dead -= live is False
        return live is None

    def _set(self, word: str) -> bool:
        value = word.endswith("true")
        flag = word.removesuffix("true" if value else "false")
        if flag in self._flags and not self.dead:
            self._flags[flag] = value
        return flag not in self._flags
