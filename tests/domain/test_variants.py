import pytest

from r2p_tui.domain.variants import REFERENCE, VARIANTS, Variant, chosen_variants, display_order, variant_of
from r2p_tui.errors import UsageError


def test_names_are_unique_and_found_again() -> None:
    assert len({variant.name for variant in VARIANTS}) == len(VARIANTS)
    assert all(variant_of(variant.name.upper()) == variant for variant in VARIANTS)


def test_words_for_people() -> None:
    assert Variant("openvino", "int8").words == "OpenVINO INT8"
    assert Variant("onnxruntime", "int8", "dynamic").words == "ONNX Runtime INT8 dynamic"


def test_an_unknown_name_is_told_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        variant_of("openvino-int4")
    assert "openvino-int8" in caught.value.hint


def test_the_reference_is_always_measured() -> None:
    assert chosen_variants(["openvino-int8"]) == (REFERENCE, Variant("openvino", "int8"))
    assert chosen_variants([]) == VARIANTS


def test_unknown_names_come_last() -> None:
    assert display_order(["mine", "openvino-int8", "torch-fp32"]) == ["torch-fp32", "openvino-int8", "mine"]
