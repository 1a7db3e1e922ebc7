"""Own ablations: what can be removed, the plan, what a removed thing is worth, and the table."""

from __future__ import annotations

import importlib.util
import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.ablations import understand
from r2p_tui.domain.measurements import OwnAblation
from r2p_tui.domain.own_ablation import METRICS, check_settings, plan, points_of, settings_of
from r2p_tui.domain.own_ablation_parts import DEFAULTS, GROUPS, PARTS, removable, removals
from r2p_tui.domain.own_ablation_worth import as_table, judged
from r2p_tui.domain.plain_values import from_plain, to_plain
from r2p_tui.domain.table_export import as_csv, as_latex, as_markdown
from r2p_tui.domain.train_settings import TRAINER
from r2p_tui.errors import UsageError

TRAIN: dict[str, Any] = {"model": "yolov8n.pt", "data": "/parts/data.yaml", "epochs": 40, "mixup": 0.1}
DATA = "d" * 64


def told(*off: str, **more: Any) -> dict[str, Any]:
    """Checked settings of a study of `TRAIN`."""
    return check_settings({"train": TRAIN, "off": list(off), **more})


def changed(off: str, **train: Any) -> dict[str, Any]:
    (removal,) = removals({**TRAIN, **train}, [off], 40)
    return dict(removal.settings)


def refused(*off: str, epochs: int = 40, **train: Any) -> UsageError:
    with pytest.raises(UsageError) as raised:
        removals({**TRAIN, **train}, off, epochs)
    return raised.value


# --- what can be removed ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("off", "settings"),
    [
        ("mosaic", {"mosaic": 0}),
        ("hsv_h", {"hsv_h": 0}),
        ("close_mosaic", {"close_mosaic": 0}),
        ("hsv", {"hsv_h": 0, "hsv_s": 0, "hsv_v": 0}),
        ("flips", {"fliplr": 0}),
        ("warmup_epochs", {"warmup_epochs": 0}),
        ("amp", {"amp": False}),
        ("lrf=0.1", {"lrf": 0.1}),
        ("optimizer=sgd", {"optimizer": "SGD"}),
        ("imgsz=320", {"imgsz": 320}),
        (
            "weights",
            {"model": "yolov8n.yaml", "weights_file": None, "weights_sha256": None, "download": None},
        ),
    ],
)
def test_what_a_removal_changes(off: str, settings: dict[str, Any]) -> None:
    assert changed(off) == settings


def test_what_a_training_switched_on_can_be_removed() -> None:
    assert changed("cos_lr", cos_lr=True) == {"cos_lr": False}
    assert changed("freeze", freeze=10) == {"freeze": None}
    assert changed("multi_scale", multi_scale=0.5) == {"multi_scale": 0}
    assert changed("lr0=0.1", optimizer="SGD") == {"lr0": 0.1}


def test_all_augmentation_is_what_is_on() -> None:
    found = changed("augmentation")
    assert found.keys() == {
        "mosaic", "mixup", "fliplr", "hsv_h", "hsv_s", "hsv_v", "translate", "scale",
    }  # fmt: skip
    assert not any(found.values())


@pytest.mark.parametrize(
    ("off", "sentence", "hint"),
    [
        ("flipud", "flipud is 0 in that run already, so there is nothing to remove.", "mosaic, close_mosaic"),
        ("cos_lr", "cos_lr is false in that run already", "hsv"),
        ("freeze", "freeze is none in that run already", ""),
        ("moosaic", "There is no “moosaic” in a training to remove.", "Did you mean “mosaic”?"),
        ("lrr=2", "There is no “lrr” in a training to remove.", "Did you mean “lrf”?"),
        ("lrf", "lrf can be set to another value, but not removed.", "lrf=0.005"),
        ("lrf=0.01", "lrf is 0.01 in that run already, so that would be the same training again.", "lrf="),
        ("lrf=many", "“lrf” must be a number from 0 to 10, not “many”.", ""),
        ("lr0=0.1", "The optimizer of that run is auto, which sets lr0 by itself", "optimizer=AdamW"),
        ("erasing", "erasing is for classifiers", ""),
        ("label_smoothing", "label_smoothing is gone from ultralytics", ""),
        ("epochs=9", "The budget is the same for all trainings.", "--epochs"),
        ("seed=9", "Seeds are the same for all that is compared.", "--seeds"),
        ("single_cls=true", "single_cls changes what is measured", ""),
        ("workers=0", "workers changes nothing in what is learned.", ""),
        ("data=other.yaml", "data must be the same for all that is compared.", ""),
        ("weights=best.pt", "“best.pt” is no model yaml.", "weights=yolov8n.yaml"),
        ("model=yolov8n.pt", "model is yolov8n.pt in that run already.", ""),
        ("model", "model needs a value.", "model=yolov8s.yaml"),
    ],
)
def test_what_cannot_be_removed(off: str, sentence: str, hint: str) -> None:
    error = refused(off)
    assert error.message.startswith(sentence)
    assert hint in error.hint


