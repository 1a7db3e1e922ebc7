from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.ablations import KINDS, Kind, Overrides, Understanding, understand
from r2p_tui.domain.table_body import Body
from r2p_tui.domain.table_labels import left_out
from r2p_tui.domain.table_numbers import parse_value
from r2p_tui.domain.table_shape import read_shape
from r2p_tui.domain.tables import Cell, Table
from tests.domain.table_examples import EXAMPLES, Example, make_table
from tests.domain.table_examples_blind import BLIND_EXAMPLES

WAYS = {"u": "up", "d": "down"}

COMPONENTS = """A | B | AP
| | 30.0
✓ | | 31.0
| ✓ | 32.0
✓ | ✓ | 34.0"""


@pytest.mark.parametrize("example", (*EXAMPLES, *BLIND_EXAMPLES), ids=lambda example: example.name)
def test_a_table_is_understood_as_a_reader_would(example: Example) -> None:
    table = example.table
    found = understand(table)
    assert found.kind == example.kind, found.kind_reason
    row = None if found.baseline_row is None else found.baseline_row - table.header_rows
    assert row in (example.fair or (None,)), found.baseline_reason
    for column, letter in zip(found.columns, example.directions, strict=True):
        if letter in WAYS:
            assert (column.role, column.direction) == ("metric", WAYS[letter]), column


def test_the_examples_are_varied() -> None:
    kinds = Counter(example.kind for example in EXAMPLES)
    assert len(EXAMPLES) >= 40
    assert set(kinds) == set(KINDS)


def test_every_judgement_has_a_reason() -> None:
    for example in EXAMPLES:
        found = understand(example.table)
        assert found.kind_reason
        assert found.baseline_reason
        assert all(column.reason for column in found.columns)
        assert 0 < found.kind_confidence <= 1


def test_only_the_text_says_that_it_is_an_ablation() -> None:
    grid = """Head | AP | AP50
        MLP | 33.1 | 52.0
        conv | 33.9 | 53.4"""
    bare = understand(make_table(grid, caption="Results on COCO."))
    told = understand(
        make_table(
            grid, caption="Results on COCO.", mentions=("Table 1 ablates the head, with all else equal.",)
        )
    )
    assert bare.kind == "main result"
    assert told.kind == "ablation"
    assert "ablates" in told.kind_reason


def test_deltas_are_signed_and_judged_by_direction() -> None:
    found = understand(
        make_table("Model | AP | Latency (ms)\nOurs | 50.0 | 20\nw/o neck | 48.5 | 16\nw/o both | - | 15")
    )
    assert [(delta.row, delta.column, delta.value, delta.better) for delta in found.deltas] == [
        (2, 1, -1.5, False),
        (2, 2, -4.0, True),
        (3, 2, -5.0, True),
    ]
    assert found.deltas[0].relative == pytest.approx(-0.03)


def test_a_delta_of_nothing_is_neither_better_nor_worse() -> None:
    found = understand(make_table("Model | AP\nOurs | 50.0\nw/o neck | 50.0"))
    assert [(delta.value, delta.better) for delta in found.deltas] == [(0.0, None)]


def test_a_cell_that_prints_a_difference_is_taken_at_its_word() -> None:
    found = understand(
        make_table("Model | AP\nbaseline | 50.0\n+ neck | +1.5\n+ head | +2.5"), Overrides(baseline_row=1)
    )
    assert [delta.value for delta in found.deltas] == [1.5, 2.5]


def test_groups_of_rows_have_their_own_baseline() -> None:
    found = understand(
        make_table(
            """Backbone | Variant | AP
            R50 ^2 | full | 40.0
            | w/o fusion | 39.0
            R101 ^2 | full | 42.0
            | w/o fusion | 41.5"""
        )
    )
    assert found.baseline_row == 3
    assert {delta.row: delta.value for delta in found.deltas} == {2: -1.0, 4: -0.5}


def test_a_group_without_a_baseline_takes_that_of_the_table() -> None:
    found = understand(
        make_table(
            """Variant | AP
            (a) baseline | 30.0
            (b) ours | 34.0
            Ablation experiments follow
            (c) w/o lateral | 31.0
            (d) w/o top-down | 33.0"""
        )
    )
    assert found.baseline_row == 2
    assert {delta.row: delta.value for delta in found.deltas} == {1: -4.0, 4: -3.0, 5: -1.0}


def test_worth_is_the_mean_over_pairs_that_differ_in_one_mark() -> None:
    found = understand(make_table(COMPONENTS, caption="Ablation."))
    assert [(worth.factor, worth.value, worth.better) for worth in found.worth] == [
        ("A", 1.5, True),
        ("B", 2.5, True),
    ]
    assert "mean of 2 pairs" in found.worth[0].reason


