"""A detector that INT8 breaks on purpose: as float it finds what it found before, to the last digit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

FACTOR = 1e4


def make_fragile(weights: Path, silenced: Path, fragile: Path, layer: int = 1) -> str:
    """Write two files of weights that find the same as float; gives the ONNX name of the layer that breaks.

    The weakest channel in front of convolution `layer` of the model is silenced in both: its output is
    exactly 0. In `fragile` that convolution multiplies the silent channel by 10,000 times as much, which is
    still 0, but stretches the range of the weights of every output channel until nothing else is left of
    them in 8 bits.
    """
    import torch
    from ultralytics import YOLO

    opened: Any = YOLO(str(weights))
    before, after = opened.model.model[layer - 1], opened.model.model[layer]
    with torch.no_grad():
        strength = before.bn.weight.abs() * before.conv.weight.abs().sum(dim=(1, 2, 3))
        channel = int(strength.argmin())
        before.conv.weight[channel] = 0
        for values in (before.bn.weight, before.bn.bias, before.bn.running_mean):
            values[channel] = 0
        after.conv.weight[:, channel] = after.conv.weight.abs().mean()
        opened.save(str(silenced))
        after.conv.weight[:, channel] *= FACTOR
        opened.save(str(fragile))
    return f"/model.{layer}/conv/Conv"
