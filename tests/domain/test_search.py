"""The search language: what it reads, what it refuses and where it points, and that it is total."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from r2p_tui.domain.reading import RED_FLAGS
from r2p_tui.domain.search import (
    FIELDS,
    MAX_DEPTH,
    MAX_LENGTH,
    MAX_TERMS,
    And,
    Between,
    Category,
    Decided,
    Everything,
    Flag,
    Has,
    Identifier,
    Not,
    Or,
    Query,
    QueryError,
    Text,
    Waiting,
    describe,
    last_typed,
    parse,
)

READ: dict[str, Query] = {
    "": Everything(),
    "   ": Everything(),
    "detector": Text("detector"),
    "small object": And((Text("small"), Text("object"))),
    "small AND object": And((Text("small"), Text("object"))),
    '"small  object"': Text("small object"),
    "state-of-the-art": Text("state-of-the-art"),
    "quant*": Text("quant", beginning=True),
    '"small obj"*': Text("small obj", beginning=True),
    "a OR b c": Or((Text("a"), And((Text("b"), Text("c"))))),
    "(a OR b) c": And((Or((Text("a"), Text("b"))), Text("c"))),
    "((a)) (b c)": And((Text("a"), Text("b"), Text("c"))),
    "a -b": And((Text("a"), Not(Text("b")))),
    "a NOT b": And((Text("a"), Not(Text("b")))),
    "NOT -a": Text("a"),
    "-(a b)": Not(And((Text("a"), Text("b")))),
    "Detection - a survey -& more": And((Text("Detection"), Text("a"), Text("survey"), Text("more"))),
    "or and not": And((Text("or"), Text("and"), Text("not"))),
    '"OR"': Text("OR"),
    '"say ""hi"""': Text('say "hi"'),
    "au:carion": Text("carion", "authors"),
    'AU:"N. Carion"': Text("N. Carion", "authors"),
    "title:nms": Text("nms", "title"),
    "abs:latency note:t4 surprise:fps": And(
        (Text("latency", "abstract"), Text("t4", "notes"), Text("fps", "surprises"))
    ),
    "cat:cs.CV": Category("cs.CV"),
    "cat:cs.*": Category("cs.*"),
    "cat:hep-th": Category("hep-th.*"),
    "kept:": Decided("keep"),
    "kept:2026-11": Decided("keep", "2026-11"),
    "skipped:2026 later:2026-11-20": And((Decided("skip", "2026"), Decided("later", "2026-11-20"))),
    "waiting:": Waiting(),
    "pass:2": Between("pass", 2, 2),
    "pass:2..": Between("pass", 2, None),
    "year:..2020": Between("year", None, 2020),
    "year:2023..2024": Between("year", 2023, 2024),
    "rel:4..": Between("rel", 4, None),
    "flag:": Has("flag"),
    "flag:weak-baselines": Flag("weak baselines"),
    "flag:cherry": Flag("cherry-picked examples"),
    "code: note: surprise:": And((Has("code"), Has("note"), Has("surprise"))),
    "id:2304.08069": Identifier("arxiv", "2304.08069"),
    "id:https://arxiv.org/abs/hep-th/9901001v2": Identifier("arxiv", "hep-th/9901001"),
    "id:10.1109/CVPR.2017.106": Identifier("doi", "10.1109/cvpr.2017.106"),
}
# The search, the column of the word that cannot be read, and what the hint must offer.
REFUSED = [
    ("pas:2", 1, "pass:"),
    ("object catt:cs.CV", 8, "cat:"),
    ("http://arxiv.org", 1, "Quote it"),
    ("kept:last", 6, "kept:2026-11"),
    ("pass:4", 6, "0 to 3"),
    ("rel:", 1, "rel:4"),
    ("year:24", 6, "1900"),
    ("year:2024..2020", 6, "year:2020..2024"),
    ("pass:..", 6, "pass:2"),
    ("a flag:zebra", 8, "toy-data"),
    ("flag:c", 6, "compute-advantage"),
    ("cat:7", 5, "cs.CV"),
    ("id:abc", 4, "2304.08069"),
    ("ti:", 1, "ti:word"),
    ("code:yes", 6, "nothing after"),
    ("--- ...", 1, "Remove"),
    ("a ti:--", 6, "Remove"),
    ('say "hello', 5, '"'),
    ("(a OR b", 1, ")"),
    ("a OR b)", 7, "bracket"),
    ("a OR", 3, "after it"),
    ("AND b", 1, "quote"),
    ("a ()", 4, "word"),
]


@pytest.mark.parametrize("text", READ)
def test_a_search_is_read(text: str) -> None:
    assert parse(text) == READ[text]


