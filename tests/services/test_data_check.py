from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageEnhance

from r2p_tui.demo.inspection import Knobs
from r2p_tui.demo.inspection_files import make_data
from r2p_tui.domain.data_check import Finding, Report
from r2p_tui.errors import UsageError
from r2p_tui.services.data_check import check

SIZE, SEEN = 160, 320
KNOBS = Knobs(images=80, size=SIZE, object_size=0.8, crowding=0.5)


@pytest.fixture(scope="session")
def clean_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Drawn once; tests that spoil it take a copy."""
    folder = tmp_path_factory.mktemp("inspection") / "set"
    make_data(folder, KNOBS, coco=True, processes=1)
    return folder


@pytest.fixture
def spoilt(clean_set: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(clean_set, tmp_path / "set"))


def look(folder: Path, name: str = "data.yaml", imgsz: int = SEEN) -> Report:
    return check(folder / name, imgsz=imgsz, processes=1)


def finding(report: Report, key: str) -> Finding:
    [found] = [one for one in report.findings if one.key == key]
    return found


def troubles(report: Report) -> list[str]:
    return [one.key for one in report.findings if one.severity != "fine"]


def image(folder: Path, number: int = 0, split: str = "train") -> Path:
    return sorted((folder / "images" / split).iterdir())[number]


def labels(path: Path) -> Path:
    return path.parent.parent.parent / "labels" / path.parent.name / f"{path.stem}.txt"


@pytest.mark.parametrize("name", ["data.yaml", "train.json", "val.json"])
def test_a_clean_set_gives_no_alarm(clean_set: Path, name: str) -> None:
    report = look(clean_set, name)
    assert troubles(report) == []
    assert not report.has_problems
    assert report.images == {"train": 64, "val": 16}
    assert {one.topic for one in report.findings} == {
        "files", "labels", "classes", "sizes", "crowding", "copies", "outliers", "light", "resolution",
    }  # fmt: skip


def test_progress_is_told_up_to_the_last_image(clean_set: Path) -> None:
    heard: list[tuple[str, int, int | None]] = []
    check(clean_set / "data.yaml", progress=lambda *step: heard.append(step), processes=1)
    assert ("Reading images", 80, 80) in heard
    assert heard[0][0] == "Reading labels"


def test_processes_of_their_own_find_the_same(clean_set: Path) -> None:
    assert check(clean_set / "data.yaml", imgsz=SEEN, processes=2) == look(clean_set)


def test_images_that_cannot_be_read(spoilt: Path) -> None:
    whole = image(spoilt).read_bytes()
    image(spoilt, 0).write_bytes(whole[: len(whole) // 2])
    image(spoilt, 1).write_bytes(b"")
    image(spoilt, 2).write_bytes(b"GIF89a or what")
    found = finding(look(spoilt), "unreadable-images")
    assert found.severity == "problem"
    assert found.sentence == "3 images of 80 cannot be read."
    assert [note.path for note in found.files] == [f"images/train/00000{number}.jpg" for number in (0, 1, 2)]
    assert "truncated" in found.files[0].note
    assert found.files[1].note == "an empty file"


def test_a_pixel_bomb_is_a_finding(spoilt: Path) -> None:
    Image.new("1", (20_000, 20_000)).save(image(spoilt).with_suffix(".png"))
    found = finding(look(spoilt), "unreadable-images")
    assert found.files[0].note == "more than 100 million pixels"


def test_a_jpeg_without_its_end_mark(spoilt: Path) -> None:
    image(spoilt).write_bytes(image(spoilt).read_bytes() + b"\0\0")
    assert finding(look(spoilt), "odd-end").files[0].path == "images/train/000000.jpg"


def test_images_without_labels_and_labels_without_image(spoilt: Path) -> None:
    labels(image(spoilt, 3)).rename(spoilt / "labels" / "train" / "elsewhere.txt")
    report = look(spoilt)
    assert finding(report, "no-label-file").files[0].path == "images/train/000003.jpg"
    assert finding(report, "orphan-labels").files[0].path == "labels/train/elsewhere.txt"
    assert troubles(report) == ["no-label-file", "orphan-labels"]


def test_no_labels_at_all(spoilt: Path) -> None:
    shutil.rmtree(spoilt / "labels")
    report = look(spoilt)
    assert finding(report, "no-label-file").severity == "problem"
    assert finding(report, "no-boxes").sentence == "No image holds a single usable box."


def test_empty_images_are_looked_at_where_there_are_many(spoilt: Path) -> None:
    for number in range(40):
        labels(image(spoilt, number)).write_text("")
    found = finding(look(spoilt), "empty-images")
    assert found.severity == "look"
    assert len(found.files) >= 40


@pytest.mark.parametrize(
    ("rows", "key", "said"),
    [
        ("0 0.5 0.5 0.1", "rows-malformed", "line 1: 4 values where a box has 5"),
        ("0 0.5 x 0.1 0.1", "rows-malformed", "is not all numbers"),
        ("0 0.5 nan 0.1 0.1", "rows-malformed", "not finite"),
        ("9 0.5 0.5 0.1 0.1", "rows-class", "class 9 has no name"),
        ("0 0.5 12.5 0.1 0.1", "rows-range", "12.5 is not between 0 and 1"),
        ("0 0.5 0.5 0.1 0", "rows-zero", "0.1 wide, 0 high"),
        ("0 0.9 0.5 0.4 0.1", "rows-beyond", "reaches out"),
        ("0 0.5 0.5 0.2 0.2\n0 0.5 0.5 0.2 0.2", "rows-duplicate", "line 2"),
        ("0 0.5 0.5 0.2 0.2\n0 0.5 0.5 0.201 0.2", "double-boxes", "1 times"),
        ("0 0.5 0.5 0.2 0.2\n1 0.5 0.5 0.201 0.2", "two-classes", "scratch and dent"),
    ],
)
def test_rows_that_are_wrong(spoilt: Path, rows: str, key: str, said: str) -> None:
    labels(image(spoilt)).write_text(rows)
    found = finding(look(spoilt), key)
    assert found.severity in ("problem", "look")
    assert found.files[0].path == "images/train/000000.jpg"
    assert said in found.files[0].note


def test_classes_that_a_split_does_not_show(spoilt: Path) -> None:
    for path in (spoilt / "labels" / "train").iterdir():
        path.write_text("".join(row + "\n" for row in path.read_text().splitlines() if row[0] != "4"))
    for path in (spoilt / "labels" / "val").iterdir():
        path.write_text("".join(row + "\n" for row in path.read_text().splitlines() if row[0] != "2"))
    report = look(spoilt)
    assert finding(report, "class-not-in-train").sentence == "No box in train: clip_left."
    assert finding(report, "class-not-in-val").sentence == "No box in val: stain."


def test_imbalance_is_found_with_its_rare_images(tmp_path: Path) -> None:
    make_data(tmp_path / "set", Knobs(images=80, size=96, imbalance=0.9, crowding=0.7), processes=1)
    found = finding(look(tmp_path / "set", imgsz=96), "imbalance")
    assert found.severity in ("look", "problem")
    assert "clip_right" in found.files[0].note
    assert found.plot is not None
    assert [row.label for row in found.plot.rows][:2] == ["scratch", "dent"]


def test_small_boxes_against_the_strides(tmp_path: Path) -> None:
    make_data(tmp_path / "set", Knobs(images=40, size=160, object_size=0.0), processes=1)
    small = finding(look(tmp_path / "set", imgsz=160), "sizes")
    assert small.severity == "problem"
    assert small.files
    large = finding(look(tmp_path / "set", imgsz=1280), "sizes")
    assert large.severity == "fine"
    finer = finding(check(tmp_path / "set" / "data.yaml", model="yolov8n-p2.yaml", imgsz=160), "sizes")
    assert "(4 px)" in finer.sentence


def test_crowding_and_overlap(spoilt: Path) -> None:
    rows = [f"0 {0.3 + step / 50:.3f} 0.5 0.2 0.2\n" for step in range(20)]
    for path in (spoilt / "labels" / "train").iterdir():
        path.write_text("".join(rows))
    found = finding(look(spoilt), "crowding")
    assert found.severity == "look"
    assert "20 of 20" in found.files[0].note
    assert "at most 20" in found.sentence


def test_more_objects_than_a_detector_finds(spoilt: Path) -> None:
    rows = [
        f"0 {(step % 20 + 0.5) / 20:.4f} {(step // 20 + 0.5) / 20:.4f} 0.04 0.04\n" for step in range(301)
    ]
    labels(image(spoilt)).write_text("".join(rows))
    assert finding(look(spoilt), "too-many-objects").files[0].note == "301 boxes"


def test_cut_objects(spoilt: Path) -> None:
    for path in (spoilt / "labels" / "train").iterdir():
        path.write_text("0 0.05 0.5 0.1 0.2\n")
    assert finding(look(spoilt), "border").severity == "look"


# --- copies -----------------------------------------------------------------------------------------------


def bytes_copied(source: Path, target: Path) -> None:
    shutil.copy(source, target)


def pixels_copied(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    Image.open(source).save(target.with_suffix(".png"))


def saved_anew(source: Path, target: Path) -> None:
    Image.open(source).save(target, quality=60)


def made_smaller(source: Path, target: Path) -> None:
    Image.open(source).resize((120, 120), Image.Resampling.LANCZOS).save(target)


def made_brighter(source: Path, target: Path) -> None:
    ImageEnhance.Brightness(Image.open(source)).enhance(1.06).save(target)


@pytest.mark.parametrize(
    ("copy", "how"),
    [
        (bytes_copied, "the same file"),
        (pixels_copied, "the same pixels"),
        (saved_anew, "nearly the same"),
        (made_smaller, "nearly the same"),
        (made_brighter, "nearly the same"),
    ],
)
def test_an_image_of_train_in_val_is_a_leak(
    spoilt: Path, copy: Callable[[Path, Path], None], how: str
) -> None:
    source = image(spoilt, 5)
    target = spoilt / "images" / "val" / "again.jpg"
    copy(source, target)
    shutil.copy(labels(source), labels(target))
    report = look(spoilt)
    found = finding(report, "leak")
    assert found.severity == "problem"
    assert [note.note for note in found.files] == [f"{how} as images/train/{source.name}"]
    assert "copies-differ" not in troubles(report)


def test_copies_in_one_split_with_other_labels(spoilt: Path) -> None:
    source = image(spoilt, 5)
    target = spoilt / "images" / "train" / "again.jpg"
    shutil.copy(source, target)
    labels(target).write_text("0 0.5 0.5 0.3 0.3\n")
    report = look(spoilt)
    assert len(finding(report, "duplicates").files) == 1
    assert finding(report, "copies-differ").severity == "problem"
    assert "leak" not in troubles(report)


def test_a_split_that_is_the_other_one_too(spoilt: Path) -> None:
    file = spoilt / "data.yaml"
    file.write_text(file.read_text().replace("val: images/val", "val: images/train"))
    found = finding(look(spoilt), "shared-files")
    assert found.severity == "problem"
    assert len(found.files) == 64


# --- labels, light, resolution ----------------------------------------------------------------------------


def test_label_noise_shows_as_outliers(tmp_path: Path) -> None:
    make_data(tmp_path / "set", Knobs(images=150, size=96, label_noise=0.2, crowding=0.6), processes=1)
    found = finding(look(tmp_path / "set", imgsz=96), "outliers")
    assert found.severity == "look"
    assert len(found.files) >= 5
    assert any("usually" in note.note for note in found.files)


def test_one_box_of_another_shape_is_named_first(spoilt: Path) -> None:
    file = labels(image(spoilt, 1))
    file.write_text(file.read_text() + "4 0.5 0.5 0.9 0.01\n")
    found = finding(look(spoilt), "outliers")
    assert found.files[0].path == "images/train/000001.jpg"
    assert found.files[0].note.startswith("clip_left ")


def test_a_brighter_validation(spoilt: Path) -> None:
    for path in (spoilt / "images" / "val").iterdir():
        ImageEnhance.Brightness(Image.open(path)).enhance(1.4).save(path)
    report = look(spoilt)
    found = finding(report, "light-brightness-val")
    assert found.sentence.startswith("val is brighter than train: brightness ")
    assert len(found.files) == 16


def test_a_dark_image(spoilt: Path) -> None:
    ImageEnhance.Brightness(Image.open(image(spoilt, 7))).enhance(0.05).save(image(spoilt, 7))
    assert finding(look(spoilt), "light-outliers").files[0].path == f"images/train/{image(spoilt, 7).name}"


def test_sizes_of_images(spoilt: Path) -> None:
    Image.open(image(spoilt, 2)).resize((480, 480)).save(image(spoilt, 2))
    found = finding(look(spoilt), "resolution")
    assert (found.severity, found.files[0].note) == ("look", "480 x 480")
    assert finding(look(spoilt, imgsz=640), "enlarged").severity == "look"
    assert finding(look(spoilt, "train.json"), "wrong-size").severity == "problem"


def test_images_that_a_file_names_and_nobody_has(spoilt: Path) -> None:
    image(spoilt, 3).unlink()
    found = finding(look(spoilt, "train.json"), "missing-images")
    assert (found.severity, found.files[0].path) == ("problem", "images/train/000003.jpg")


def test_annotations_without_image_and_category(spoilt: Path) -> None:
    document = json.loads((spoilt / "train.json").read_text())
    document["annotations"] += [
        {"id": 1, "image_id": 999_999, "category_id": 0, "bbox": [1, 1, 5, 5]},
        {"id": 2, "image_id": 0, "category_id": 77, "bbox": [1, 1, 5, 5]},
        {"id": 3, "image_id": 0, "category_id": 0, "bbox": [1, 1, 5]},
        "nonsense",
    ]
    (spoilt / "train.json").write_text(json.dumps(document))
    report = look(spoilt, "train.json")
    assert "annotation 2 has category 77, which is not listed" in finding(report, "rows-class").files[0].note
    notes = [note.note for note in finding(report, "rows-malformed").files]
    assert any("annotation 3 has no box of four numbers" in note for note in notes)
    assert "annotation 1 belongs to no image of train.json" in notes
    assert "train.json has an annotation that is not an object" in notes


def test_what_no_training_takes(spoilt: Path) -> None:
    file = spoilt / "data.yaml"
    file.write_text(file.read_text() + "channels: 1\n")
    found = finding(look(spoilt), "unfit")
    assert (found.severity, found.files[0].note) == (
        "problem",
        "data.yaml asks for 1 channels; r2p trains on 3.",
    )


@pytest.mark.parametrize("imgsz", [0, -1, 10**9])
def test_an_image_size_that_is_none(clean_set: Path, imgsz: int) -> None:
    with pytest.raises(UsageError):
        check(clean_set / "data.yaml", imgsz=imgsz)
