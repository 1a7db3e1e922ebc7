"""Papers by the hundred thousand whose words are spread like those of real abstracts.

Content words follow a Zipf-Mandelbrot law over 30,000 words: the commonest stands in most abstracts, half of
the words in a handful. Each paper leans on the words of one topic, and stop words keep their share.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from r2p_tui.domain.papers import Announcement, IncomingPaper, Source
from r2p_tui.store.announcements import save_announcements
from r2p_tui.store.engine import Store
from r2p_tui.store.papers import save_papers
from r2p_tui.store.reading import Note, Reading, RedFlag
from r2p_tui.store.surprises import Surprise
from r2p_tui.store.triage import TriageDecision

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)

BLOCK = 1000
VOCABULARY = 30_000
TOPICS = 40
TOPIC_WORDS = 300
MONTH_CAPACITY = 15_000
FIRST_YEAR = 2023
CATEGORIES = (
    "cs.CV", "cs.LG", "cs.CL", "cs.AI", "cs.RO", "stat.ML", "eess.IV", "cs.IR", "cs.CR", "cs.SE",
    "cs.HC", "cs.NE", "eess.AS", "cs.MM", "cs.DC", "math.OC", "q-bio.QM", "physics.comp-ph",
)  # fmt: skip


def _split(text: str) -> list[str]:
    return text.split()


STOP_WORDS = _split(
    """
    the of and to a in we is for that on with this as by are from our be which it can an these has have
    at such or not more than their both while also however into between its using through over but
    across each when they where been all two only most how without based further show under other will
    then there thus may often one some via many were up out if no so do due because three about given
    even well still any
    """
)
COMMON_WORDS = _split(
    """
    model models learning data method training performance propose network deep results image language
    neural task approach methods tasks images framework datasets large existing information features
    novel proposed different detection object accuracy state-of-the-art representation experiments
    visual dataset domain problem learn networks attention generation high paper video transformer
    semantic feature segmentation classification demonstrate inference process reasoning knowledge
    multiple human robust efficient graph space benchmark algorithm analysis systems quality
    significantly policy optimization local new structure global evaluation reinforcement adaptation
    supervised distribution samples text time prediction limited challenging improve generalization
    diffusion label labels real loss computational code complex self-supervised pre-trained fine-tuning
    design parameters input effective real-world challenges ability architecture understanding context
    noise spatial temporal quantization weights objects cost recognition estimation small-object pose
    tracking point clouds depth camera scene resolution super-resolution latency memory hardware edge
    devices mobile pruning distillation teacher student sparse convolution convolutional kernel layers
    encoder decoder token tokens embedding embeddings contrastive zero-shot few-shot prompts retrieval
    question answering speech medical clinical patients tumor cell robot manipulation navigation driving
    autonomous vehicle simulation privacy federated clients adversarial attack attacks defense
    uncertainty calibration bayesian gaussian gradient descent convergence regularization anchors boxes
    proposals backbone pyramid multi-scale fusion alignment modality captions audio anomaly defect
    industrial satellite remote sensing aerial drone low-light denoising deblurring augmentation
    synthetic rendering radiance fields mesh geometry symmetry equivariant molecules protein weather
    forecasting series traffic recommendation users fairness bias explainable causal counterfactual
    continual forgetting throughput integer floating activation outliers calibrated per-channel
    mixed-precision compression bandwidth accelerator scheduling batching caching speculative decoding
    ablation baseline metrics annotation crowd noise
    """
)
PREFIXES = _split(
    """
    auto co de inter intra meta micro multi non over para poly post pre pseudo re semi sub super trans
    ultra uni
    """
)
ROOTS = _split(
    """
    adapt align anchor approxim assembl attend balanc bound calibr cascad cluster compos compress comput
    condit connect contrast control convolv correl dec decod deform dens detect diffus dilat distil
    embed encod estim evolv extract factor filter focal fragment fus gener grad graph ground hierarch
    hybrid index infer inject integr interpol invert iter label lat latent linear local mask match maxim
    merg migrat model modul mut neur norm object observ optim order parallel partit perturb pivot point
    pool predict prior project prompt propag prun quant quer random rank recurr refin reflect regress
    regular render represent residu resol retriev rotat sampl scal schedul segment select sens separ
    sequenc shap signal simul smooth spars spectr stabil stat steer stoch stream structur summar superv
    symbol synchron tempor tens term token track transfer transform tun unif valid variat vector view
    vision weight zon
    """
)
SUFFIXES = _split(
    """
    e es ed er ers ing ings ion ions ional ive ively ity able ability al ally ation ations ator ators or
    ors ment ments less ness ization izing ized izer
    """
)
GIVEN_NAMES = _split(
    """
    Ada Alan Bianca Chen Daniel Elena Farid Grace Hana Ibrahim Jun Katarina Lars Mei Nadia Olga Pedro
    Qing Rafael Sofia Tomas Uma Viktor Wei Xin Yuki Zoe Anders Beatriz Chiara
    """
)
FAMILY_PARTS = _split(
    """
    An Ber Cas Dal El Fer Gar Hol Iv Jan Kov Lin Mar Nov Ol Per Ros San Tan Vas Wang Zhao Li Kim Sato
    Singh
    """
)
FAMILY_ENDINGS = ["", "son", "ev", "ini", "ez", "sen", "ato", "aki", "berg", "ski", "o", "a"]


def papers(count: int, seed: int = 7) -> Iterator[IncomingPaper]:
    """`count` papers, oldest first, the same for the same seed; their ids cover six months or more."""
    months = max(6, -(-count // MONTH_CAPACITY))
    for start in range(0, count, BLOCK):
        size = min(BLOCK, count - start)
        yield from _block(np.random.default_rng((seed, start)), start, size, count, months)


def announcements(listed: Iterable[IncomingPaper]) -> Iterator[Announcement]:
    """New in the primary category and cross-listed in the others, on the working day after submission."""
    for paper in listed:
        assert paper.arxiv_id is not None and paper.published_at is not None
        day = _next_working_day(paper.published_at.date())
        for position, category in enumerate(paper.categories):
            yield Announcement(paper.arxiv_id, 1, category, "cross" if position else "new", day)


def _next_working_day(day: date) -> date:
    return day + timedelta(days={4: 3, 5: 2}.get(day.weekday(), 1))


def _block(
    rng: np.random.Generator, start: int, size: int, count: int, months: int
) -> Iterator[IncomingPaper]:
    titles, abstracts = rng.integers(6, 15, size), rng.integers(90, 221, size)
    texts = _words(rng, titles + abstracts)
    sentence_lengths = rng.integers(12, 27, (size, 20)).tolist()
    author_counts = np.minimum(1 + rng.poisson(3.2, size), 12).tolist()
    versions = np.minimum(rng.geometric(0.72, size), 6).tolist()
    category_counts = rng.choice([1, 2, 3, 4], size, p=[0.4, 0.35, 0.18, 0.07]).tolist()
    authors = [_author(*pair) for pair in rng.integers(0, 2**31, (sum(author_counts), 2)).tolist()]
    for i, words in enumerate(texts):
        title, body = words[: titles[i]], words[titles[i] :]
        mine, authors = authors[: author_counts[i]], authors[author_counts[i] :]
        arxiv_id, submitted = _id_and_time(start + i, count, months)
        yield _paper(
            arxiv_id,
            submitted,
            title,
            _sentences(body, sentence_lengths[i]),
            tuple(mine),
            _categories(rng, category_counts[i]),
            versions[i],
            has_code=rng.random() < 0.3,
        )


def _paper(
    arxiv_id: str,
    submitted: datetime,
    title: Sequence[str],
    abstract: str,
    authors: tuple[str, ...],
    categories: tuple[str, ...],
    version: int,
    *,
    has_code: bool,
) -> IncomingPaper:
    dates = tuple((n + 1, submitted + timedelta(days=40 * n)) for n in range(version))
    return IncomingPaper(
        arxiv_id=arxiv_id,
        version=version,
        title=" ".join(word.capitalize() for word in title),
        abstract=abstract,
        authors=authors,
        categories=categories,
        source=Source.API,
        primary_category=categories[0],
        comment=f"{version + 8} pages, {len(authors) + 3} figures",
        code_url=f"https://github.com/lab/{title[0]}-{arxiv_id}" if has_code else None,
        published_at=submitted,
        updated_at=dates[-1][1],
        version_dates=dates,
    )


def _id_and_time(position: int, count: int, months: int) -> tuple[str, datetime]:
    month, number = divmod(position, -(-count // months))
    year, month_of_year = FIRST_YEAR + month // 12, month % 12 + 1
    share = number * months / count
    submitted = datetime(year, month_of_year, 1, tzinfo=UTC) + timedelta(seconds=int(share * 27 * 86400))
    return f"{year % 100:02}{month_of_year:02}.{number + 1:05}", submitted


def _categories(rng: np.random.Generator, count: int) -> tuple[str, ...]:
    return tuple(CATEGORIES[i] for i in rng.choice(len(CATEGORIES), count, replace=False, p=_falling()))


@cache
def _falling() -> NDArray[np.float64]:
    weights: NDArray[np.float64] = 1.0 / np.arange(1, len(CATEGORIES) + 1)
    shares: NDArray[np.float64] = weights / weights.sum()
    return shares


def _author(given: int, family: int) -> str:
    part, ending = divmod(family, len(FAMILY_ENDINGS))
    return (
        f"{GIVEN_NAMES[given % len(GIVEN_NAMES)]} "
        f"{FAMILY_PARTS[part % len(FAMILY_PARTS)]}{FAMILY_ENDINGS[ending]}"
    )


def _sentences(words: Sequence[str], lengths: Sequence[int]) -> str:
    sentences, at = [], 0
    for length in lengths:
        sentence = " ".join(words[at : at + length])
        sentences.append(sentence[:1].upper() + sentence[1:] + ".")
        at += length
        if at >= len(words):
            break
    return " ".join(sentences)


def _words(rng: np.random.Generator, lengths: NDArray[np.int64]) -> Iterator[list[str]]:
    """One list of words a paper: 40 % stop words, 12 % words of its topic, the rest from everywhere."""
    total = int(lengths.sum())
    kind = rng.random(total)
    content = _draw(rng, _cumulative(VOCABULARY), total)
    topics = np.repeat(rng.integers(0, TOPICS, len(lengths)), lengths)
    of_topic = _topic_words()[topics, _draw(rng, _cumulative(TOPIC_WORDS), total)]
    stop = VOCABULARY + _draw(rng, _cumulative(len(STOP_WORDS)), total)
    chosen = np.where(kind < 0.40, stop, np.where(kind < 0.52, of_topic, content)).tolist()
    words = [*vocabulary(), *STOP_WORDS]
    at = 0
    for length in lengths.tolist():
        yield [words[i] for i in chosen[at : at + length]]
        at += length


def _draw(rng: np.random.Generator, cumulative: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    return np.searchsorted(cumulative, rng.random(count)).astype(np.int64)


@cache
def _cumulative(size: int) -> NDArray[np.float64]:
    sums = np.cumsum(1.0 / (np.arange(size) + 10.0) ** 1.05)
    shares: NDArray[np.float64] = sums / sums[-1]
    return shares


@cache
def _topic_words() -> NDArray[np.int64]:
    rng = np.random.default_rng(1)
    return np.stack([rng.permutation(VOCABULARY)[:TOPIC_WORDS] for _ in range(TOPICS)])


@cache
def vocabulary() -> tuple[str, ...]:
    """The content words, commonest first."""
    built = [p + r + s for p in ("", *PREFIXES) for r in ROOTS for s in SUFFIXES]
    order = np.random.default_rng(0).permutation(len(built))
    words = dict.fromkeys([*COMMON_WORDS, *(built[i] for i in order)])
    return tuple(words)[:VOCABULARY]


def fill(
    store: Store,
    count: int,
    *,
    seed: int = 7,
    waiting: int = 0,
    decided: int = 0,
    read: int = 0,
    noted: int = 0,
    flagged: int = 0,
    surprised: int = 0,
    now: datetime = NOW,
) -> list[int]:
    """Put `count` papers into an open store and return their ids, oldest first.

    The newest `waiting` are announced and undecided. `decided` of the others are kept, skipped or put off, as
    by somebody who likes detection and quantization; `read`, `noted`, `flagged` and `surprised` of those have
    what their name says.
    """
    ids: list[int] = []
    liked: set[int] = set()
    everything = papers(count, seed)
    while batch := list(islice(everything, 5000)):
        with store.write() as session:
            saved = save_papers(session, batch, now)
            fresh = [paper for i, paper in enumerate(batch, len(ids)) if i >= count - waiting]
            save_announcements(session, announcements(fresh), saved.ids)
        ids += [saved.ids[paper.arxiv_id] for paper in batch if paper.arxiv_id]
        liked |= {saved.ids[paper.arxiv_id] for paper in batch if paper.arxiv_id and _is_liked(paper)}
    rng = random.Random(seed)
    mine = rng.sample(ids[: count - waiting], decided)
    with store.write() as session:
        rows = [_decision(rng, paper_id, paper_id in liked, now) for paper_id in mine]
        session.add_all(rows)
        kept_first = sorted(rows, key=lambda row: row.decision != "keep")
        used = [row.paper_id for row in kept_first]
        session.add_all(_reading(rng, paper_id, now) for paper_id in used[:read])
        session.add_all(_note(rng, paper_id, now) for paper_id in used[:noted])
        session.add_all(_flag(rng, paper_id, now) for paper_id in used[:flagged])
        session.add_all(_surprise(rng, paper_id, now) for paper_id in used[:surprised])
    return ids


def _is_liked(paper: IncomingPaper) -> bool:
    text = f"{paper.title} {paper.abstract}".lower()
    return "detection" in text or "quantization" in text


def _decision(rng: random.Random, paper_id: int, liked: bool, now: datetime) -> TriageDecision:
    chances = (70, 20, 10) if liked else (8, 87, 5)
    choice = rng.choices(("keep", "skip", "later"), chances)[0]
    return TriageDecision(paper_id=paper_id, decision=choice, decided_at=_earlier(rng, now))


def _reading(rng: random.Random, paper_id: int, now: datetime) -> Reading:
    started = _earlier(rng, now)
    verdict = rng.choice(("go on", "stop", None))
    return Reading(
        paper_id=paper_id,
        pass_number=rng.choices((1, 2, 3), (80, 15, 5))[0],
        seconds=float(rng.randint(60, 3600)),
        started_at=started,
        last_read_at=started,
        finished_at=started + timedelta(hours=1) if verdict else None,
        verdict=verdict,
        reason="not about our problem" if verdict == "stop" else "",
    )


def _note(rng: random.Random, paper_id: int, now: datetime) -> Note:
    words = vocabulary()[:3000]
    sentence = " ".join(rng.choices(words, k=14))
    written = _earlier(rng, now)
    return Note(
        paper_id=paper_id,
        relevance=rng.randint(1, 5),
        summary=sentence,
        key_insight=" ".join(rng.choices(words, k=30)),
        answers={},
        created_at=written,
        updated_at=written,
    )


def _flag(rng: random.Random, paper_id: int, now: datetime) -> RedFlag:
    kind = rng.choice(("weak baselines", "toy data", "missing ablations", "reproducibility"))
    return RedFlag(paper_id=paper_id, kind=kind, evidence="Table 2", flagged_at=_earlier(rng, now))


def _surprise(rng: random.Random, paper_id: int, now: datetime) -> Surprise:
    words = " ".join(rng.choices(vocabulary()[:3000], k=9))
    return Surprise(paper_id=paper_id, text=words, kind="latency", created_at=_earlier(rng, now))


def _earlier(rng: random.Random, now: datetime) -> datetime:
    return now - timedelta(minutes=rng.randint(1, 60 * 24 * 300))