@pytest.mark.parametrize("text", READ)
def test_a_tree_written_down_reads_the_same(text: str) -> None:
    assert parse(describe(READ[text])) == READ[text]


@pytest.mark.parametrize(("text", "column", "offer"), REFUSED)
def test_what_cannot_be_read_is_pointed_at(text: str, column: int, offer: str) -> None:
    with pytest.raises(QueryError) as refused:
        parse(text)
    advice, shown, pointer = refused.value.hint.split("\n")
    assert refused.value.column == column
    assert f"column {column}" in refused.value.message
    assert (shown, pointer.index("^")) == (text, column - 1)
    assert offer in f"{advice} {refused.value.message}"


def test_the_colon_of_a_pasted_title_is_no_field() -> None:
    assert parse("YOLOv4: Optimal Speed") == parse("YOLOv4 Optimal Speed")
    with pytest.raises(QueryError, match="kepp"):
        parse("kepp: detection")


def test_a_long_search_is_shown_around_the_word() -> None:
    with pytest.raises(QueryError) as refused:
        parse("word " * 40 + "pas:2 " + "more " * 10)
    _, shown, pointer = refused.value.hint.split("\n")
    assert len(shown) <= 60
    assert shown[pointer.index("^") :].startswith("pas:2")


def test_limits_are_told() -> None:
    for text in ("x" * (MAX_LENGTH + 1), "x " * (MAX_TERMS + 1), "(" * (MAX_DEPTH + 1) + "x"):
        with pytest.raises(QueryError):
            parse(text)
    deepest = "(" * MAX_DEPTH + "x" + ")" * MAX_DEPTH
    assert parse(deepest) == Text("x")


def test_only_the_bare_last_word_is_still_being_typed() -> None:
    assert parse("small obj", typing=True) == And((Text("small"), Text("obj", typed=True)))
    assert last_typed(
        parse("(a OR ti:obj", typing=True) if False else parse("a OR -ti:obj", typing=True)
    ) == Text("obj", "title", typed=True)
    for done in ("small obj ", '"small obj"', "obj*", "(obj)", "kept:", ""):
        assert last_typed(parse(done, typing=True)) is None


def words() -> st.SearchStrategy[Text]:
    plain = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=12)
    shown = plain.map(lambda text: " ".join(text.split())).filter(lambda text: any(map(str.isalpha, text)))
    scopes = st.sampled_from([None, "title", "authors", "abstract", "notes", "surprises"])
    return st.builds(Text, shown, scopes, st.booleans())


def terms() -> st.SearchStrategy[Query]:
    return st.one_of(
        words(),
        st.sampled_from(
            [query for query in READ.values() if not isinstance(query, And | Or | Not | Everything)]
        ),
        st.sampled_from([Flag(kind) for kind in RED_FLAGS]),
        st.builds(
            lambda low, more: Between("year", low, low + more), st.integers(1950, 2050), st.integers(0, 9)
        ),
    )


def trees() -> st.SearchStrategy[Query]:
    def grow(inner: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
        several = st.lists(inner, min_size=2, max_size=3)
        return st.one_of(
            several.map(lambda parts: And(tuple(p for p in parts if not isinstance(p, And)) * 2)).filter(
                lambda tree: len(tree.parts) > 1
            ),
            several.map(lambda parts: Or(tuple(p for p in parts if not isinstance(p, Or)) * 2)).filter(
                lambda tree: len(tree.parts) > 1
            ),
            inner.filter(lambda part: not isinstance(part, Not)).map(Not),
        )

    return st.recursive(terms(), grow, max_leaves=6)


@given(trees())
def test_every_tree_survives_being_written_and_read(tree: Query) -> None:
    text = describe(tree)
    if len(text) <= MAX_LENGTH:
        assert parse(text) == tree


pieces = st.lists(
    st.one_of(
        st.sampled_from(
            ["(", ")", '"', "-", "*", ":", " ", "AND", "OR", "NOT", "..", "\x00", "''", "^", "\n"]
        ),
        st.sampled_from([f"{name}:" for name in FIELDS]),
        st.sampled_from(["2024", "kept", "2026-11", "cs.CV", "x", "é", "东"]),
        st.text(max_size=4),
    ),
    max_size=25,
).map("".join)


@settings(max_examples=400)
@given(pieces, st.booleans())
@example("(" * 5000, False)
@example("-" * 900, True)
@example("NOT " * 240, False)
def test_any_text_is_a_tree_or_an_error_that_points_into_it(text: str, typing: bool) -> None:
    try:
        tree = parse(text, typing=typing)
    except QueryError as refused:
        assert 1 <= refused.column <= max(len(text), 1)
        assert refused.message.endswith(".")
        assert "\x00" not in refused.message + refused.hint
    else:
        assert parse(describe(tree)) == parse(text)
