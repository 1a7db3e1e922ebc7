from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain import data_check_copies
from r2p_tui.domain.boxes import centres_covered, corners, iou_matrix, pixel_sides, same_boxes
from r2p_tui.domain.data_check import (
    DataSet,
    Finding,
    ImageFacts,
    LabelledImage,
    ModelView,
    make_report,
    model_view,
    percent,
)
from r2p_tui.domain.data_check_classes import class_findings, imbalance
from r2p_tui.domain.data_check_copies import copy_findings, groups_of_copies, near_pairs
from r2p_tui.domain.data_check_files import file_findings
from r2p_tui.domain.data_check_outliers import is_alone, outlier_findings, robust_z
from r2p_tui.domain.data_check_sizes import crowding_findings, size_findings, size_histogram
from r2p_tui.domain.label_rows import LabelBox, read_rows

share = st.floats(0, 1, allow_nan=False)
side = st.floats(0.001, 1, allow_nan=False)
boxes = st.lists(st.builds(LabelBox, st.integers(0, 3), share, share, side, side), min_size=1, max_size=8)


def picture(path: str = "a.jpg", split: str = "train", *found: LabelBox, **facts: object) -> LabelledImage:
    values: dict[str, object] = {"width": 100, "height": 100, "digest": path, "thumbnail": b"\0" * 1024}
    return LabelledImage(path, split, found, ImageFacts(**(values | facts)))  # type: ignore[arg-type]


def data(*images: LabelledImage, names: int = 3) -> DataSet:
    splits = tuple(dict.fromkeys(image.split for image in images))
    return DataSet("data.yaml", {number: f"c{number}" for number in range(names)}, splits, images)


# --- geometry ---------------------------------------------------------------------------------------------


@given(boxes, boxes)
def test_iou_is_a_share_and_does_not_mind_the_order(first: list[LabelBox], second: list[LabelBox]) -> None:
    there = iou_matrix(corners(first), corners(second))
    back = iou_matrix(corners(second), corners(first))
    assert there.shape == (len(first), len(second))
    assert np.allclose(there, back.T)
    assert ((there >= 0) & (there <= 1 + 1e-9)).all()


@given(boxes)
def test_a_box_agrees_with_itself(found: list[LabelBox]) -> None:
    shape = corners(found)
    assert np.allclose(np.diag(iou_matrix(shape, shape)), 1)
    assert same_boxes(found, found)


@given(boxes, st.floats(0.1, 3), st.floats(-2, 2))
def test_iou_does_not_mind_scale_and_place(found: list[LabelBox], scale: float, move: float) -> None:
    shape = corners(found)
    assert np.allclose(
        iou_matrix(shape, shape), iou_matrix(shape * scale + move, shape * scale + move), atol=1e-6
    )


def test_iou_of_a_half_covered_box() -> None:
    one, two = corners([LabelBox(0, 0.25, 0.5, 0.5, 1)]), corners([LabelBox(0, 0.5, 0.5, 1, 1)])
    assert iou_matrix(one, two)[0, 0] == pytest.approx(0.5)


def test_boxes_without_area_share_nothing() -> None:
    flat = corners([LabelBox(0, 0.5, 0.5, 0, 0)])
    assert iou_matrix(flat, flat)[0, 0] == 0


def test_a_small_box_inside_a_large_one_has_its_centre_covered() -> None:
    shape = corners([LabelBox(0, 0.5, 0.5, 0.8, 0.8), LabelBox(0, 0.3, 0.3, 0.1, 0.1)])
    assert centres_covered(shape) == 1


def test_other_classes_are_other_boxes() -> None:
    one = [LabelBox(0, 0.5, 0.5, 0.2, 0.2)]
    assert not same_boxes(one, [one[0]._replace(class_id=1)])
    assert not same_boxes(one, [])
    assert same_boxes([], [])


def test_sizes_at_the_size_of_the_training() -> None:
    [[width, height]] = pixel_sides([LabelBox(0, 0.5, 0.5, 0.1, 0.2)], 2000, 1000, 640)
    assert [width, height] == pytest.approx([64, 64])


