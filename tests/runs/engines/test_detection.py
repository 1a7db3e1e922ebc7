"""Images fitted, outputs read, and a detector's accuracy from both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from r2p_tui.domain.detection_accuracy import accuracy
from r2p_tui.domain.label_rows import LabelBox
from r2p_tui.errors import DocumentError, UsageError
from r2p_tui.runs.data.training_set import Sample, read_dataset
from r2p_tui.runs.engines import detection
from r2p_tui.runs.engines.detection import (
    as_bgr,
    evaluate,
    head_of,
    head_of_outputs,
    labels_of,
    postprocess,
    preprocess,
    read_image,
)

NAMES = ("green", "red")


# --- heads ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shapes", "classes", "described", "head"),
    [
        ([(1, 10, 2100)], 6, {}, "yolo"),
        ([(-1, 10, -1)], 6, {"head": "Detect"}, "yolo"),
        ([(1, 32, 8, 8), (1, 10, 2100)], 6, {}, "yolo"),
        ([(1, 300, 6)], 6, {"head": "Detect", "end2end": "True"}, "end2end"),
        ([(1, 300, 6)], 6, {"head": "RTDETRDecoder"}, "rtdetr"),
        ([(1, 300, 6)], 80, {"description": "Ultralytics rtdetr-l model"}, "rtdetr"),
        ([(1, 300, 84)], 80, {}, "rtdetr"),
        ([(1, 300, 6)], 2, {"head": "RTDETRDecoder"}, "rtdetr"),
    ],
)
def test_the_head_is_known_by_its_outputs(
    shapes: list[tuple[int, ...]], classes: int, described: dict[str, str], head: str
) -> None:
    assert head_of_outputs(shapes, classes, described) == head


@pytest.mark.parametrize("shapes", [[], [(1, 1000)], [(1, 84, 2100)], [(1, 300, 84)]])
def test_outputs_that_are_no_detections_are_refused(shapes: list[tuple[int, ...]]) -> None:
    with pytest.raises(UsageError, match="no detections of 6 classes"):
        head_of_outputs(shapes, 6)


def test_a_model_that_is_no_detector_is_refused() -> None:
    class Classify:
        pass

    class Whole:
        model = (Classify(),)

    with pytest.raises(UsageError, match="ends in Classify"):
        head_of(Whole())


# --- outputs ----------------------------------------------------------------------------------------------

FRAME: dict[str, Any] = {"size": (100, 200), "scale": (0.5, 0.25), "pad": (10, 20)}


def test_listed_boxes_are_put_back_into_the_image() -> None:
    rows = [[20, 30, 60, 70, 0.4, 1], [0, 0, 5, 5, 0.0005, 0], [20, 30, 60, 70, 0.9, 0]]
    rows += [[np.nan, 0, 1, 1, 0.5, 0], [0, 0, 1, 1, 0.5, 2]]
    found = postprocess([np.array([rows])], "end2end", 2, **FRAME)
    assert found.scores == pytest.approx([0.9, 0.4])
    assert found.classes.tolist() == [0, 1]
    assert found.boxes[0] == pytest.approx([20, 40, 100, 200])


def test_transformers_tell_centres_as_shares() -> None:
    rows = [[0.2, 0.5, 0.2, 0.4, 0.9, 1.0]]
    found = postprocess([np.array([rows])], "rtdetr", 2, **FRAME)
    assert found.boxes[0] == pytest.approx(
        [(20 - 10) / 0.5, (30 - 20) / 0.25, (60 - 10) / 0.5, (70 - 20) / 0.25]
    )
    older = [[0.2, 0.5, 0.2, 0.4, 0.0, 0.9], [0.2, 0.5, 0.2, 0.4, 0.3, 0.1]]
    again = postprocess([np.array([older])], "rtdetr", 2, **FRAME)
    assert again.boxes[0] == pytest.approx(found.boxes[0])
    assert again.classes.tolist() == [1, 0]
    assert again.scores == pytest.approx([0.9, 0.3])


def test_outputs_of_another_number_of_classes_are_refused() -> None:
    with pytest.raises(UsageError, match="1x10x50, which are no detections of 2 classes"):
        postprocess([np.zeros((1, 10, 50))], "yolo", 2, size=(64, 64))


def test_neighbours_are_suppressed() -> None:
    pytest.importorskip("ultralytics")
    boxes = np.zeros((1, 6, 40), np.float32)
    boxes[0, :, 0] = 50, 50, 20, 20, 0.9, 0.2
    boxes[0, :, 1] = 51, 50, 20, 20, 0.8, 0.0
    boxes[0, :, 2] = 90, 50, 20, 20, 0.0, 0.7
    kept = boxes.copy()
    found = postprocess([np.zeros((1, 3, 4, 4)), boxes], "yolo", 2, size=(64, 64))
    assert found.scores == pytest.approx([0.9, 0.7, 0.2])
    assert found.classes.tolist() == [0, 1, 1]
    assert found.boxes[0] == pytest.approx([40, 40, 60, 60])
    single = postprocess([boxes], "yolo", 2, size=(64, 64), floor=0.25, several=False)
    assert single.classes.tolist() == [0, 1]
    np.testing.assert_array_equal(boxes, kept)


# --- images -----------------------------------------------------------------------------------------------


def picture(height: int, width: int, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def save(path: Path, image: NDArray[Any], **options: Any) -> Path:
    Image.fromarray(image).save(path, **options)
    return path


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (np.full((4, 5), 7, np.uint8), 7),
        (np.full((4, 5, 1), 7, np.uint8), 7),
        (np.full((4, 5, 4), 7, np.uint8), 7),
        (np.full((4, 5, 3), 7 * 256 + 9, np.uint16), 7),
    ],
)
def test_any_depth_becomes_8_bits_in_colour(image: NDArray[Any], expected: int) -> None:
    made = as_bgr(image)
    assert made.shape == (4, 5, 3)
    assert made.dtype == np.uint8
    assert (made == expected).all()


@pytest.mark.parametrize(
    "image", [np.zeros((0, 5, 3), np.uint8), np.zeros((4, 5, 2), np.uint8), np.zeros((2, 2))]
)
def test_what_is_no_picture_is_refused(image: NDArray[Any]) -> None:
    with pytest.raises(DocumentError, match="cannot be used"):
        as_bgr(image)


def test_every_kind_of_file_is_read(tmp_path: Path) -> None:
    pytest.importorskip("ultralytics")
    whole = picture(20, 30)
    assert (read_image(save(tmp_path / "a.png", whole)) == whole[..., ::-1]).all()
    grey = read_image(save(tmp_path / "grey.png", whole[..., 0]))
    assert (grey == whole[..., :1]).all()
    assert grey.shape == (20, 30, 3)
    clear = read_image(save(tmp_path / "clear.png", np.dstack([whole, whole[..., :1]])))
    assert (clear == whole[..., ::-1]).all()
    deep = read_image(save(tmp_path / "deep.png", whole[..., 0].astype(np.uint16) * 256))
    assert (deep == whole[..., :1]).all()
    exif = Image.Exif()
    exif[0x0112] = 6
    assert read_image(save(tmp_path / "turned.jpg", whole, exif=exif)).shape == (30, 20, 3)


def test_damaged_files_are_one_sentence(tmp_path: Path) -> None:
    pytest.importorskip("ultralytics")
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.jpg").write_text("no picture")
    for name in ("cut.jpg", "cut.png"):
        path = save(tmp_path / name, picture(90, 90))
        path.write_bytes(path.read_bytes()[:-900])
    for name in ("empty.jpg", "text.jpg", "cut.jpg", "cut.png", "gone.jpg", "."):
        with pytest.raises(DocumentError, match=r"^The image [\w.]* ?cannot be read: .*\.$"):
            read_image(tmp_path / name)
    Image.new("1", (20_000, 20_000)).save(tmp_path / "bomb.png")
    with pytest.raises(DocumentError, match="million pixels"):
        read_image(tmp_path / "bomb.png")


def test_fitting_keeps_the_place_of_things() -> None:
    pytest.importorskip("cv2")
    image = np.zeros((100, 200, 3), np.uint8)
    image[40:60, 20:60] = 255, 0, 0
    for size, head in ((64, "yolo"), ((64, 96), "yolo"), ((96, 64), "rtdetr"), (200, "yolo"), (320, "yolo")):
        pixels, scale, pad = preprocess(image, size, head)  # type: ignore[arg-type]
        assert pixels.shape == (3, *((size, size) if isinstance(size, int) else size))
        assert pixels.dtype == np.float32
        rows, columns = np.nonzero(pixels[2] > 0.9)
        seen = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1], float)
        back = (seen - [*pad, *pad]) / [*scale, *scale]
        assert back == pytest.approx([20, 40, 60, 60], abs=2.5)
        assert head == "rtdetr" or pixels.max() == 1
        assert (pixels[0, 0, 0] == np.float32(114) / 255) == (pad != (0, 0))


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1), (7, 5)])
def test_odd_sizes_are_fitted(shape: tuple[int, int]) -> None:
    pytest.importorskip("cv2")
    for head in ("yolo", "rtdetr"):
        pixels, _, _ = preprocess(picture(*shape), 64, head)
        assert pixels.shape == (3, 64, 64)
        assert np.isfinite(pixels).all()


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(301, 500), (411, 233), (639, 640), (320, 320), (10, 999)])
def test_fits_as_ultralytics_does(shape: tuple[int, int], tmp_path: Path) -> None:
    data = pytest.importorskip("ultralytics.data")
    config = pytest.importorskip("ultralytics.cfg").get_cfg()
    for part in ("images", "labels"):
        (tmp_path / part).mkdir()
    path = save(tmp_path / "images" / "a.png", picture(*shape))
    (tmp_path / "labels" / "a.txt").write_text("0 0.5 0.5 0.5 0.5\n")
    told = {"names": {0: "a"}, "channels": 3, "nc": 1}
    shown = data.YOLODataset(
        img_path=str(tmp_path / "images"),
        imgsz=320,
        data=told,
        augment=False,
        hyp=config,
        rect=False,
        task="detect",
    )[0]["img"]
    np.testing.assert_array_equal(np.rint(preprocess(path, 320).pixels * 255), shown.numpy())


# --- evaluation -------------------------------------------------------------------------------------------


class Finder:
    """A detector that finds what is brighter than the ground, as an end-to-end head would tell it."""

    def __init__(self) -> None:
        self.calls: list[int] = []

    def infer(self, images: NDArray[Any]) -> list[NDArray[Any]]:
        self.calls.append(len(images))
        return [np.stack([self._rows(image) for image in images])]

    def _rows(self, image: NDArray[Any]) -> NDArray[np.float32]:
        rows = np.zeros((5, 6), np.float32)
        for channel, class_id in ((1, 0), (0, 1)):
            places = np.nonzero(image[channel] > 0.7)
            if places[0].size:
                top, left = (side.min() for side in places)
                bottom, right = (side.max() + 1 for side in places)
                rows[class_id] = left, top, right, bottom, 0.8, class_id
        return rows


def make(folder: Path, count: int = 6) -> list[Sample]:
    samples = []
    for number in range(count):
        width, height = 100 + 20 * number, 80
        image = np.full((height, width, 3), 20, np.uint8)
        left, top = 10 + number, 20
        image[top : top + 30, left : left + 40, number % 2] = 255
        path = save(folder / f"{number}.png", image)
        values = [(left + 20) / width, 35 / height, 40 / width, 30 / height]
        row = f"{1 - number % 2} {' '.join(f'{value:.6f}' for value in values)}"
        samples.append(Sample(path, rows=row))
    return samples


def test_a_detector_that_finds_all_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ultralytics")
    monkeypatch.setattr(detection, "_PART", 12 * 160 * 160 * 4)
    finder = Finder()
    done: list[int] = []
    samples = make(tmp_path)
    found, before, after = evaluate(finder, samples, NAMES, 160, "end2end", progress=done.append)
    assert finder.calls == [4, 2]
    assert done == [4, 6]
    assert before.shape == after.shape == (6,)
    assert (before > 0).all()
    told = accuracy(found)
    assert told.map50 == pytest.approx(0.995)
    assert told.map50_95 > 0.6
    assert [one.boxes for one in told.classes] == [3, 3]
    assert len(set(found.images)) == 6


def test_the_same_picture_twice_is_named_twice(tmp_path: Path) -> None:
    pytest.importorskip("ultralytics")
    samples = make(tmp_path, 2)
    found, _, _ = evaluate(Finder(), [*samples, samples[0]], NAMES, 64, "end2end")
    assert found.images[2] == f"{found.images[0]}#2"


def test_what_cannot_be_used_is_left_out_and_told(tmp_path: Path) -> None:
    pytest.importorskip("ultralytics")
    samples = make(tmp_path, 3)
    samples[0].image.write_bytes(b"no picture")
    samples[1] = Sample(samples[1].image, rows="7 0.5 0.5 0.1 0.1\n")
    notes: list[str] = []
    found, before, _ = evaluate(Finder(), samples, NAMES, 64, "end2end", note=notes.append)
    assert len(found.images) == len(before) == 1
    assert [note.split(":")[0] for note in notes] == ["0.png is left out", "1.png is left out"]
    with pytest.raises(DocumentError, match="None of the 2 images"):
        evaluate(Finder(), samples[:2], NAMES, 64, "end2end")


def test_labels_come_from_files_rows_or_nowhere(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("\ufeff1 0.5 0.5 0.2 0.2\n1 0.5 0.5 0.2 0.2\n", encoding="utf-8")
    box = LabelBox(1, 0.5, 0.5, 0.2, 0.2)
    assert labels_of(Sample(tmp_path, file), 2) == (box,)
    assert labels_of(Sample(tmp_path, rows="1 0.5 0.5 0.2 0.2\n"), 2) == (box,)
    assert labels_of(Sample(tmp_path), 2) == ()
    assert labels_of(Sample(tmp_path, file), 1) is None
    assert labels_of(Sample(tmp_path, file), 1, single_class=True) == (box._replace(class_id=0),)
    with pytest.raises(DocumentError, match="cannot be read"):
        labels_of(Sample(tmp_path, tmp_path / "gone.txt"), 2)


@pytest.mark.slow
@pytest.mark.parametrize("model", ["yolov8n.yaml", "yolov8n-rtdetr.yaml"])
def test_accuracy_equals_that_of_ultralytics(
    model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An untrained model, labels near to what it tells: much is found, and much is not."""
    monkeypatch.setenv("YOLO_OFFLINE", "1")
    torch, ultralytics = pytest.importorskip("torch"), pytest.importorskip("ultralytics")
    torch.manual_seed(0)
    opened = (ultralytics.RTDETR if "rtdetr" in model else ultralytics.YOLO)(model)
    opened.model.eval().fuse()
    opened.model.model[-1].register_forward_hook(_scored)
    yaml = _labelled_by(opened, tmp_path)
    limits = {"data": str(yaml), "imgsz": 160, "batch": 4, "rect": False, "plots": False, "workers": 0}
    expected = opened.val(**limits, device="cpu", verbose=False, project=str(tmp_path), name="val").box
    net = opened.model

    class Host:
        def infer(self, images: NDArray[Any]) -> list[NDArray[Any]]:
            with torch.inference_mode():
                return [net(torch.from_numpy(images))[0].numpy()]

    read = read_dataset({"data": str(yaml)}, tmp_path)
    found, _, _ = evaluate(Host(), read.splits["val"], read.names, 160, head_of(opened))
    told = accuracy(found, resamples=0)
    assert expected.map50 > 0.001
    assert told.map50_95 == pytest.approx(expected.map, abs=0.002)
    assert told.map50 == pytest.approx(expected.map50, abs=0.002)