def test_weights_of_a_run_that_had_none_or_that_nobody_knows() -> None:
    assert "not from weights" in refused("weights", model="yolov8n.yaml").message
    unknown = refused("weights", model="/mine/best.pt")
    assert "does not tell which model yaml" in unknown.message
    assert changed("weights=yolov8s.yaml", model="/mine/best.pt")["model"] == "yolov8s.yaml"
    assert changed("weights", model="/weights/rtdetr-l.pt")["model"] == "rtdetr-l.yaml"


@pytest.mark.parametrize("off", ["mosaic", "mixup", "mosaic=0.5"])
def test_what_mixes_images_is_closed_in_the_last_epochs(off: str) -> None:
    """Ultralytics closes it for the last ten, so in a training of ten it never runs."""
    assert "there are only 10" in refused(off, epochs=10).message
    assert removals(TRAIN, [off], 11)
    assert removals({**TRAIN, "close_mosaic": 0}, [off], 1)


def test_close_mosaic_without_anything_to_close() -> None:
    assert "does nothing" in refused("close_mosaic", mosaic=0.0, mixup=0.0).message


@pytest.mark.parametrize(
    ("off", "words"),
    [
        (("mosaic", "mosaic"), "mosaic is named twice."),
        (("mosaic", "mosaic=0"), "mosaic=0 is the same as mosaic."),
        (("lrf=0.1", "lrf=0.10"), "lrf=0.1 is named twice."),
    ],
)
def test_nothing_is_trained_twice(off: tuple[str, ...], words: str) -> None:
    assert refused(*off).message == words


def test_what_could_be_removed_is_told_with_words() -> None:
    found = removable(TRAIN, 40)
    assert found["mosaic"] == "four images put together into one"
    assert {"weights", "hsv", "augmentation"} <= found.keys()
    assert not {"flipud", "cos_lr", "freeze"} & found.keys()
    assert "mosaic" not in removable(TRAIN, 10)
    for name in found:
        assert removals(TRAIN, [name], 40)


def test_the_defaults_are_those_of_ultralytics() -> None:
    package = importlib.util.find_spec("ultralytics")
    if package is None or package.origin is None:
        pytest.skip("needs ultralytics")
    theirs = yaml.safe_load((Path(package.origin).parent / "cfg/default.yaml").read_text(encoding="utf-8"))
    assert {name: theirs[name] for name in DEFAULTS} == DEFAULTS


def test_every_part_is_a_setting_of_the_trainer() -> None:
    assert PARTS.keys() <= DEFAULTS.keys() <= TRAINER.keys()
    assert {part for group in GROUPS.values() for part in group} <= PARTS.keys()
    for name, part in PARTS.items():
        assert part.off is None or TRAINER[name].read(part.off) == part.off


# --- settings and plan ------------------------------------------------------------------------------------


def test_settings_are_filled_in() -> None:
    found = told("mosaic", "weights", run=12)
    assert found == {
        "train": TRAIN, "off": ["mosaic", "weights=yolov8n.yaml"], "seeds": [0, 1, 2], "epochs": 40,
        "metric": "map50_95", "minimum": 1.0, "run": 12,
    }  # fmt: skip
    assert check_settings(json.loads(json.dumps(found))) == found


