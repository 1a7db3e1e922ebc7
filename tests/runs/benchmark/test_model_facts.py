"""What a model file says of itself, without any engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from r2p_tui.errors import DocumentError, NotFoundError, R2PError
from r2p_tui.runs.benchmark.model_facts import ModelFacts, read_facts, size_of

NET = """<?xml version="1.0"?>
<net name="model" version="11">
  <layers>
    <layer id="0" name="images" type="Parameter"><data shape="1,3,320,256" element_type="f32"/></layer>
  </layers>
  <rt_info>
    <framework><names value="{0: 'scratch', 1: 'dent'}"/></framework>
    <nncf><quantization><names value="['/model.22/Concat']"/></quantization></nncf>
  </rt_info>
</net>
"""


def _openvino(folder: Path, text: str) -> Path:
    file = folder / "model.xml"
    file.write_text(text, encoding="utf-8")
    file.with_suffix(".bin").write_bytes(b"")
    return file


def test_layers_that_were_left_out_are_no_classes(tmp_path: Path) -> None:
    facts = read_facts(_openvino(tmp_path, NET))
    assert facts.names == ("scratch", "dent")
    assert facts.image_size == (320, 256) and facts.batch == 1


@pytest.mark.parametrize("text", ["", "<net", "<other/>", '<!DOCTYPE net [<!ENTITY a "b">]><net>&a;</net>'])
def test_what_is_no_model_is_one_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(DocumentError, match="not a model of OpenVINO"):
        read_facts(_openvino(tmp_path, text))


def test_weights_must_lie_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "model.xml"
    file.write_text(NET, encoding="utf-8")
    with pytest.raises(NotFoundError, match=r"model\.bin is missing"):
        read_facts(file)
    with pytest.raises(R2PError):
        read_facts(tmp_path / "nothing.xml")


def test_open_sizes_fall_back_to_what_was_named(tmp_path: Path) -> None:
    facts = read_facts(_openvino(tmp_path, NET.replace("1,3,320,256", "?,3,?,?")))
    assert facts.image_size is None and facts.batch is None
    assert size_of({"imgsz": 320}, facts) == (320, 320)
    assert size_of({}, ModelFacts(image_size=(320, 256))) == (320, 256)
