"""Papers as rows of numbers, in columns with readable names; only the ranking's own process loads it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from r2p_tui.domain.terms import Phrase, fold, terms_in

MOST_TERMS = 60_000
MOST_AUTHORS = 12
# How often a word of the title counts, and what a pair of words is worth beside a single one.
TITLE_COUNTS, PAIR_VALUE = 2, 0.7
# What else counts beside the words of a paper, which have length 1 together.
CATEGORY_VALUE, AUTHOR_VALUE = 0.15, 0.2
KEYWORD_IN_TITLE, KEYWORD_IN_ABSTRACT = 1.0, 0.6
# Keys of words never contain these marks.
_CATEGORY, _AUTHOR, _KEYWORD = "@category ", "@author ", "@keyword "


class Document(NamedTuple):
    """What of a paper is looked at."""

    paper_id: int
    title: str
    abstract: str
    authors: Sequence[str] = ()
    categories: Sequence[str] = ()


class Features:
    """A matrix with one row a paper; its columns and their weights are fixed by the papers it begins with."""

    def __init__(self, documents: Sequence[Document], keywords: Sequence[str] = ()) -> None:
        self.keywords = tuple(keywords)
        self._phrases = [Phrase(keyword) for keyword in keywords]
        self._columns: dict[str, int] = {}
        self.names: list[str] = []
        self.row_of: dict[int, int] = {}
        counts = self._counted(documents, grow=True)
        kept = self._common_columns(counts)
        self._forget_rare(kept)
        counts = counts[:, kept]
        frequency = np.bincount(counts.indices, minlength=counts.shape[1])
        self._is_term = np.array([not key.startswith("@") for key in self._columns], dtype=bool)
        self.is_keyword = np.array([key.startswith(_KEYWORD) for key in self._columns], dtype=bool)
        rarity = np.log((1 + len(documents)) / (1 + frequency)) + 1
        rarity *= np.array([PAIR_VALUE if " " in key else 1.0 for key in self._columns])
        self._rarity = np.where(self._is_term, rarity, 1.0).astype(np.float32)
        self._words: list[frozenset[str] | None] = [None] * len(self.names)
        self.built_from = len(documents)
        self.matrix = self._weighted(counts)

    def add(self, documents: Sequence[Document]) -> None:
        """Append papers; words that no paper had when the columns were fixed are not seen."""
        counts = self._counted(documents, grow=False)
        self.matrix = sparse.vstack([self.matrix, self._weighted(counts)], format="csr")

    def words(self, column: int) -> frozenset[str]:
        """The words of a column's name, to tell whether two names say the same."""
        known = self._words[column]
        if known is None:
            known = frozenset(fold(part) for part in self.names[column].lower().replace("-", " ").split())
            self._words[column] = known
        return known

    def _counted(self, documents: Sequence[Document], *, grow: bool) -> Any:
        columns: list[int] = []
        values: list[float] = []
        ends = [0]
        for document in documents:
            self.row_of[document.paper_id] = len(self.row_of)
            bag: dict[int, float] = {}
            for key, shown, value in self._seen_in(document):
                column = self._columns.get(key)
                if column is None:
                    if not grow:
                        continue
                    column = self._new_column(key, shown)
                bag[column] = bag.get(column, 0.0) + value
            columns.extend(bag)
            values.extend(bag.values())
            ends.append(len(columns))
        shape = (len(documents), len(self.names))
        return sparse.csr_matrix((np.array(values, np.float32), np.array(columns, np.int32), ends), shape)

    def _seen_in(self, document: Document) -> Iterable[tuple[str, str, float]]:
        title = ((key, shown, float(TITLE_COUNTS)) for key, shown in terms_in(document.title))
        abstract = ((key, shown, 1.0) for key, shown in terms_in(document.abstract))
        categories = ((_CATEGORY + name, name, CATEGORY_VALUE) for name in dict.fromkeys(document.categories))
        authors = (
            (_AUTHOR + name.casefold(), name, AUTHOR_VALUE)
            for name in dict.fromkeys(document.authors[:MOST_AUTHORS])
        )
        return chain(title, abstract, categories, authors, self._keywords_in(document))

    def _keywords_in(self, document: Document) -> Iterable[tuple[str, str, float]]:
        title, abstract = document.title.lower(), document.abstract.lower()
        for keyword, phrase in zip(self.keywords, self._phrases, strict=True):
            if phrase.is_in(title):
                yield _KEYWORD + keyword, keyword, KEYWORD_IN_TITLE
            elif phrase.is_in(abstract):
                yield _KEYWORD + keyword, keyword, KEYWORD_IN_ABSTRACT

    def _new_column(self, key: str, shown: str) -> int:
        column = self._columns[key] = len(self.names)
        self.names.append(shown)
        return column

    def _common_columns(self, counts: Any) -> NDArray[np.intp]:
        """Columns that say something about more than one paper, the commonest if there are too many."""
        frequency = np.bincount(counts.indices, minlength=counts.shape[1])
        lone = [key.startswith((_CATEGORY, _KEYWORD)) for key in self._columns]
        least = 2 if counts.shape[0] < 3000 else 3
        wanted = np.flatnonzero((frequency >= least) | np.array(lone, dtype=bool))
        if len(wanted) > MOST_TERMS:
            order = np.argsort(-frequency[wanted], kind="stable")
            wanted = np.sort(wanted[order[:MOST_TERMS]])
        return wanted

    def _forget_rare(self, kept: NDArray[np.intp]) -> None:
        keys = list(self._columns)
        self.names = [self.names[column] for column in kept]
        self._columns = {keys[column]: place for place, column in enumerate(kept)}

    def _weighted(self, counts: Any) -> Any:
        """TF-IDF with unit length for the words of a paper; other columns keep their value."""
        matrix = counts.astype(np.float32).tocsr()
        term = self._is_term[matrix.indices]
        matrix.data = np.where(term, 1 + np.log(np.maximum(matrix.data, 1)), matrix.data)
        matrix.data *= self._rarity[matrix.indices]
        rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
        squares = np.bincount(rows, weights=np.where(term, matrix.data**2, 0), minlength=matrix.shape[0])
        lengths = np.sqrt(np.maximum(squares, 1e-12))
        matrix.data = np.where(term, matrix.data / lengths[rows], matrix.data).astype(np.float32)
        return matrix
