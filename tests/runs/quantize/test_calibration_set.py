"""Calibration images: training images that are no validation images, read as those are, and no others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from r2p_tui.domain.quantization import FEWEST_CALIBRATION_IMAGES, check_settings
from r2p_tui.errors import DocumentError, NotFoundError, UsageError
from r2p_tui.runs.data.training_set import DataSet, Sample
from r2p_tui.runs.quantize.calibration_set import CalibrationSet, Images, calibration_set


def picture(path: Path, number: int, mode: str = "RGB", size: tuple[int, int] = (16, 16)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    chance = np.random.default_rng(number)
    if mode == "I;16":
        Image.fromarray(chance.integers(0, 2**16, size[::-1], np.uint16)).save(path)
        return path
    Image.fromarray(chance.integers(0, 255, (*size[::-1], 3), np.uint8)).convert(mode).save(path)
    return path


@pytest.fixture
def data(tmp_path: Path) -> DataSet:
    train = [picture(tmp_path / "train" / f"{number:03}.png", number) for number in range(40)]
    val = [picture(tmp_path / "val" / f"{number:03}.png", 1000 + number) for number in range(5)]
    return DataSet(("a",), {"train": list(map(Sample, train)), "val": list(map(Sample, val))})


def fit(path: Path) -> Images:
    try:
        pixels = np.asarray(Image.open(path).convert("RGB").resize((8, 8)), np.float32)
    except Exception as error:
        raise DocumentError(f"The image {path.name} cannot be read: {type(error).__name__}.") from error
    return np.asarray(pixels.transpose(2, 0, 1) / 255, np.float32)


def made(data: DataSet, base: Path, seed: int = 0, **settings: Any) -> CalibrationSet:
    checked = check_settings({"model": "m.pt", "data": "data.yaml", **settings})
    return calibration_set(checked, base, data, fit, seed=seed)


def test_by_default_they_are_training_images_and_the_set_has_a_hash(data: DataSet, tmp_path: Path) -> None:
    found = made(data, tmp_path)
    assert len(found) == found.about.images == 40
    assert set(found.files) == {sample.image for sample in data.splits["train"]}
    assert "training split of data.yaml" in found.about.source
    assert found.about.sha256[:12] in found.about.sentence
    assert [batch.shape for batch in found.batches(0, 2)] == [(1, 3, 8, 8)] * 2
    assert found.stacked(8).shape == (8, 3, 8, 8)


def test_the_seed_chooses_and_the_hash_tells_the_choice(data: DataSet, tmp_path: Path) -> None:
    first, again, other = (made(data, tmp_path, seed, calibration_images=32) for seed in (0, 0, 1))
    assert first.files == again.files != other.files
    assert first.about.sha256 == again.about.sha256 != other.about.sha256


def test_a_copy_of_a_validation_image_is_refused_whatever_its_name(data: DataSet, tmp_path: Path) -> None:
    copied = tmp_path / "train" / "zz.png"
    copied.write_bytes(data.splits["val"][2].image.read_bytes())
    data.splits["train"].append(Sample(copied))
    with pytest.raises(UsageError) as caught:
        made(data, tmp_path, calibration_images=32)
    assert caught.value.message.startswith("1 calibration image is also a validation image")
    assert "zz.png" in caught.value.message


def test_a_folder_that_holds_all_validation_images_is_refused(data: DataSet, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="5 calibration images are also validation images"):
        made(data, tmp_path, calibration="val")


def test_too_few_are_refused_and_no_others_take_their_place(data: DataSet, tmp_path: Path) -> None:
    for number in range(4):
        picture(tmp_path / "few" / f"{number}.png", 5000 + number)
    with pytest.raises(UsageError) as caught:
        made(data, tmp_path, calibration="few")
    assert "4 images" in caught.value.message
    assert str(FEWEST_CALIBRATION_IMAGES) in caught.value.message


def test_copies_of_each_other_count_once(data: DataSet, tmp_path: Path) -> None:
    content = picture(tmp_path / "same" / "0.png", 7000).read_bytes()
    for number in range(1, 40):
        (tmp_path / "same" / f"{number}.png").write_bytes(content)
    with pytest.raises(UsageError, match=r"^1 image cannot calibrate"):
        made(data, tmp_path, calibration="same")
    data.splits["train"].append(Sample(tmp_path / "train" / "copy.png"))
    (tmp_path / "train" / "copy.png").write_bytes(data.splits["train"][0].image.read_bytes())
    found = made(data, tmp_path)
    assert len(found) == 40
    assert "1 calibration image left out" in found.notes[0]


def test_another_size_or_colour_is_told_in_one_sentence(data: DataSet, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    for number in range(36):
        picture(folder / f"{number}.png", 8000 + number)
    picture(folder / "grey.png", 1, "L")
    picture(folder / "clear.png", 2, "RGBA")
    picture(folder / "deep.png", 3, "I;16")
    picture(folder / "wide.png", 4, size=(40, 12))
    found = made(data, tmp_path, calibration="mixed")
    assert len(found.notes) == 1
    for words in ("1 is grey", "1 is RGBA", "1 is of 16 bits", "1 has another size", "read as RGB"):
        assert words in found.notes[0]


def test_an_image_that_cannot_be_read_is_refused_by_its_name(data: DataSet, tmp_path: Path) -> None:
    data.splits["train"][3].image.write_bytes(b"no image")
    with pytest.raises(DocumentError, match=r"003\.png cannot be read") as caught:
        made(data, tmp_path)
    assert "no other image takes its place" in caught.value.hint


def test_a_place_that_is_not_there_is_said(data: DataSet, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="are not there"):
        made(data, tmp_path, calibration="nowhere")


def test_the_training_split_of_another_yaml_may_be_taken(data: DataSet, tmp_path: Path) -> None:
    for number in range(33):
        picture(tmp_path / "other" / f"{number}.png", 9000 + number)
    (tmp_path / "other.yaml").write_text("train: other\nval: val\nnames: [a]\n")
    found = made(data, tmp_path, calibration="other.yaml")
    assert len(found) == 33
    assert found.about.source == "the training split of other.yaml"
