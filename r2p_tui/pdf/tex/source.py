"""One TeX text out of many files: inputs put in place, what is not printed left out."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from r2p_tui.pdf.tex.comments import drop_dead_branches, strip_comments

TEXT_LIMIT = 8_000_000
_DEPTH_LIMIT = 16
_INPUT_LIMIT = 4_000
_TEX = (".tex", ".ltx", ".latex")
# Options end where the next class would begin, so that many of them without an end are not searched through
# each to the end of the file.
_CLASS = re.compile(
    r"\\document(?:class|style)\s*+(?:\[(?:[^\]\\]|\\(?!document))*+\])?\s*+\{((?:[^}\\]|\\(?!document))*+)\}"
)
_BEGIN = re.compile(r"\\begin\s*\{document\}")
_END = re.compile(r"\\end\s*\{document\}")
_INPUT = re.compile(
    r"\\(?:(?:input|include|subfile|subfileinclude|includestandalone(?:\[[^\]\\]*\])?)\s*\{([^{}]{1,200})\}"
    r"|(?:sub)?(?:import|includefrom|inputfrom)\*?\s*\{([^{}]{0,200})\}\s*\{([^{}]{1,200})\}"
    r"|input\s+([^\s\\{}]{1,200}))"
)
_PART_CLASSES = frozenset({"subfiles", "standalone"})
_USUAL_NAMES = ("main", "ms", "paper", "arxiv", "root", "manuscript", "article", "final")
# These are not sent along: every TeX installation has them.
_OF_TEX_ITSELF = re.compile(r"glyphtounicode|pdfglyph|epsf|psfig|tikz|pgf|xy|amssym|lib/|t-\w+")


@dataclass(frozen=True, slots=True)
class Source:
    """A document: its class, what stands before and in its body, and inputs left out with the reason."""

    name: str
    document_class: str
    preamble: str
    body: str
    left_out: Mapping[str, str] = field(default_factory=dict)
    used: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Assembly:
    """What was put together so far, so that cycles and bombs of inputs end."""

    texts: Mapping[str, str]
    folder: str
    folded: Mapping[str, str]
    size: int = 0
    inputs: int = 0
    left_out: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)


def read_source(files: Mapping[str, bytes]) -> Source | None:
    """The document that the files hold; None where no file is TeX."""
    texts = plain_texts(files)
    if not texts:
        return None
    name = _main_file(texts, files)
    folder = posixpath.dirname(name)
    assembly = _Assembly(texts, folder, {path.lower(): path for path in texts}, size=len(texts[name]))
    whole = drop_dead_branches(_with_inputs(name, assembly, folder, ()))
    found = _CLASS.search(whole)
    begin = _BEGIN.search(whole)
    preamble, body = (whole[: begin.start()], whole[begin.end() :]) if begin else (whole, whole)
    end = _END.search(body)
    body = body[: end.start()] if end else body
    left_out = {path: why for path, why in assembly.left_out.items() if not _OF_TEX_ITSELF.match(path)}
    return Source(name, found[1].strip() if found else "", preamble, body, left_out, frozenset(assembly.used))


def plain_texts(files: Mapping[str, bytes]) -> dict[str, str]:
    """The TeX files as text without comments."""
    return {
        name: strip_comments(decode(data))[:TEXT_LIMIT]
        for name, data in sorted(files.items())
        if name.lower().endswith(_TEX)
    }


def decode(data: bytes) -> str:
    """The text of a TeX file, which does not say how it is encoded."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _main_file(texts: Mapping[str, str], files: Mapping[str, bytes]) -> str:
    """The file with the document class; of several, the one that looks most like the paper itself."""
    stems_with_bbl = {posixpath.splitext(name)[0] for name in files if name.endswith(".bbl")}

    def rank(name: str) -> tuple[bool, bool, bool, int, int, int, str]:
        found = _CLASS.search(texts[name])
        stem = posixpath.splitext(name)[0]
        base = posixpath.basename(stem).lower()
        usual = _USUAL_NAMES.index(base) if base in _USUAL_NAMES else len(_USUAL_NAMES)
        return (
            found is None or found[1].strip() in _PART_CLASSES,
            _BEGIN.search(texts[name]) is None,
            stem not in stems_with_bbl,
            name.count("/"),
            usual,
            -len(texts[name]),
            name,
        )

    return min(texts, key=rank)


def _with_inputs(name: str, assembly: _Assembly, folder: str, within: tuple[str, ...]) -> str:
    """The text of a file with its inputs in place, as deep as they go; a file within itself is left out."""
    text = assembly.texts[name]
    assembly.used.add(name)
    kept: list[str] = []
    position = 0
    for match in _INPUT.finditer(text):
        kept.append(text[position : match.start()])
        kept.append(_input(match, assembly, folder, (*within, name)))
        position = match.end()
    kept.append(text[position:])
    return "".join(kept)


def _input(match: re.Match[str], assembly: _Assembly, folder: str, within: tuple[str, ...]) -> str:
    assembly.inputs += 1
    inner = folder
    if match[3] is not None:
        base = folder if match.group().startswith("\\sub") else assembly.folder
        inner = posixpath.join(base, match[2].strip())
    wanted = (match[1] or match[3] or match[4]).strip().strip('"')
    if assembly.inputs > _INPUT_LIMIT:
        return " "
    name = _find(wanted, assembly, inner)
    if name is None:
        assembly.left_out.setdefault(wanted, "the archive does not hold this file")
        return " "
    assembly.size += len(assembly.texts[name])
    if assembly.size > TEXT_LIMIT:
        assembly.left_out.setdefault(wanted, "what stands before it is too long")
    if name in within or len(within) > _DEPTH_LIMIT or assembly.size > TEXT_LIMIT:
        return " "
    return _inside(_with_inputs(name, assembly, inner, within))


def _inside(text: str) -> str:
    """The body of a part that could also be printed by itself."""
    begin = _BEGIN.search(text)
    if begin is None:
        return text
    end = _END.search(text, begin.end())
    return text[begin.end() : end.start() if end else len(text)]


def _find(wanted: str, assembly: _Assembly, folder: str) -> str | None:
    """The file an input means: beside the main file or the importing one, with or without its ending."""
    for base in (folder, assembly.folder, ""):
        path = posixpath.normpath(posixpath.join(base, wanted))
        for name in (path, *(path + ending for ending in _TEX)):
            if name in assembly.texts:
                return name
    folded = posixpath.normpath(wanted).lower()
    return assembly.folded.get(folded) or assembly.folded.get(f"{folded}.tex")
