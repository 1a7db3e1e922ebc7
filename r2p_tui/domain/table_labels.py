"""What row labels say: removed and added components, the full model, the baseline, other papers' methods."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

_ROW_NUMBER: Final = re.compile(
    r"^\s*(?:\((?:[a-zA-Z]|[ivx]+|\d{1,2}|\*)\)|[#№]\s?\d{1,2}|[a-zA-Z]\)|\d{1,2}\))\s*"
)
_WITHOUT: Final = re.compile(
    r"(?:(?<!\w)(?:w/\s?o\.?|without|w\.o\.|excluding|excl\.|exclude|remov(?:e|ing)|replac(?:e|ing)"
    r"|minus|disabl(?:e|ing)|drop(?!out|\w)|no(?!\.|n|\w))\s+"
    r"|(?<!\w)(?:w/o)(?=\S)|^\s*[-−–—]\s*(?=[A-Za-z(])|\s[-−–—]\s(?=[A-Za-z(]))(?P<what>.*)",
    re.IGNORECASE,
)
_ADDED: Final = re.compile(r"^\s*(?:\+|&|⊕|↪|↳|add(?:ing)?\s)\s*(?P<what>.+)", re.IGNORECASE)
_WITH: Final = re.compile(r"(?<!\w)(?:w/(?!\s?o)|with(?!out))\s*(?P<what>.+)", re.IGNORECASE)
_JOIN: Final = re.compile(r"\s*(?:\+|&|⊕)\s*")
_SEVERAL: Final = re.compile(r"\s*(?:\+|&|,|\band\b|\bor\b)\s*")
_FULL: Final = re.compile(
    r"(?<![\w-])(?:full(?!y)|complete|ours|our (?:\w+ ){0,3}(?:method|model|approach|network)"
    r"|proposed|final|default|all(?! \w)|everything|entire|whole model)(?![\w-])"
    r"|\(ours\)|\(full\)|\(default\)",
    re.IGNORECASE,
)
_BASE: Final = re.compile(
    r"^(?:the )?(?:base(?:line)?s?|vanilla|original|standard|reference|plain|naive|default)(?![\w])"
    r"|(?<!-)\(?\bbase(?:line)?\)?$|\bbaseline\b|\bvanilla\b",
    re.IGNORECASE,
)
_ONLY: Final = re.compile(r"(?<!\w)(?:only|alone|random|none|nothing)(?!\w)", re.IGNORECASE)
_CITATION: Final = re.compile(
        r"\[\s*\d{1,3}(?:\s*[,–-]\s*\d{1,3})*\s*\]|et\.? al|\((?:19|20)\d\d[a-z]?\)|[,(\s]['’]?(?:19"
        r"|20)\d\d[a-z]?\s*[)\]]"
        r"|(?<!\w)(?:CVPR|ICCV|ECCV|NeurIPS|NIPS|ICML|ICLR|AAAI|ACL|EMNLP|MICCAI|TPAMI|TMI|IJCAI|WACV"
        r"|arXiv|KDD|SIGIR|WWW)\s?['’]?\s?\d{2}"
)  # fmt: skip

# A table asks the same of each label many times.
_remembered = lru_cache(maxsize=4096)


@_remembered
def plain_label(label: str) -> str:
    """A row label without its number: `(c) FPN` is `FPN`."""
    return _ROW_NUMBER.sub("", label).strip()


@_remembered
def removed(label: str) -> tuple[str, ...]:
    """The components a label says were taken away; empty where it says no such thing."""
    found = _WITHOUT.search(plain_label(label))
    if found is None:
        return ()
    return tuple(part.strip(" ().,") for part in _SEVERAL.split(found["what"]) if part.strip(" ().,"))


def left_out(labels: Sequence[str]) -> list[tuple[str, ...]]:
    """Of each label what it says is taken away, where another tells that it could be there.

    `Net (w/o conv)` alone among strangers is only the name of a net.
    """
    plain = sorted({plain_label(label).lower() for label in labels})
    whole = any(map(says_full, labels))
    return [
        parts if (parts := removed(label)) and (whole or _has_kin(label, plain)) else () for label in labels
    ]


def _has_kin(label: str, plain: Sequence[str]) -> bool:
    """Whether one of these sorted names is not this one, yet begins like it up to what it leaves out."""
    own = plain_label(label).lower()
    found = _WITHOUT.search(own)
    stem = own[: found.start()].strip(" (,-–") if found else own
    first = bisect_left(plain, stem)
    return any(other.startswith(stem) and other != own for other in plain[first : first + 2])


@_remembered
def added(label: str) -> tuple[str, ...]:
    """The components of a label that begins with a plus sign."""
    found = _ADDED.match(plain_label(label))
    return _parts(found["what"]) if found else ()


@_remembered
def has(label: str) -> str:
    """What a label says is there, after a `w/`; empty where it says no such thing."""
    found = _WITH.search(plain_label(label))
    return found["what"].strip(" ().,") if found and not removed(label) else ""


@_remembered
def summands(label: str) -> tuple[str, ...]:
    """`Base + A + B` as its parts; empty where a label is no such sum."""
    plain = plain_label(label)
    if added(label) or removed(label):
        return ()
    parts = _parts(plain)
    return parts if len(parts) > 1 else ()


@_remembered
def says_full(label: str) -> bool:
    """Whether a label names the whole method: full, ours, default; not one that takes something away."""
    return bool(_FULL.search(label)) and not removed(label) and not _ONLY.search(label)


@_remembered
def says_base(label: str) -> bool:
    """Whether a label names what others are measured against: base, baseline, vanilla."""
    return (
        bool(_BASE.search(plain_label(label)))
        and not removed(label)
        and not added(label)
        and not summands(label)
    )


@_remembered
def says_only(label: str) -> bool:
    """Whether a label names a part alone: only, alone, none."""
    return bool(_ONLY.search(label))


@_remembered
def uncited(text: str) -> str:
    """A text without the citation at its end."""
    return re.sub(r"\s*[\[(][^\[\]()]*[\])]\s*$", "", text) if cites(text) else text


@_remembered
def cites(text: str) -> bool:
    """Whether a text cites another paper: a number in brackets, et al., a year, a venue."""
    return bool(_CITATION.search(text))


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in _JOIN.split(text) if part.strip())
