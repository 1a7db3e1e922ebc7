import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.metrics import (
    find_metric,
    find_metric_in_words,
    is_benchmark,
    is_setting,
    metrics_asked,
    stated_direction,
)

KNOWN = [
    ("AP", "AP", "up"), ("AP50", "AP50", "up"), ("AP@0.5", "AP50", "up"), ("AP@.75", "AP75", "up"),
    ("APs", "AP_S", "up"),
    ("AP_S", "AP_S", "up"), ("APM", "AP_M", "up"), ("AP^m", "AP", "up"), ("AP^b_75", "AP75", "up"),
    ("AR1ks", "AR_S", "up"),
    ("ARs1k", "AR_S", "up"), ("AR100", "AR", "up"), ("mAP (0.75)", "mAP75", "up"),
    ("mAP@0.5:0.95", "mAP", "up"),
    ("mAP50-95", "mAP", "up"), ("AP_r", "AP_r", "up"), ("Top-1 (%)", "top-1", "up"),
    ("Top-1 Err.", "top-1 error", "down"),
    ("Test accuracy", "accuracy", "up"), ("Accuracy drop", "drop", "down"), ("F1", "F1", "up"),
    ("mIoU", "mIoU", "up"),
    ("DSC ↑", "Dice", "up"), ("HD95 (mm)", "HD95", "down"), ("BLEU / EN-DE", "BLEU", "up"),
    ("ROUGE-L", "ROUGE", "up"),
    ("PPL (dev)", "PPL", "down"), ("val loss", "validation loss", "down"), ("WER / clean", "WER", "down"),
    ("FID", "FID", "down"),
    ("FVD", "FVD", "down"), ("Latency (ms)", "latency", "down"), ("speed (ms)", "time", "down"),
    ("Speed (FPS)", "FPS", "up"),
    ("Speed-up", "speed-up", "up"), ("Throughput (img/s)", "throughput", "up"),
    ("#Params (M)", "params", "down"),
    ("Training Cost (FLOPs) / EN-DE", "FLOPs", "down"), ("Memory (GB)", "memory", "down"),
    ("Size (MB)", "memory", "down"),
    ("RMSE log", "RMSE", "down"), ("Abs Rel", "abs rel", "down"), ("δ<1.25", "δ<1.25", "up"),
    ("PSNR / Set5", "PSNR", "up"),
    ("LPIPS", "LPIPS", "down"), ("NLL", "NLL", "down"), ("ECE (%)", "ECE", "down"), ("AUROC", "AUC", "up"),
    ("pass@1", "pass@k", "up"), ("Win rate", "win rate", "up"), ("Elo", "Elo", "up"),
    ("TEDs / simple", "TEDS", "up"),
    ("NDCG@10", "NDCG", "up"), ("Return", "return", "up"), ("minADE_5", "minADE_5", "down"),
    ("BERTScore", "BERTScore", "up"),
    ("GSM8K", "GSM8K", "up"), ("MMLU (Acc.)", "accuracy", "up"), ("MMLU / PPL", "PPL", "down"),
    ("DROP", "DROP", "up"),
    ("WikiText", "PPL", "down"), ("LAMBADA / acc", "accuracy", "up"),
]  # fmt: skip


@pytest.mark.parametrize(("header", "name", "direction"), KNOWN)
def test_known_metrics(header: str, name: str, direction: str) -> None:
    metric = find_metric(header)
    assert metric is not None
    assert (metric.name, metric.direction) == (name, direction)
    assert metric.reason


@pytest.mark.parametrize(
    "header", ["", "Method", "γ", "batch size", "depth", "# anchors", "head", "Arm", "Art", "x" * 500]
)
def test_headers_that_are_no_metric(header: str) -> None:
    assert find_metric(header) is None


@pytest.mark.parametrize(
    ("header", "direction"), [("Accuracy ↓", "down"), ("Loss ↑", "up"), ("Quux ↓", "down"), ("T (↓)", "down")]
)
def test_an_arrow_beats_the_list(header: str, direction: str) -> None:
    metric = find_metric(header)
    assert metric is not None
    assert metric.direction == direction
    assert "arrow" in metric.reason


def test_an_arrow_both_ways_says_nothing() -> None:
    metric = find_metric("AP ↑↓")
    assert metric is not None
    assert metric.direction == "up"
    assert "arrow" not in metric.reason


@pytest.mark.parametrize(
    ("header", "unit"),
    [("Latency (ms)", "ms"), ("Memory [GB]", "GB"), ("Dice (%)", "%"), ("Params (M)", "M")],
)
def test_units_in_brackets(header: str, unit: str) -> None:
    metric = find_metric(header)
    assert metric is not None
    assert metric.unit == unit


@pytest.mark.parametrize(
    "header", ["batch size", "γ", "d_model", "lr", "# layers", "Backbone", "Epochs", "Train / Epochs"]
)
def test_settings(header: str) -> None:
    assert is_setting(header)


def test_a_caption_names_the_measure() -> None:
    perplexity = find_metric_in_words("Perplexity on two corpora.")
    stated = find_metric_in_words("Mean errors in accuracy of depth, lower is better.")
    assert perplexity and perplexity.direction == "down"
    assert stated and stated.direction == "down"
    assert find_metric_in_words("Accuracy and perplexity of all models.") is None
    assert find_metric_in_words("Our loss and its time.") is None


def test_words_that_state_a_direction() -> None:
    assert stated_direction("Smaller is better.") == "down"
    assert stated_direction("Higher values are better.") == "up"
    assert stated_direction("Higher is better for AP, lower is better for time.") is None
    assert stated_direction("A better network.") is None


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("does mosaic help small objects?", "AP_S"), ("what costs speed", "FPS"), ("effect on AP_S", "AP_S"),
        ("latency on the device", "latency"), ("perplexity without the gate", "PPL"),
        ("which boundary loss", "HD95"),
    ],
)  # fmt: skip
def test_questions_ask_for_metrics(question: str, name: str) -> None:
    assert name in metrics_asked(question)


def test_a_question_about_something_else_asks_for_none() -> None:
    assert metrics_asked("who wrote this") == ()


def test_benchmarks() -> None:
    assert is_benchmark("MMLU (5-shot)")
    assert is_benchmark("CIFAR-10")
    assert not is_benchmark("Method")


@given(st.text(max_size=200))
def test_any_header_gives_an_answer(header: str) -> None:
    metric = find_metric(header)
    assert metric is None or metric.direction in ("up", "down", None)
    assert isinstance(is_setting(header), bool)
    assert len(metrics_asked(header)) == len(set(metrics_asked(header)))


@given(st.sampled_from([header for header, _, _ in KNOWN]), st.sampled_from(["↑", "↓"]))
def test_an_arrow_always_wins(header: str, arrow: str) -> None:
    bare = header.replace("↑", "").replace("↓", "")
    metric = find_metric(f"{bare} {arrow}")
    assert metric is not None
    assert metric.direction == ("up" if arrow == "↑" else "down")


def test_a_caption_that_says_mae_may_mean_the_pre_training() -> None:
    spoken = find_metric_in_words("Forecasts by MAE, averaged over horizons.")
    assert spoken and (spoken.name, spoken.direction) == ("MAE", "down")
    assert find_metric_in_words("MAE ablation experiments on images.") is None
