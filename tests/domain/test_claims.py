"""What a cell states when it is kept as a claim, and how rows and columns are named."""

from __future__ import annotations

import pytest

from r2p_tui.domain.claims import field_text, find_column, find_row, read_statement, stated, with_unit
from r2p_tui.domain.tables import Box, Cell, Table
from r2p_tui.domain.understanding import Column, Direction, Role, Understanding
from r2p_tui.errors import NotFoundError, UsageError

DETECTORS = (
    ("Method", "Size", "COCO / AP", "FPS (V100)"),
    ("YOLOv4", "416", "41.2%", "96"),
    ("YOLOv4", "608", "43.5%", "62"),
    ("EfficientDet", "512", "-", "62.5"),
)
PARTS = (("Mosaic", "Mish", "Top-1"), ("", "", "77.9%"), ("✓", "", "78.1%"), ("✓", "✓", "79.8 ± 0.1%"))
ACROSS = (("Benchmark", "Dense", "MoE (ours)"), ("MMLU (Acc.)", "48.2", "45.0"), ("BBH (EM)", "39.3", "42.2"))


def table(rows: tuple[tuple[str, ...], ...], caption: str = "") -> Table:
    cells = [
        Cell(row, column, text, page=4, box=Box(column, row, column + 1, row + 1))
        for row, texts in enumerate(rows)
        for column, text in enumerate(texts)
        if text
    ]
    return Table("2", "", caption, 4, None, "pdf", 1, tuple(cells))


def understanding(*columns: tuple[str, Role, str | None]) -> Understanding:
    up: Direction = "up"
    described = tuple(
        Column(index, header, role, metric, None, up if metric else None, "")
        for index, (header, role, metric) in enumerate(columns)
    )
    return Understanding("main result", "", 1.0, described, None, "", (), ())


OF_DETECTORS = understanding(
    ("Method", "label", None),
    ("Size", "setting", None),
    ("COCO / AP", "metric", "AP"),
    ("FPS (V100)", "metric", "FPS"),
)
OF_PARTS = understanding(("Mosaic", "factor", None), ("Mish", "factor", None), ("Top-1", "metric", "top-1"))
OF_ACROSS = understanding(
    ("Benchmark", "label", None), ("Dense", "other", None), ("MoE (ours)", "other", None)
)


def test_a_cell_is_read_with_header_label_and_setting() -> None:
    stated = read_statement(table(DETECTORS), OF_DETECTORS, 2, 2)
    assert (stated.metric, stated.value.number, stated.unit) == ("AP", 43.5, "%")
    assert (stated.condition, stated.dataset, stated.hardware) == ("YOLOv4, Size 608", "COCO", None)
    assert stated.cell.box == Box(2, 2, 3, 3)
    speed = read_statement(table(DETECTORS), OF_DETECTORS, 1, 3)
    assert (speed.metric, speed.hardware, speed.header) == ("FPS", "V100", "FPS (V100)")


def test_switched_on_components_are_the_condition() -> None:
    assert read_statement(table(PARTS), OF_PARTS, 3, 2).condition == "Mosaic, Mish"
    assert read_statement(table(PARTS), OF_PARTS, 1, 2).condition == ""


def test_where_variants_stand_in_columns_the_row_names_the_metric() -> None:
    stated = read_statement(table(ACROSS), OF_ACROSS, 1, 2)
    assert (stated.metric, stated.condition, stated.dataset) == ("MMLU (Acc.)", "MoE (ours)", "MMLU")


def test_one_row_that_sounds_like_a_metric_does_not_turn_a_table() -> None:
    rows = (("Model", "Chat"), ("GPT-4o", "96.6"), ("Claude", "96.4"), ("ours (pass@1)", "96.9"))
    judged = understanding(("Model", "label", None), ("Chat", "other", None))
    stated = read_statement(table(rows), judged, 3, 1)
    assert (stated.metric, stated.condition) == ("Chat", "ours (pass@1)")


def test_other_levels_of_the_header_are_part_of_the_condition() -> None:
    rows = (("Language", "TEDs / simple", "COCO / AP"), ("OTSL", "0.965", "38.5"))
    judged = understanding(
        ("Language", "label", None), ("TEDs / simple", "metric", "TEDS"), ("COCO / AP", "metric", "AP")
    )
    assert read_statement(table(rows), judged, 1, 1).condition == "OTSL, simple"
    assert read_statement(table(rows), judged, 1, 2).condition == "OTSL"


