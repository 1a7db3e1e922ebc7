from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from r2p_tui.domain.data_check import ImageFacts
from r2p_tui.errors import DocumentError, NotFoundError, UsageError
from r2p_tui.runs.data.check_set import complete, orphans, read_listing, shown_path, split_of
from r2p_tui.runs.data.listing import Listing

FACTS = defaultdict[Path, ImageFacts](ImageFacts)
PLAIN = "train: images/train\nval: images/val\nnames: [scratch, dent]\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two images for training, one for validation, a box in each."""
    for split, names in {"train": ("a", "b"), "val": ("c",)}.items():
        (tmp_path / "images" / split).mkdir(parents=True)
        (tmp_path / "labels" / split).mkdir(parents=True)
        for name in names:
            Image.new("RGB", (40, 20), "grey").save(tmp_path / "images" / split / f"{name}.png")
            (tmp_path / "labels" / split / f"{name}.txt").write_text("0 0.5 0.5 0.2 0.4\n")
    return tmp_path


def listing(folder: Path, text: str, name: str = "data.yaml") -> Listing:
    (folder / name).write_text(text)
    return read_listing(folder / name)


def shown(found: Listing) -> list[tuple[str, str]]:
    return [(entry.split, shown_path(entry.path, found.root)) for entry in found.entries]


ALL = [("train", "images/train/a.png"), ("train", "images/train/b.png"), ("val", "images/val/c.png")]


def test_a_plain_data_yaml(folder: Path) -> None:
    found = listing(folder, PLAIN)
    assert shown(found) == ALL
    assert found.names == {0: "scratch", 1: "dent"}
    assert all(len(entry.boxes) == 1 and entry.labels for entry in found.entries)
    assert (found.missing, found.unfit, orphans(found)) == ([], [], [])


@pytest.mark.parametrize(
    "text",
    [
        "path: .\n" + PLAIN,
        "train: [images/train]\nval: [images/val]\nnames: {0: scratch, 1: dent}\n",
        "train: images/t*n/*.png\nval: images/val/*\nnames: [scratch, dent]\n",
        "train: ../images/train\nvalidation: images/val\nnames: [scratch, dent]\n",
        "train: [images/train/a.png, images/train/b.png]\nval: val.txt\nnames: [scratch, dent]\n",
        "train: train.txt\nval: images/val\nnames: [scratch, dent]\n",
    ],
    ids=["path", "lists", "globs", "too high", "files", "a list of images"],
)
def test_other_ways_to_say_the_same(folder: Path, text: str) -> None:
    (folder / "train.txt").write_text("./images/train/a.png\nimages/train/b.png\n\n")
    (folder / "val.txt").write_text(str(folder / "images" / "val" / "c.png"))
    assert shown(listing(folder, text)) == ALL


def test_a_path_elsewhere(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere"
    other.mkdir()
    assert shown(listing(other, f"path: {folder}\n" + PLAIN)) == ALL
    assert shown(listing(other, "path: ..\n" + PLAIN)) == ALL


def test_what_a_list_names_and_nobody_has(folder: Path) -> None:
    (folder / "train.txt").write_text("images/train/a.png\nimages/train/gone.png\n")
    found = listing(folder, "train: train.txt\nval: images/nowhere\nnames: [a, b]\n")
    assert [(note.path, note.note) for note in complete(found, FACTS).missing] == [
        ("images/train/gone.png", "named in train"),
        ("images/nowhere", "named as val, and nothing is there"),
    ]
    assert len(found.entries) == 1


def test_labels_are_read_with_their_faults(folder: Path) -> None:
    (folder / "labels" / "train" / "a.txt").write_bytes(b"\xff\xfe\x00")
    (folder / "labels" / "train" / "b.txt").unlink()
    (folder / "labels" / "train" / "left.txt").write_text("0 0.5 0.5 0.1 0.1")
    (folder / "labels" / "train" / "classes.txt").write_text("scratch\ndent\n")
    first, second, _ = (found := listing(folder, PLAIN)).entries
    assert first.faults[0].text == "the label file is not text"
    assert second.labels is None
    assert complete(found, FACTS).orphans == ("labels/train/left.txt",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("train: images/train\nnames: {0: a, 2: b}\n", "numbered from 0 without a gap"),
        (PLAIN + "nc: 3\n", "2 class names, but says nc: 3"),
        (PLAIN + "kpt_shape: [2, 3]\n", "describes key points"),
        (PLAIN + "channels: 1\n", "1 channels"),
    ],
)
def test_what_no_training_takes_is_looked_at(folder: Path, text: str, said: str) -> None:
    found = listing(folder, text)
    assert len(found.entries) >= 2
    [sentence] = complete(found, FACTS).unfit
    assert said in sentence


