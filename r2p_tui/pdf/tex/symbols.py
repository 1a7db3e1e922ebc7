"""Commands that stand for one sign."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from pylatexenc.latex2text import get_default_latex_context_db  # type: ignore[import-untyped]

CHECK, CROSS = "✓", "✗"
_CHECKS = (
    "checkmark cmark Checkmark CheckmarkBold faCheck faCheckCircle faCheckSquare tick yes greencheck "
    "gcheck textcheckmark ccmark"
)
_CROSSES = (
    "xmark XSolidBrush XSolid XSolidBold faTimes faTimesCircle faXmark cross no redx rcross crossmark ballotx"
)
# Where pylatexenc says nothing, or not what a reader of tables sees.
_OWN = dict.fromkeys(_CHECKS.split(), CHECK) | dict.fromkeys(_CROSSES.split(), CROSS) | {
    "%": "%", "&": "&", "#": "#", "$": "$", "_": "_", "{": "{", "}": "}", "|": "‖", "S": "§", "P": "¶",
    "dag": "†", "ddag": "‡", "ddagger": "‡", "copyright": "©", "textless": "<", "textgreater": ">",
    "ne": "≠", "iff": "⇔", "ast": "*", "star": "⋆", "bigstar": "★", "triangle": "△", "Box": "□",
    "degree": "°", "textdegree": "°", "slash": "/", "pounds": "£", "euro": "€", "dots": "...",
    "ldots": "...", "cdots": "...", "textellipsis": "...", "bullet": "•", "textbullet": "•",
    "emptyset": "∅", "mid": "|", "vert": "|", "lvert": "|", "rvert": "|", "lVert": "‖", "rVert": "‖",
    "Vert": "‖", "backslash": "\\", "colon": ":", "prime": "′", "lbrack": "[", "rbrack": "]", "lbrace": "{",
    "rbrace": "}", "lparen": "(", "rparen": ")", "TeX": "TeX", "LaTeX": "LaTeX", "sim": "~",
    "textasciitilde": "~", "textasciicircum": "^", "textbackslash": "\\", "textbar": "|",
    "textunderscore": "_", "textpm": "±", "texttimes": "×", "textmu": "µ", "textquotesingle": "'",
    "circ": "∘", "faCircle": "●", "CIRCLE": "●", "Circle": "○", "LEFTcircle": "◐", "RIGHTcircle": "◑",
    "fullcirc": "●", "emptycirc": "○", "newmoon": "●", "fullmoon": "○", "faCircleO": "○",
    "blacksquare": "■", "diamondsuit": "♦", "spadesuit": "♠", "clubsuit": "♣", "heartsuit": "♥", "lq": "‘",
    "rq": "’", "textquotedbl": "\"", "minus": "-", "textminus": "-", "log": "log", "mod": "mod",
    "bmod": "mod", "textregistered": "®", "texttrademark": "™", "faArrowUp": "↑", "faArrowDown": "↓",
    "leqslant": "≤", "geqslant": "≥", "eg": "e.g.", "ie": "i.e.", "etal": "et al.", "vs": "vs.",
    "textuparrow": "↑", "textdownarrow": "↓", "UParrow": "↑", "DOWNarrow": "↓", "uparrow": "↑", "hyp": "-",
    "aka": "a.k.a.", "wrt": "w.r.t.", "dotsc": "...", "lfloor": "⌊", "rfloor": "⌋", "infty": "∞",
    "nodata": "...",
    "textendash": "–", "textemdash": "—", "textasteriskcentered": "*",
}  # fmt: skip
_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    "\"": "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323", "c": "\u0327",
    "k": "\u0328", "b": "\u0331", "grave": "\u0300", "acute": "\u0301", "hat": "\u0302",
    "widehat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303", "bar": "\u0304", "breve": "\u0306",
    "dot": "\u0307", "ddot": "\u0308", "mathring": "\u030a", "check": "\u030c", "vec": "\u20d7",
}  # fmt: skip
# Where dingbats are not where their number says.
_DINGS = {
    **dict.fromkeys((51, 52), CHECK), **dict.fromkeys((53, 54, 55, 56), CROSS),
    108: "●", 109: "○", 110: "■", 111: "□", 115: "▲", 116: "▼", 117: "◆",
}  # fmt: skip
_RUNS_OF_DINGS = ((172, 0x2460), (182, 0x2776), (192, 0x2780), (202, 0x278A), (212, 0x2794))
_SUPERSCRIPTS = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
_RAISED = frozenset("0123456789+-−,")


@lru_cache(maxsize=1)
def symbols() -> dict[str, str]:
    r"""The text of every command that stands for a sign or a name, such as `\alpha` and `\log`."""
    known = get_default_latex_context_db().iter_macro_specs()
    plain = {spec.macroname: spec.simplify_repl for spec in known if isinstance(spec.simplify_repl, str)}
    known_signs = {name: text for name, text in plain.items() if text.strip() and "%" not in text}
    return {f"\\{name}": text for name, text in (known_signs | _OWN).items()}


def accent(command: str) -> str | None:
    r"""The combining character of `\"` or `\hat`; None for every other command."""
    return _ACCENTS.get(command[1:])


def accented(text: str, mark: str) -> str:
    """The first character with the accent, as one character where there is such a one."""
    plain = text.replace("ı", "i").replace("ȷ", "j")
    return unicodedata.normalize("NFC", plain[:1] + mark + plain[1:]) if plain else ""


def ding(number: str) -> str:
    r"""The sign of `\ding{51}`; ticks and crosses of every weight are one tick and one cross."""
    code = int(number) if number.isdecimal() and number.isascii() and len(number) < 4 else 0
    if code in _DINGS:
        return _DINGS[code]
    for first, character in reversed(_RUNS_OF_DINGS):
        if first <= code < 255:
            return chr(character + code - first)
    return chr(0x2701 + code - 33) if 33 <= code <= 126 else ""


def raised(text: str, base: str) -> str:
    """A superscript behind `base`; digits are raised, so that a power or a note mark stays apart."""
    if text == "∘":
        return "°"
    if set(text) <= _RAISED:
        return text.translate(_SUPERSCRIPTS)
    return f"^{text}" if _would_join(text, base) else text


def lowered(text: str, base: str) -> str:
    """A subscript behind `base`; only what would read as one number with it is kept apart."""
    return f"_{text}" if _would_join(text, base) else text


def _would_join(text: str, base: str) -> bool:
    return base[-1:].isdigit() and (text[:1].isdigit() or text[:1] == ".")
