from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.prediction_questions import AGAIN, NOTHING_TO_SEE, question_about

STATEMENT = "RT-DETR-style detectors replace YOLO in more than half of new edge deployments I see"

DECIDABLE = """
map50 >= 0.60 on the test split
map50>=0.60
latency_p99_ms < 33 on our T4
speed at least 30 FPS on Jetson
speed ≥ 30 FPS
accuracy improves by 2 points
accuracy drops by at most 1 pt against the FP32 baseline
the mAP gain lies between 20 and 30 %
25% faster on the T4
F1 0.8 on the holdout
COCO small objects: AP 0.30
loss is lower than the baseline in 4 of 5 runs
three of five seeds beat the baseline
the median of five runs is above 0.55
the standard deviation over 5 runs is below 0.3
power draw under 15 W on the Orin
it costs less than $0.01 per image
training takes under 2 hours on one H100
p-value below 0.05 in a paired test
a Wilcoxon test on 10 seeds favours it
Of the edge deployments I review until then, more than half run a DETR-style detector.
at least three of my next five edge projects ship a DETR-style detector
I count the new edge deployments in my project list
new edge deployments I see, counted in my log
twice as many deployments as YOLO in my log
the majority of detection papers at CVPR 2028 use attention
every new project of ours starts from a transformer detector
none of our sites runs YOLOv5 any more
at least one customer buys it
fewer than 10 customers ask for a refund
zero incidents in 90 days of operation
90 days in operation without a crash
YOLO market share < 50% in the Ultralytics survey
the GitHub repository has 5,000 stars
2000 stars on GitHub
more than 2000 stars
1000 citations on Semantic Scholar
Hugging Face lists more than 50 fine-tuned models
Ultralytics releases an RT-DETR successor
a stable release is published
the pull request is merged into main
it is deployed at two customers
the model runs in production on our line
our YOLO is replaced in the bottling project
Faster R-CNN is removed from torchvision
detectron2 supports it out of the box
the paper is accepted at CVPR or ICCV
the authors retract the paper
a paper contradicts Table 2
a replication is published on arXiv
the repository is archived on GitHub
it is listed on the public leaderboard above YOLOv8
released or merged, whichever happens first
the company that makes it is acquired
NVIDIA discontinues the T4
the patent is filed
my manager approves the budget
we stop the POC
our gate says YES in the decision record
the POC meets its success criteria at the gate
the licence changes to AGPL: changelog of the repository
no one has reproduced it according to paperswithcode
measured on the standard COCO split
we use it in the next project
it is used in our pipeline
Google Trends shows more searches for RT-DETR than for YOLO11
more papers use DETR than YOLO at CVPR 2028
the licence is Apache
Ultralytics has RT-DETR in its model zoo README
we have it running on the Jetson fleet
the OpenCV zoo contains it
there is a Hugging Face implementation in transformers main
one false positive per hour or fewer
the export to ONNX works without custom ops
export to ONNX succeeds on opset 17
a working ONNX export is in the repo
GitHub issue #123 is still open
the weights are on Hugging Face
the weights are public
code and weights can be downloaded
it is in torchvision
is on PyPI
can be installed from conda-forge
NMS is gone from our inference code
our inference server no longer calls NMS
throughput doubles
twice the speed
error rate halved on the night-time subset
Roboflow offers it in its deployment menu
POC done within 5 days
EU AI Act delegated act is in force
the vendor raises prices
SWE-bench Verified score of 80 or better
the lead author leaves Baidu
we retire the T4 cards
the model passes the safety review
it fails our acceptance test
our kill criterion triggers
the POC is killed
POC outcome: adopted
lower latency than YOLOv8-m on the T4
faster than YOLOv8-m on our T4
it is faster than TensorRT YOLOv8-s in our benchmark
cost per month is lower than in October
beats our baseline on the hold-out
Resolves YES if the README of ultralytics/ultralytics mentions RT-DETRv3
look at the MLflow run: val/mAP50 of the last epoch
decided by vote of the team
our cloud bill is lower than last year
no complaints from the site
no false alarm
a single false alarm
most of my ten projects
most of the teams in our company, counted by me
the demo at the customer takes place
the customer says yes
contract is renewed
our competitor offers it
patent granted
oral at NeurIPS
I get promoted
we hire two people
stays in the ADOPT ring
quantised within a point of fp32
less than a percent
under a second
in under an hour
gold medal at Kaggle
mehr als die Hälfte meiner neuen Projekte
plus de la moitié de mes projets
私のリストの新しいプロジェクトの半分以上
больше половины моих проектов
"""

