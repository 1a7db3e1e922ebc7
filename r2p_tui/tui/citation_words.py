"""What is said of citations outside their list: counts, states, reasons, the way walked so far."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from textual.content import Content

from r2p_tui.domain.citation_order import ORDER_WORDS, first_day, mix_of, velocity
from r2p_tui.domain.citations import CLASS_WORDS, Citation, Direction, Work
from r2p_tui.domain.times import ago, short_date
from r2p_tui.text import clean_line, count_of, shorten
from r2p_tui.tui.widgets.citation_list import speed_words
from r2p_tui.tui.widgets.citation_tree import ARROWS, Branch

if TYPE_CHECKING:
    from r2p_tui.services.citations import LookProgress, LookState, Node

SERVICE = "Semantic Scholar"
STAYS_USABLE = "escape stops. Everything else stays usable meanwhile."
FILTER_HELP = "since:2023 influential class:replicates intent:methodology code keywords library -word"
_TITLE_IN_TRAIL = 24
_NEVER: dict[Direction, str] = {
    "citations": f"Nobody asked yet who cites this. enter asks {SERVICE}.",
    "references": f"Nobody asked yet what this cites. enter asks {SERVICE}.",
}
_NONE: dict[Direction, str] = {
    "citations": "Nobody cites this yet.",
    "references": "No references of this are known.",
}
_VERBS: dict[Direction, tuple[str, str]] = {
    "citations": ("work cites it", "works cite it"),
    "references": ("work is cited by it", "works are cited by it"),
}


class Said(NamedTuple):
    """Words in the place of a list: what there is to say, and what can be done."""

    words: Content
    hint: str


def tab_words(node: Node, new: int) -> str:
    """`Citations 1,204 ▲7`: how many cite the paper, and how many of them the user has not seen."""
    count = len(node.rows) if node.direction == "citations" else 0
    return "Citations" + (f" {count:,}" if count else "") + (f" ▲{new:,}" if new else "")


def trail_line(branches: Sequence[Branch], width: int) -> Content:
    """`RT-DETR: DETRs Beat … → DEIM: DETR with … →`: the last ones, where there is no room for all."""
    parts = [
        f"{shorten(clean_line(one.work.title), _TITLE_IN_TRAIL)} {ARROWS[one.direction]}" for one in branches
    ]
    while len(parts) > 1 and len(" ".join(parts)) > width - 2:
        parts = ["…", *parts[2:]] if parts[0] == "…" else ["…", *parts[1:]]
    *before, last = parts
    return Content.assemble(
        (" ".join(before) + " " if before else "", "$muted"),
        (last if before else f"{shorten(clean_line(branches[-1].work.title), width - 4)} {last[-1]}", "bold"),
    )


def counted(node: Node, shown: int, filtered: bool) -> str:
    """`1,204 works cite it · 37 shown`."""
    if not node.rows and node.look.state == "never":
        count = node.work.citation_count if node.direction == "citations" else None
        return f"{count_of(count, 'citation')} counted, none read yet" if count else "nothing read yet"
    one, many = _VERBS[node.direction]
    words = count_of(len(node.rows), one, many)
    return f"{words} · {shown:,} shown" if filtered else words


def freshness(look: LookState, now: datetime) -> str:
    """`looked 2 d ago`."""
    if look.looked_at is None:
        return "not looked up yet"
    age = ago(look.looked_at, now)
    return "looked just now" if age == "now" else f"looked {age} ago"


def reading_words(progress: LookProgress | None, seconds: int) -> str:
    """`page 3 · 2,000 of 5,120 · 12 s`: how far a look is."""
    if progress is None:
        return f"asking {SERVICE} … {seconds} s"
    count = f"{progress.rows:,} of {progress.said:,}" if progress.said else f"{progress.rows:,} so far"
    return clean_line(f"{progress.words} · {count} · {seconds} s")


def nothing_shown(node: Node, filter_text: str) -> Said:
    """Why there is no row, and which key changes that."""
    look = node.look
    if node.rows:
        words = f"None of {len(node.rows):,} matches “{clean_line(filter_text)}”."
        return Said(Content(words), "/ changes the filter, escape takes it away.")
    if look.state == "failed":
        return Said(
            Content.styled(clean_line(look.reason), "bold $error"), "R tries again, o opens its page."
        )
    if look.state == "never":
        return Said(Content(_NEVER[node.direction]), "b turns around, backspace goes a level up.")
    if look.state == "going":
        return Said(Content("The last look was cut off before anything came."), "R goes on with it.")
    return Said(Content(_NONE[node.direction]), "R asks again, b turns around, backspace goes a level up.")


def remarks(node: Node, trouble: str) -> list[str]:
    """What to know of a node whose rows are shown: why the last look failed, and its notes."""
    look = node.look
    failed = look.reason if look.state == "failed" else trouble
    said = []
    if failed:
        said.append(f"{failed} What was fetched stays; R goes on.")
    elif look.state == "going":
        said.append("The last look was cut off. R goes on where it stopped.")
    elif look.state == "never":
        said.append(f"Known from elsewhere; nobody asked {SERVICE} yet. R asks.")
    return [clean_line(sentence) for sentence in (*said, *look.notes)]


def order_line(order: str, marked: Citation | None, today: date) -> Content:
    """`newest first`; for the mix what the marked row stands for: `mix 7.2 = influenced by it 3.0 + …`."""
    if order != "mix" or marked is None:
        return Content.styled(f"{ORDER_WORDS[order]} first", "$muted")
    mix = mix_of(marked, today)
    said = " + ".join(f"{name} {points:.1f}" for name, points in mix.parts)
    said = said.replace(" citations a month", "/mo")
    return Content.assemble((f"mix {mix.total:.1f}", "$accent"), (f" = {clean_line(said or '0')}", "$muted"))


def about_work(work: Work, today: date) -> str:
    """`A. Example · 5 Dec 2024 · CVPR · 120 citations, 12.3/mo · 2412.04234`."""
    day = first_day(work)
    when = short_date(work.published_on) if work.published_on else str(day.year) if day else ""
    speed = speed_words(velocity(work, today))
    count = count_of(work.citation_count, "citation") if work.citation_count is not None else ""
    facts = [work.first_author, when, work.venue, f"{count}, {speed}" if count and speed else count, work.key]
    return " · ".join(clean_line(fact) for fact in facts if fact)


def about_citation(citation: Citation) -> str:
    """`influential · methodology, background · 3 sentences`."""
    facts = ["influential" if citation.influential else "", ", ".join(citation.intents)]
    facts.append(count_of(citation.contexts, "sentence") if citation.contexts else "")
    return " · ".join(clean_line(fact) for fact in facts if fact)


def class_sentence(citation: Citation) -> str:
    """`extends`, and whose word that is where it is not the rules'."""
    words = CLASS_WORDS[citation.evidence_class]
    return f"{words} (you said so)" if citation.corrected else words
