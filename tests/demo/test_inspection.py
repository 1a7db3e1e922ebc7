from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import yaml

from r2p_tui.demo.inspection import Knobs, Label, draw_image, in_validation
from r2p_tui.demo.inspection_files import MadeData, make_data
from r2p_tui.demo.inspection_parts import CLASSES
from r2p_tui.errors import R2PError, UsageError

SMALL = Knobs(images=12, size=96)


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def made(folder: Path, knobs: Knobs = SMALL, *, coco: bool = False, force: bool = False) -> MadeData:
    return make_data(folder, knobs, coco=coco, force=force, processes=1)


def labels(knobs: Knobs, count: int = 20) -> list[list[Label]]:
    return [draw_image(knobs, index)[1] for index in range(count)]


def test_the_same_knobs_give_the_same_bytes(tmp_path: Path) -> None:
    made(tmp_path / "one", coco=True)
    made(tmp_path / "two", coco=True)
    assert hashes(tmp_path / "one") == hashes(tmp_path / "two")


def test_an_image_does_not_depend_on_how_many_there_are(tmp_path: Path) -> None:
    made(tmp_path / "few", replace(SMALL, images=4))
    made(tmp_path / "more", replace(SMALL, images=9))
    few, more = hashes(tmp_path / "few"), hashes(tmp_path / "more")
    for name in few.keys() - {"data.yaml"}:
        assert few[name] == more[name]


def test_processes_of_their_own_write_the_same(tmp_path: Path) -> None:
    knobs = Knobs(images=26, size=64)
    make_data(tmp_path / "one", knobs, processes=1)
    make_data(tmp_path / "two", knobs, processes=2)
    assert hashes(tmp_path / "one") == hashes(tmp_path / "two")


def test_another_seed_is_another_set() -> None:
    one, two = draw_image(SMALL, 0)[0], draw_image(replace(SMALL, seed=1), 0)[0]
    assert one.tobytes() != two.tobytes()


def test_boxes_lie_in_the_image_on_what_they_name() -> None:
    knobs = Knobs(size=160, crowding=0.6)
    for index in range(20):
        image, found = draw_image(knobs, index)
        assert image.size == (160, 160)
        for label in found:
            assert 0 <= label.class_id < len(CLASSES)
            assert min(label.x - label.width / 2, label.y - label.height / 2) >= -1e-9
            assert max(label.x + label.width / 2, label.y + label.height / 2) <= 1 + 1e-9


def test_a_missing_screw_is_dark_and_its_neighbours_are_not() -> None:
    knobs = Knobs(size=320, occlusion=0)
    for index in range(60):
        image, found = draw_image(knobs, index)
        grey = np.asarray(image.convert("L"))
        for label in found:
            if CLASSES[label.class_id] == "missing_screw":
                assert grey[int(label.y * 320), int(label.x * 320)] < 40
                return
    raise AssertionError("no screw is missing in 60 images")


def test_clips_sit_on_the_side_that_names_them() -> None:
    for found in labels(Knobs(size=96)):
        for label in found:
            if CLASSES[label.class_id] == "clip_left":
                assert label.x < 0.3
            if CLASSES[label.class_id] == "clip_right":
                assert label.x > 0.7


def test_each_knob_turns_what_it_names() -> None:
    plain = Knobs(size=64, occlusion=0)
    usual = labels(plain)

    def boxes(found: list[list[Label]]) -> int:
        return sum(map(len, found))

    def side(found: list[list[Label]]) -> float:
        return float(np.median([max(label.width, label.height) for one in found for label in one]))

    assert boxes(labels(replace(plain, crowding=1.0))) > 2 * boxes(usual)
    assert side(labels(replace(plain, object_size=1.0))) > 1.4 * side(usual)
    assert side(labels(replace(plain, object_size=0.1))) < 0.7 * side(usual)
    rare = [label.class_id for one in labels(replace(plain, imbalance=1.0)) for label in one]
    assert rare.count(0) > 10 * max(rare.count(5), 1)
    assert boxes(labels(replace(plain, occlusion=1.0))) < boxes(usual)


