"""Samples of a run are kept whole, and damage is told in one sentence."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from r2p_tui.domain.variant_comparison import Samples
from r2p_tui.errors import DocumentError, NotFoundError, R2PError, UsageError
from r2p_tui.runs import measured_arrays
from r2p_tui.runs.measured_arrays import load_samples, save_samples
from tests.domain.detection_examples import detections


def samples(*, found: bool = True) -> Samples:
    times = np.random.default_rng(0).random(30) + 5
    return Samples(times, np.repeat(np.arange(3, dtype=np.int32), 10), detections() if found else None)


@pytest.mark.parametrize("found", [True, False])
def test_comes_back_as_it_was(tmp_path: Path, found: bool) -> None:
    kept = samples(found=found)
    name = save_samples(tmp_path, "onnxruntime-int8-dynamic", kept)
    assert name == "measured/onnxruntime-int8-dynamic.npz"
    back = load_samples(tmp_path, name)
    np.testing.assert_array_equal(back.latency_ms, kept.latency_ms)
    np.testing.assert_array_equal(back.rounds, kept.rounds)
    if kept.detections is None:
        assert back.detections is None
        return
    assert back.detections is not None
    for field in ("image", "class_id", "score", "matched", "boxes"):
        one, other = getattr(back.detections, field), getattr(kept.detections, field)
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)
    assert back.detections.names == kept.detections.names
    assert back.detections.images == kept.detections.images


def test_foreign_names_are_cleaned(tmp_path: Path) -> None:
    name = save_samples(tmp_path, "a", samples())
    path = tmp_path / name
    with np.load(path) as opened:
        arrays = {key: opened[key] for key in opened.files}
    arrays["names"] = np.array(["a\x1b[31m", "b\n", "c"])
    np.savez(path, **arrays)
    found = load_samples(tmp_path, name).detections
    assert found is not None
    assert found.names == ("a\ufffd[31m", "b", "c")


@pytest.mark.parametrize("name", ["../a", "a/b", "", ".hidden", "a\n", "x" * 101])
def test_a_name_that_is_no_file_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be the name"):
        save_samples(tmp_path, name, samples())
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "name", ["measured/../a.npz", "/measured/a.npz", "a.npz", "measured/a.txt", "measured/b/a.npz", ""]
)
def test_a_place_outside_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="no file of samples"):
        load_samples(tmp_path, name)


def test_what_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="not there any more"):
        load_samples(tmp_path, "measured/a.npz")


def damage_nothing(path: Path) -> None:
    path.write_bytes(b"")


def damage_end(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def damage_middle(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 3 : len(content) // 3 + 40] = bytes(range(0, 240, 6))
    path.write_bytes(content)


def damage_missing(path: Path) -> None:
    np.savez(path, latency_ms=np.ones(3))


def damage_lengths(path: Path) -> None:
    np.savez(path, latency_ms=np.ones(3), rounds=np.zeros(2, int))


def damage_pickle(path: Path) -> None:
    np.savez(path, latency_ms=np.array([{}], object), rounds=np.zeros(1, int), allow_pickle=True)


def damage_text(path: Path) -> None:
    np.savez(path, latency_ms=np.array(["a"]), rounds=np.zeros(1, int))


def damage_other(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("latency_ms.npy", b"no array")
        packed.writestr("rounds.npy", b"no array")


@pytest.mark.parametrize(
    "damage",
    [
        damage_nothing, damage_end, damage_middle, damage_missing, damage_lengths, damage_pickle, damage_text,
        damage_other,
    ],
)  # fmt: skip
def test_damage_is_one_sentence(tmp_path: Path, damage: object) -> None:
    name = save_samples(tmp_path, "a", samples())
    assert callable(damage)
    damage(tmp_path / name)
    with pytest.raises(DocumentError, match=r"^The single samples measured/a\.npz are damaged\.$"):
        load_samples(tmp_path, name)


def test_a_file_far_too_large_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = save_samples(tmp_path, "a", samples())
    monkeypatch.setattr(measured_arrays, "_LARGEST", 1000)
    with pytest.raises(R2PError, match="damaged"):
        load_samples(tmp_path, name)


def test_samples_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="rounds"):
        Samples(np.ones(3), np.zeros(2, np.int32))
    with pytest.raises(ValueError, match="no time"):
        Samples(np.array([1, np.nan]), np.zeros(2, np.int32))