def test_a_column_without_a_metric_takes_it_from_the_caption_or_its_header() -> None:
    threshold = understanding(("Method", "label", None), ("0.5", "metric", None))
    rows = (("Method", "0.5"), ("ours", "43.7"))
    named = read_statement(table(rows, "Table 2: mAP at several thresholds."), threshold, 1, 1)
    assert named.metric == "mAP"
    assert read_statement(table(rows), threshold, 1, 1).metric == "0.5"
    nameless = understanding(("", "label", None), ("", "other", None))
    assert read_statement(table(rows), nameless, 1, 1).metric == "value"


@pytest.mark.parametrize(
    ("caption", "dataset", "hardware"),
    [
        ("Results on the MS COCO dataset (test-dev 2017) on one Tesla V100.", "MS COCO", "Tesla V100"),
        ("Ablation on NYUv2, measured on an NVIDIA RTX 2080 Ti.", "NYUv2", "NVIDIA RTX 2080 Ti"),
        ("Results on the Lung-Seven dataset with an A100 or a T4.", "Lung-Seven", None),
        ("Comparison on the PH2 and Lung datasets.", None, None),
        ("Transfer from KITTI to Cityscapes.", None, None),
        ("Evaluated on RPN features C4, P4 and L4 of the model.", None, None),
        ("Speed on a Jetson AGX Orin for images of Imagenette.", None, "Jetson AGX Orin"),
        ("We take the mean on the test set.", None, None),
    ],
)
def test_only_what_stands_there_once_is_taken(
    caption: str, dataset: str | None, hardware: str | None
) -> None:
    plain = understanding(("", "label", None), ("error", "metric", "error"))
    stated = read_statement(table((("", "error"), ("ours", "3.1")), caption), plain, 1, 1)
    assert (stated.dataset, stated.hardware) == (dataset, hardware)


@pytest.mark.parametrize(("row", "column"), [(3, 2), (0, 2), (1, 0), (9, 2), (1, -1)])
def test_a_cell_without_a_number_is_no_claim(row: int, column: int) -> None:
    with pytest.raises(UsageError, match="states no number"):
        read_statement(table(DETECTORS), OF_DETECTORS, row, column)


def test_rows_are_named_by_number_or_label() -> None:
    detectors = table(DETECTORS)
    assert find_row(detectors, OF_DETECTORS, "2") == 2
    assert find_row(detectors, OF_DETECTORS, "efficientdet") == 3
    assert find_row(detectors, OF_DETECTORS, "YOLOv4, Size 608") == 2
    assert find_row(table(PARTS), OF_PARTS, "mosaic, mish") == 3
    with pytest.raises(UsageError, match="more than one row of Table 2") as refused:
        find_row(detectors, OF_DETECTORS, "YOLOv4")
    assert refused.value.hint == "Name one by its number: 1, 2."
    with pytest.raises(NotFoundError, match="no row of Table 2 called “SSD”") as missing:
        find_row(detectors, OF_DETECTORS, "SSD")
    assert missing.value.hint == "There are: YOLOv4; YOLOv4; EfficientDet."


def test_columns_are_named_by_number_header_or_metric() -> None:
    detectors = table(DETECTORS)
    for name in ("4", "FPS", "fps (v100)", "V100"):
        assert find_column(detectors, OF_DETECTORS, name) == 3
    assert (
        find_column(detectors, OF_DETECTORS, "AP") == find_column(detectors, OF_DETECTORS, "COCO / AP") == 2
    )
    with pytest.raises(NotFoundError):
        find_column(detectors, OF_DETECTORS, "Recall")
    with pytest.raises(NotFoundError):
        find_column(detectors, OF_DETECTORS, " ")


def test_fields_are_one_short_line() -> None:
    assert field_text(" T4 \n at  fp16 ") == "T4 at fp16"
    assert field_text(" \n ") is None
    assert len(field_text("x" * 900) or "") == 200


def test_a_unit_is_said_once() -> None:
    assert with_unit("43.5%", "%") == "43.5%"
    assert with_unit("62", "fps") == "62 fps"
    assert with_unit("62", None) == "62"


def test_a_unit_that_is_the_metric_is_said_once() -> None:
    assert stated("FPS", "31 (M)", "fps") == "FPS 31 (M)"
    assert stated("latency", "4.6", "ms") == "latency 4.6 ms"
    assert stated("AP", "43.5%", "%") == "AP 43.5%"
    assert stated("AP", "43.5", None) == "AP 43.5"
