"""The ranking on a made-up reader: topics have their words, and the reader likes two of the topics."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from itertools import pairwise
from statistics import mean

import pytest

from r2p_tui.domain.features import Document
from r2p_tui.domain.ranking import Judged, Lessons, Ranked, Ranking, Scored
from r2p_tui.domain.triage import why_spans

TOPICS = {
    "detection": "object detection, detector, anchor boxes, region proposals, bounding box, occlusion, DETR",
    "quantization": "quantization, integer arithmetic, INT8 weights, rounding, outliers, low-bit networks",
    "language": "prompts, chatbots, tokenizer, instruction tuning, summarization, machine translation",
    "robotics": "gripper, manipulation, locomotion, actuators, quadruped, torque, motion planner, grasping",
    "medicine": "tumor, radiology, patients, biopsy, lesions, hospital records, MRI scans, clinicians",
    "speech": "speech recognition, phonemes, acoustic model, vocoder, prosody, microphone, accents, voice",
    "graphs": "graph neural networks, node classification, edges, laplacian, subgraphs, message passing",
    "privacy": "privacy, federated learning, clients, membership inference, adversary, encryption, leakage",
}
LIKED = ("detection", "quantization")
COMMON = """
    network training data image feature loss layer accuracy benchmark dataset transformer attention embedding
    representation optimization sample distribution noise label pretraining scaling memory latency hardware
    inference ensemble sequence fusion alignment supervision augmentation regularization uncertainty sparsity
    efficiency generalization robustness semantic temporal spatial resolution baseline ablation metric module
    component stage level group target source unit size rate cost time search query point line field view
    """.split()  # noqa: SIM905
COMMONNESS = [1 / (place + 3) for place in range(len(COMMON))]
KEYWORDS = ("detector", "scaling")


def paper(rng: random.Random, paper_id: int, topic: str) -> Document:
    def phrase(share: float) -> str:
        draw = rng.random()
        if draw < share + 0.05:
            return rng.choice(TOPICS[topic if draw < share else rng.choice(sorted(TOPICS))].split(", "))
        return rng.choices(COMMON, COMMONNESS)[0]

    title = " ".join(phrase(0.45) for _ in range(6))
    abstract = " ".join(phrase(0.16) for _ in range(60))
    authors = tuple(
        f"{rng.choice('ABCDEF')}. {rng.choice(['Kim', 'Li', 'Rossi', 'Novak'])}" for _ in range(3)
    )
    return Document(paper_id, title, abstract, authors, (rng.choice(["cs.CV", "cs.LG"]),))


class Reader:
    """Papers of random topics, of which the reader keeps nine in ten of the liked topics and few others."""

    def __init__(self, seed: int, count: int = 400) -> None:
        rng = random.Random(seed)
        topics = [rng.choice(sorted(TOPICS)) for _ in range(count)]
        self.papers = [paper(rng, number, topic) for number, topic in enumerate(topics)]
        self.topics = dict(enumerate(topics))
        self.likes = {n for n, topic in enumerate(topics) if rng.random() < (0.9 if topic in LIKED else 0.04)}

    def decisions(self, count: int) -> list[Judged]:
        return [Judged(n, "keep" if n in self.likes else "skip") for n in range(count)]

    def ranked(self, decided: int, keywords: Sequence[str] = KEYWORDS) -> Ranked:
        ranking = Ranking(keywords)
        ranking.add(self.papers)
        return ranking.rank(range(200, len(self.papers)), self.decisions(decided))


def average_precision(order: Sequence[int], wanted: Collection[int]) -> float:
    hits = [place for place, paper_id in enumerate(order, 1) if paper_id in wanted]
    return mean(number / place for number, place in enumerate(hits, 1))


def best_first(ranked: Ranked) -> list[int]:
    return [row.paper_id for row in sorted(ranked.scored, key=lambda row: -row.score)]


def scores(ranked: Ranked) -> dict[int, float]:
    return {row.paper_id: row.score for row in ranked.scored}


def test_after_25_decisions_it_beats_the_order_by_date_and_by_keywords() -> None:
    learned, by_keywords, by_date = [], [], []
    for seed in range(4):
        reader = Reader(seed)
        learned.append(average_precision(best_first(reader.ranked(25)), reader.likes))
        by_keywords.append(average_precision(best_first(reader.ranked(0)), reader.likes))
        by_date.append(average_precision(range(399, 199, -1), reader.likes))
    assert mean(by_date) < mean(by_keywords) - 0.1
    assert mean(by_keywords) < mean(learned) - 0.15
    assert mean(learned) > 0.6


def test_it_goes_on_learning() -> None:
    quality = [
        mean(
            average_precision(best_first(Reader(seed).ranked(count)), Reader(seed).likes) for seed in range(3)
        )
        for count in (10, 40, 200)
    ]
    assert quality == sorted(quality)
    assert quality[-1] > 0.8


def test_a_score_is_the_chance_of_being_kept() -> None:
    reader = Reader(5, 700)
    found = scores(reader.ranked(200))
    for low, high in ((0.0, 0.2), (0.7, 1.0)):
        band = [paper_id for paper_id, score in found.items() if low <= score < high]
        assert len(band) > 20
        kept = mean(paper_id in reader.likes for paper_id in band)
        assert abs(mean(found[paper_id] for paper_id in band) - kept) < 0.15


def test_a_score_does_not_depend_on_what_else_waits() -> None:
    reader = Reader(1)
    ranking = Ranking(KEYWORDS)
    ranking.add(reader.papers)
    decisions = reader.decisions(60)
    everything = scores(ranking.rank(range(60, 400), decisions))
    few = scores(ranking.rank([100, 300], decisions))
    assert few == {paper_id: everything[paper_id] for paper_id in (100, 300)}


def test_the_same_input_gives_the_same_result() -> None:
    assert Reader(2).ranked(50) == Reader(2).ranked(50)


COLD = [
    Document(1, "Pruning of networks", "Something about convolution."),
    Document(2, "Networks made smaller", "We prune filters of a convolution."),
    Document(3, "Networks at large", "Nothing of the kind about convolution."),
    Document(4, "A pruner's diary", "Gardens and convolution."),
]


def test_keywords_count_more_in_the_title_and_in_simple_inflection() -> None:
    ranking = Ranking(["pruning"])
    ranking.add(COLD)
    ranked = ranking.rank([1, 2, 3, 4], [])
    found = scores(ranked)
    assert found[1] > found[2] > found[3] == found[4]
    assert found[3] == pytest.approx(0.2, abs=0.01)
    assert ranked.mode == "keywords" and ranked.trained_on == 0
    assert ranked.scored[0].terms == (("pruning", 2.4),)
    assert ranked.scored[2].terms == ()


def test_with_nothing_to_go_by_there_are_no_scores() -> None:
    ranking = Ranking()
    ranking.add(COLD)
    assert ranking.rank([1, 2], []).scored == []
    assert ranking.rank([1, 2], [Judged(3, "skip")]).scored == []
    assert Ranking(["pruning"]).rank([1], []).scored == []


def test_kept_papers_alone_already_help() -> None:
    reader = Reader(3)
    ranking = Ranking()
    ranking.add(reader.papers)
    kept = [Judged(n, "keep", added=True) for n in sorted(reader.likes) if n < 60]
    ranked = ranking.rank(range(200, 400), kept)
    assert ranked.mode == "keywords"
    assert average_precision(best_first(ranked), reader.likes) > 0.6


def test_skips_alone_leave_the_keywords_in_charge() -> None:
    reader = Reader(4)
    ranking = Ranking(KEYWORDS)
    ranking.add(reader.papers)
    skips = [Judged(n, "skip") for n in range(40)]
    before, after = ranking.rank(range(200, 400), []), ranking.rank(range(200, 400), skips)
    assert after.mode == "keywords" and after.learned_share == 0
    assert best_first(before) == best_first(after)


def test_the_first_decisions_change_scores_a_little_not_absurdly() -> None:
    reader = Reader(6)
    ranking = Ranking(KEYWORDS)
    ranking.add(reader.papers)
    liked, other = min(reader.likes), min(set(range(50)) - reader.likes)
    before = scores(ranking.rank(range(200, 400), []))
    pair = ranking.rank(range(200, 400), [Judged(liked, "keep"), Judged(other, "skip")])
    changes = [abs(score - before[paper_id]) for paper_id, score in scores(pair).items()]
    assert pair.mode == "decisions" and pair.learned_share < 0.2
    assert mean(changes) < 0.1 and max(changes) < 0.4


def test_the_learned_share_grows_smoothly_with_the_rarer_decision() -> None:
    reader = Reader(7)
    rows = {number: number for number in range(200)}
    shares = [Lessons.of(reader.decisions(count), rows).learned_share for count in range(200)]
    steps = [after - before for before, after in pairwise(shares)]
    assert max(steps) < 0.15 and min(steps) >= 0
    assert shares[-1] > 0.8


def topic_mean(reader: Reader, decision: str) -> float:
    ranking = Ranking()
    ranking.add(reader.papers)
    skipped = [Judged(n, "skip") for n in range(80) if reader.topics[n] not in LIKED]
    liked = [Judged(n, decision) for n in range(80) if reader.topics[n] == "detection"]
    found = scores(ranking.rank(range(200, 400), skipped + liked))
    return mean(score for paper_id, score in found.items() if reader.topics[paper_id] == "detection")


def test_later_is_a_weak_yes() -> None:
    reader = Reader(8)
    ranking = Ranking()
    ranking.add(reader.papers)
    assert topic_mean(reader, "keep") > topic_mean(reader, "later") > 0.15


def test_old_decisions_fade_but_never_vanish() -> None:
    def mean_score(age_days: float) -> float:
        reader = Reader(9)
        ranking = Ranking()
        ranking.add(reader.papers)
        old = [Judged(n, "keep", age_days) for n in range(60) if reader.topics[n] == "speech"]
        new = [Judged(n, "skip") for n in range(60, 120) if reader.topics[n] != "privacy"]
        found = scores(ranking.rank(range(200, 400), old + new))
        return mean(score for paper_id, score in found.items() if reader.topics[paper_id] == "speech")

    fresh, faded, ancient = (mean_score(age) for age in (0, 200, 5000))
    assert fresh > faded > ancient == mean_score(50_000)


def test_reasons_are_words_of_the_paper_with_positive_ones_first() -> None:
    reader = Reader(10)
    ranked = reader.ranked(120)
    explained = [row for row in ranked.scored if row.terms]
    assert len(explained) > 150
    for row in explained:
        assert len(row.terms) <= 3
        signs = [weight > 0 for _, weight in row.terms]
        assert signs == sorted(signs, reverse=True)
        document = reader.papers[row.paper_id]
        rest = [*document.authors, *document.categories]
        text = f"{document.title}\n{document.abstract}"
        assert all(why_spans(text, [term]) for term, _ in row.terms if term not in rest)


def test_reasons_do_not_say_the_same_twice() -> None:
    ranking = Ranking(["small object"])
    ranking.add([Document(n, "Small object detection", "Small objects.") for n in (1, 2)])
    names = [term for term, _ in ranking.rank([1], [Judged(2, "keep")]).scored[0].terms]
    words = [word for name in names for word in name.split()]
    assert len(words) == len(set(words))


def test_what_is_liked_adds_and_what_is_skipped_takes_away() -> None:
    ranking = Ranking()
    ranking.add([Document(n, "pruning filters" if n % 2 else "gripper torque", "") for n in range(40)])
    decisions = [Judged(n, "keep" if n % 2 else "skip") for n in range(30)]
    good, bad = ranking.rank([31, 32], decisions).scored
    assert good.score > 0.8 and bad.score < 0.2
    assert all(weight > 0 for _, weight in good.terms)
    assert all(weight < 0 for _, weight in bad.terms)


NASTY = [
    Document(900, "[@click=app.quit]nice[/] [/", "\\x1b]52;c;... $\\alpha$ <b>bold</b>"),
    Document(901, "a" * 5000, "b" * 5000),
    Document(902, "Untitled", ""),
    Document(903, "🦆🦆🦆", "🦆 " * 400),
    Document(904, "of the and", "we propose a novel method"),
    Document(905, "小目标检测", "量化 与 剪枝", ("王 伟",), ()),
    Document(906, "x", "word " * 5000, tuple(f"Author {n}" for n in range(3000)), ("cs.CV",) * 3),
]


def test_odd_papers_are_scored_like_any_other() -> None:
    reader = Reader(11)
    ranking = Ranking([*KEYWORDS, "[/", "", "🦆"])
    ranking.add([*reader.papers, *NASTY])
    ids = [document.paper_id for document in NASTY]
    for decisions in ([], reader.decisions(60), [*reader.decisions(30), *(Judged(n, "keep") for n in ids)]):
        ranked = ranking.rank(ids, decisions)
        assert [row.paper_id for row in ranked.scored] == ids
        assert all(0 <= row.score <= 1 and len(row.terms) <= 3 for row in ranked.scored)


def test_a_library_of_nothing_but_odd_papers_is_ranked_too() -> None:
    ranking = Ranking()
    ranking.add(NASTY)
    ranked = ranking.rank([903, 902], [Judged(900, "keep"), Judged(901, "skip")])
    assert len(ranked.scored) == 2


def test_papers_that_come_later_are_scored_with_the_rest() -> None:
    reader = Reader(12)
    ranking = Ranking(KEYWORDS)
    ranking.add(reader.papers[:390])
    decisions = reader.decisions(100)
    assert [row.paper_id for row in ranking.rank([350, 395], decisions).scored] == [350]
    ranking.add(reader.papers[380:])
    late = scores(ranking.rank(range(390, 400), decisions))
    fresh = Ranking(KEYWORDS)
    fresh.add(reader.papers)
    assert late == pytest.approx(scores(fresh.rank(range(390, 400), decisions)), abs=0.05)


def test_the_columns_are_chosen_anew_when_the_library_has_grown() -> None:
    ranking = Ranking()
    ranking.add([Document(n, "gripper torque", "") for n in range(10)])
    ranking.rank([1], [Judged(2, "keep")])
    ranking.add([Document(n, "pruning filters", "") for n in range(10, 20)])
    decisions = [Judged(n, "keep" if n > 9 else "skip") for n in (2, 3, 12, 13)]
    first: Scored = ranking.rank([15], decisions).scored[0]
    assert {name for name, _ in first.terms} & {"pruning", "filters", "pruning filters"}