# --- rows -------------------------------------------------------------------------------------------------


@given(st.text(max_size=300))
def test_any_text_is_boxes_or_faults(text: str) -> None:
    found, faults = read_rows(text, range(3))
    assert len(found) + len([one for one in faults if one.kind != "beyond"]) == sum(
        bool(line.split()) for line in text.splitlines()
    )


@given(boxes)
def test_rows_come_back_as_boxes(found: list[LabelBox]) -> None:
    text = "\n".join(" ".join(map(repr, box)) for box in dict.fromkeys(found))
    read, faults = read_rows(text, range(4))
    assert list(read) == list(dict.fromkeys(found))
    assert {fault.kind for fault in faults} <= {"beyond"}


@pytest.mark.parametrize(
    ("side", "kind"), [("-0.005", "range"), ("0", "zero"), ("1e-6", "zero"), ("2e-6", "")]
)
def test_a_side_below_nothing_is_out_of_range(side: str, kind: str) -> None:
    for row in (f"0 0.5 0.5 {side} 0.1", f"0 0.5 0.5 0.1 {side}"):
        assert [fault.kind for fault in read_rows(row, [0])[1]] == [kind] * bool(kind)


def test_an_outline_becomes_its_box() -> None:
    [box], faults = read_rows("1 0.1 0.2 0.5 0.2 0.5 0.6", range(2))
    assert list(box) == pytest.approx([1, 0.3, 0.4, 0.4, 0.4])
    assert not faults


def test_a_box_among_outlines_is_a_fault() -> None:
    found, [fault] = read_rows("1 0.1 0.2 0.5 0.2 0.5 0.6\n0 0.5 0.5 0.1 0.1", range(2))
    assert len(found) == 1
    assert (fault.kind, fault.line) == ("malformed", 2)


def test_keypoints_follow_the_box() -> None:
    row = "0 0.5 0.5 0.1 0.1 0.4 0.4 2 0.6 0.6 2"
    assert read_rows(row, [0], keypoint_columns=6) == ((LabelBox(0, 0.5, 0.5, 0.1, 0.1),), ())
    assert read_rows(row, [0], keypoint_columns=3)[1][0].kind == "malformed"


def test_blank_lines_are_nothing_and_lines_keep_their_numbers() -> None:
    found, [fault] = read_rows("\n0 0.5 0.5 0.1 0.1\n\n0 0.5\n", [0])
    assert (len(found), fault.line) == (1, 4)


# --- statistics -------------------------------------------------------------------------------------------


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=20))
def test_the_effective_number_lies_between_one_and_all(counts: list[int]) -> None:
    ratio, effective = imbalance(counts)
    assert ratio >= 1
    assert 1 - 1e-9 <= effective <= len(counts) + 1e-9


def test_equal_classes_count_in_full() -> None:
    assert list(imbalance([7, 7, 7, 7, 0])) == pytest.approx([1, 4])


def test_robust_z_does_not_mind_the_outlier_itself() -> None:
    values = np.array([1.0, 1.1, 0.9, 1.0, 1.05, 0.95, 9.0])
    scores = robust_z(values, 0.01)
    assert abs(scores[:-1]).max() < 2
    assert scores[-1] > 50
    assert robust_z(np.ones(5), 0.1).tolist() == [0] * 5


def test_a_second_usual_place_is_not_alone() -> None:
    values = np.array([0.1] * 60 + [0.9] * 40 + [0.5])
    assert is_alone(values, 0.02).tolist() == [False] * 100 + [True]


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (1, 3, "33 %"),
        (1, 2, "50 %"),
        (1, 30, "3.3 %"),
        (0, 9, "0 %"),
        (1, 9999, "under 0.1 %"),
        (0, 0, "0 %"),
    ],
)
def test_shares_in_words(part: int, whole: int, said: str) -> None:
    assert percent(part, whole) == said


