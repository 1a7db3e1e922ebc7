"""From the tree of a search to its parts in SQL: a full-text expression, sets of ids, and conditions on ids.

What is the same for everybody (words, categories, years, code) becomes one full-text expression; what the
user did (decisions, passes, notes, flags) becomes sets and conditions. All that the user wrote is a bound
value, and inside the full-text expression a quoted string.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from r2p_tui.domain import search as language
from r2p_tui.domain.search import Query

# Words that the migration puts into the column of facets.
EVERY_PAPER = 'facets : "paper9"'
_NO_PAPER = 'facets : "none9"'
_CODE = 'facets : "code9"'


@dataclass(frozen=True, slots=True)
class Known:
    """What the store was asked before: how the word being typed may go on, and the years of its papers.

    With `all_beginnings` every word that begins as typed is meant, not only the `completions`.
    """

    completions: tuple[str, ...] = ()
    all_beginnings: bool = True
    years: range = range(0)


@dataclass
class Plan:
    """Papers come from `match`, a full-text expression, or from `chosen`, a query that lists `paper_id`.

    `conditions` have `{id}` in them. `words` is a narrower expression: all words stand in the title.
    """

    match: str = ""
    words: str = ""
    chosen: str = ""
    conditions: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    def bind(self, value: object) -> str:
        """A place for the value in the SQL."""
        name = f"value{len(self.values)}"
        self.values[name] = value
        return f":{name}"


def make_plan(query: Query, known: Known) -> Plan:
    """The plan of a search: the parts of the outermost AND go where they are answered fastest."""
    plan = Plan()
    texts: list[Query] = []
    sets: list[str] = []
    for part in query.parts if isinstance(query, language.And) else (query,):
        if _expression(part, known) is not None:
            texts.append(part)
        elif (chosen := _set(plan, part)) is not None:
            sets.append(chosen)
        else:
            plan.conditions.append(_condition(plan, part, known))
    if texts or not sets:
        plan.match = _all_of(texts, known) or EVERY_PAPER
        plan.words = _all_of(texts, known, "title") if any(map(_has_words, texts)) else ""
    else:
        plan.chosen = sets.pop(0)
    plan.conditions += [f"{{id}} IN ({chosen})" for chosen in sets]
    return plan


def quoted(words: str) -> str:
    """A full-text string: whatever the user wrote, it is words in a row and nothing else."""
    return '"' + words.replace('"', '""').replace("\x00", " ") + '"'


def _has_words(query: Query) -> bool:
    if isinstance(query, language.And | language.Or):
        return any(map(_has_words, query.parts))
    return isinstance(query, language.Text)


# The full-text expression.


def _expression(query: Query, known: Known, scope: language.Scope | None = None) -> str | None:
    """What the index alone can answer, else None; words that name no place are looked for in `scope`."""
    match query:
        case language.Text():
            return _words(query, known, query.scope or scope)
        case language.Category(name):
            return _category(name)
        case language.Between("year", low, high):
            return _years(known.years, low, high)
        case language.Has("code"):
            return _CODE
        case language.Everything():
            return EVERY_PAPER
        case language.Not(part):
            return None if _expression(part, known) is None else _all_of([query], known)
        case language.And(parts):
            indexed = all(_expression(part, known) is not None for part in parts)
            return _all_of(parts, known, scope) if indexed else None
        case language.Or(parts):
            inner = [_expression(part, known, scope) for part in parts]
            return None if None in inner else _joined(" OR ", inner)
        case _:
            return None


def _all_of(parts: Iterable[Query], known: Known, scope: language.Scope | None = None) -> str:
    """AND of what is wanted, then NOT of what is not: full text has no NOT without a left side."""
    wanted, unwanted = [], []
    for part in parts:
        if isinstance(part, language.Not):
            unwanted.append(_expression(part.part, known))
        else:
            wanted.append(_expression(part, known, scope))
    if unwanted:
        return f"({_joined(' AND ', wanted or [EVERY_PAPER])} NOT {_joined(' OR ', unwanted)})"
    return _joined(" AND ", wanted) if wanted else ""


def _joined(operator: str, expressions: Sequence[str | None]) -> str:
    parts = [expression or _NO_PAPER for expression in expressions]
    return parts[0] if len(parts) == 1 else f"({operator.join(parts)})"


def _words(term: language.Text, known: Known, scope: language.Scope | None) -> str:
    text = quoted(term.text)
    if term.typed:
        whole = f"{text} *" if known.all_beginnings else text
        text = f"({' OR '.join([whole, *map(quoted, known.completions)])})"
    elif term.beginning:
        text = f"{text} *"
    return f"{scope} : {text}" if scope else text


def _category(name: str) -> str:
    archive, _, subject = name.lower().replace("-", "1").partition(".")
    return f"facets : {quoted(f'{archive}9' if subject == '*' else f'{archive}0{subject}9')}"


def _years(years: range, low: int | None, high: int | None) -> str:
    first, last = max(low or 0, years.start), min(years.stop if high is None else high + 1, years.stop)
    return _joined(" OR ", [f'facets : "y{year}"' for year in range(first, last)] or [_NO_PAPER])


# Sets of ids, and conditions on ids.

_HAVING = {
    "note": "SELECT paper_id FROM notes",
    "surprise": "SELECT paper_id FROM surprises WHERE paper_id IS NOT NULL",
    "flag": "SELECT paper_id FROM red_flags",
}
_WAITING = """
    SELECT paper_id FROM announcements AS listed WHERE kind IN ('new', 'cross') AND NOT EXISTS (
        SELECT 1 FROM triage_decisions AS made
        WHERE made.paper_id = listed.paper_id AND made.undone_at IS NULL
    )
