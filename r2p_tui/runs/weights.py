"""What a training starts from: a known name, a model yaml or a file of weights, judged before it is read."""

from __future__ import annotations

import ast
import difflib
import importlib.util
import json
import pickletools
import re
import zipfile
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from r2p_tui.domain.train_settings import is_hub_file
from r2p_tui.errors import NotFoundError, UsageError
from r2p_tui.runs.checkpoints import sha256_of
from r2p_tui.text import clean_line, shorten

DOWNLOAD_HINT = "Add --download to have it fetched, or name a file of weights that is here."
_OTHER_TASKS = ("-cls", "-seg", "-pose", "-obb", "-sem", "-depth", "-world", "yoloe")
_NAME = re.compile(r"[A-Za-z_][\w.]*")
_PLAIN_ACTIVATION = re.compile(r"(torch\.)?nn\.SiLU\(\s*(inplace=)?(True|False)?\s*\)")
_YAML_LIMIT = 1_000_000
_YAML_KEYS = frozenset({
    "nc", "names", "task", "ch", "channels", "scales", "scale", "depth_multiple", "width_multiple",
    "max_channels", "backbone", "head", "strides", "reg_max", "end2end", "activation", "yaml_file",
})  # fmt: skip
# Modules whose classes a file of weights is made of; what else it names is shown to the user.
_EXPECTED = ("torch", "torchvision", "ultralytics", "models", "collections", "numpy", "pathlib", "_codecs")
_PLAIN_BUILTINS = (
    "getattr",
    "set",
    "frozenset",
    "slice",
    "complex",
    "bytearray",
    "int",
    "float",
    "bool",
    "dict",
)


class Model(NamedTuple):
    """What ultralytics is given, the hash of a file of weights, and the class that opens it.

    Ultralytics tells the class of weights by itself, and that of a model yaml not.
    """

    source: str
    sha256: str = ""
    opener: str = "YOLO"


def needs_fetch(settings: Mapping[str, Any], base: Path) -> bool:
    """Whether the model of checked settings is a file of weights that is not here yet."""
    model = str(settings["model"])
    if "weights_file" in settings or "resume_from" in settings:
        return False
    return is_hub_file(model) or (model.endswith(".pt") and not (base / Path(model).expanduser()).is_file())


def check_model(settings: Mapping[str, Any], base: Path) -> None:
    """Refuse before a run is queued what `resolve_model` would refuse by its name; reads no file."""
    name = str(settings["model"])
    if "weights_file" in settings or "resume_from" in settings:
        return
    if needs_fetch(settings, base):
        raise _not_here(name, base / Path(name).expanduser())
    if not (base / Path(name).expanduser()).is_file() and known_models() and name not in known_models():
        raise _unknown(name)


def resolve_model(settings: Mapping[str, Any], base: Path, work: Path) -> Model:
    """The model of checked settings, ready to be opened; a checked copy of a model yaml is put below `work`.

    Raises UsageError or NotFoundError with one sentence for what is unknown, is not there, or may run code.
    """
    name = str(settings["model"])
    file = base / Path(str(settings.get("weights_file") or name)).expanduser()
    if "weights_file" in settings or is_hub_file(name) or name.lower().endswith(".pt"):
        return _weights(name, file, settings, known="weights_file" in settings)
    if "weights_sha256" in settings:
        raise UsageError(f"{settings['model']} has no weights, so there is no hash to compare.")
    if file.is_file():
        checked = _checked_yaml(file, work)
        is_detr = "RTDETRDecoder" in checked.read_text(encoding="utf-8")
        return Model(str(checked), opener="RTDETR" if is_detr else "YOLO")
    if name not in known_models():
        raise _unknown(name)
    return Model(name, opener="RTDETR" if "rtdetr" in name else "YOLO")


@lru_cache(maxsize=1)
def known_models() -> frozenset[str]:
    """The names of detectors that ultralytics can build, found without loading it; empty without it."""
    package = importlib.util.find_spec("ultralytics")
    if package is None or package.origin is None:
        return frozenset()
    found: set[str] = set()
    for path in (Path(package.origin).parent / "cfg" / "models").rglob("*.yaml"):
        if not any(task in path.stem for task in _OTHER_TASKS):
            found |= _sizes(path)
    return frozenset(found)


def _sizes(path: Path) -> set[str]:
    """A yaml with scales has a name for each: `yolov8.yaml` is `yolov8n.yaml` as well."""
    text = path.read_text(encoding="utf-8")
    scales = re.search(r"^scales:.*\n((?:[ #].*\n|\n)+)", text, re.MULTILINE)
    letters = re.findall(r"^\s+([nslmx]):", scales[1], re.MULTILINE) if scales else []
    number = re.match(r"(yolov?\d+)((?:-.*)?)$", path.stem)
    if not letters or number is None:
        return {path.name}
    return {path.name} | {f"{number[1]}{letter}{number[2]}.yaml" for letter in letters}


def _unknown(name: str) -> UsageError | NotFoundError:
    if "/" in name:
        return NotFoundError(f"There is no model {shorten(clean_line(name), 120)}.")
    if any(task in name for task in _OTHER_TASKS):
        return UsageError(f"{clean_line(name)} is no detector of boxes; r2p trains detectors.")
    if f"{name}.yaml" in known_models():
        return UsageError(
            f"“{name}” may mean two things.", f"Train from the start: {name}.yaml; from weights: {name}.pt"
        )
    near = difflib.get_close_matches(name, sorted(known_models()), n=1, cutoff=0.4)
    hint = f"Did you mean “{near[0]}”?" if near else "For example: yolov8n.yaml or rtdetr-l.yaml"
    return UsageError(f"There is no model “{shorten(clean_line(name), 80)}”.", hint)