@pytest.mark.parametrize(
    ("model", "strides", "known"),
    [
        ("yolov8n.yaml", (8, 16, 32), True),
        ("/models/yolo11x.pt", (8, 16, 32), True),
        ("rtdetr-l.yaml", (8, 16, 32), True),
        ("yolov8s-p2.yaml", (4, 8, 16, 32), True),
        ("yolov8x-p6.yaml", (8, 16, 32, 64), True),
        ("best.pt", (8, 16, 32), False),
    ],
)
def test_strides_by_name(model: str, strides: tuple[int, ...], known: bool) -> None:
    assert model_view(model, 640) == ModelView(model, 640, strides, known)


def test_unknown_strides_are_said() -> None:
    image = picture("a.jpg", "train", LabelBox(0, 0.5, 0.5, 0.5, 0.5))
    said = [one.sentence for one in size_findings(data(image), model_view("best.pt", 640))]
    assert any("not known" in sentence for sentence in said)


@given(st.lists(st.floats(0.1, 2000), max_size=50))
def test_every_size_stands_in_one_octave(sizes: list[float]) -> None:
    rows = size_histogram(sizes, (8, 16, 32))
    assert sum(row.value for row in rows) == len(sizes)
    assert [row.label for row in rows if row.note] == ["8–16 px", "16–32 px", "32–64 px"]


def test_a_size_of_just_one_cell_is_not_under_it() -> None:
    image = picture("a.jpg", "train", LabelBox(0, 0.5, 0.5, 0.08, 0.08))
    [found] = size_findings(data(image), ModelView("yolo", 100))
    assert found.sentence.startswith("0 boxes of 1")
    [found] = size_findings(data(image), ModelView("yolo", 99))
    assert (found.severity, found.files[0].note) == ("problem", "1 of 1")


def test_a_class_with_a_few_boxes_in_val() -> None:
    many = [LabelBox(0, 0.5, 0.5, 0.1, 0.1)] * 30
    found = class_findings(data(picture("a", "train", *many), picture("b", "val", many[0]), names=1))
    assert [one.key for one in found if one.severity == "look"] == ["few-in-val"]


def spread(count: int, side: float = 0.02) -> list[LabelBox]:
    """Boxes of one size in the middle of the image, no two alike."""
    return [LabelBox(0, 0.3 + 0.4 * number / count, 0.5, side, side) for number in range(count)]


@pytest.mark.parametrize(("count", "said"), [(300, False), (301, True)])
def test_more_boxes_than_a_detector_finds(count: int, said: bool) -> None:
    found = crowding_findings(data(picture("a", "train", *spread(count))))
    assert ("too-many-objects" in [one.key for one in found]) is said


@pytest.mark.parametrize(("cut", "said"), [(25, False), (26, True)])
def test_boxes_at_the_border_are_told_beyond_a_quarter(cut: int, said: bool) -> None:
    at_border = [box._replace(y=0.01) for box in spread(100)[:cut]]
    image = picture("a", "train", *at_border, *spread(100)[cut:])
    found = crowding_findings(data(image))
    assert ("border" in [one.key for one in found]) is said


@pytest.mark.parametrize(("empty", "severity"), [(30, "fine"), (31, "look")])
def test_empty_images_deserve_a_look_beyond_three_tenths(empty: int, severity: str) -> None:
    filled = [picture(str(number), "train", *spread(1)) for number in range(empty, 100)]
    bare = [picture(str(number), "train") for number in range(empty)]
    [found] = [one for one in file_findings(data(*filled, *bare)) if one.key == "empty-images"]
    assert found.severity == severity


@pytest.mark.parametrize(
    ("x", "severity"), [(0.589, "fine"), (0.591, "look"), (0.411, "fine"), (0.409, "look")]
)
def test_an_outlier_is_six_deviations_away(x: float, severity: str) -> None:
    usual = [LabelBox(0, 0.5, 0.5, 0.1, 0.1)] * 30
    [found] = outlier_findings(data(picture("a", "train", *usual, usual[0]._replace(x=x))))
    assert found.severity == severity