"""
_DECIDED = """
    SELECT paper_id FROM triage_decisions
    WHERE undone_at IS NULL AND decision = {decision} AND decided_at BETWEEN {since} AND {until}
"""
_MATCHING = "{{id}} IN (SELECT rowid FROM papers_text WHERE papers_text MATCH {words})"
_FLAGGED = "SELECT paper_id FROM red_flags WHERE kind = {kind}"
_BY_ARXIV_ID = "SELECT id AS paper_id FROM papers WHERE arxiv_id = {value}"
_BY_DOI = "SELECT id AS paper_id FROM papers WHERE doi = {value}"
_RELEVANT = "SELECT paper_id FROM notes WHERE relevance BETWEEN {low} AND {high}"
_READ = """
    SELECT paper_id FROM readings WHERE finished_at IS NOT NULL
    GROUP BY paper_id HAVING max(pass_number) BETWEEN {low} AND {high}
"""


def _set(plan: Plan, query: Query) -> str | None:
    """A query that lists the papers it finds, else None."""
    match query:
        case language.Decided(decision, when):
            # Times are text of one form: those of a month sort between its name and its name with a tilde.
            return _filled(plan, _DECIDED, decision=decision, since=when, until=f"{when}~")
        case language.Waiting():
            return _WAITING
        case language.Has(what):
            return _HAVING.get(what)
        case language.Flag(kind):
            return _filled(plan, _FLAGGED, kind=kind)
        case language.Identifier(kind, value):
            return _filled(plan, _BY_ARXIV_ID if kind == "arxiv" else _BY_DOI, value=value)
        case language.Between("rel", low, high):
            return _filled(plan, _RELEVANT, low=low or 1, high=5 if high is None else high)
        case language.Between("pass", low, high) if low:
            return _filled(plan, _READ, low=low, high=3 if high is None else high)
        case _:
            return None


def _condition(plan: Plan, query: Query, known: Known) -> str:
    """A condition on `{id}`, for what neither the index nor one set can answer."""
    if (expression := _expression(query, known)) is not None:
        return _filled(plan, _MATCHING, words=expression)
    if (chosen := _set(plan, query)) is not None:
        return f"{{id}} IN ({chosen})"
    match query:
        case language.Not(part):
            return f"NOT {_condition(plan, part, known)}"
        case language.And(parts):
            return f"({' AND '.join(_condition(plan, part, known) for part in parts)})"
        case language.Or(parts):
            return f"({' OR '.join(_condition(plan, part, known) for part in parts)})"
        case language.Between("pass", _, high):
            # From 0 on: all but those that were read further.
            further = _filled(plan, _READ, low=4 if high is None else high + 1, high=3)
            return f"{{id}} NOT IN ({further})"
        case _:
            raise TypeError(f"not a search: {query!r}")


def _filled(plan: Plan, sql: str, **values: object) -> str:
    return sql.format(**{name: plan.bind(value) for name, value in values.items()})