def test_a_resumed_training_is_repeated_from_its_start() -> None:
    found = check_settings({"train": {**TRAIN, "resume_from": "/a.pt", "seed": 7}, "off": "mosaic,hsv_h"})
    assert "resume_from" not in found["train"]
    assert (found["seeds"], found["off"]) == ([7, 8, 9], ["mosaic", "hsv_h"])


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"seeds": 1}, "One seed cannot tell a difference from chance."),
        ({"seeds": "0"}, "One seed cannot tell"),
        ({"seeds": [4, 4]}, "A seed is named twice"),
        ({"seeds": 51}, "at most 50 seeds"),
        ({"seeds": 10**12}, "neither a number of seeds"),
        ({"seeds": "a few"}, "“a few” is neither a number of seeds nor a list of them."),
        ({"seeds": "-1,2"}, "neither"),
        ({"seeds": True}, "neither"),
        ({"epochs": 0}, "“epochs” must be a whole number"),
        ({"epochs": "many"}, "“epochs” must be a whole number"),
        ({"metric": "fitness"}, "cannot be judged by “fitness”"),
        ({"metric": "val_loss"}, "cannot be judged by"),
        ({"minimum": "2 %"}, "“2 %” is no difference in points."),
        ({"minimum": 0}, "is no difference in points"),
        ({"minimum": "\x1b[31m"}, "is no difference in points"),
        ({"seed": 3}, "has no setting “seed”"),
        ({"off": []}, "Say what to remove."),
        ({"off": " , "}, "Say what to remove."),
        ({"off": [3]}, "Say what to remove."),
        ({"train": {}}, "needs the training that it repeats"),
        ({"train": {"model": "m.yaml"}}, "A training needs its data."),
        ({"seeds": 50, "off": [f"lrf={n / 100}" for n in range(2, 30)]}, "1,450 trainings"),
    ],
)
def test_settings_that_cannot_be(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError) as raised:
        check_settings({"train": TRAIN, "off": ["mosaic"], **settings})
    assert words in raised.value.message
    assert "\x1b" not in raised.value.message


def test_seeds_as_a_number_or_a_list() -> None:
    assert told("mosaic", seeds="2")["seeds"] == [0, 1]
    assert told("mosaic", seeds="5, 3,9")["seeds"] == [5, 3, 9]
    assert told("mosaic", seeds=[2**31 - 1, 0])["seeds"] == [2**31 - 1, 0]


@pytest.mark.parametrize(("text", "points"), [("1pt", 1), ("0.5 points", 0.5), (2, 2), (None, 1), ("3", 3)])
def test_points(text: object, points: float) -> None:
    assert points_of(text) == points


def test_every_seed_is_finished_before_the_next() -> None:
    study = told("mosaic", "lrf=0.1", seeds="4,2", epochs=20)
    trainings = plan(study)
    assert [(one.number, one.seed, one.key) for one in trainings] == [
        (1, 4, "full"), (2, 4, "without_mosaic"), (3, 4, "with_lrf_0_1"),
        (4, 2, "full"), (5, 2, "without_mosaic"), (6, 2, "with_lrf_0_1"),
    ]  # fmt: skip
    assert trainings[2].told == "lrf=0.1 instead of 0.01, seed 4"
    assert settings_of(trainings[0], study) == {**TRAIN, "epochs": 20, "seed": 4}
    assert settings_of(trainings[4], study) == {**TRAIN, "epochs": 20, "seed": 2, "mosaic": 0}


@given(
    st.lists(
        st.sampled_from(sorted({*removable(TRAIN, 40)} - {"flips"})), min_size=1, max_size=5, unique=True
    ),
    st.integers(2, 6),
)
def test_trainings_of_one_seed_differ_in_one_thing(off: list[str], seeds: int) -> None:
    study = told(*off, seeds=seeds)
    by_seed: dict[int, list[dict[str, Any]]] = {}
    for training in plan(study):
        by_seed.setdefault(training.seed, []).append(settings_of(training, study))
    assert all(len(trainings) == len(off) + 1 for trainings in by_seed.values())
    for seed, (full, *others) in by_seed.items():
        for other, removal in zip(others, removals(TRAIN, study["off"], 40), strict=True):
            differing = {name for name in full | other if full.get(name, "") != other.get(name, "")}
            assert differing <= removal.settings.keys() and differing
        assert all(one["seed"] == seed and one["epochs"] == 40 for one in (full, *others))


# --- what it is worth -------------------------------------------------------------------------------------


def study_of(
    full: list[float], without: dict[str, list[float]], *, minimum: str = "1pt", **more: Any
) -> OwnAblation:
    """The judged study of these metrics, one a seed."""
    checked = told(*without, seeds=len(full), minimum=minimum, run=12, **more)
    values = {("full", seed, DATA): value for seed, value in enumerate(full)}
    keys = [removal.key for removal in removals(TRAIN, checked["off"], 40)]
    for key, column in zip(keys, without.values(), strict=True):
        values |= {(key, seed, DATA): value for seed, value in enumerate(column)}
    return judged(checked, values)