def _not_here(name: str, file: Path) -> NotFoundError:
    where = str(file) if "/" in name and not is_hub_file(name) else name
    return NotFoundError(f"The weights {clean_line(where)} are not here.", DOWNLOAD_HINT)


def _weights(name: str, file: Path, settings: Mapping[str, Any], *, known: bool) -> Model:
    if not file.is_file():
        raise _not_here(str(file) if known else name, file)
    check_weights(file)
    digest = sha256_of(file)
    wanted = settings.get("weights_sha256")
    if wanted and digest != wanted:
        raise UsageError(
            f"{file.name} is not the file that was asked for: its SHA-256 is {digest}.",
            f"Asked for was {wanted}",
        )
    return Model(str(file.absolute()), digest)


def check_weights(file: Path) -> None:
    """Look at a file of weights without opening it as one; raises UsageError for anything else."""
    if file.suffix.lower() != ".pt":
        raise UsageError(f"{file.name} is no file of weights that ultralytics reads; those end in .pt.")
    if not zipfile.is_zipfile(file):
        raise UsageError(f"{file.name} is not a file of weights: it is empty, cut off, or something else.")
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            pickled = next((name for name in names if name.endswith("/data.pkl") or name == "data.pkl"), None)
            if pickled is None:
                raise UsageError(f"{file.name} is an archive, but not one of weights.")
            if any("/code/" in name for name in names):
                raise UsageError(f"{file.name} is an exported TorchScript, which cannot be trained.")
            stranger = next(_strangers(archive.read(pickled)), None)
    except (zipfile.BadZipFile, OSError, ValueError, IndexError) as error:
        raise UsageError(f"{file.name} is not a file of weights: it is damaged.") from error
    if stranger:
        raise UsageError(
            f"{file.name} wants to use {shorten(clean_line(stranger), 80)}, which weights have no need of; "
            "it was not opened, and nothing in it ran.",
            "Take weights from a source that you trust.",
        )


def _strangers(pickled: bytes) -> Iterator[str]:
    """The names that a pickle would import from modules that weights are not made of.

    Names put together in roundabout ways are left to ultralytics' own restricted reader.
    """
    words: list[str] = []
    for operation, argument, _ in pickletools.genops(pickled):
        if operation.name in ("GLOBAL", "INST", "STACK_GLOBAL"):
            found = ".".join(words[-2:]) if argument is None else str(argument).replace(" ", ".", 1)
            if found.count(".") and not _is_expected(found):
                yield found
        elif isinstance(argument, str):
            words.append(argument)
            continue
        if operation.name != "MEMOIZE":
            words.clear()


def _is_expected(name: str) -> bool:
    module, _, word = name.partition(".")
    return module in _EXPECTED or (module in ("builtins", "__builtin__") and word in _PLAIN_BUILTINS)


def _checked_yaml(file: Path, work: Path) -> Path:
    """A copy of a model yaml that holds nothing but layers; its name stays, as it says the size."""
    import yaml

    if file.stat().st_size > _YAML_LIMIT:
        raise UsageError(f"{file.name} is far too large for a model yaml.")
    try:
        described = yaml.safe_load(file.read_text(encoding="utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise UsageError(
            f"{file.name} is not a YAML file: {shorten(clean_line(str(error)), 160)}."
        ) from error
    if not isinstance(described, dict) or not {"backbone", "head"} <= described.keys():
        raise UsageError(f"{file.name} does not describe a model.", "It needs a backbone and a head.")
    _check_keys(described, file)
    for part in ("backbone", "head"):
        _check_layers(described[part], part, file)
    target = work / "model" / file.name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(described, indent=1), encoding="utf-8")
    return target


def _check_keys(described: Mapping[Any, Any], file: Path) -> None:
    activation = described.get("activation")
    if activation and not _PLAIN_ACTIVATION.fullmatch(str(activation).strip()):
        raise UsageError(
            f"{file.name} sets the activation “{shorten(clean_line(str(activation)), 60)}”, "
            "which ultralytics runs as code; r2p does not.",
            "Take that entry out; the default is nn.SiLU().",
        )
    if unknown := sorted(clean_line(str(key)) for key in described.keys() - _YAML_KEYS):
        raise UsageError(f"{file.name} has an entry “{shorten(unknown[0], 60)}”, which models do not have.")


def _check_layers(layers: object, part: str, file: Path) -> None:
    """Ultralytics looks modules up by name and evaluates words among their arguments."""
    if not isinstance(layers, list):
        raise UsageError(f"The {part} in {file.name} is not a list of layers.")
    for number, layer in enumerate(layers):
        if not isinstance(layer, list) or len(layer) != 4 or not _NAME.fullmatch(str(layer[2])):
            raise UsageError(
                f"Layer {number} of the {part} in {file.name} is no [from, number, module, arguments]."
            )
        if not isinstance(layer[3], list) or not all(map(_is_plain, layer[3])):
            raise UsageError(
                f"Layer {number} of the {part} in {file.name} has an argument that is not a value."
            )


def _is_plain(argument: object) -> bool:
    if isinstance(argument, list):
        return all(map(_is_plain, argument))
    if not isinstance(argument, str):
        return argument is None or isinstance(argument, int | float)
    if _NAME.fullmatch(argument):
        return True
    try:
        ast.literal_eval(argument)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return False
    return True
