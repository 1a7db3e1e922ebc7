from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.table_keys import table_keys
from r2p_tui.domain.tables import Table


def made(number: str = "", part: str = "", page: int = 7) -> Table:
    return Table(number, part, "", page, None, "pdf", 0, ())


def test_a_number_and_its_part_name_a_table() -> None:
    tables = [made("3", "a"), made("3", "b"), made("III"), made("A.1"), made("S 2", "(c)")]
    assert table_keys(tables) == ["3a", "3b", "III", "A.1", "S2c"]


def test_tables_without_a_number_are_counted_on_their_page() -> None:
    tables = [made(), made("4"), made(), made(page=8), made(page=0)]
    assert table_keys(tables) == ["p7-1", "4", "p7-2", "p8-1", "p0-1"]


def test_a_number_that_comes_again_is_told_apart() -> None:
    assert table_keys([made("1"), made("1"), made("1")]) == ["1", "1-2", "1-3"]


numbers = st.sampled_from(["", "1", "1-2", "p7", "p7-1", "#", "2", "12"])


@given(st.lists(st.tuples(numbers, st.sampled_from(["", "a", "-2"]), st.integers(0, 8)), max_size=12))
def test_no_two_tables_share_a_key(facts: list[tuple[str, str, int]]) -> None:
    keys = table_keys([made(*fact) for fact in facts])
    assert len(set(keys)) == len(keys) == len(facts)
    assert all(keys)
