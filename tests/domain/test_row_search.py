"""What a question about ablations asks for."""

from __future__ import annotations

import pytest

from r2p_tui.domain.row_search import (
    LONGEST_QUESTION,
    MOST_WORDS,
    names_factor,
    read_question,
    reports,
    row_name,
)


@pytest.mark.parametrize(
    ("question", "words", "metrics"),
    [
        ("does mosaic help small objects?", ("mosaic",), ("AP_S", "AR_S")),
        ("mosaic", ("mosaic",), ()),
        ("small objects", (), ("AP_S", "AR_S")),
        ("AP_S", (), ("AP_S",)),
        ("Does mosaic hurt on a fixed camera?", ("mosaic", "fixed", "camera"), ()),
        ("what is the effect of “label smoothing”", ("label", "smoothing"), ()),
        ("w/o CSPDarknet53-PANet", ("CSPDarknet53-PANet",), ()),
        ("does CIoU loss help the model", ("CIoU", "loss"), ()),
        ("does CIoU lower validation loss", ("CIoU",), ("validation loss", "loss")),
        ("varying γ", ("varying", "γ"), ()),
        ("mosaic mosaic", ("mosaic",), ()),
        ("what about the other", ("what", "about", "the", "other"), ()),
        ("? ! --", (), ()),
        ("", (), ()),
    ],
)
def test_a_question_is_words_and_metrics(
    question: str, words: tuple[str, ...], metrics: tuple[str, ...]
) -> None:
    read = read_question(question)
    assert (read.words, read.metrics) == (words, metrics)


def test_a_long_question_is_cut() -> None:
    read = read_question(" ".join(f"word{number}" for number in range(1000)))
    assert len(read.words) == MOST_WORDS
    assert sum(map(len, read.words)) < LONGEST_QUESTION


@pytest.mark.parametrize(
    ("factor", "asked", "same"),
    [
        ("Mosaic", "mosaic", True),
        ("Mosaic augmentation", "mosaic", True),
        ("w/o mosaics", "mosaic", True),
        ("Label / Smoothing", "label smoothing", True),
        ("MixUp", "mosaic", False),
        ("Label", "label smoothing", False),
        ("aux. loss", "aux loss", True),
        ("CA", "car", False),
        ("Mosaic", "", False),
    ],
)
def test_a_factor_is_named_by_all_its_words(factor: str, asked: str, same: bool) -> None:
    assert names_factor(factor, asked.split()) is same


@pytest.mark.parametrize(
    ("header", "metric", "same"),
    [
        ("AP_S", "AP_S", True),
        ("APS", "AP_S", True),
        ("COCO / AP50", "AP", True),
        ("mAP", "AP", True),
        ("AP", "AP_S", False),
        ("AR_S", "AP_S", False),
        ("Method", "AP", False),
    ],
)
def test_a_column_reports_a_metric_or_a_kind_of_it(header: str, metric: str, same: bool) -> None:
    assert reports(header, (metric,)) is same
    assert not reports(header, ())


def test_a_row_is_called_by_what_sets_it_apart() -> None:
    cells = (("Mosaic", "✓"), ("CutMix", "✗"), ("Size", "512"), ("AP", "38.5"), ("Depth", "-"))
    assert row_name("OHEM", cells, 3) == "OHEM, Mosaic, Size 512"
    assert row_name("", cells[1:2], 3) == "row 3"