def test_an_image_that_is_named_twice_is_looked_at_once(folder: Path) -> None:
    found = listing(folder, "train: [images/train, images/train/a.png]\nnames: [a]\n")
    assert (len(found.entries), len(complete(found, FACTS).images)) == (3, 2)


def test_a_loop_of_links_ends(folder: Path) -> None:
    (folder / "images" / "train" / "again").symlink_to(folder / "images")
    assert ("train", "images/train/a.png") in shown(listing(folder, PLAIN))


# --- refusals: one sentence each --------------------------------------------------------------------------

BOMB = "a: &a [x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(9)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("[1, 2]", "does not describe a data set"),
        ("train: [", "is not a YAML file"),
        (BOMB, "uses aliases"),
        ("[" * 5000, "is not a YAML file"),
        ("train: 2024-99-99\n", "is not a YAML file"),
        ("!!python/object/apply:os.system ['true']", "is not a YAML file"),
        ("names: [a]\n", "where its train images are"),
        ("train: images/train\n", "does not name its classes"),
        ("train: images/train\nnames: [[a]]\n", "does not name its classes"),
        ("train: images/train\nnames: {a: b}\n", "does not name its classes"),
        ("train: {a: b}\nnames: [a]\n", "where its train images are"),
        ("path: [1]\ntrain: images/train\nnames: [a]\n", "is no text"),
        (PLAIN + "download: |\n  import os\n", "“download”"),
        ("train: https://example.org/a.zip\nnames: [a]\n", "local files only"),
        ("path: s3://bucket\ntrain: a\nnames: [a]\n", "local files only"),
    ],
)
def test_a_yaml_that_is_no_data_set(folder: Path, text: str, said: str) -> None:
    with pytest.raises(DocumentError) as refusal:
        listing(folder, text)
    assert said in refusal.value.message
    assert "\n" not in refusal.value.message
    assert len(refusal.value.message) < 250


def test_a_file_that_is_not_there_or_no_data_set(folder: Path) -> None:
    for name, error in {
        "gone.yaml": NotFoundError,
        "images": NotFoundError,
        "labels/val/c.txt": UsageError,
    }.items():
        with pytest.raises(error):
            read_listing(folder / name)
    with pytest.raises(NotFoundError, match="there is no folder"):
        listing(folder, "path: gone\n" + PLAIN)
    with pytest.raises(NotFoundError, match="names no image that is there"):
        listing(folder, "train: gone\nnames: [a]\n")
    (folder / "data.yaml").write_bytes(b"\xff\xfe\x00\x00")
    with pytest.raises(DocumentError, match="is not text"):
        read_listing(folder / "data.yaml")
    (folder / "data.yaml").write_text("#" * 2**21)
    with pytest.raises(DocumentError, match="too large"):
        read_listing(folder / "data.yaml")


def test_names_are_cleaned(folder: Path) -> None:
    found = listing(folder, 'train: images/train\nnames: ["\\e[31mred", ""]\n')
    assert "\x1b" not in found.names[0]
    assert found.names[1] == "class_1"


# --- COCO -------------------------------------------------------------------------------------------------


def coco(**changes: Any) -> dict[str, Any]:
    return {
        "images": [{"id": 1, "file_name": "a.png", "width": 40, "height": 20}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 7, "bbox": [10, 5, 20, 10]}],
        "categories": [{"id": 7, "name": "dent"}],
    } | changes