FULL = [0.612, 0.604, 0.621, 0.609, 0.615]


def less(points: float, jitter: float = 0.1) -> list[float]:
    """The metrics of `FULL` so many points lower, give or take."""
    return [
        value - (points + sign * jitter) / 100 for value, sign in zip(FULL, (1, -1, 0, 1, -1), strict=True)
    ]


@pytest.mark.parametrize(
    ("without", "worth", "words"),
    [
        (less(5), "essential", "mosaic is essential: without it mAP50-95 falls by 5.0 pt (95 %: 4.9 to 5.1"),
        (less(1.1, 0.3), "helps", "mosaic helps: without it mAP50-95 falls by 1.1 pt (95 %: 0."),
        (less(-4), "hurts", "mosaic hurts: without it mAP50-95 rises by 4.0 pt (95 %: 3.9 to 4.1; 5 seeds)."),
        (less(0.2), "no evidence", "mosaic makes no practical difference: -0.2 pt"),
        (less(0.5, jitter=6), "no evidence", "No evidence that mosaic matters: -0.5 pt (95 %: -"),
        (FULL, "no evidence", "mosaic changes nothing: without it each training came out the same"),
    ],
)
def test_what_is_said(without: list[float], worth: str, words: str) -> None:
    (row,) = study_of(FULL, {"mosaic": without}).rows
    assert (row.worth, row.told) == (worth, "without mosaic")
    assert row.sentence.startswith(words), row.sentence
    assert row.change is not None and row.change.unit == "pt" and row.change.sentence == row.sentence


def test_more_seeds_are_asked_for() -> None:
    (row,) = study_of(FULL, {"mosaic": less(0.5, jitter=6)}).rows
    assert row.change is not None and row.change.needed
    assert f"; {row.change.needed} more seeds would tell 1 pt from 0." in row.sentence


def test_a_larger_minimum_makes_less_of_the_same_figures() -> None:
    (row,) = study_of(FULL, {"mosaic": less(5)}, minimum="5pt").rows
    assert row.worth == "helps"
    (row,) = study_of(FULL, {"mosaic": less(5)}, minimum="8pt").rows
    assert (row.worth, "no practical difference" in row.sentence) == ("no evidence", True)


def test_another_value_and_weights_have_words_of_their_own() -> None:
    lrf, weights = study_of(FULL, {"lrf=0.1": less(5), "weights": less(5)}).rows
    assert lrf.sentence.startswith("The present lrf is essential: with lrf=0.1 mAP50-95 falls by 5.0 pt")
    assert (lrf.name, lrf.told) == ("lrf=0.1", "lrf=0.1 instead of 0.01")
    assert weights.sentence.startswith("Starting from weights is essential: without it mAP50-95 falls")
    assert (weights.name, weights.told) == ("weights", "without pretrained weights")


def test_one_chance_find_among_many_does_not_hold() -> None:
    """By itself it is worse; of eight things removed, one such find is to be expected."""
    names = ["hsv_h", "hsv_s", "hsv_v", "fliplr", "translate", "scale", "warmup_epochs"]
    edge = less(3, jitter=2.2)
    (alone,) = study_of(FULL, {"mosaic": edge}).rows
    assert alone.worth == "helps"
    among = study_of(FULL, {"mosaic": edge} | {name: less(0.3, jitter=3) for name in names}).rows
    assert {row.worth for row in among} == {"no evidence"}
    assert "which may be chance among 8 comparisons" in among[0].sentence


def test_chance_alone_rarely_makes_a_judgement() -> None:
    """Of studies where nothing that is removed matters, at most one in twenty says that something does."""
    numbers = random.Random(1)
    studies, false_finds = 150, 0
    for _ in range(studies):
        base = [numbers.gauss(0.6, 0.01) for _ in range(3)]
        full, *others = ([value + numbers.gauss(0, 0.008) for value in base] for _ in range(3))
        rows = study_of(full, dict(zip(("mosaic", "hsv_h"), others, strict=True))).rows
        false_finds += any(row.worth != "no evidence" for row in rows)
    assert 0 < false_finds <= 0.05 * studies


def test_only_matched_pairs_are_compared() -> None:
    checked = told("mosaic", seeds=3)
    values = {
        ("full", 0, DATA): 0.6, ("without_mosaic", 0, DATA): 0.5,
        ("full", 1, DATA): 0.61, ("without_mosaic", 1, "other"): 0.1,
        ("full", 2, DATA): 0.62, ("without_mosaic", 2, DATA): 0.52,
    }  # fmt: skip
    study = judged(checked, values)
    assert (study.full, study.seeds) == ((0.6, 0.61, 0.62), (0, 1, 2))
    assert study.rows[0].values == (0.5, 0.52)
    assert study.rows[0].change is not None
    assert study.rows[0].change.difference == pytest.approx(-10)


