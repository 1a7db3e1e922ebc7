"""Data yaml: what is read, what is refused in one sentence, and what ultralytics is shown in its place."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from r2p_tui.errors import DocumentError, NotFoundError, R2PError, UsageError
from r2p_tui.runs.data.layout import lay_out
from r2p_tui.runs.data.training_set import DataSet, read_dataset
from tests.runs.made_data import make_yolo

pytest.importorskip("yaml")


def read(folder: Path, **settings: Any) -> DataSet:
    return read_dataset({"data": "data.yaml", **settings}, folder)


def refused(folder: Path, kind: type[R2PError] = DocumentError, **settings: Any) -> str:
    with pytest.raises(kind) as caught:
        read(folder, **settings)
    assert "\n" not in caught.value.message
    return caught.value.message


def test_a_whole_data_set(tmp_path: Path) -> None:
    make_yolo(tmp_path, 3)
    found = read(tmp_path)
    assert found.names == ("green", "red")
    assert {split: len(samples) for split, samples in found.splits.items()} == {"train": 3, "val": 3}
    assert found.boxes == {"train": 6, "val": 6}
    assert found.notes == []


def test_it_is_laid_out_as_links_in_the_same_order(tmp_path: Path) -> None:
    make_yolo(tmp_path / "data", 3)
    found = read(tmp_path / "data")
    described = json.loads(lay_out(found, tmp_path / "new").read_text())
    assert described["names"] == ["green", "red"]
    links = sorted((tmp_path / "new/images/train").iterdir())
    assert [link.resolve() for link in links] == sorted((tmp_path / "data/images/train").iterdir())
    labels = sorted((tmp_path / "new/labels/train").iterdir())
    assert [label.stem for label in labels] == [link.stem for link in links]


def test_the_hash_follows_labels_names_and_nothing_else(tmp_path: Path) -> None:
    make_yolo(tmp_path / "a", 3)
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    first = read(tmp_path / "a").sha256
    assert read(tmp_path / "b").sha256 == first
    label = tmp_path / "b/labels/train/001.txt"
    label.write_text(label.read_text().replace("0 ", "1 ").replace("1 ", "1 ", 1))
    changed = read(tmp_path / "b").sha256
    label.unlink()
    assert len({first, changed, read(tmp_path / "b").sha256}) == 3


@pytest.mark.parametrize("code", ["print(1)", "bash get.sh", "https://example.org/a.zip", ""])
def test_code_in_a_data_yaml_is_refused(code: str, tmp_path: Path) -> None:
    make_yolo(tmp_path, 1, yaml=f"download: {json.dumps(code)}\n")
    assert "“download”, which ultralytics runs as code" in refused(tmp_path)


def test_a_yaml_that_makes_objects_is_refused(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    make_yolo(tmp_path, 1, yaml=f"note: !!python/object/apply:os.mkdir [{canary}]\n")
    assert "is not a YAML file" in refused(tmp_path)
    assert not canary.exists()


@pytest.mark.parametrize(
    ("yaml", "words"),
    [
        ("train: https://example.org/a\nval: images/val\nnames: [a]\n", "points to https://example.org/a"),
        ("train: images/train\nval: images/val\nnames: [a, b]\nkpt_shape: [3, 3]\n", "key points"),
        ("train: images/train\nval: images/val\nnames: [a, b]\nchannels: 1\n", "1 channels"),
        ("train: images/train\nval: images/val\nnames: [a, b]\nnc: 3\n", "2 class names, but says nc: 3"),
        ("train: images/train\nval: images/val\nnames: {0: a, 2: b}\n", "numbered from 0"),
        ("train: images/train\nval: images/val\n", "does not name its classes"),
        ("train: images/train\nnames: [a, b]\n", "where its val images are"),
        ("train: 7\nval: images/val\nnames: [a, b]\n", "where its train images are"),
        ("path: 7\ntrain: images/train\nval: images/val\nnames: [a, b]\n", "is no text"),
        ("train: images/train\nval: images/val\ntest: s3://b\nnames: [a, b]\n", "points to s3://b"),
        ("x: &x [a, b]\ntrain: images/train\nval: images/val\nnames: *x\n", "uses aliases"),
        ("#" * 2**21, "far too large"),
        ("- a\n", "does not describe a data set"),
        ("a: [", "is not a YAML file"),
    ],
)
def test_a_yaml_that_cannot_be_used(yaml: str, words: str, tmp_path: Path) -> None:
    make_yolo(tmp_path, 1)
    (tmp_path / "data.yaml").write_text(yaml)
    assert words in refused(tmp_path)


def test_missing_folders_and_images_are_named(tmp_path: Path) -> None:
    make_yolo(tmp_path, 2)
    assert "is not there" in refused(tmp_path, NotFoundError, data="other.yaml")
    (tmp_path / "list.txt").write_text("./images/train/000.png\n./images/train/gone.png\n")
    (tmp_path / "data.yaml").write_text("train: list.txt\nval: images/val\nnames: [a, b]\n")
    assert "1 image of train in data.yaml is missing" in refused(tmp_path, NotFoundError)
    (tmp_path / "data.yaml").write_text("path: nowhere\ntrain: a\nval: b\nnames: [a, b]\n")
    assert "there is no folder" in refused(tmp_path, NotFoundError)
    make_yolo(tmp_path, 2)
    shutil.rmtree(tmp_path / "images/val")
    assert str(tmp_path / "images/val") in refused(tmp_path, NotFoundError)
    (tmp_path / "images/val").mkdir()
    assert "no images for val" in refused(tmp_path, NotFoundError)


def test_an_export_that_is_one_folder_too_high(tmp_path: Path) -> None:
    make_yolo(tmp_path, 2)
    (tmp_path / "data.yaml").write_text("train: ../images/train\nval: ../images/val\nnames: [a, b]\n")
    assert len(read(tmp_path).splits["train"]) == 2


@pytest.mark.parametrize(
    "text",
    [
        "train: images/train\nvalidation: images/val\nnames: [green, red]\n",
        "train: images/train\nval: images/val\nvalidation: nowhere\nnames: [green, red]\n",
        "train: images/train\nval: images/val\nnames: {'0': green, '1': red}\nnc: '2'\n",
        "train: images/train\nval: images/v*l/*.png\ntest: nowhere\nnames: [green, red]\nnc: 2.0\n",
    ],
    ids=["validation", "val before validation", "numbers as text", "a pattern, and no test images"],
)
def test_what_ultralytics_takes_too(text: str, tmp_path: Path) -> None:
    make_yolo(tmp_path, 2)
    (tmp_path / "data.yaml").write_text(text)
    found = read(tmp_path)
    assert (found.names, found.boxes) == (("green", "red"), {"train": 4, "val": 4})


def test_an_image_that_is_listed_twice_is_trained_twice(tmp_path: Path) -> None:
    make_yolo(tmp_path, 2)
    (tmp_path / "list.txt").write_text("./images/train/000.png\n" * 2)
    (tmp_path / "data.yaml").write_text("train: list.txt\nval: images/val\nnames: [a, b]\n")
    assert len(read(tmp_path).splits["train"]) == 2


def test_one_class_for_all_takes_any_number(tmp_path: Path) -> None:
    make_yolo(tmp_path, 2)
    (tmp_path / "labels/train/001.txt").write_text("7 .5 .5 .1 .1\n")
    assert "class 7 has no name" in refused(tmp_path)
    assert read(tmp_path, single_cls=True).boxes["train"] == 3


def test_bad_rows_are_counted_and_refused_unless_said_otherwise(tmp_path: Path) -> None:
    make_yolo(tmp_path, 3)
    (tmp_path / "labels/train/001.txt").write_text("0 .5 .5 .1 .1\n5 .5 .5 .1 .1\n0 7 .5 .1 .1\n")
    message = refused(tmp_path)
    assert message.startswith("2 labels in 1 file cannot be used")
    assert "labels/train/001.txt line 2: class 5 has no name" in message
    assert "left out with their images" in read(tmp_path, ignore_bad_labels=True).notes[0]


@pytest.mark.parametrize("split", ["train", "val"])
def test_a_split_without_any_label(split: str, tmp_path: Path) -> None:
    make_yolo(tmp_path, 2)
    shutil.rmtree(tmp_path / "labels" / split)
    assert "None of the 2 images" in refused(tmp_path)


def test_names_of_any_length_are_linked(tmp_path: Path) -> None:
    make_yolo(tmp_path / "data", 1)
    for kind, ending in (("images", "png"), ("labels", "txt")):
        folder = tmp_path / "data" / kind / "train"
        (folder / f"000.{ending}").rename(folder / f"{'長' * 80}.{ending}")
    lay_out(read(tmp_path / "data"), tmp_path / "new")
    assert [link.name for link in (tmp_path / "new/images/train").iterdir()] == ["0000000.png"]
    assert (tmp_path / "new/labels/train/0000000.txt").read_text()


def test_settings_of_another_format(tmp_path: Path) -> None:
    make_yolo(tmp_path, 1)
    assert "“val_fraction” is for a COCO json" in refused(tmp_path, UsageError, val_fraction=0.2)


def test_unknown_keys_are_passed_over_with_a_note(tmp_path: Path) -> None:
    make_yolo(tmp_path, 1, yaml="license: free\nroboflow: {project: x}\n")
    assert read(tmp_path).notes == ["Passed over in data.yaml: license, roboflow."]