def test_label_noise_spoils_labels_and_leaves_the_images_alone() -> None:
    noisy = replace(SMALL, label_noise=0.5)
    pairs = [(draw_image(SMALL, index), draw_image(noisy, index)) for index in range(20)]
    assert all(clean[0].tobytes() == spoilt[0].tobytes() for clean, spoilt in pairs)
    assert sum(clean[1] != spoilt[1] for clean, spoilt in pairs) > 10


def test_the_files_are_a_yolo_data_set(tmp_path: Path) -> None:
    result = made(tmp_path / "set", Knobs(images=10, size=96))
    assert result.images == {"train": 8, "val": 2}
    described = yaml.safe_load(result.data_file.read_text())
    assert described["names"] == dict(enumerate(CLASSES))
    assert "#   label-noise: 0.0" in result.data_file.read_text()
    for split, count in result.images.items():
        images = sorted(path.stem for path in (tmp_path / "set" / described[split]).iterdir())
        assert len(images) == count
        assert images == sorted(path.stem for path in (tmp_path / "set" / "labels" / split).iterdir())


def test_coco_says_the_same_in_pixels(tmp_path: Path) -> None:
    made(tmp_path, Knobs(images=6, size=96), coco=True)
    document = json.loads((tmp_path / "train.json").read_text())
    first = document["images"][0]
    rows = (tmp_path / "labels" / "train" / "000000.txt").read_text().splitlines()
    found = [one for one in document["annotations"] if one["image_id"] == first["id"]]
    assert first["file_name"] == "images/train/000000.jpg"
    assert len(found) == len(rows)
    for row, annotation in zip(rows, found, strict=True):
        class_id, x, _, width, _ = map(float, row.split())
        assert annotation["category_id"] == class_id
        assert annotation["bbox"][0] == pytest.approx((x - width / 2) * 96, abs=0.02)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.2, 0.25, 0.5, 0.9])
def test_the_share_of_validation(share: float) -> None:
    assert sum(in_validation(index, share) for index in range(200)) == round(200 * share)


def test_a_set_without_validation_images_names_those_of_training(tmp_path: Path) -> None:
    result = made(tmp_path / "set", Knobs(images=3, size=64))
    assert yaml.safe_load(result.data_file.read_text())["val"] == "images/train"


# --- refusals ---------------------------------------------------------------------------------------------


def test_a_folder_with_other_files_is_refused_even_by_force(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(UsageError, match="holds other files"):
        made(tmp_path, force=True)
    assert hashes(tmp_path) == {"thesis.tex": sha256(b"years of work").hexdigest()}


def test_own_files_with_another_beside_them_are_not_replaced(tmp_path: Path) -> None:
    made(tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="holds other files"):
        made(tmp_path, force=True)


def test_an_earlier_set_is_replaced_by_force_only(tmp_path: Path) -> None:
    made(tmp_path, replace(SMALL, images=20), coco=True)
    with pytest.raises(UsageError, match="holds a data set already") as refusal:
        made(tmp_path)
    assert "--force" in refusal.value.hint
    made(tmp_path, force=True)
    assert len(list((tmp_path / "images").rglob("*.jpg"))) == 12
    assert not (tmp_path / "train.json").exists()


@pytest.mark.parametrize(
    "knobs",
    [
        Knobs(images=0),
        Knobs(size=16),
        Knobs(size=9999),
        Knobs(crowding=1.1),
        Knobs(val=1.0),
        Knobs(seed=-1),
        Knobs(occlusion=float("nan")),
    ],
)
def test_a_knob_out_of_range_is_refused_before_anything_is_made(tmp_path: Path, knobs: Knobs) -> None:
    with pytest.raises(UsageError, match="goes from"):
        made(tmp_path / "set", knobs)
    assert not (tmp_path / "set").exists()


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="is not a folder"):
        made(tmp_path / "file")
    with pytest.raises(R2PError, match="cannot be written"):
        made(tmp_path / "file" / "set")
