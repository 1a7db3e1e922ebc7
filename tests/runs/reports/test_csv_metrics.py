"""Rows of metrics while a program writes them."""

from __future__ import annotations

import math
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.runs import MetricPoint
from r2p_tui.runs.reports.csv_metrics import CsvMetrics

ULTRALYTICS = (
    "       epoch,  time,  train/box_loss,  train/cls_loss, metrics/mAP50(B), metrics/mAP50-95(B), lr/pg0\n"
    "   1, 12.5, 1.5, 2.5, 0.25, 0.125, 0.01\n"
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "results.csv"


def append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def test_rows_of_ultralytics_are_points_of_epochs(table: Path) -> None:
    table.write_text(ULTRALYTICS)
    metrics = CsvMetrics(table)
    values = {"train_box_loss": 1.5, "train_cls_loss": 2.5, "map50": 0.25, "map50_95": 0.125, "lr_pg0": 0.01}
    assert metrics.poll(7.0) == [MetricPoint(7.0, values | {"train_loss": 4.0}, 1)]
    append(table, "2,25,1.0,2.0,0.5,0.2")
    assert metrics.poll(8.0) == []
    append(table, "5,0.01\n3,37,nan,")
    [point] = metrics.poll(9.0)
    assert (point.epoch, point.values["map50_95"], point.values["train_loss"]) == (2, 0.25, 3.0)


def test_rows_of_lightning_have_empty_cells(table: Path) -> None:
    table.write_text("epoch,step,train_loss_step,val_loss\n0,49,0.5,\n0,99,0.4,\n0,99,,0.3\n")
    points = CsvMetrics(table).poll(1.0)
    batches = [point for point in points if point.scope == "batch"]
    epochs = [point for point in points if point.scope == "epoch"]
    assert [(p.step, p.values) for p in batches] == [
        (49, {"train_loss_step": 0.5}),
        (99, {"train_loss_step": 0.4}),
    ]
    assert [(p.epoch, p.values) for p in epochs] == [(0, {"val_loss": 0.3})]


def test_a_table_that_gets_a_column_goes_on_where_it_was(table: Path) -> None:
    table.write_text("epoch,loss\n1,0.5\n2,nan\n")
    metrics = CsvMetrics(table)
    assert len(metrics.poll(1.0)) == 2
    table.write_text("")
    assert metrics.poll(1.0) == []
    table.write_text("epoch,loss,val_loss\n1,0.5,\n2,nan,\n3,0.3,0.4\n")
    assert metrics.poll(1.0) == [MetricPoint(1.0, {"loss": 0.3, "val_loss": 0.4}, 3)]


def test_another_table_of_the_same_name_is_read_from_its_beginning(table: Path) -> None:
    table.write_text("epoch,loss\n1,0.5\n2,0.4\n")
    metrics = CsvMetrics(table)
    metrics.poll(1.0)
    table.write_text("epoch,loss\n1,0.9\n2,0.8\n3,0.7\n")
    assert [point.values["loss"] for point in metrics.poll(1.0)] == [0.9, 0.8, 0.7]


def test_a_table_without_epochs_counts_its_rows(table: Path) -> None:
    table.write_text('Accuracy;"F1; macro"\r\n0,5;0.1\r\n0.5;inf\r\n')
    first, second = CsvMetrics(table).poll(1.0)
    assert (first.epoch, first.step, dict(first.values)) == (None, 1, {"f1_macro": 0.1})
    assert (second.step, dict(second.values)) == (2, {"accuracy": 0.5, "f1_macro": math.inf})


def test_numbers_without_a_header_are_left_alone(table: Path) -> None:
    table.write_text("1,2,3\n4,5,6\n")
    assert CsvMetrics(table).poll(1.0) == []


def test_a_pipe_of_that_name_does_not_block(table: Path) -> None:
    os.mkfifo(table)
    assert CsvMetrics(table).poll(1.0) == []
    assert CsvMetrics(table.with_name("absent.csv")).poll(1.0) == []


@given(
    st.lists(
        st.binary(max_size=40) | st.sampled_from([b"epoch,loss\n", b"1,2\n", b'"', b"\n", b"\0,\n"]),
        max_size=12,
    )
)
def test_any_bytes_are_read_without_error(
    tmp_path_factory: pytest.TempPathFactory, parts: list[bytes]
) -> None:
    table = tmp_path_factory.mktemp("tables") / "results.csv"
    table.write_bytes(b"")
    metrics = CsvMetrics(table)
    for part in parts:
        with table.open("ab") as file:
            file.write(part)
        for point in metrics.poll(1.0):
            assert point.values
