"""COCO json: boxes, classes and splits, and what is wrong with them in one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from r2p_tui.domain.label_rows import read_rows
from r2p_tui.errors import DocumentError, NotFoundError, R2PError
from r2p_tui.runs.data.layout import lay_out
from r2p_tui.runs.data.training_set import DataSet, read_dataset
from tests.runs.made_data import SIDE, boxes, make_coco


def read(folder: Path, seed: int = 0, **settings: Any) -> DataSet:
    return read_dataset({"data": "train.json", **settings}, folder, seed=seed)


def change(path: Path, edit: Callable[[dict[str, Any]], None]) -> None:
    content = json.loads(path.read_text())
    edit(content)
    path.write_text(json.dumps(content))


def test_two_files(tmp_path: Path) -> None:
    make_coco(tmp_path, "train", 4)
    make_coco(tmp_path, "val", 3, first=1000)
    found = read(tmp_path, val_data="val.json")
    assert found.names == ("green", "red")
    assert {split: len(samples) for split, samples in found.splits.items()} == {"train": 4, "val": 3}
    kind, left, top, width, height = boxes(0)[0]
    row = (found.splits["train"][0].rows or "").splitlines()[0].split()
    expected = [kind, (left + width / 2) / SIDE, (top + height / 2) / SIDE, width / SIDE, height / SIDE]
    assert [float(value) for value in row] == pytest.approx(expected)


def test_rows_are_labels_that_can_be_read(tmp_path: Path) -> None:
    make_coco(tmp_path, "train", 5)
    lay_out(read(tmp_path), tmp_path / "new")
    for label in (tmp_path / "new/labels/train").iterdir():
        found, faults = read_rows(label.read_text(), range(2))
        assert (len(found), faults) == (2, ())


def test_one_file_is_split_by_the_seed(tmp_path: Path) -> None:
    make_coco(tmp_path, "train", 10)
    one, again, other = read(tmp_path), read(tmp_path), read(tmp_path, seed=1)
    assert one.splits == again.splits
    assert one.splits != other.splits
    assert "2 of 10 images were taken for it, chosen by seed 0" in one.notes[0]
    assert len(read(tmp_path, val_fraction=0.5).splits["val"]) == 5
    paths = {sample.image for split in one.splits.values() for sample in split}
    assert len(paths) == 10


def test_crowds_are_left_out_with_a_note(tmp_path: Path) -> None:
    path = make_coco(tmp_path, "train", 4)
    change(path, lambda content: content["annotations"][0].update(iscrowd=1))
    assert "1 crowd box left out" in read(tmp_path).notes[1]


EDITS: list[tuple[Callable[[dict[str, Any]], Any], type[R2PError], str]] = [
    (
        lambda c: c["annotations"][0].update(bbox=[0, 0, 200, 10]),
        DocumentError,
        "annotation 0 has a box outside",
    ),
    (lambda c: c["annotations"][0].update(bbox=[0, 0, 0, 10]), DocumentError, "a box without area"),
    (lambda c: c["annotations"][0].update(bbox=[0, 0]), DocumentError, "no box of four numbers"),
    (
        lambda c: c["annotations"][0].update(bbox=[0, 0, float("nan"), 1]),
        DocumentError,
        "no box of four numbers",
    ),
    (lambda c: c["annotations"][0].update(image_id=99), DocumentError, "belongs to no image"),
    (lambda c: c["annotations"][0].update(image_id=[1]), DocumentError, "belongs to no image"),
    (lambda c: c["annotations"][0].update(category_id=99), DocumentError, "category 99, which is not listed"),
    (lambda c: c["annotations"].clear(), DocumentError, "None of the 3 images for training"),
    (lambda c: c["images"][0].pop("width"), DocumentError, "the size of 000.png is not given"),
    (
        lambda c: c["images"][0].update(file_name="gone.png"),
        NotFoundError,
        "1 image of 4 in train.json cannot",
    ),
    (lambda c: c["images"][0].update(file_name="../../x.png"), DocumentError, "is no path below a folder"),
    (lambda c: c["images"][0].update(file_name="/etc/x.png"), DocumentError, "is no path below a folder"),
    (lambda c: c["images"][1].update(id=0), DocumentError, "two images with the id 0"),
    (lambda c: c["categories"].clear(), DocumentError, "has no categories"),
    (lambda c: c["categories"][0].update(id="x"), DocumentError, "has no number of its own"),
    (lambda c: c["images"].clear(), DocumentError, "has no images"),
    (lambda c: c.pop("annotations"), DocumentError, "it has no list “annotations”"),
]


@pytest.mark.parametrize(("edit", "kind", "words"), EDITS)
def test_what_cannot_be_used(
    edit: Callable[[dict[str, Any]], Any], kind: type[R2PError], words: str, tmp_path: Path
) -> None:
    path = make_coco(tmp_path, "train", 4)
    change(path, edit)
    with pytest.raises(kind) as caught:
        read(tmp_path)
    assert words in caught.value.message
    assert "\n" not in caught.value.message


def test_bad_boxes_may_be_left_out(tmp_path: Path) -> None:
    path = make_coco(tmp_path, "train", 4)
    change(path, lambda content: content["annotations"][0].update(bbox=[0, 0, 0, 0]))
    found = read(tmp_path, ignore_bad_labels=True)
    assert sum(found.boxes.values()) == 7
    assert "were left out" in found.notes[-1]


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "[]", "\x00"])
def test_what_is_no_json(text: str, tmp_path: Path) -> None:
    (tmp_path / "train.json").write_text(text)
    with pytest.raises(DocumentError, match=r"train\.json is not a"):
        read(tmp_path)


def test_validation_with_other_classes(tmp_path: Path) -> None:
    make_coco(tmp_path, "train", 2)
    path = make_coco(tmp_path, "val", 2)
    change(path, lambda content: content["categories"][0].update(name="blue"))
    with pytest.raises(DocumentError, match="Category 7 is “blue”"):
        read(tmp_path, val_data="val.json")
    change(path, lambda content: content.update(categories=[{"id": 3, "name": "green"}], annotations=[]))
    with pytest.raises(DocumentError, match=r"lacks 1 category of train\.json"):
        read(tmp_path, val_data="val.json")


def test_a_folder_of_images_that_is_named(tmp_path: Path) -> None:
    make_coco(tmp_path, "train", 2)
    (tmp_path / "images/train").rename(tmp_path / "elsewhere")
    assert len(read(tmp_path, images="elsewhere").splits["train"]) == 1
    with pytest.raises(NotFoundError, match="no folder of images"):
        read(tmp_path, images="nowhere")