@pytest.mark.parametrize(("many", "severity"), [(9, "fine"), (10, "look"), (99, "look"), (100, "problem")])
def test_classes_of_uneven_size(many: int, severity: str) -> None:
    rare = LabelBox(1, 0.5, 0.5, 0.1, 0.1)
    found = class_findings(data(picture("a", "train", *spread(many), rare), names=2))
    assert [one.severity for one in found if one.key == "imbalance"] == [severity]


# --- copies -----------------------------------------------------------------------------------------------


def noisy(seed: int) -> bytes:
    return np.random.default_rng(seed).integers(0, 256, 1024).astype(np.uint8).tobytes()


def test_images_of_everything_are_told_apart() -> None:
    images = [picture(f"{seed}.jpg", "train", thumbnail=noisy(seed)) for seed in range(40)]
    assert near_pairs(images) == []
    assert groups_of_copies(images) == ([], True)


def test_a_near_copy_needs_both_detail_and_hash() -> None:
    shot = np.frombuffer(noisy(1), np.uint8)
    again = np.clip(shot.astype(int) + 2, 0, 255).astype(np.uint8).tobytes()
    first = picture("a.jpg", "train", thumbnail=shot.tobytes(), dhash=0)
    assert near_pairs([first, picture("b.jpg", "train", thumbnail=again, dhash=2**10 - 1)]) == [(0, 1)]
    assert near_pairs([first, picture("b.jpg", "train", thumbnail=again, dhash=2**11 - 1)]) == []


def test_a_fixed_camera_sees_no_copies_even_in_a_small_set() -> None:
    scene = np.random.default_rng(0).integers(0, 200, 1024)
    images = []
    for number in range(6):
        shot = scene.copy()
        shot[number * 50 : number * 50 + 3] += 40
        images.append(picture(f"{number}.jpg", "train", thumbnail=shot.astype(np.uint8).tobytes()))
    assert near_pairs(images) == []
    assert near_pairs([*images, images[0]]) == [(0, 6)]


def test_plain_images_are_no_copies_of_each_other() -> None:
    plain = [picture(f"{level}.jpg", "train", thumbnail=bytes([level]) * 1024) for level in (10, 100, 200)]
    assert near_pairs(plain) == []


def test_copies_of_copies_are_one_group() -> None:
    images = [
        picture("a", "train", digest="1", pixels="p", thumbnail=noisy(1)),
        picture("b", "val", digest="1", pixels="p", thumbnail=noisy(1)),
        picture("c", "val", digest="2", pixels="p", thumbnail=noisy(1)),
        picture("d", "val", digest="3", pixels="q", thumbnail=noisy(2)),
    ]
    [group], _ = groups_of_copies(images)
    assert [image.path for image in group.images] == ["a", "b", "c"]
    assert group.likeness == "the same pixels"


def test_a_set_with_many_copies_is_still_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_check_copies, "MOST_COMPARED", 2)
    shot = {"pixels": "p", "thumbnail": noisy(1)}
    images = [picture(name, "train", **shot) for name in ("a", "b", "c")]
    near = picture("d", "train", pixels="q", thumbnail=noisy(1))
    assert [one.key for one in copy_findings(data(*images, near))] == ["duplicates"]
    [found] = [one for one in copy_findings(data(*images, near)) if one.key == "duplicates"]
    assert found.files[-1] == ("d", "nearly the same as a")


def test_what_was_not_compared_is_not_said_to_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    images = [picture(str(seed), "train", thumbnail=noisy(seed)) for seed in range(3)]
    assert [one.key for one in copy_findings(data(*images))] == ["copies"]
    monkeypatch.setattr(data_check_copies, "MOST_COMPARED", 2)
    [found] = copy_findings(data(*images))
    assert (found.key, found.severity) == ("near-copies", "fine")


def test_the_worst_comes_first() -> None:
    kinds = [Finding(name, "files", name, "") for name in ("fine", "problem", "look", "fine")]
    report = make_report(data(picture()), model_view("yolo", 640), kinds)
    assert [one.severity for one in report.findings] == ["problem", "look", "fine", "fine"]
    assert report.has_problems
    assert report.count("fine") == 2
