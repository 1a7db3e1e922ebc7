"""Where a citing sentence names what it cites."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.citation_mentions import mentions_of, short_names

DETR = "RT-DETR: Transformers in Real Time"


def named(title: str, author: str, year: int | None, sentence: str) -> list[str]:
    return [sentence[start:end] for start, end in mentions_of(title, author, year, sentence)]


@pytest.mark.parametrize(
    ("title", "names"),
    [
        (DETR, ("RT-DETR",)), ("Adapting Large Models by Low Rank (LoRA)", ("LoRA",)),
        ("Mask R-CNN", ("Mask R-CNN",)),
        ("Swin Transformer: Hierarchical Vision", ("Swin Transformer",)), ("Attention Is All You Need", ()),
        ("A Survey: What We Know", ()), ("DETRs Beat YOLOs on Real-time Object Detection", ("DETRs",)),
    ],
)  # fmt: skip
def test_what_a_title_calls_its_work(title: str, names: tuple[str, ...]) -> None:
    assert short_names(title) == names


@pytest.mark.parametrize(
    ("title", "sentence", "expected"),
    [
        (DETR, "We use RT-DETR [12] and RTDETR-R50.", ["RT-DETR [12]", "RTDETR-R50"]),
        (DETR, "RT-DETRv2 and DETR [3] are other works.", []),
        ("YOLOv8: A Detector", "YOLOv8-S [3] and yolov8x6, not YOLOv80.", ["YOLOv8-S [3]", "yolov8x6"]),
        ("DINO: DETR with Anchors", "DINO [3], not Grounding DINO, Grounding-DINO or DINOv2.", ["DINO [3]"]),
        ("BERT: Pre-training of Transformers", "BERT-Large [1], not RoBERTa, bert.", ["BERT-Large [1]"]),
        ("Mask R-CNN", "Mask R-CNN [2] and mask RCNN, not Faster R-CNN.", ["Mask R-CNN [2]", "mask RCNN"]),
        ("Feature Pyramid Networks for Object Detection", "The FPN [4] and FPNs.", ["FPN [4]", "FPNs"]),
    ],
)  # fmt: skip
def test_short_names_and_their_variants(title: str, sentence: str, expected: list[str]) -> None:
    assert named(title, "", None, sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Attention is all you need [1] was first.", ["Attention is all you need [1]"]),
        ("Is attention all that you need?", []),
        ("See (Vaswani et al., 2017).", ["Vaswani et al., 2017"]),
        ("Vaswani et al. (2018), Vaswani and Shazeer [1]", ["Vaswani et al. (2018)"]),
        ("Vaswani and Shazeer (2017) [5]", ["Vaswani and Shazeer (2017) [5]"]),
        ("VASWANI ET AL. [5] say so.", ["VASWANI ET AL. [5]"]),
        ("Vaswani et al. (2021) did something else.", []),
        ("Vaswani is a name; Vaswanis et al. is another.", []),
    ],
)  # fmt: skip
def test_titles_and_authors(sentence: str, expected: list[str]) -> None:
    assert named("Attention Is All You Need", "Ashish Vaswani", 2017, sentence) == expected


def test_accents_are_read_over() -> None:
    assert named("On Kernels", "Bernhard Schölkopf", 2001, "as Scholkopf et al. [2] do") == [
        "Scholkopf et al. [2]"
    ]


def test_a_few_common_words_of_a_long_title_are_no_mention() -> None:
    title = "DETRs Beat YOLOs on Real-time Object Detection"
    assert named(title, "", None, "Real-time object detection is hard.") == []
    assert named(title, "", None, "DETRs beat YOLOs on real time object detection [7].") == [
        "DETRs beat YOLOs on real time object detection [7]"
    ]


@given(st.text(max_size=80), st.text(max_size=30), st.none() | st.integers(1900, 2100), st.text(max_size=200))
def test_places_are_in_the_sentence_in_order_and_apart(
    title: str, author: str, year: int | None, sentence: str
) -> None:
    end = -1
    for start, stop in mentions_of(title, author, year, sentence):
        assert end < start < stop <= len(sentence)
        end = stop