def test_worth_compares_only_rows_with_the_same_settings() -> None:
    found = understand(
        make_table(
            """Loss | Aug | AP
            MSE | | 30.0
            CIoU | ✓ | 33.0
            MSE | ✓ | 31.0""",
            caption="Ablation.",
        )
    )
    assert [(worth.factor, worth.value) for worth in found.worth] == [("Aug", 1.0)]


def test_worth_of_what_is_left_out() -> None:
    found = understand(make_table("Model | PPL\nfull | 10.0\nw/o gate | 10.5\nw/o gate and norm | 12.0"))
    assert [(worth.factor, worth.value, worth.better) for worth in found.worth] == [("gate", -0.5, True)]


def test_worth_of_steps() -> None:
    found = understand(
        make_table("Step | Acc.\nbaseline | 70.0\n+ mixup | 71.0\n+ EMA | 71.5", caption="Ablation.")
    )
    assert [(worth.factor, worth.value) for worth in found.worth] == [("mixup", 1.0), ("EMA", 0.5)]
    assert found.worth[0].reason == "the difference to the row above, as additions add up"


def test_additions_to_a_full_row_stand_alone() -> None:
    found = understand(
        make_table("Model | Acc.\nFull | 70.0\n+ mixup | 71.0\n+ EMA | 70.5", caption="Ablation.")
    )
    assert [(worth.factor, worth.value) for worth in found.worth] == [("mixup", 1.0), ("EMA", 0.5)]
    assert "stands alone" in found.worth[0].reason


def test_a_column_is_named_by_as_few_levels_as_tell_it_apart() -> None:
    found = understand(
        make_table(
            """Component <2 | | COCO <2 | | LVIS
            Copy-paste | EMA | AP | AP50 | AP
            ✓ | | 40.0 | 60.0 | 25.0
            ✓ | ✓ | 41.0 | 61.0 | 26.0""",
            header_rows=2,
            caption="Ablation.",
        )
    )
    names = [column.name for column in found.columns]
    assert names == ["Copy-paste", "EMA", "COCO / AP", "AP50", "LVIS / AP"]
    assert {worth.factor for worth in found.worth} == {"EMA"}


def test_a_name_that_has_without_in_it_leaves_nothing_out() -> None:
    rows = "SlimNet (w/o conv) | 80.1\nLinformer | 79.0\nPerformer | 78.8"
    found = understand(make_table(f"Model | Top-1\n{rows}", caption="Networks of one size."))
    assert found.kind == "main result"
    assert left_out(["SlimNet (w/o conv)", "Linformer"]) == [(), ()]
    assert left_out(["SlimNet (w/o conv)", "SlimNet"]) == [("conv",), ()]


@pytest.mark.parametrize(
    ("grid", "shape"),
    [
        ("Task | A [1] | B [2] | Ours\nfirst | 1.0 | 2.0 | 3.0\nsecond | 2.0 | 3.0 | 4.0", (False, True)),
        ("Task | Small | Large\nMMLU | 41.0 | 52.0\nGSM8K | 20.1 | 33.3", (True, True)),
        ("Threshold | 1.0 | 1.5 | 2.0\nnorth | 15.9 | 9.8 | 7.6\nsouth | 15.0 | 10.4 | 7.9", (False, True)),
        ("Layers | 2 | 4\nGCN | 81.1 | 80.4\nOurs | 82.0 | 82.6", (False, False)),
        ("Model | AP | FPS\nA [1] | 40.0 | 20\nOurs | 42.0 | 22", (False, False)),
    ],
)
def test_what_is_compared_stands_in_rows_or_in_columns(grid: str, shape: tuple[bool, bool]) -> None:
    found = read_shape(Body(make_table(grid)))
    assert (found.transposed, found.across) == shape
    baseline = understand(make_table(grid), Overrides(kind="main result")).baseline_row
    assert (baseline is None) == found.across


@given(st.from_regex(r"\d{1,15}(\.\d{1,15})?", fullmatch=True))
def test_plain_decimals_are_read_as_any_number_is(text: str) -> None:
    (row,) = Body(make_table(f"Model | AP\nA | {text}")).rows
    assert row.values[1] == parse_value(row.texts[1])


def test_worth_of_alternatives_is_not_read_as_steps() -> None:
    found = understand(
        make_table(
            "Step | Acc.\nbaseline | 70.0\n+ mixup | 71.0\n+ EMA | 70.5\n+ mixup + EMA | 72.0",
            caption="Ablation.",
        )
    )
    values = {worth.factor: worth.value for worth in found.worth}
    assert values == {"mixup": 1.25, "EMA": 0.75}


