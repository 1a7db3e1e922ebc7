"""Metrics in printed lines: the one spelling, what is read, and what must give nothing."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.run_metrics import (
    LONGEST_LINE,
    LineMetrics,
    is_evaluation,
    loss_sums,
    metric_name,
    values_of_line,
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("metrics/mAP50(B)", "map50"),
        ("metrics/mAP50-95(B)", "map50_95"),
        ("metrics/mAP50(M)", "map50_m"),
        ("train/box_loss", "train_box_loss"),
        ("lr/pg0", "lr_pg0"),
        ("  val/cls_loss", "val_cls_loss"),
        ("Acc@1", "acc_1"),
        ("metrics/mAP_0.5", "map50"),
        ("metrics/mAP_0.5:0.95", "map50_95"),
        ("mAP@10", "map_10"),
        ("(B)", ""),
    ],
)
def test_every_metric_has_one_spelling(text: str, name: str) -> None:
    assert metric_name(text) == name


@given(st.text())
def test_a_spelt_name_stays_as_it_is(text: str) -> None:
    name = metric_name(text)
    assert metric_name(name) == name


# Line, values, epoch, epochs, step, steps, scope.
READ = [
    (
        '{"epoch": 3, "loss": 0.2, "eval": {"map": 0.4}}',
        {"loss": 0.2, "eval_map": 0.4},
        (3, None, None, None, "epoch"),
    ),
    (
        "{'loss': 1.2, 'learning_rate': 2e-05, 'epoch': 0.5}",
        {"loss": 1.2, "learning_rate": 2e-05},
        (0, None, None, None, "batch"),
    ),
    ("{'loss': '4.781', 'epoch': '1'}", {"loss": 4.781}, (1, None, None, None, "epoch")),
    (
        "{'loss': tensor(0.21, device='cuda:0'), 'acc': np.float64(.5), 'ok': True, 'best': None}",
        {"loss": 0.21, "acc": 0.5},
        (None, None, None, None, "batch"),
    ),
    (
        "[2024-05-01 12:30:01] Epoch 3: {'loss': 0.2}",
        {"loss": 0.2},
        (3, None, None, None, "epoch"),
    ),
    (
        "Epoch 3/40 loss=0.21 val_loss=0.33 lr=1e-4",
        {"loss": 0.21, "val_loss": 0.33, "lr": 1e-4},
        (3, 40, None, None, "epoch"),
    ),
    ("epoch: 3 | train loss: 0.21", {"train_loss": 0.21}, (3, None, None, None, "epoch")),
    (
        "Epoch: [3]  [ 10/100]  eta: 0:01:02  lr: 0.0001  loss: 2.31 (2.50)  time: 0.5  max mem: 3000",
        {"lr": 0.0001, "loss": 2.31},
        (3, None, 10, 100, "batch"),
    ),
    (
        "Train: 3 [  50/1251 (  4%)]  Loss: 6.93 (6.93)  Time: 0.5s, LR: 1.000e-05",
        {"loss": 6.93, "lr": 1e-5},
        (3, None, 50, 1251, "batch"),
    ),
    (
        "Test: [  10/78]  Time: 0.2 (0.5)  Loss:  1.2 (1.3)  Acc@1: 70.1 (71)",
        {"test_loss": 1.2, "test_acc_1": 70.1},
        (None, None, 10, 78, "batch"),
    ),
    (
        "01/01 12:00:00 - mmengine - Epoch(train)  [1][  50/7330]  lr: 1.9e-03  eta: 1:02:03  loss: 1.2",
        {"lr": 0.0019, "loss": 1.2},
        (1, None, 50, 7330, "batch"),
    ),
    (
        "[01/01 12:00:00 d2.utils.events]:  eta: 0:12:34  iter: 19  total_loss: 5.4  max_mem: 2000M",
        {"total_loss": 5.4},
        (None, None, 19, None, "batch"),
    ),
    (
        "Train Epoch: 1 [640/60000 (1%)]\tLoss: 2.1",
        {"loss": 2.1},
        (1, None, 640, 60000, "batch"),
    ),
    ("Epoch [3/40], Step [100/600], Loss: 0.2", {"loss": 0.2}, (3, 40, 100, 600, "batch")),
    (
        "Epoch 3: 100%|█████| 100/100 [00:10<00:00, 9.5it/s, loss=0.21, v_num=0]",
        {"loss": 0.21},
        (3, None, 100, 100, "batch"),
    ),
    ("Epochs:   8%|█  | 3/40 [00:10<00:00, loss=0.21]", {"loss": 0.21}, (3, 40, None, None, "epoch")),
    (
        "100/100 [=====] - 3s 30ms/step - loss: 0.2 - val_loss: 0.3",
        {"loss": 0.2, "val_loss": 0.3},
        (None, None, 100, 100, "batch"),
    ),
    (
        "step 250: train loss 2.5, val loss 2.6",
        {"train_loss": 2.5, "val_loss": 2.6},
        (None, None, 250, None, "batch"),
    ),
    ("[1,  2000] loss: 2.170", {"loss": 2.17}, (None, None, None, None, "batch")),
    (
        "Accuracy: 57.6%, Avg loss: 1.09",
        {"accuracy": 57.6, "avg_loss": 1.09},
        (None, None, None, None, "batch"),
    ),
    (
        " Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.365",
        {"map50_95": 0.365},
        (None, None, None, None, "batch"),
    ),
    (
        "loss: tensor(0.2134, device='cuda:0', grad_fn=<NllLossBackward0>)",
        {"loss": 0.2134},
        (None, None, None, None, "batch"),
    ),
    ("Best val loss: 0.2 at epoch 3", {"best_val_loss": 0.2}, (None, None, None, None, "batch")),
    (
        "val_loss=0.5 (min val_loss=0.3), previous acc: 0.1, target acc: 0.9",
        {"val_loss": 0.5, "min_val_loss": 0.3, "previous_acc": 0.1, "target_acc": 0.9},
        (None, None, None, None, "batch"),
    ),
    ("loss: 0.5, loss: 0.5", {"loss": 0.5}, (None, None, None, None, "batch")),
    ("Epoch 3: loss=0.5: saved", {"loss": 0.5}, (3, None, None, None, "epoch")),
    ("Epoch 1: loss=0.5, acc=0.2, loss=0.6", {"acc": 0.2}, (1, None, None, None, "epoch")),
    ("Epoch 1: loss=nan, loss=0.6", {}, (1, None, None, None, "epoch")),
    ("fitness=0.43", {"fitness": 0.43}, (None, None, None, None, "batch")),
    ("Epoch 1", {}, (1, None, None, None, "epoch")),
]


@pytest.mark.parametrize(("line", "values", "place"), READ, ids=[line[:40] for line, _, _ in READ])
def test_lines_of_real_programs_are_read(
    line: str, values: dict[str, float], place: tuple[object, ...]
) -> None:
    found = values_of_line(line)
    assert found is not None
    assert dict(found.values) == values
    assert tuple(found)[1:] == place


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("mAP50:95: 0.40", {"map50_95": 0.4}),
        ("mAP@0.5: 0.61, mAP@0.5:0.95: 0.40", {"map50": 0.61, "map50_95": 0.4}),
        ("mAP@.5: 0.61 mAP@.5:.95: 0.4", {"map50": 0.61, "map50_95": 0.4}),
        ("mAP_0.5: 0.61 mAP_0.5:0.95: 0.4", {"map50": 0.61, "map50_95": 0.4}),
        ("mAP@0.75=0.3 AP@0.5=0.6", {"map75": 0.3, "ap50": 0.6}),
        ("AP@0.5:0.95 = 0.4", {"map50_95": 0.4}),
        ("mAP@0.5:0.95=0.40", {"map50_95": 0.4}),
        ("mAP@0.5:0.95:0.40", {"map50_95": 0.4}),
        ("mAP@0.5:0.05:0.95: 0.4", {"map50_95": 0.4}),
        ("mAP50-95 0.4", {"map50_95": 0.4}),
        ("val mAP@0.5:0.95: 0.4", {"val_map50_95": 0.4}),
        ("AP@[.5:.95] = 0.4", {"map50_95": 0.4}),
        ("AP@[ IoU=0.50:0.95 | area= all | maxDets=100 ] = 0.4", {"map50_95": 0.4}),
        ("AP@[IoU=0.50:0.95] = 0.4", {"map50_95": 0.4}),
        ("{'mAP@0.5:0.95': 0.4, 'mAP@0.5': 0.61}", {"map50_95": 0.4, "map50": 0.61}),
        ("mAP50:0.61", {"map50": 0.61}),
        ("mAP50:95.2", {"map50": 95.2}),
    ],
)
def test_a_range_of_iou_belongs_to_the_name(text: str, values: dict[str, float]) -> None:
    found = values_of_line(f"Epoch 12: {text}" if "IoU" not in text else text)
    assert found is not None
    assert dict(found.values) == values


@pytest.mark.parametrize(
    "text",
    [
        "mAP50:95",
        "mAP@0.5:0.95",
        "mAP@0.5:0.61",
        "AR@0.5:0.95: 0.4",
        "AR@0.5:0.95 0.4",
        "mAP (0.5:0.95): 0.4",
        "mAP 0.5:0.95 = 0.4",
        "mAP 50:95: 0.4",
        "mAP@0.5 : 0.95 = 0.4",
        "AP@[ IoU=0.50:0.95 | area= small | maxDets=100 ] = 0.4",
    ],
)
def test_what_may_be_a_range_of_iou_is_no_value(text: str) -> None:
    assert LineMetrics().read(f"Epoch 12: {text}", 1.0) == []


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Class Images Labels P R mAP@.5 mAP@.5:.95: 100%|####| 10/10",
        "Class Images Instances P R mAP50 mAP50-95:  43%|###",
        "Note: 3 files found",
        "step 3, note: 4 files",
        "See http://localhost:8080/x?loss=3&acc=2",
        "12:30:01 started",
        "version=1.2.3",
        "data=/tmp/2024/x.yaml",
        "date: 2024-05-01, time: 12:30",
        "Namespace(epochs=40, lr=0.01, batch_size=16)",
        "python train.py --lr=0.01 --epochs 40",
        '{"level":"info","ts":1700000000.1,"msg":"started","port":8080,"pid":12}',
        '{"lr": 0.1, "batch_size": 16, "epochs": 40}',
        '{"images": 200, "objects": 812}',
        "Images: 200, Objects: 812",
        "Resuming from epoch 12",
        "Saved checkpoint to epoch_3.pt",
        "train.py:30: UserWarning: lr_scheduler 3",
        "timeout=30 s",
        "retries=3",
        "Speed: 1.2ms preprocess, 3.4ms inference per image at shape (1, 3, 640, 640)",
        "GPU 0: 45 C",
        "wandb:   loss 0.2",
        "Average Precision  (AP) @[ IoU=0.50:0.95 | area= small | maxDets=100 ] = -1.000",
        '{"loss": 0.2',
        "{'loss': __import__('os').system('false')}",
        "{" * 5000,
        "[" * 5000 + '{"loss": 1}' * 2,
    ],
)
def test_prose_settings_and_addresses_give_nothing(line: str) -> None:
    assert values_of_line(line) is None


def test_no_number_is_a_number_that_criteria_must_see() -> None:
    for line in ("Epoch 7: loss=nan", '{"epoch": 7, "loss": NaN}', "{'epoch': 7, 'loss': nan}"):
        found = values_of_line(line)
        assert found is not None
        assert math.isnan(found.values["loss"])


def test_lines_beyond_the_limit_are_ignored() -> None:
    line = "Epoch 3 loss=0.21"
    assert values_of_line(line.ljust(LONGEST_LINE)) is not None
    assert values_of_line(line.ljust(LONGEST_LINE + 1)) is None


_PIECES = [
    "loss",
    "epoch",
    "step",
    "{",
    "}",
    "'",
    '"',
    "\\",
    "[",
    "]",
    "=",
    ": ",
    "/",
    "1",
    "0.5",
    "e",
    " ",
    "(",
]


@given(st.lists(st.sampled_from(_PIECES) | st.text(max_size=5), max_size=60).map("".join))
def test_any_text_is_read_without_error(line: str) -> None:
    found = values_of_line(line)
    if found is not None:
        assert all(isinstance(value, float) and name for name, value in found.values.items())
    LineMetrics().read(line, 1.0)


@given(
    st.dictionaries(
        st.text(), st.floats() | st.integers() | st.text(max_size=9) | st.lists(st.none()), max_size=8
    )
)
def test_any_json_is_read_without_error(mapping: dict[str, object]) -> None:
    values_of_line(json.dumps(mapping))
    values_of_line(repr(mapping))


@pytest.mark.parametrize(
    "piece", [*_PIECES, "loss ", "a", "a-", "epoch 1 ", "'\\", "loss: 1 ", "1/", "[1/", "= "]
)
def test_long_lines_of_repeated_pieces_end(piece: str) -> None:
    """Work that grew faster than the line would take minutes here."""
    values_of_line(("epoch 1 " + piece * LONGEST_LINE)[:LONGEST_LINE])
    values_of_line((piece * LONGEST_LINE)[: LONGEST_LINE - 2] + " !")


def test_the_epoch_is_carried_and_steps_are_counted_on() -> None:
    reader = LineMetrics()
    lines = [
        "Epoch: [0]  [ 0/2]  loss: 2.0 (2.0)",
        "Epoch: [0]  [ 1/2]  loss: 1.9 (2.0)",
        "Averaged stats: lr: 0.1  loss: 1.95",
        "Test:  [0/5]  loss: 1.5",
        "Test:  [1/5]  loss: 1.4",
        " Average Precision  (AP) @[ IoU=0.50      | area=   all | maxDets=100 ] = 0.565",
        "Epoch: [1]  [ 0/2]  loss: 1.8 (2.0)",
        "Epoch: [1]  [ 1/2]  loss: 1.7 (2.0)",
        "Test:  [0/5]  loss: 1.3",
    ]
    points = [point for line in lines for point in reader.read(line, 1.0)]
    training = [
        (p.epoch, p.step, p.values["loss"]) for p in points if "loss" in p.values and p.step is not None
    ]
    assert training == [(0, 0, 2.0), (0, 1, 1.9), (1, 2, 1.8), (1, 3, 1.7)]
    assert [(p.epoch, p.step) for p in points if "test_loss" in p.values] == [(0, 0), (0, 1), (1, 2)]
    assert [(p.epoch, p.scope) for p in points if "map50" in p.values] == [(0, "epoch")]


def test_values_of_an_epoch_stand_apart_from_those_of_a_batch() -> None:
    reader = LineMetrics()
    reader.read("Epoch 2/9", 1.0)
    assert (reader.epoch, reader.epochs) == (2, 9)
    [point] = reader.read("50/100 [==>..] - loss: 0.5 - accuracy: 0.5", 1.0)
    assert (point.scope, point.epoch, point.step) == ("batch", 2, 50)
    [point] = reader.read("100/100 [====] - loss: 0.4 - val_loss: 0.3", 1.0)
    assert (point.scope, dict(point.values)) == ("epoch", {"loss": 0.4, "val_loss": 0.3})
    batch, epoch = reader.read('{"step": 120, "loss": 0.2, "val_loss": 0.4}', 1.0)
    assert (batch.scope, dict(batch.values)) == ("batch", {"loss": 0.2})
    assert (epoch.scope, dict(epoch.values)) == ("epoch", {"val_loss": 0.4})


def test_a_bar_that_is_being_drawn_is_never_of_the_epoch() -> None:
    [point] = LineMetrics().read_bar("100/100 [====] - loss: 0.4 - val_loss: 0.3", 1.0)
    assert point.scope == "batch"
    assert LineMetrics().read_bar("Epoch 3 loss=0.2", 1.0) == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("val_loss", True),
        ("loss_val", True),
        ("map50", True),
        ("loss_epoch", True),
        ("loss", False),
        ("mape", False),
    ],
)
def test_names_tell_of_evaluations(name: str, expected: bool) -> None:
    assert is_evaluation(name) is expected


def test_sums_are_taken_over_the_columns_of_ultralytics_only() -> None:
    row = {"train/box_loss": 1.0, "train/cls_loss": 2.0, "val/box_loss": 0.5, "metrics/mAP50(B)": 0.4}
    assert loss_sums(row) == {"train_loss": 3.0, "val_loss": 0.5}
    assert loss_sums({"train/box_loss": 1.0, "train/total_loss": 2.0}) == {}
