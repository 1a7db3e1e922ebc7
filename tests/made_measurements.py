"""Measurements with every part that a run can bring; they are made up, nothing here was timed."""

from __future__ import annotations

from r2p_tui.domain.measurements import (
    AblationRow,
    Accuracy,
    Against,
    Calibration,
    Change,
    Check,
    ClassAccuracy,
    ClassChange,
    Cost,
    Goal,
    IntegerProof,
    Interval,
    Latency,
    LayerError,
    LayerTime,
    MeasuredVariant,
    Measurement,
    OwnAblation,
    Scenario,
    Surroundings,
    Verdict,
)
from r2p_tui.domain.plain_values import to_plain
from r2p_tui.runs.rundir import RunDir, write_json

CLASSES = ("scratch", "dent", "stain", "missing_screw", "clip_left", "\x1b[31mclip\u202e_right\x07")
"""The last name is hostile: colours, a bell, and letters that turn the line around."""
IMAGES = 240
LAYERS = 64
REFERENCE = "onnxruntime-fp32"
_BEFORE = (0.71, 0.78, 0.62, 0.88, 0.81, 0.80)
_BOXES = (212, 187, 240, 96, 305, 311)
_OPERATIONS = ("Conv", "Sigmoid", "Mul", "Concat", "Resize", "MaxPool", "Softmax", "Transpose")


def made_quantization() -> Measurement:
    """Of thirteen variants nine ran, three were skipped and one failed; the best INT8 meets its goal."""
    variants = (
        _measured("torch-fp32", 11.9, 12_300_000, 0.767, cold=2310.0),
        _skipped("torch-fp16", "This processor has no kernels for fp16."),
        _measured("torch-bf16", 14.2, 12_300_000, 0.766, cold=2290.0),
        _measured("torch-fp32-compile", 9.8, 12_300_000, 0.767, cold=41_200.0),
        _skipped("torch-fp16-graphs", "CUDA graphs need an NVIDIA GPU."),
        _measured(REFERENCE, 6.8, 12_250_000, 0.767, cold=412.0),
        _measured("onnxruntime-int8", 5.6, 3_400_000, 0.761, cold=398.0, proof=_proof(64, 58, 71)),
        _measured("onnxruntime-int8-dynamic", 15.1, 3_350_000, 0.765, cold=401.0, proof=_proof(0, 64, 71)),
        _measured("openvino-fp32", 7.2, 12_260_000, 0.767, cold=620.0),
        _failed("openvino-bf16", "OpenVINO ended with signal 11 while it loaded the model."),
        _measured("openvino-int8", 4.1, 3_600_000, 0.762, cold=655.0, proof=_proof(62, 60, 66)),
        _skipped("tensorrt-fp16", "TensorRT needs an NVIDIA GPU."),
        _skipped("tensorrt-int8", "TensorRT needs an NVIDIA GPU."),
    )
    against = tuple(
        _against(one.variant, one) for one in variants if one.state == "measured" and one.variant != REFERENCE
    )
    return Measurement(
        kind="quantize",
        target="yolov8n inspection",
        surroundings=_surroundings(),
        model_sha256="5e" * 32,
        calibration=Calibration(
            images=300,
            sha256="ca" * 32,
            method="minmax",
            source="/data/insp/images/train",
            sentence="300 of 360 training images; none of them is among the 240 for validation.",
        ),
        max_drop=0.01,
        reference=REFERENCE,
        variants=variants,
        against=against,
        layers=_layers(),
        goal=Goal(
            met=True,
            best_float=REFERENCE,
            best_int8="openvino-int8",
            speed_up=1.66,
            speed_up_interval=Interval(1.61, 1.70),
            accuracy=_change("no practical difference", -0.5, 0.3, 1.0, "pt"),
            sentence="OpenVINO INT8 is 1.66 times as fast as ONNX Runtime fp32 and loses 0.5 pt: enough.",
        ),
        costs={
            REFERENCE: _cost(0.0009, 0.00085, 0.00097),
            "openvino-int8": _cost(0.0006, 0.00057, 0.00063),
        },
        notes=("2 of the 360 training images cannot be read and were left out.",),
    )


