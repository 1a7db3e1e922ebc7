"""PyTorch in a process of its own: what less precision must not break."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from r2p_tui.runs.engines.client import EngineHost
from r2p_tui.runs.engines.spec import EngineSpec


@pytest.mark.slow
def test_rtdetr_in_less_precision_gives_numbers(tmp_path: Path) -> None:
    """Its anchors are infinite at the border of the image, and in fp16 nothing would be left of any box."""
    ultralytics: Any = pytest.importorskip("ultralytics")
    weights = tmp_path / "rtdetr.pt"
    ultralytics.RTDETR("yolov8n-rtdetr.yaml").save(str(weights))
    images = np.random.default_rng(0).random((1, 3, 64, 64), dtype=np.float32)
    for precision in ("fp16", "bf16"):
        spec = EngineSpec(engine="torch", precision=precision, file=str(weights), image_size=(64, 64))
        with EngineHost(spec, tmp_path / precision) as host:
            assert any("decoder stayed in fp32" in note for note in host.start().notes)
            assert np.isfinite(host.infer(images)[0]).all()
