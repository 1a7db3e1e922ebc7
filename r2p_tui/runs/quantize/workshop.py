"""Makes the files of a run's variants, each thing that several of them need once.

Whose calibration is taken was measured, on YOLOv8n (320 pixels, two cores with VNNI) and on RT-DETR: each
engine has that of its own tool. ONNX Runtime gets the QDQ model of its own quantizer, OpenVINO that of NNCF.

    YOLOv8n on             calibrated by ONNX Runtime     by NNCF
    ONNX Runtime           8.8 ms, 0.56 pt lost           24.5 ms, 1.11 pt lost, no layer in integers
    OpenVINO               8.3 ms, 0.72 pt lost           6.4 ms, 0.30 pt lost

NNCF rounds no output of a convolution, without which ONNX Runtime fuses none. On RT-DETR neither can be
crossed over: NNCF does not read the ONNX, and OpenVINO does not compile the QDQ model of ONNX Runtime.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from r2p_tui.domain.variants import Variant
from r2p_tui.errors import R2PError
from r2p_tui.runs.quantize import onnxruntime_int8
from r2p_tui.runs.quantize.calibration_set import CalibrationSet
from r2p_tui.runs.quantize.export import Source, export_onnx, export_openvino
from r2p_tui.runs.quantize.openvino_int8 import ENTROPY_NOTE, quantize_openvino

STATIC = (Variant("onnxruntime", "int8"), Variant("openvino", "int8"), Variant("tensorrt", "int8"))
"""The variants that are calibrated, and so can leave layers in float."""


@dataclass(eq=False)
class Workshop:
    """Makes variants of one model in `folder`; `calibrated` hears how many images were gone through."""

    source: Source
    folder: Path
    work: Path
    method: str
    calibration: CalibrationSet | None
    calibrated: Callable[[int], None]

    def make(self, variant: Variant, kept: Sequence[str] = (), ending: str = "") -> Path:
        """The file of a variant; layers in `kept` stay in float where it is calibrated.

        `ending` goes to the name of the file. Raises R2PError, and what the libraries raise.
        """
        if variant.engine == "torch":
            return self.source.weights
        if variant.precision != "int8":
            return self.openvino if variant.engine == "openvino" else self.onnx
        if variant.making == "dynamic":
            return onnxruntime_int8.quantize_dynamic(self.prepared, self._file(variant, ending, ".onnx"))
        if variant.engine == "openvino":
            return quantize_openvino(
                self.openvino, self._file(variant, ending, ".xml"), self.prepared.graph, self.images,
                self.method, self.source.head, kept=kept, progress=self.calibrated,
            )  # fmt: skip
        target = self._file(variant, ending, ".onnx")
        signed = variant.engine == "tensorrt"
        return onnxruntime_int8.quantize_static(self.prepared, self.ranges, target, kept=kept, signed=signed)

    def notes(self, variant: Variant) -> tuple[str, ...]:
        """What is to be said of how a variant was made."""
        if variant.engine == "torch":
            return self.source.notes
        if variant not in STATIC or self.method == "minmax":
            return ()
        if variant.engine == "openvino":
            return (ENTROPY_NOTE,) if self.method == "entropy" else ()
        most = onnxruntime_int8.HISTOGRAM_IMAGES
        if len(self.images) <= most:
            return ()
        return (f"Its histograms are of {most} of the {len(self.images)} calibration images.",)

    @cached_property
    def onnx(self) -> Path:
        """The model in fp32, as ONNX."""
        return export_onnx(self.source, self.folder / "model.onnx")

    @cached_property
    def openvino(self) -> Path:
        """The model in fp32, as OpenVINO keeps it."""
        return export_openvino(self.onnx, self.folder / "model.xml")

    @cached_property
    def prepared(self) -> onnxruntime_int8.Prepared:
        """The ONNX with all shapes, and its graph."""
        return onnxruntime_int8.prepare(self.onnx, self.work / "shaped.onnx")

    @cached_property
    def ranges(self) -> Any:
        """The calibrated range of every activation, by ONNX Runtime."""
        return onnxruntime_int8.find_ranges(
            self.prepared, self.images, self.method, self.work, self.calibrated
        )

    def forget(self, ending: str) -> None:
        """Remove the files that were made with that ending, as they were only tried."""
        for file in self.folder.glob(f"*{ending}.*"):
            file.unlink(missing_ok=True)

    @property
    def images(self) -> CalibrationSet:
        """Those to calibrate by; raises R2PError where the run has none."""
        if self.calibration is None:
            raise R2PError("There are no calibration images.")
        return self.calibration

    def _file(self, variant: Variant, ending: str, suffix: str) -> Path:
        return self.folder / f"{variant.name}{ending}{suffix}"