def made_benchmark() -> Measurement:
    """One ONNX file in all three scenarios, with a checklist of which one failed and one did not run."""
    return Measurement(
        kind="benchmark",
        target="yolov8n.onnx",
        surroundings=_surroundings(),
        model_sha256="0e" * 32,
        reference=REFERENCE,
        variants=(_measured(REFERENCE, 6.8, 12_250_000, 0.767, cold=412.0),),
        scenarios=(
            Scenario(
                name="single stream",
                words="One request after the other.",
                latency=_latency(6.8, samples=200),
                throughput=146.2,
                throughput_interval=Interval(144.9, 147.3),
                requests=200,
                seconds=1.4,
            ),
            _offline(1, 148.3),
            _offline(8, 171.4),
            _offline(32, 166.0),
            Scenario(
                name="server",
                words="50 clients, each asks anew when it has its answer.",
                latency=_latency(342.0, samples=8_766),
                throughput=146.1,
                throughput_interval=Interval(145.0, 147.2),
                requests=8_766,
                seconds=60.0,
                clients=50,
                notes=("Requests wait for 49 others before it is their turn.",),
            ),
        ),
        checklist=_checklist(),
        costs={REFERENCE: _cost(0.0009, 0.00085, 0.00097)},
    )


def made_endpoint() -> Measurement:
    """A streaming endpoint under Poisson arrivals, with errors and a lost request."""
    return Measurement(
        kind="benchmark",
        target="https://models.example/v1/chat/completions",
        surroundings=Surroundings(hardware="models.example", batch=1),
        scenarios=(
            Scenario(
                name="server",
                words="20 requests a second at random times (Poisson).",
                latency=_latency(480.0, samples=600),
                throughput=19.6,
                throughput_interval=Interval(19.1, 20.0),
                requests=612,
                errors=11,
                lost=1,
                seconds=30.0,
                first_token=_latency(92.0, samples=60),
                tokens_per_second=71.5,
                notes=("11 answers said 503, the first of them after 21.4 s.",),
            ),
        ),
        checklist=_checklist()[2:],
        costs={"endpoint": _cost(0.0071, 0.0069, 0.0073)},
        notes=("What the service runs on is not known from here.",),
    )


def made_ablation() -> Measurement:
    """Four things removed from one training, three seeds each: each judgement once."""
    full = (0.612, 0.604, 0.621)
    rows = (
        _removed("mosaic", (0.548, 0.551, 0.560), -5.9, 1.2, "worse", "essential"),
        _removed("hsv_h", (0.601, 0.590, 0.608), -1.3, 0.6, "worse", "helps"),
        _removed("fliplr", (0.634, 0.629, 0.640), 2.2, 0.8, "better", "hurts"),
        _removed("mixup", (0.615, 0.598, 0.619), -0.2, 1.9, "not enough data", "no evidence"),
    )
    return Measurement(
        kind="ablate",
        target="yolov8n inspection",
        surroundings=_surroundings(),
        reference="full",
        ablation=OwnAblation(run=12, metric="map50_95", seeds=(0, 1, 2), epochs=40, full=full, rows=rows),
    )


def write_measurement(folder: RunDir, measurement: Measurement) -> None:
    """Leave it where a run leaves what it measured."""
    folder.path.mkdir(parents=True, exist_ok=True)
    write_json(folder.measurement, to_plain(measurement))


# --- parts ------------------------------------------------------------------------------------------------


def _offline(batch: int, throughput: float) -> Scenario:
    return Scenario(
        name="offline",
        words=f"Batches of {batch}, as fast as they go.",
        throughput=throughput,
        throughput_interval=Interval(throughput * 0.98, throughput * 1.02),
        requests=int(throughput * 10),
        seconds=10.0,
        batch=batch,
    )


def _surroundings() -> Surroundings:
    return Surroundings(
        data_sha256="da" * 32,
        hardware="AMD EPYC, 2 cores, avx512_vnni",
        threads=2,
        image_size=320,
        batch=1,
        images=IMAGES,
        budget="300 calibration images, 1 method",
        versions={"onnxruntime": "1.31.0", "openvino": "2026.4.0", "torch": "2.15.0"},
    )


