"""What a benchmark run may be told, and what follows from it: the kind of its target, arrivals, steps.

What is measured is a model, an endpoint that answers HTTP, or a command; each has settings of its own.
"""

from __future__ import annotations

import difflib
import math
import random
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from statistics import fmean, stdev
from typing import Any, Literal, NamedTuple

from r2p_tui.domain import measured_data
from r2p_tui.domain.endpoint_address import VARIABLE_HINT, endpoint_of, is_address
from r2p_tui.domain.measurements import Interval
from r2p_tui.domain.setting_values import bounded_number, read_flag, read_text, whole_number
from r2p_tui.domain.variants import Variant, variant_of
from r2p_tui.errors import R2PError, UsageError
from r2p_tui.text import clean_line, shorten

Kind = Literal["model", "endpoint", "command"]
ScenarioName = Literal["single stream", "offline", "server"]
SCENARIOS: tuple[ScenarioName, ...] = ("single stream", "offline", "server")
CLIENTS = 50
SAMPLES = 600
REPEATS = 10
BATCHES = (1, 8, 32)
LOAD_METRICS = (
    "latency_p50_ms", "latency_p90_ms", "latency_p99_ms", "requests_per_second", "errors", "lost", "map50_95",
    "map50", "checks_passed",
)  # fmt: skip
"""What a model or a service reports, for criteria; a command reports what it prints as well."""
SECONDS: Mapping[Kind, float] = {"model": 10.0, "endpoint": 60.0, "command": 600.0}
WARM_UP: Mapping[Kind, int] = {"model": 20, "endpoint": 20, "command": 1}
_ENGINES = {".pt": "torch", ".onnx": "onnxruntime", ".xml": "openvino", ".engine": "tensorrt"}
_CAN_READ = {
    ".pt": ("torch",),
    ".onnx": ("onnxruntime", "openvino"),
    ".xml": ("openvino",),
    ".engine": ("tensorrt",),
}
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
# A header field's value, of which nothing can begin another field.
_CONTENT_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(; ?[A-Za-z0-9_.=\"-]+)*")
_MOST_ARRIVALS = 5_000_000


class Setting(NamedTuple):
    """How a value is read, the words for what it must be, and the kinds of target that have it."""

    read: Callable[[object], object]
    wanted: str
    kinds: tuple[Kind, ...] = ("model", "endpoint", "command")


def check_settings(benchmark: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with every value in its own type, what follows from others filled in.

    `kind`, `seconds`, `warm_up` and `checklist` are always there; of models and endpoints also `scenarios`,
    `samples` and `clients`; of models `variant` and `batches`; of endpoints `method`; of commands `repeats`.
    What it gives may be checked again. Raises UsageError for an unknown setting, a value that it cannot have,
    and one that this kind of target does not have.
    """
    given = {str(name): value for name, value in benchmark.items() if value is not None}
    checked = {name: _checked(name, value) for name, value in given.items()}
    if not checked.get("target"):
        raise UsageError("A benchmark needs what it is to measure.", "For example: r2p bench model.onnx")
    kind = kind_of(checked["target"])
    if checked.get("kind", kind) != kind:
        raise UsageError(f"{target_words(checked)} is a {kind}, not a {checked['kind']}.")
    for name in checked:
        _refuse_of_other_kind(name, kind)
    filled = {"kind": kind, **_defaults(kind), **checked}
    if kind == "model":
        filled["variant"] = _variant_for(filled).name
    if kind == "endpoint":
        _check_endpoint(filled)
        filled.setdefault("method", "POST" if _has_body(filled) else "GET")
    return filled


def kind_of(target: str | list[str]) -> Kind:
    """Words are a command, an address an endpoint, a file a model; raises UsageError for other files."""
    if isinstance(target, list):
        return "command"
    if is_address(target):
        endpoint_of(target)
        return "endpoint"
    if PurePath(target).suffix.lower() in _ENGINES:
        return "model"
    raise UsageError(
        f"“{shorten(clean_line(target), 100)}” is neither a model ({', '.join(_ENGINES)}) nor an address.",
        "A command is named after --, as in: r2p bench -- python predict.py",
    )


def target_words(checked: Mapping[str, Any]) -> str:
    """The target as one line for people: the name of a file, an address without query, a command."""
    target = checked["target"]
    if isinstance(target, list):
        return shorten(clean_line(" ".join(target)), 200)
    if is_address(target):
        return clean_line(endpoint_of(target).shown)
    return clean_line(PurePath(target).name)


def reached_host(benchmark: Mapping[str, Any]) -> tuple[str, int] | None:
    """The one host and port that a run needs the network for; None where it needs none."""
    target = benchmark.get("target")
    if not isinstance(target, str) or not is_address(target):
        return None
    endpoint = endpoint_of(target)
    return endpoint.host, endpoint.port


def is_chat(checked: Mapping[str, Any]) -> bool:
    """Whether an endpoint is asked as OpenAI's chat completions are."""
    return "model" in checked or "prompt" in checked


def steps(checked: Mapping[str, Any]) -> list[str]:
    """What will be done, in order, in words; the number of epochs of the run."""
    checklist = ["checklist"] if checked["checklist"] else []
    if checked["kind"] == "command":
        return ["single stream", *checklist]
    wanted = checked["scenarios"]
    found = [name for name in ("single stream", "accuracy", "server") if name in wanted or name == "accuracy"]
    if checked["kind"] == "endpoint" or "data" not in checked:
        found.remove("accuracy")
    batches = checked["batches"] if checked["kind"] == "model" and "offline" in wanted else ()
    return [*found, *checklist, *(f"offline, batch {batch}" for batch in batches)]


def poisson_arrivals(rate: float, seconds: float, seed: int) -> list[float]:
    """Arrivals in seconds from the start, at `rate` a second on average, each independent of the others."""
    if rate * seconds > _MOST_ARRIVALS:
        raise UsageError(f"{rate:g} requests a second for {seconds:g} s are more than r2p keeps track of.")
    numbers = random.Random(seed)  # noqa: S311  (arrivals that can be repeated, and no secret)
    arrivals: list[float] = []
    at = numbers.expovariate(rate)
    while at < seconds:
        arrivals.append(at)
        at += numbers.expovariate(rate)
    return arrivals


def mean_interval(values: Sequence[float], level: float = 0.95) -> Interval | None:
    """Where the true mean lies, by Student's t, and not below 0; None for fewer than three values."""
    from scipy.stats import t

    count = len(values)
    if count < 3:
        return None
    mean = fmean(values)
    half = float(t.ppf((1 + level) / 2, count - 1)) * stdev(values) / math.sqrt(count)
    return Interval(max(mean - half, 0.0), mean + half, level)


def _defaults(kind: Kind) -> dict[str, Any]:
    filled: dict[str, Any] = {"seconds": SECONDS[kind], "warm_up": WARM_UP[kind], "checklist": True}
    if kind == "command":
        return filled | {"repeats": REPEATS}
    scenarios = list(SCENARIOS if kind == "model" else ("single stream", "server"))
    filled |= {"scenarios": scenarios, "samples": SAMPLES, "clients": CLIENTS}
    return filled | ({"batches": list(BATCHES)} if kind == "model" else {})


def _variant_for(checked: Mapping[str, Any]) -> Variant:
    """The variant that was named, or the engine of the file in fp32; raises UsageError where they differ."""
    suffix = PurePath(str(checked["target"])).suffix.lower()
    if "variant" not in checked:
        engine = _ENGINES[suffix]
        return variant_of("tensorrt-fp16" if engine == "tensorrt" else f"{engine}-fp32")
    variant = variant_of(str(checked["variant"]))
    if variant.engine not in _CAN_READ[suffix]:
        names = " or ".join(_CAN_READ[suffix])
        raise UsageError(
            f"{target_words(checked)} cannot run as {variant.words}: a {suffix} file is for {names}.",
            "r2p quantize MODEL makes the other variants of a .pt and measures them.",
        )
    if suffix == ".pt" and variant.precision == "int8":
        raise UsageError("PyTorch has no INT8 here.", "Make an INT8 model with: r2p quantize MODEL")
    return variant


def _check_endpoint(checked: Mapping[str, Any]) -> None:
    if "body" in checked and "body_file" in checked:
        raise UsageError("Both body and body_file say what is sent; one of them is enough.")
    if is_chat(checked):
        if missing := [name for name in ("model", "prompt") if name not in checked]:
            raise UsageError(
                f"A chat endpoint needs its {missing[0]} too.", "For example: model=NAME prompt='Say hello.'"
            )
        if "body" in checked or "body_file" in checked:
            raise UsageError("A prompt and a body cannot both be sent.")
    elif "stream" in checked:
        raise UsageError("“stream” is for a chat endpoint.", "Name its model and prompt too.")
    if checked.get("method") == "HEAD" and "expected_text" in checked:
        raise UsageError("An answer to HEAD has no text that could be expected.")


def _has_body(checked: Mapping[str, Any]) -> bool:
    return "body" in checked or "body_file" in checked or is_chat(checked)


def _refuse_of_other_kind(name: str, kind: Kind) -> None:
    kinds = SETTINGS[name].kinds
    if kind not in kinds:
        words = {"model": "a model", "endpoint": "an endpoint", "command": "a command"}
        raise UsageError(f"“{name}” is for {words[kinds[0]]}, and this is {words[kind]}.")


def _checked(name: str, value: object) -> Any:
    setting = SETTINGS.get(name)
    if setting is None:
        near = difflib.get_close_matches(name, SETTINGS, n=1, cutoff=0.5)
        hint = f"Did you mean “{near[0]}”?" if near else f"Known are: {', '.join(sorted(SETTINGS))}"
        if re.search("token|key|secret|password", name, re.I):
            hint = VARIABLE_HINT
        raise UsageError(f"A benchmark has no setting “{shorten(clean_line(name), 60)}”.", hint)
    try:
        return setting.read(value)
    except R2PError:
        raise
    except (ValueError, TypeError, OverflowError) as error:
        shown = "what was given" if name == "token_variable" else f"“{shorten(clean_line(str(value)), 60)}”"
        raise UsageError(f"“{name}” must be {setting.wanted}, not {shown}.") from error


def _target(value: object) -> str | list[str]:
    if isinstance(value, list | tuple):
        words = [str(word) for word in value]
        if not words or not words[0] or any("\0" in word for word in words):
            raise ValueError
        return words
    return read_text(value)


def _whole(low: int, high: int, *kinds: Kind) -> Setting:
    return Setting(*whole_number(low, high), *([kinds] if kinds else []))


def _number(low: float, high: float, *kinds: Kind) -> Setting:
    return Setting(*bounded_number(low, high), *([kinds] if kinds else []))


def _body(value: object) -> str:
    """As it was given: white space at its ends may matter."""
    if not isinstance(value, str):
        raise ValueError
    return value


def _fitting(pattern: re.Pattern[str]) -> Callable[[object], str]:
    def read(value: object) -> str:
        text = read_text(value)
        if not pattern.fullmatch(text):
            raise ValueError
        return text

    return read


def _one_of(*words: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        return {word.lower(): word for word in words}.get(read_text(value).lower()) or _refuse()

    return read


def _listed(value: object) -> list[str]:
    entries = value if isinstance(value, list | tuple) else str(value).split(",")
    found = [str(entry).strip() for entry in entries if str(entry).strip()]
    return found or _refuse()


def _scenarios(value: object) -> list[str]:
    wanted = {entry.lower().replace("_", " ").replace("-", " ") for entry in _listed(value)}
    if unknown := wanted - set(SCENARIOS):
        near = difflib.get_close_matches(min(unknown), SCENARIOS, n=1)
        raise UsageError(
            f"There is no scenario “{shorten(clean_line(min(unknown)), 40)}”.",
            f"Did you mean “{near[0]}”?" if near else f"Known are: {', '.join(SCENARIOS)}.",
        )
    return [name for name in SCENARIOS if name in wanted]


def _batches(value: object) -> list[int]:
    entries = [value] if isinstance(value, int) else _listed(value)
    read = _whole(1, 4096).read
    return sorted({int(str(read(entry))) for entry in entries})


def _image_size(value: object) -> int:
    return int(str(_whole(32, 8192).read(value)))


def _refuse() -> Any:
    raise ValueError


_TEXT_PATH = Setting(read_text, "a path")
_ENDPOINT: tuple[Kind, ...] = ("endpoint",)
SETTINGS: Mapping[str, Setting] = {
    "target": Setting(_target, "a path, an address, or the words of a command"),
    "kind": Setting(_one_of("model", "endpoint", "command"), "model, endpoint or command"),
    "scenarios": Setting(_scenarios, f"some of {', '.join(SCENARIOS)}", ("model", "endpoint")),
    "samples": _whole(1, 10_000_000, "model", "endpoint"),
    "seconds": _number(0.2, 86_400),
    "clients": _whole(1, 1_000, "model", "endpoint"),
    "rate": _number(0.01, 100_000, "model", "endpoint"),
    "warm_up": _whole(0, 100_000),
    "seed": _whole(0, 2**31 - 1),
    "price_per_hour": _number(0, 1_000_000),
    "checklist": Setting(read_flag, "true or false"),
    "variant": Setting(read_text, "a variant, such as torch-fp32", ("model",)),
    **{name: Setting(one.read, one.wanted, ("model",)) for name, one in measured_data.SETTINGS.items()},
    "imgsz": Setting(_image_size, "a whole number from 32 to 8,192", ("model",)),
    "batches": Setting(_batches, "numbers of images, such as 1,8,32", ("model",)),
    "threads": _whole(1, 1_024, "model"),
    "device": Setting(read_text, "cpu, auto or the number of a GPU", ("model",)),
    "expected_map50_95": _number(0, 1, "model"),
    "repeats": _whole(1, 100_000, "command"),
    "expected_exit": _whole(0, 255, "command"),
    "method": Setting(_one_of(*_METHODS), f"one of {', '.join(_METHODS)}", _ENDPOINT),
    "body": Setting(_body, "text", _ENDPOINT),
    "body_file": _TEXT_PATH._replace(kinds=_ENDPOINT),
    "content_type": Setting(_fitting(_CONTENT_TYPE), "a type such as application/json", _ENDPOINT),
    "token_variable": Setting(
        _fitting(_VARIABLE), "the name of a variable that holds the token, never the token", _ENDPOINT
    ),
    "timeout": _number(0.1, 3_600, "endpoint"),
    "expected_status": _whole(100, 599, "endpoint"),
    "expected_text": Setting(read_text, "text that the answer must hold", _ENDPOINT),
    "model": Setting(read_text, "the name of a model", _ENDPOINT),
    "prompt": Setting(read_text, "text", _ENDPOINT),
    "stream": Setting(read_flag, "true or false", _ENDPOINT),
    "max_tokens": _whole(1, 1_000_000, "endpoint"),
}