@pytest.mark.parametrize("pairs", [0, 1])
def test_a_study_that_has_only_begun(pairs: int) -> None:
    study = study_of(FULL[: max(pairs, 2)], {"mosaic": FULL[:pairs]})
    (row,) = study.rows
    assert (row.change, row.worth) == (None, "no evidence")
    assert f"{pairs} pair" in row.sentence and "at least 2 are needed" in row.sentence
    assert judged(told("mosaic"), {}).full == ()


def test_a_detector_that_finds_nothing_is_no_evidence() -> None:
    (row,) = study_of([0.0, 0.0], {"mosaic": [0.0, 0.0]}).rows
    assert row.sentence == "No evidence on mosaic: nothing was found with it or without it, so train longer."


def test_the_study_survives_being_kept() -> None:
    study = study_of(FULL, {"mosaic": less(5), "hsv_h": less(0.5, jitter=6)})
    assert from_plain(OwnAblation, json.loads(json.dumps(to_plain(study)))) == study


# --- the table --------------------------------------------------------------------------------------------


def table_of(**without: list[float]) -> Any:
    return as_table(study_of(FULL, without))


def test_the_table_is_understood_as_an_ablation() -> None:
    study = study_of(
        FULL, {"mosaic": less(5), "hsv_h": less(0.5, jitter=6), "fliplr": less(-4), "scale": less(0.1)}
    )
    table = as_table(study)
    known = understand(table)
    assert (known.kind, known.baseline_row) == ("ablation", 1)
    assert "full" in known.baseline_reason
    metric = next(column.index for column in known.columns if column.metric == "mAP")
    deltas = {delta.row: delta for delta in known.deltas if delta.column == metric}
    assert {row: delta.better for row, delta in deltas.items()} == {2: False, 3: False, 4: True, 5: False}
    for row, one in enumerate(study.rows, 2):
        assert one.change is not None
        assert deltas[row].value == pytest.approx(one.change.difference, abs=0.011)
    worth = {one.factor: one.value for one in known.worth if one.column == metric}
    assert worth["mosaic"] == pytest.approx(5, abs=0.03) and worth["fliplr"] == pytest.approx(-4, abs=0.03)
    assert worth.keys() == {"mosaic", "hsv_h", "fliplr", "scale"}


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_gives_an_ablation_table(metric: str) -> None:
    known = understand(as_table(study_of(FULL, {"mosaic": less(5), "lrf=0.1": less(2)}, metric=metric)))
    assert (known.kind, known.baseline_row) == ("ablation", 1)
    assert [delta.better for delta in known.deltas] == [False, False]


def test_the_table_in_other_programs() -> None:
    table = table_of(mosaic=less(5), hsv_h=less(0.2))
    assert table.rows[0] == [
        "Training", "mAP50-95 (%)", "Change (pt)", "95 % interval", "Seeds", "Judgement",
    ]  # fmt: skip
    assert table.rows[1] == ["full", "61.22 ± 0.64", "", "", "5", ""]
    assert [row[0] for row in table.rows[2:]] == ["without mosaic", "without hsv_h"]
    assert [row[-1] for row in table.rows[2:]] == ["essential", "negligible"]
    assert "| without mosaic | 56.22 ± " in as_markdown(table)
    assert as_csv(table).splitlines()[2].startswith("without mosaic,56.22 ± ")
    assert r"without hsv\_h & 61.02 $\pm$" in as_latex(table)


def test_the_table_of_a_study_that_has_only_begun() -> None:
    rows = as_table(study_of(FULL[:2], {"mosaic": FULL[:1], "hsv_h": []})).rows
    assert rows[2] == ["without mosaic", "61.20", "", "", "1", "undecided"]
    assert rows[3] == ["without hsv_h", "", "", "", "0", "undecided"]


def test_a_run_without_a_number_has_a_caption_too() -> None:
    study = study_of(FULL, {"mosaic": less(5)})
    assert as_table(study).caption == "Ablation of run 12: one thing removed at a time, 40 epochs each."
    assert as_table(replace(study, run=None)).caption.startswith("Ablation: one thing")
