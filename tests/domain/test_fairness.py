from __future__ import annotations

from dataclasses import replace

from r2p_tui.domain.fairness import fairness, unfair_words
from r2p_tui.domain.measurements import Surroundings

ONE = Surroundings(
    data_sha256="ab" * 32,
    hardware="AMD EPYC, 2 cores",
    threads=2,
    image_size=320,
    batch=1,
    images=240,
    budget="50 epochs",
    versions={"onnxruntime": "1.31", "torch": "2.15"},
)


def test_the_same_surroundings_are_fair_and_need_no_words() -> None:
    checks = fairness(ONE, ONE)
    assert {check.same for check in checks} == {True}
    assert unfair_words(checks) == ""
    assert checks[0].first == "abababababab"
    assert [check.name for check in checks] == [
        "data",
        "images",
        "hardware",
        "threads",
        "batch",
        "image size",
        "tuning budget",
        "version of onnxruntime",
        "version of torch",
    ]


def test_what_differs_and_what_is_not_known_is_named_in_one_sentence() -> None:
    other = replace(ONE, batch=8, hardware="Apple M4", budget="", versions={"torch": "2.14"})
    checks = fairness(ONE, other)
    assert unfair_words(checks) == (
        "Not the same on both sides: hardware (AMD EPYC, 2 cores against Apple M4), batch (1 against 8),"
        " version of torch (2.15 against 2.14); not known on both sides: tuning budget."
    )


def test_hashes_are_compared_in_full() -> None:
    other = replace(ONE, data_sha256="ab" * 31 + "cd")
    assert fairness(ONE, other)[0].same is False


def test_nothing_known_is_neither_fair_nor_unfair() -> None:
    checks = fairness(Surroundings(), Surroundings())
    assert {check.same for check in checks} == {None}
    assert unfair_words(checks).startswith("Not known on both sides: data, images, ")


def test_packages_that_one_side_did_not_need_are_not_compared() -> None:
    other = replace(ONE, versions={"torch": "2.15", "openvino": "2026.4"})
    assert [check.name for check in fairness(ONE, other)][-1] == "version of torch"


def test_foreign_words_cannot_steer_a_terminal() -> None:
    other = replace(ONE, hardware="\x1b[31mfast\nmachine")
    words = unfair_words(fairness(ONE, other))
    assert "\x1b" not in words
    assert "\n" not in words
