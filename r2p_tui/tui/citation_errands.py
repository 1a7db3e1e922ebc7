"""What can be done with a work of the citation graph besides deciding on it: look, copy, go elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from r2p_tui.domain.citations import Citation, Work
from r2p_tui.text import clean, clean_line
from r2p_tui.tui.citation_keeper import CitationKeeper

if TYPE_CHECKING:
    from r2p_tui.services.citations import Node
    from r2p_tui.tui.app import R2PApp


class CitationErrands:
    """Runs on the services of `keeper`; what there is to say is told by `app`."""

    def __init__(self, app: R2PApp, keeper: CitationKeeper) -> None:
        self._app = app
        self._keeper = keeper

    def timeline(self, work: Work, node: Node | None) -> None:
        """Citations of a work a month; `node` says how many there are, with a month or without."""
        from r2p_tui.tui.dialogs.citation_timeline import show_timeline

        known = len(node.rows) if node is not None and node.direction == "citations" else 0
        self._keeper.timeline(work.work_id, lambda found: show_timeline(self._app, work, found, known))

    def evolution(self, work: Work, chosen: Callable[[tuple[Work, ...]], None]) -> None:
        """How the idea of a work evolved; `chosen` gets the way that the user wants to walk."""
        from r2p_tui.tui.dialogs.evolution import show_evolution

        def picked(works: tuple[Work, ...] | None) -> None:
            if works:
                chosen(works)

        self._keeper.evolution(work.work_id, lambda found: show_evolution(self._app, found, picked))

    def open_paper(self, work: Work) -> None:
        """Its own page, where it is a paper of the store."""
        if work.paper_id is not None:
            self._app.open_paper(work.paper_id)
        else:
            self._app.tell("It is not in the library yet. k keeps it, o opens it in the browser.")

    def open_outside(self, work: Work) -> None:
        """Its page in the browser."""
        if work.key:
            self._app.open_outside(work.key)
        else:
            self._app.tell("Neither an arXiv id nor a DOI of it is known, so there is no page to open.")

    def copy(self, citation: Citation) -> None:
        """The work at the other end as BibTeX, into the clipboard."""

        def copied(entry: str) -> None:
            self._app.copy_to_clipboard(clean(entry))
            self._app.tell(f"Copied: {clean_line(entry.splitlines()[0])[:60]}")

        self._keeper.bibtex(citation, copied)