def _scored(_layer: Any, _inputs: Any, outputs: Any) -> Any:
    """Scores far apart: those of an untrained model are nearly equal, and any rounding reorders them."""
    torch = pytest.importorskip("torch")
    made = outputs[0]
    if made.shape[-1] == 6:
        made[..., 4] = made[..., :4] @ torch.tensor([0.37, 0.23, 0.11, 0.07])
        order = made[..., 4].argsort(dim=1, descending=True)[..., None].expand(-1, -1, 6)
        return made.gather(1, order), outputs[1]
    scores = torch.rand(made[:, 4:].shape, generator=torch.Generator().manual_seed(0))
    made[:, 4:] = torch.where(scores > 0.99, scores, 0.0)
    return made, outputs[1]


def _labelled_by(opened: Any, folder: Path) -> Path:
    numbers = np.random.default_rng(0)
    for part in ("images", "labels"):
        (folder / part).mkdir()
    for number, (height, width) in enumerate([(160, 160), (120, 200), (301, 155), (161, 159)]):
        path = save(folder / "images" / f"{number}.png", picture(height, width, number))
        boxes = opened.predict(str(path), imgsz=160, conf=0.0001, rect=False, verbose=False)[0].boxes[:8]
        rows = np.clip(boxes.xywhn.numpy() * (1 + 0.05 * numbers.normal(size=(len(boxes), 4))), 0.05, 0.95)
        rows[:, 2:] = np.minimum(rows[:, 2:], 2 * np.minimum(rows[:, :2], 1 - rows[:, :2]))
        lines = [
            f"{int(k)} " + " ".join(f"{v:.6f}" for v in row) for k, row in zip(boxes.cls, rows, strict=True)
        ]
        (folder / "labels" / f"{number}.txt").write_text("\n".join(lines))
    names = [f"class {k}" for k in range(80)]
    yaml = folder / "data.yaml"
    yaml.write_text(f"path: {folder}\ntrain: images\nval: images\nnames: {names}\n")
    return yaml
