"""A paper of the store as BibTeX."""

from __future__ import annotations

from typing import TYPE_CHECKING

from r2p_tui.domain.citing import bibtex_entry
from r2p_tui.text import clean_line

if TYPE_CHECKING:
    from r2p_tui.store.papers import Paper


def as_bibtex(paper: Paper) -> str:
    """The entry, with foreign text cleaned once more on its way out."""
    return bibtex_entry(
        title=clean_line(paper.title),
        authors=[clean_line(name) for name in paper.authors],
        published_at=paper.published_at,
        arxiv_id=paper.arxiv_id,
        doi=paper.doi,
    )
