import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.table_numbers import is_check, is_cross, is_missing, parse_value, signed

NUMBERS = [
    ("54.8", 54.8), (".75", 0.75), ("1,024", 1024), ("1 024", 1024), ("1,024.5", 1024.5),
    ("12.3M", 12_300_000),
    ("100K", 100_000), ("1.3B", 1.3e9), ("4.1 G", 4.1e9), ("+1.2", 1.2), ("-0.9", -0.9), ("−0.9", -0.9),
    ("–0.9", -0.9),
    ("2.3 · 10^19", 2.3e19), ("2.3⋅1019", 2.3e19), ("2.3×10²⁰", 2.3e20), ("3.3x10^20", 3.3e20),
    ("1e-4", 1e-4),
    ("1.0e+05", 1e5), ("10⁻⁴", 1e-4), ("10^{-4}", 1e-4), ("2 · 10−4", 2e-4), ("~30", 30), (">0.9", 0.9),
    ("≤ 5", 5),
    ("12.3†", 12.3), ("25.5*", 25.5), ("26.3 [16]", 26.3), ("12.3¹", 12.3), ("1/4", 0.25), ("(54.8)", 54.8),
    ("**54.8**", 54.8), (r"\textbf{54.8}", 54.8), ("$54.8$", 54.8), ("54.8 ↓", 54.8), ("90.1 (ours)", 90.1),
    ("↑1.2", 1.2), ("↓ 1.2", -1.2),
]  # fmt: skip

NOT_NUMBERS = [
    "", "-", "–", "N/A", "✓", "x", "ResNet-50", "54.8/36.1", "54.8 / 36.1", "12.3 45.6", "85.3 (76.2)",
    "512x512", "1024×2048",
    "2 × 1024", "3:1", "2-3", "54.8-56.1", "10-4", "1.2.3", "3D", "4 layers", "0.1, 0.2", "1,02", "7b",
    "5²", "3 + 2", "O(n)",
    "a" * 500, "1" * 500,
]  # fmt: skip


@pytest.mark.parametrize(("text", "number"), NUMBERS)
def test_numbers_as_papers_print_them(text: str, number: float) -> None:
    value = parse_value(text)
    assert value is not None
    assert value.number == number
    assert value.text == text


@pytest.mark.parametrize("text", NOT_NUMBERS)
def test_cells_that_state_no_single_number(text: str) -> None:
    assert parse_value(text) is None


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("33 ms", "ms"),
        ("8GB", "GB"),
        ("5.2×", "×"),
        ("5.2x", "×"),
        ("64.4%", "%"),
        ("27.3\\%", "%"),
        ("2.73 s", "s"),
        ("$1.2", "$"),
    ],
)
def test_units(text: str, unit: str) -> None:
    value = parse_value(text)
    assert value is not None
    assert value.unit == unit
    assert value.percent == (unit == "%")


@pytest.mark.parametrize(
    ("text", "deviation"),
    [
        ("28.4 ± 0.1", 0.1), ("28.4±0.1", 0.1), ("28.4 (0.1)", 0.1), (r"$28.4_{\pm 0.1}$", 0.1),
        ("28.4 +/- 0.1", 0.1),
        ("28.4 (3)", None), ("120 (64.4%)", None), ("0.75 [0.70, 0.80]", None),
    ],
)  # fmt: skip
def test_deviations_and_brackets_that_are_none(text: str, deviation: float | None) -> None:
    value = parse_value(text)
    assert value is not None
    assert value.deviation == deviation


@pytest.mark.parametrize(
    ("text", "delta"),
    [
        ("54.8 (+1.2)", 1.2), ("54.8 (−1.2)", -1.2), ("54.8(-1.2%)", -1.2), ("54.8 ↑1.2", 1.2),
        ("54.8 ↓1.2", -1.2),
        ("54.8 (1.2↓)", -1.2), ("54.8+1.2", 1.2), ("54.8 -0.4", -0.4), ("33.9 (+2.3)†", 2.3), ("54.8", None),
    ],
)  # fmt: skip
def test_deltas_that_the_paper_gives(text: str, delta: float | None) -> None:
    value = parse_value(text)
    assert value is not None
    assert value.given_delta == delta


def test_counts_and_marks() -> None:
    counted = parse_value("28.4 ± 0.1 (n=5)")
    alone = parse_value("n=5")
    best = parse_value("**28.4**")
    second = parse_value(r"\underline{28.4}")
    assert counted and (counted.count, counted.deviation) == (5, 0.1)
    assert alone and (alone.number, alone.count) == (5, 5)
    assert best and best.mark == "best"
    assert second and second.mark == "second"


@pytest.mark.parametrize("text", ["✓", "✔", "yes", "Yes", "✓*", "w/", "√"])
def test_checks(text: str) -> None:
    assert is_check(text)
    assert not is_cross(text)


@pytest.mark.parametrize("text", ["✗", "✘", "x", "×", "no", "w/o"])
def test_crosses(text: str) -> None:
    assert is_cross(text)
    assert not is_check(text)


@pytest.mark.parametrize("text", ["", " ", "-", "–", "—", "N/A", "n/a"])
def test_missing(text: str) -> None:
    assert is_missing(text)
    assert not is_check(text)


def test_a_difference_is_written_like_the_numbers_it_lies_between() -> None:
    assert signed(-0.5, "31", "30.5") == "-0.5"
    assert signed(-0.9000000000000057, "53.9") == "-0.9"
    assert signed(0.275) == "+0.275"
    assert signed(2.0) == "+2"


@pytest.mark.parametrize(
    ("difference", "like", "text"),
    [
        (0.9, "54.8", "+0.9"), (-1.0, "54.80", "-1.00"), (0.0, "54.8", "0"), (1.2e6, "12.3M", "+1.2M"),
        (-30.0, "120 ms", "-30"),
        (0.05, "54.8", "+0.05"), (2.1e19, "2.3·10^19", "+2.1e+19"), (1234.0, "5,678", "+1,234"),
    ],
)  # fmt: skip
def test_differences_are_written_like_their_number(difference: float, like: str, text: str) -> None:
    assert signed(difference, like) == text


@given(
    st.decimals(min_value=-99999, max_value=99999, places=2),
    st.sampled_from(["", " ", "†", "*", "%", " ms", " [12]"]),
)
def test_what_is_printed_is_read_back(number: object, tail: str) -> None:
    value = parse_value(f"{number}{tail}")
    assert value is not None
    assert value.number == float(str(number))


@given(
    st.decimals(min_value=1, max_value=9999, places=1),
    st.decimals(min_value="0.1", max_value="0.4", places=1),
    st.sampled_from(["{} ± {}", "{}±{}", "{} ({})", "**{}** ± {}"]),
)
def test_a_deviation_never_changes_the_number(number: object, deviation: object, form: str) -> None:
    value = parse_value(form.format(number, deviation))
    assert value is not None
    assert (value.number, value.deviation) == (float(str(number)), float(str(deviation)))


@given(st.text(max_size=100))
def test_any_text_gives_an_answer(text: str) -> None:
    value = parse_value(text)
    assert value is None or math.isfinite(value.number)
    assert not (is_check(text) and is_cross(text))


@given(st.text(alphabet="0123456789.,-+±×x·^()[]% eEkM↑↓/n=", max_size=40))
def test_odd_numbers_give_an_answer(text: str) -> None:
    value = parse_value(text)
    assert value is None or math.isfinite(value.number)