def _measured(
    name: str, p50: float, size: int, accuracy: float, *, cold: float, proof: IntegerProof | None = None
) -> MeasuredVariant:
    engine, precision = name.split("-")[:2]
    return MeasuredVariant(
        variant=name,
        engine=engine,
        precision=precision,
        state="measured",
        file=f"variants/{name}.onnx",
        bytes=size,
        sha256="ab" * 32,
        float_layers=("/model.22/cv3.0/conv", "/model.22/dfl/conv") if name == "openvino-int8" else (),
        proof=proof,
        latency=_latency(p50, samples=200),
        preprocess=_latency(0.9, samples=200),
        postprocess=_latency(1.1, samples=200),
        accuracy=_accuracy(accuracy),
        cold_start_ms=cold,
        memory_idle=210_000_000,
        memory_load=260_000_000,
        profile=_profile(p50),
        arrays=f"measured/{name}.npz",
    )


def _skipped(name: str, reason: str) -> MeasuredVariant:
    engine, precision = name.split("-")[:2]
    return MeasuredVariant(variant=name, engine=engine, precision=precision, state="skipped", reason=reason)


def _failed(name: str, reason: str) -> MeasuredVariant:
    engine, precision = name.split("-")[:2]
    return MeasuredVariant(variant=name, engine=engine, precision=precision, state="failed", reason=reason)


def _latency(p50: float, *, samples: int) -> Latency:
    """A distribution with a long right tail; below 459 samples without its p99."""
    quantiles = tuple(p50 * (0.93 + 0.0014 * part + 0.6 * (part / 100) ** 24) for part in range(101))
    return Latency(
        samples=samples,
        mean=p50 * 1.03,
        p50=quantiles[50],
        p90=quantiles[90] if samples >= 64 else None,
        p95=quantiles[95] if samples >= 130 else None,
        p99=quantiles[99] if samples >= 459 else None,
        maximum=quantiles[100],
        refused=(
            *(
                ("p90 needs 64 samples; 4 are missing.", "p95 needs 130 samples; 70 are missing.")
                * (samples < 64)
            ),
            *(() if samples >= 459 else (f"p99 needs 459 samples; {459 - samples} are missing.",)),
        ),
        quantiles=quantiles,
        round_medians=tuple(p50 * (1 + 0.004 * (turn % 3 - 1)) for turn in range(10)),
    )


def _accuracy(map50_95: float) -> Accuracy:
    lost = 0.767 - map50_95
    return Accuracy(
        map50_95=map50_95,
        map50=map50_95 + 0.16,
        interval=Interval(map50_95 - 0.021, map50_95 + 0.02),
        images=IMAGES,
        classes=tuple(
            ClassAccuracy(name, before - lost * (1 + place / 3), min(before + 0.15, 1.0), boxes)
            for place, (name, before, boxes) in enumerate(zip(CLASSES, _BEFORE, _BOXES, strict=True))
        ),
    )


def _against(name: str, variant: MeasuredVariant) -> Against:
    assert variant.latency and variant.accuracy
    lost = (variant.accuracy.map50_95 - 0.767) * 100
    ratio = 6.8 / (variant.latency.p50 / 1.0)
    faster: Verdict = "better" if ratio > 1.05 else "worse" if ratio < 0.95 else "no practical difference"
    return Against(
        reference=REFERENCE,
        variant=name,
        accuracy=_change("no practical difference", lost, 0.3, 1.0, "pt"),
        per_image=_change("not enough data", lost / 2, 1.4, 1.0, "pt", needed=310),
        latency=_change(faster, (1 / ratio - 1) * 100, 1.1, 5.0, "%"),
        speed_up=ratio,
        speed_up_interval=Interval(ratio * 0.98, ratio * 1.02),
        size_ratio=(variant.bytes or 0) / 12_250_000,
        classes=tuple(
            ClassChange(name, before, before + shift / 100, change)
            for name, before, shift, change in zip(
                CLASSES, _BEFORE, _class_shifts(lost), map(_class_change, _class_shifts(lost)), strict=True
            )
        ),
        missing=("The cold start of the first was not measured.",) if name == "torch-bf16" else (),
    )


