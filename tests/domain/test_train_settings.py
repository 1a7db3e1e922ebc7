"""Settings of a training: known by name, read from text, checked."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from r2p_tui.domain.train_settings import SETTINGS, TRAINER, check_settings, trainer_settings
from r2p_tui.errors import UsageError

LEAST = {"model": "yolov8n.yaml", "data": "data.yaml"}


def test_values_are_read_from_text_as_what_they_stand_for() -> None:
    given = {"epochs": "30", "lr0": "0.001", "mosaic": 0, "amp": "bf16", "freeze": "0,1,2", "cos_lr": "yes"}
    assert check_settings(LEAST | given) == LEAST | {
        "epochs": 30,
        "lr0": 0.001,
        "mosaic": 0.0,
        "amp": "bf16",
        "freeze": [0, 1, 2],
        "cos_lr": True,
    }


def test_an_unknown_setting_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="no setting “mozaic”") as caught:
        check_settings(LEAST | {"mozaic": 0})
    assert caught.value.hint == "Did you mean “mosaic”?"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 0),
        ("epochs", "many"),
        ("epochs", 2.5),
        ("epochs", True),
        ("epochs", float("inf")),
        ("lr0", float("nan")),
        ("mosaic", 1.5),
        ("optimizer", "Lion"),
        ("amp", "fp8"),
        ("freeze", "0,x"),
        ("batch", 0),
        ("batch", -2),
        ("workers", -1),
        ("weights_sha256", "abc"),
        ("model", "https://example.org/a.pt"),
        ("model", "hf:owner"),
        ("model", "hf:owner/../secret/a.pt"),
        ("data", "https://example.org/data.zip"),
        ("data", " "),
        ("data", 7),
    ],
)
def test_a_value_that_cannot_be(name: str, value: Any) -> None:
    with pytest.raises(UsageError, match=f"“{name}” must be"):
        check_settings(LEAST | {name: value})


@pytest.mark.parametrize("missing", ["model", "data"])
def test_model_and_data_are_needed(missing: str) -> None:
    with pytest.raises(UsageError, match=f"needs its {missing}"):
        check_settings({name: value for name, value in LEAST.items() if name != missing})


def test_what_belongs_to_r2p_does_not_reach_ultralytics() -> None:
    checked = check_settings(LEAST | {"epochs": 3, "download": True, "weights_file": "/x.pt"})
    assert trainer_settings(checked) == {"epochs": 3}


@pytest.mark.parametrize(
    "name", ["resume", "time", "project", "name", "device", "compile", "cfg", "save_dir"]
)
def test_what_r2p_decides_is_no_setting(name: str) -> None:
    assert name not in SETTINGS


def test_every_setting_of_the_trainer_is_one_of_ultralytics() -> None:
    pytest.importorskip("ultralytics")
    import importlib.util
    from pathlib import Path

    import yaml

    package = importlib.util.find_spec("ultralytics")
    assert package is not None and package.origin is not None
    known = yaml.safe_load((Path(package.origin).parent / "cfg/default.yaml").read_text(encoding="utf-8"))
    assert set(TRAINER) <= set(known)


def test_checking_loads_no_training_library() -> None:
    code = (
        "import sys, r2p_tui.domain.train_settings; sys.exit('torch' in sys.modules or 'yaml' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