@pytest.mark.parametrize("place", ["train.json", "images/train.json", "annotations/instances_train.json"])
def test_images_of_a_coco_file_are_found_where_they_usually_lie(folder: Path, place: str) -> None:
    (folder / "annotations").mkdir()
    (folder / place).write_text(json.dumps(coco()))
    [entry] = read_listing(folder / place).entries
    assert entry.path == folder / "images" / "train" / "a.png"
    assert (entry.declared, entry.split) == ((40, 20), "train")
    [box] = entry.boxes
    assert box == (7, 0.5, 0.5, 0.5, 0.5)


def test_the_file_of_the_other_split_is_read_too(folder: Path) -> None:
    (folder / "instances_train.json").write_text(json.dumps(coco()))
    image = {"id": 1, "file_name": "images/val/c.png", "width": 40, "height": 20}
    (folder / "instances_val.json").write_text(json.dumps(coco(images=[image])))
    assert list(read_listing(folder / "instances_train.json").splits) == ["train", "val"]
    assert {entry.split for entry in read_listing(folder / "instances_val.json").entries} == {"train", "val"}


def test_files_of_other_classes_are_not_for_one_training(folder: Path) -> None:
    (folder / "train.json").write_text(json.dumps(coco()))
    (folder / "val.json").write_text(json.dumps(coco(categories=[{"id": 7, "name": "stain"}])))
    for name in ("train.json", "val.json"):
        [why] = read_listing(folder / name).unfit
        assert why.message == "Category 7 is “stain” in val.json, and not in train.json."


@pytest.mark.parametrize(
    ("image", "said"),
    [
        ({"id": 1, "file_name": "a.png"}, "two images with the id 1"),
        ({"file_name": "a.png"}, "has no id"),
        ({"id": 2, "file_name": "../../train/b.png"}, "no path below a folder"),
        ({"id": 2, "file_name": "/etc/b.png"}, "no path below a folder"),
        ({"id": 2}, "no path below a folder"),
    ],
)
def test_images_that_no_training_takes_are_left_out(folder: Path, image: dict[str, Any], said: str) -> None:
    file = folder / "images" / "train" / "x.json"
    file.write_text(json.dumps(coco(images=[coco()["images"][0], image])))
    found = read_listing(file)
    assert len(found.entries) == 1
    assert said in found.unfit[0].message


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("instances_val2017.json", "val"),
        ("train.json", "train"),
        ("my-validation.json", "val"),
        ("constraint.json", "train"),
        ("evaluation.json", "train"),
        ("test.json", "test"),
    ],
)
def test_the_split_by_the_name_of_the_file(name: str, split: str) -> None:
    assert split_of(Path(name)) == split


@pytest.mark.parametrize(
    ("annotation", "kind"),
    [
        ({"bbox": [1, 2, 3]}, "malformed"),
        ({"bbox": ["a", 2, 3, 4]}, "malformed"),
        ({"bbox": [1, 2, 3, 1e400]}, "malformed"),
        ({"category_id": "7"}, "malformed"),
        ({"category_id": 8}, "class"),
        ({"bbox": [10, 5, 0, 5]}, "zero"),
        ({"bbox": [100, 5, 5, 5]}, "range"),
        ({"bbox": [35, 5, 10, 5]}, "beyond"),
        ({"image_id": 99}, "stray"),
        ({"image_id": [1]}, "stray"),
    ],
)
def test_annotations_that_are_wrong(folder: Path, annotation: dict[str, Any], kind: str) -> None:
    good = coco()["annotations"][0]
    path = folder / "images" / "train" / "x.json"
    path.write_text(json.dumps(coco(annotations=[good | annotation])))
    found = read_listing(path)
    if kind == "stray":
        assert "belongs to no image" in found.stray[0].text
    else:
        assert [fault.kind for fault in found.entries[0].faults] == [kind]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not a JSON file"),
        ("{", "is not a JSON file"),
        ("[" * 100_000, "is not a JSON file"),
        ("[]", "no list “images”"),
        ('{"images": {}}', "no list “images”"),
        ('{"images": [], "annotations": []}', "no list “categories”"),
        ('{"images": [], "categories": [], "annotations": 3}', "no list “annotations”"),
    ],
)
def test_a_json_that_is_no_coco_file(folder: Path, text: str, said: str) -> None:
    with pytest.raises(DocumentError) as refusal:
        listing(folder, text, "x.json")
    assert said in refusal.value.message