VAGUE = {
    "it works": "works",
    "it works well": "works well",
    "it works well in 2 years": "works well",
    "works on 3D data": "works",
    "our model works on our own data": "works",
    "the POC is a success": "success",
    "success": "success",
    "it is faster than YOLO": "faster",
    "lower latency": "lower",
    "higher accuracy": "higher",
    "self-explanatory": "self-explanatory",
    "good results on the data of our customers": "good",
    "community interest grows": "interest",
    "much better": "much",
    "it is better than YOLO": "better",
    "better results": "better",
    "good results on our data": "good",
    "the deployed model is good": "good",
    "it is good enough": "enough",
    "it is fast": "fast",
    "it is robust": "robust",
    "it is mature by 2028": "mature",
    "it is production-ready": "production-ready",
    "it is a success": "success",
    "it is easy to use": "easy",
    "it has impact": "impact",
    "it scales": "scales",
    "quality is acceptable": "acceptable",
    "the technique of 2304.08069 is useful": "useful",
    "it is widely used": "widely",
    "Widely deployed.": "widely",
    "it is adopted widely in industry": "widely",
    "it is popular": "popular",
    "it becomes the standard": "becomes the standard",
    "it becomes mainstream": "mainstream",
    "it is the state of the art": "state of the art",
    "many companies use it": "many",
    "most people prefer it": "most",
    "everyone uses it": "everyone",
    "people stop using YOLO": "people",
    "several deployments": "several",
    "some papers cite it": "some",
    "a lot of stars": "a lot",
    "it is noticeably cheaper": "noticeably",
    "significant improvement": "significant",
    "it takes off": "takes off",
    "it catches on": "catches on",
    "we will see": "we will see",
    "We’ll see!": "we'll see",
    "time will tell": "time will tell",
    "I will know it when I see it": "i will know",
    "obviously better": "obviously",
    "clearly superior": "clearly",
    "it feels faster": "feels",
    "my gut feeling": "gut",
    "it seems right": "seems",
    "the community agrees": "agrees",
    "general consensus": "consensus",
    "the results are convincing": "convincing",
    "as expected": "as expected",
    "if it comes true": "comes true",
    "soon": "soon",
    "latency is low": "is low",
    "In 3 years everyone will be using transformers": "everyone",
    "It improves by 2028": "improves",
}

NOTHING = """
yes
none
TBD
n/a
1
five
2 years
no
yes or no
it happens or not
as above
to be decided
I decide
we decide later
the community uses it
experts decide
in practice it is used
...
2028
by 2028
in two years
the statement is true
the one that matters
it gets adopted
it will be used
it will fail
transformers win
experts say so
2304.08069
"""


@pytest.mark.parametrize("criteria", DECIDABLE.strip().splitlines())
def test_what_can_be_looked_up_or_counted_is_accepted(criteria: str) -> None:
    assert question_about(criteria, STATEMENT) is None


@pytest.mark.parametrize("criteria", VAGUE)
def test_a_vague_word_is_asked_about(criteria: str) -> None:
    question = question_about(criteria, STATEMENT)
    assert question is not None
    assert f"“{VAGUE[criteria]}”" in question
    assert question.endswith("?")


@pytest.mark.parametrize("criteria", NOTHING.strip().splitlines())
def test_where_there_is_nothing_to_see_that_is_asked(criteria: str) -> None:
    assert question_about(criteria, STATEMENT) == NOTHING_TO_SEE


@pytest.mark.parametrize(
    "criteria",
    [
        STATEMENT,
        STATEMENT.upper() + ".",
        f"It comes true that {STATEMENT}",
        "detectors replace YOLO",
        "RT-DETR replaces YOLO",
        "it beats YOLO",
    ],
)
def test_the_statement_again_is_no_criterion(criteria: str) -> None:
    assert question_about(criteria, STATEMENT) == AGAIN


def test_a_measure_out_of_the_statement_may_stand_alone() -> None:
    assert question_about("more than half of new edge deployments I see", STATEMENT) is None
    assert question_about("map50 >= 0.60", "RT-DETR-l reaches map50 >= 0.60 on our data") is None


def test_a_measure_makes_up_for_a_vague_word_beside_it() -> None:
    assert question_about("it works well") is not None
    assert question_about("it works well: fewer than 3 crashes") is None


@given(st.text(max_size=200), st.text(max_size=60))
def test_any_text_gets_an_answer(criteria: str, statement: str) -> None:
    question = question_about(criteria, statement)
    assert question is None or question.endswith("?")


@given(st.sampled_from(list(VAGUE)), st.sampled_from(["map50 >= 0.6", "at least 3 of 5", "under 33 ms"]))
def test_a_measure_always_decides(vague: str, measure: str) -> None:
    assert question_about(f"{vague}, {measure}") is None