def _class_shifts(lost: float) -> list[float]:
    return [lost * factor for factor in (0.2, 0.5, 4.6, 1.0, 0.1, -0.4)]


def _class_change(shift: float) -> Change:
    verdict: Verdict = (
        "worse" if shift < -2 else "not enough data" if shift < -0.45 else "no practical difference"
    )
    return _change(verdict, shift, 0.9, 1.0, "pt", needed=180 if verdict == "not enough data" else None)


def _change(
    verdict: Verdict, difference: float, half: float, minimum: float, unit: str, needed: int | None = None
) -> Change:
    return Change(
        verdict=verdict,
        difference=difference,
        interval=Interval(difference - half, difference + half),
        minimum=minimum,
        unit=unit,
        sentence=f"{difference:+.1f} {unit} (95 %: {difference - half:+.1f} to {difference + half:+.1f}).",
        tests={"paired t": 0.04, "Wilcoxon": 0.06},
        p_value=0.12,
        effect=0.4,
        effect_name="Cohen's d",
        samples=IMAGES,
        needed=needed,
    )


def _proof(pairs: int, integer: int, layers: int) -> IntegerProof:
    counted = f"{pairs} Q/DQ pairs in the file; " if pairs else ""
    return IntegerProof(
        qdq_pairs=pairs or None,
        integer_layers=integer,
        layers=layers,
        sentence=f"{counted}{integer} of {layers} kernels ran on integers.",
    )


def _profile(p50: float) -> tuple[LayerTime, ...]:
    shares = (0.62, 0.11, 0.08, 0.06, 0.05, 0.04, 0.03, 0.01)
    return tuple(LayerTime(name, p50 * share, share) for name, share in zip(_OPERATIONS, shares, strict=True))


def _layers() -> tuple[LayerError, ...]:
    """The head first by far, then a slow fall; the first two were left in float."""
    names = (
        "/model.22/cv3.0/conv",
        "/model.22/dfl/conv",
        *(f"/model.{n // 3}/cv{n % 3}/conv" for n in range(LAYERS - 2)),
    )
    return tuple(
        LayerError(name, 0.31 / (1 + place) ** 1.2, kept_float=place < 2) for place, name in enumerate(names)
    )


def _checklist() -> tuple[Check, ...]:
    return (
        Check(
            name="own evaluation",
            state="passed",
            sentence="mAP50-95 is 76.7 % here and 76.9 % in its own evaluation.",
            figures={"map50_95": 0.767, "told": 0.769},
        ),
        Check(
            name="own inputs",
            state="not run",
            sentence="No images of your own were named; name them with --data.",
        ),
        Check(
            name="concurrent load",
            state="passed",
            sentence="50 clients for 60 s: 8,766 requests, none lost.",
            figures={"requests": 8766, "lost": 0},
        ),
        Check(
            name="edge cases",
            state="failed",
            sentence="1 of 7 edge cases brought it down.",
            figures={"cases": 7, "failed": 1},
            details=(
                "empty image: refused, as it should be",
                "tiny image 1x1: the engine ended with signal 11",
            ),
        ),
        Check(
            name="cold start and memory",
            state="passed",
            sentence="412 ms to the first answer; 210 MB idle, 260 MB under load.",
            figures={"cold_start_ms": 412.0, "memory_load": 260_000_000},
        ),
    )


def _cost(value: float, low: float, high: float) -> Cost:
    return Cost(
        price_per_hour=0.5,
        per_thousand=value,
        interval=Interval(low, high),
        sentence=f"{value:.4f} per 1,000 requests at 0.50 an hour, 95 % between {low:.4f} and {high:.4f}.",
    )


def _removed(
    name: str, values: tuple[float, ...], shift: float, half: float, verdict: Verdict, worth: str
) -> AblationRow:
    told = {"mosaic": "mosaic=0", "hsv_h": "hsv_h=0", "fliplr": "fliplr=0", "mixup": "mixup=0"}
    return AblationRow(
        name=name,
        told=told[name],
        values=values,
        change=_change(verdict, shift, half, 1.0, "pt", needed=9 if worth == "no evidence" else None),
        worth=worth,
        sentence=f"Without {name}: {shift:+.1f} pt over three seeds, {worth}.",
    )
