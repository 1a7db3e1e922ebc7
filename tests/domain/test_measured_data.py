"""The data that a run measures on: those of its training, whole, and the classes that both sides know."""

from __future__ import annotations

import pytest

from r2p_tui.domain import benchmark, quantization
from r2p_tui.domain.measured_data import (
    as_training,
    check_classes,
    class_names,
    of_measuring,
    of_other_data,
    of_training,
)
from r2p_tui.domain.train_settings import check_settings as check_training
from r2p_tui.errors import UsageError

TRAIN = {
    "model": "y.yaml", "data": "a.json", "val_data": "b.json", "images": "i", "val_images": "v",
    "single_cls": True, "epochs": 3,
}  # fmt: skip


def test_all_that_says_which_data_were_seen_goes_along() -> None:
    found = of_training(TRAIN, seed=7)
    assert found == {
        "data": "a.json", "val_data": "b.json", "image_folder": "i", "val_image_folder": "v",
        "single_cls": True, "split_seed": 7,
    }  # fmt: skip
    assert of_training(TRAIN | {"seed": 3}, seed=7)["split_seed"] == 3
    assert of_measuring(found | {"images": 5}) == found
    assert of_other_data(found) == {"single_cls": True}


def test_both_kinds_of_runs_take_them_and_read_them_as_a_training_does() -> None:
    found = of_training(TRAIN, seed=7)
    for checked in (
        quantization.check_settings({"model": "best.pt", **found}),
        benchmark.check_settings({"target": "best.onnx", **found}),
    ):
        read = as_training(checked)
        assert read == {name: TRAIN[name] for name in TRAIN if name not in ("model", "epochs")}
        assert check_training({"model": "y.yaml", **read})


def test_a_model_that_tells_no_classes_apart_has_one() -> None:
    assert class_names(("a", "b"), single=True) == ("object",)
    assert class_names(("a",), single=True) == ("a",)
    assert class_names(("a", "b"), single=False) == ("a", "b")


def test_classes_must_be_as_many_and_may_be_called_otherwise() -> None:
    assert check_classes(("a", "b"), ("a", "b")) == []
    assert check_classes(("item",), ("object",)) == []
    assert "“people”" in check_classes(("person", "car"), ("people", "car"))[0]
    with pytest.raises(UsageError, match="3 classes, and the data set names 2"):
        check_classes(("a", "b", "c"), ("a", "b"))