def test_a_lone_x_means_yes_where_no_check_mark_stands() -> None:
    found = understand(make_table(COMPONENTS.replace("✓", "x"), caption="Ablation."))
    assert [worth.value for worth in found.worth] == [1.5, 2.5]
    crossed = understand(make_table("A | B | AP\n✓ | x | 30.0\n✓ | ✓ | 31.0", caption="Ablation."))
    assert [(worth.factor, worth.value) for worth in crossed.worth] == [("B", 1.0)]


def test_headers_are_joined_over_their_levels() -> None:
    table = make_table(
        """Model ^2 | BLEU <2 | | Cost (FLOPs) <2
        | EN-DE | EN-FR | EN-DE | EN-FR
        A [1] | 24.6 | 39.9 | 2.3·10^19 | 1.4·10^20
        B | 28.4 | 41.8 | 2.3·10^19 | 1.2·10^20""",
        header_rows=2,
    )
    found = understand(table)
    assert [column.header for column in found.columns] == [
        "Model", "BLEU / EN-DE", "BLEU / EN-FR", "Cost (FLOPs) / EN-DE", "Cost (FLOPs) / EN-FR",
    ]  # fmt: skip
    assert [column.direction for column in found.columns] == [None, "up", "up", "down", "down"]


def test_lower_is_better_in_the_caption() -> None:
    grid = "Method | clean | other\nA [1] | 4.8 | 14.5\nOurs | 1.9 | 4.1"
    assert [column.direction for column in understand(make_table(grid)).columns] == [None, "up", "up"]
    told = understand(make_table(grid, caption="Lower is better."))
    assert [column.direction for column in told.columns] == [None, "down", "down"]


def test_what_the_user_says_beats_all() -> None:
    table = make_table("Model | AP\nours | 50.0\nother [2] | 48.0")
    overrides = Overrides(kind="ablation", baseline_row=2, directions={1: "down"})
    found = understand(table, overrides)
    assert (found.kind, found.kind_confidence, found.baseline_row) == ("ablation", 1.0, 2)
    assert found.columns[1].direction == "down"
    assert [(delta.row, delta.value, delta.better) for delta in found.deltas] == [(1, 2.0, False)]


def test_a_baseline_of_the_user_that_is_gone_is_not_used() -> None:
    table = make_table("Model | AP\nours | 50.0\nother [2] | 48.0")
    assert understand(table, Overrides(baseline_row=17)).baseline_row == 1


def test_a_table_of_nothing() -> None:
    found = understand(Table("", "", "", 1, None, "pdf", 0, ()))
    assert (found.kind, found.columns, found.deltas, found.worth) == ("other", (), (), ())
    assert understand(make_table("A | B", header_rows=1)).baseline_row is None


TEXTS = st.sampled_from(
    ["", "✓", "✗", "x", "-", "AP", "Model", "w/o A", "+ B", "A + B", "ours", "full", "baseline", "54.8",
    "1,024", "28.4 ± 0.1",
     "+1.2", "3.1M", "λ", "(a)", "Params (M)", "[12]", "MMLU", "FID ↓", "33 ms", "é∆​"]
)  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> Table:
    cells = draw(
        st.lists(
            st.builds(
                Cell,
                st.integers(0, 8),
                st.integers(0, 6),
                TEXTS,
                st.integers(1, 3),
                st.integers(1, 3),
                bold=st.booleans(),
            ),
            max_size=40,
        )
    )
    header = draw(st.integers(0, 12))
    rules = draw(st.tuples(st.integers(0, 12)))
    return Table("1", "", draw(st.text(max_size=60)), 1, None, "pdf", header, tuple(cells), rules=rules)


@given(tables(), st.sampled_from([*KINDS, None]), st.integers(-2, 12))
def test_any_table_gives_an_answer(table: Table, kind: Kind | None, baseline: int) -> None:
    found = understand(table, Overrides(kind=kind, baseline_row=baseline))
    assert found.kind in KINDS
    assert len(found.columns) == table.column_count
    assert all(delta.row != found.baseline_row for delta in found.deltas)
    assert all(delta.row < table.row_count and delta.column < table.column_count for delta in found.deltas)


@given(st.permutations(range(1, 4)))
def test_deltas_do_not_depend_on_the_order_of_rows(order: list[int]) -> None:
    lines = ["full | 50.0 | 20", "w/o A | 49.0 | 18", "w/o B | 47.5 | 21"]
    table = make_table("\n".join(["Model | AP | Latency (ms)", *(lines[place - 1] for place in order)]))
    found = understand(table)
    assert _by_label(found, table) == {"w/o A": [-1.0, -2.0], "w/o B": [-2.5, 1.0]}


def _by_label(found: Understanding, table: Table) -> dict[str, list[float]]:
    values: dict[str, list[float]] = {}
    for delta in found.deltas:
        values.setdefault(table.rows[delta.row][0], []).append(delta.value)
    return values
