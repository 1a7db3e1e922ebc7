"""What a citation is evidence of: how rules find words, and what takes the words away again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.citation_cue_reading import FAMILIES, hits_in, words_of
from r2p_tui.domain.citation_cue_weights import BASE, WEIGHTS
from r2p_tui.domain.citation_cues import ABSTRACT, TITLE, classify, families_of
from r2p_tui.domain.citation_cues_title import ABSTRACT_RULES, TITLE_RULES
from r2p_tui.domain.citations import Evidence, EvidenceClass

PLAIN = "DETR [1] uses bipartite matching."
R, F, D = EvidenceClass.REPLICATES, EvidenceClass.FAILS, EvidenceClass.DEPLOYS
E, C, M = EvidenceClass.EXTENDS, EvidenceClass.COMPARES, EvidenceClass.MENTIONS


def of(sentence: str, title: str = "") -> EvidenceClass:
    return classify(title, [sentence]).evidence_class


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("We successfully reproduced the main results of [3] using the authors' code.", R),
        (
            "We re-implemented [14]; its scores are indistinguishable from the published ones.",
            R,
        ),
        ("Our measurements confirm the latency that the authors of [21] state for the T4.", R),
        ("Even after a long search, our implementation of [9] is 2.1 AP below the reported value.", F),
        ("The claimed 3x speed-up of [10] shrinks to 1.1x on our hardware.", F),
        ("The convergence proof given in [7] contains an error.", F),
        ("We deploy YOLOv5 [3] on a Raspberry Pi 4 and obtain 8 FPS.", D),
        ("The model of [7] has been in production at our company since 2021.", D),
        ("After layer fusion and FP16 conversion, the latency of [12] drops from 48 ms to 13 ms.", D),
        ("We extend the framework of [5] to multi-camera tracking.", E),
        ("Our decoder is the one of [4], to which we add a boundary branch.", E),
        ("Our detector is less accurate than RT-DETR-X [4] but twice as fast.", C),
        ("We use PatchCore [3] as a baseline.", C),
        ("We train with Adam [5].", M),
        (PLAIN, M),
    ],
)
def test_plain_cases(sentence: str, found: EvidenceClass) -> None:
    assert of(sentence) is found


@pytest.mark.parametrize(
    ("said", "taken_away"),
    [
        ("We deploy the model of [3] on a drone.", "We plan to deploy the model of [3] on a drone."),
        ("We deploy the model of [3] on a phone.", "We deploy the loss of [3]."),
        ("We extend [4] to video.", "It would be interesting to extend [4] to video."),
        ("We extend DETR [4] to 3D.", "Recent works [5, 6] extend DETR [4] to 3D."),
        ("We build upon LLaVA [15].", "Duan et al. (2023) build upon LLaVA [15]."),
        ("We compare with [7].", "We do not compare with [7]."),
        ("We reproduced the results of [8].", "Reproducing the results of [8] is out of scope."),
        ("We could not reproduce the results of [6].", "Chen et al. (2022) could not reproduce [6]."),
        ("Our replication of [2] confirms the gains.", "The token is replicated along the channels [2]."),
        ("Our model outperforms [3].", "According to its authors, [3] outperforms all others."),
        ("We build on DETR [3].", "Our implementation is built on PyTorch [3]."),
        ("Following [5], we introduce a second teacher.", "Following [5], we use their data split."),
    ],
)  # fmt: skip
def test_a_cue_is_taken_away(said: str, taken_away: str) -> None:
    """The first sentence shows that the words count where nothing takes them away."""
    assert of(said) is not M
    assert of(taken_away) is M


def test_what_is_conceded_gives_way_to_what_is_said() -> None:
    assert of("We were unable to reproduce the results of [3].") is F
    assert of("Although we were at first unable to reproduce [3], we recovered the reported 61.7 F1.") is R
    assert of("While we reproduce the first result of [3], the main gain could not be obtained.") is F


def test_of_two_classes_the_first_in_order_is_right() -> None:
    assert of("Compared with the model of [9], our ONNX build halves the latency.") is D
    assert of("We extend [4], which outperforms our older model.") is E


def test_hints_count_only_together_and_only_in_one_sentence() -> None:
    hints = ["The hospital is large [3].", "It was measured since 2021 [3]."]
    assert of("At our hospital, the model of [3] has read every X-ray since 2021.") is D
    assert classify("", hints).evidence_class is M
    assert of(" ".join(hints)) is M


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("[Re] Masked Autoencoders", R),
        ("Does Mixup Help? A Reproducibility Study", R),
        ("A Failed Replication of CLIP", F),
        ("Real-Time SAM on Mobile Phones", D),
        ("Improved DETR for Crowded Scenes", E),
        ("Transformers versus CNNs for Segmentation", C),
        ("A Survey of Quantized BERT Models", M),
        ("Reproducible Pipelines for Imaging", M),
        ("Deploying Trust", M),
    ],
)
def test_a_title_counts_where_the_sentence_says_nothing(title: str, found: EvidenceClass) -> None:
    assert of(PLAIN, title) is found
    assert of("We extend [3] to video.", title) is E


def test_a_title_counts_only_for_the_work_that_it_names() -> None:
    title = "Improved YOLOv8 for Small Objects"
    assert classify(title, [PLAIN], cited="YOLOv8: A Detector").evidence_class is E
    assert classify(title, [PLAIN], cited="ResNeXt: Aggregated Residuals").evidence_class is M


def test_an_abstract_counts_only_without_sentences_and_for_replications() -> None:
    abstract = "In this paper we reproduce the results of a well-known detector."
    evidence = classify("Notes", [], abstract)
    assert evidence.evidence_class is R
    assert evidence.cues[0].place == ABSTRACT
    assert classify("Notes", [PLAIN], abstract).evidence_class is M
    assert classify("Notes", [], "We extend a well-known detector.").evidence_class is M


def test_one_telling_sentence_of_many_decides() -> None:
    evidence = classify("", [PLAIN, PLAIN, f"{PLAIN} We build upon DETR [1].", PLAIN])
    assert evidence.evidence_class is E
    assert evidence.cues[0].place == 2
    assert evidence.cues[0].words == "build upon"


def test_cues_of_a_title_are_marked_as_such() -> None:
    evidence = classify("[Re] Masked Autoencoders", [PLAIN])
    assert [cue.place for cue in evidence.cues] == [TITLE]


@given(
    st.text(max_size=60),
    st.lists(
        st.text(max_size=120) | st.sampled_from(["We could not reproduce the reported 3 AP. We extend [4]."])
    ),
    st.text(max_size=60),
)
def test_the_words_of_a_cue_stand_where_it_says(title: str, contexts: list[str], abstract: str) -> None:
    evidence = classify(title, contexts, abstract)
    assert (evidence.evidence_class is M) == (evidence.cues == ())
    for cue in evidence.cues:
        text = {TITLE: title, ABSTRACT: abstract}.get(cue.place) or contexts[cue.place]
        assert text[cue.start : cue.end] == cue.words != ""


def test_nothing_is_a_mention() -> None:
    assert classify("", []) == Evidence(M)


def test_rules_of_titles_have_names_of_their_own_and_find_words() -> None:
    rules = (*TITLE_RULES, *ABSTRACT_RULES)
    names = [*(rule.name for rule in rules), *FAMILIES]
    assert len(set(names)) == len(names)
    assert all(0 < rule.weight < 2 and rule.evidence_class is not M for rule in rules)
    assert not any(rule.pattern.fullmatch("") for rule in rules)


def test_every_family_has_a_weight_for_every_class() -> None:
    assert WEIGHTS.keys() > FAMILIES.keys()
    assert {len(row) for row in (BASE, *WEIGHTS.values())} == {len(EvidenceClass)}


@pytest.mark.parametrize(
    ("sentence", "family"),
    [
        ("We get 53.0 where the paper has 53.1 [4].", "close numbers"),
        ("Our run gives 49.2, not 53.1 [4].", "far numbers"),
        ("Our curves do not match [4].", "denied"),
        ("We swapped the neck of [4].", "extended"),
        ("It was quantised to 8 bits [4].", "made smaller"),
    ],
)
def test_families_are_found_in_inflected_denied_and_counted_words(sentence: str, family: str) -> None:
    assert family in families_of(sentence)


def test_a_longer_good_outcome_hides_the_bad_one_inside() -> None:
    families = {hit.family for hit in hits_in(words_of("It deviates by 0.02 points at most [4]."))}
    assert "same" in families
    assert "less" not in families
