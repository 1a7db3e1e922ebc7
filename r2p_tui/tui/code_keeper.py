"""The code of one paper: what is stored of it, a look on request, and news that are seen."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING, NamedTuple, cast

from r2p_tui.errors import R2PError
from r2p_tui.tui.widgets.code_line import CodeLine

if TYPE_CHECKING:
    from textual.widget import Widget

    from r2p_tui.domain.code import Candidate
    from r2p_tui.services.desk import Desk
    from r2p_tui.store.code import CodeLook
    from r2p_tui.tui.app import R2PApp


class KnownCode(NamedTuple):
    """The last look, and the repository that the paper itself names."""

    look: CodeLook | None = None
    named: Candidate | None = None


class CodeKeeper:
    """Fills the code line of a part; only one look goes on at a time."""

    def __init__(self, part: Widget) -> None:
        self._part = part
        self._paper_id: int | None = None
        self._known = KnownCode()
        self._stop: Event | None = None

    @property
    def _app(self) -> R2PApp:
        return cast("R2PApp", self._part.app)

    def load(self, paper_id: int) -> None:
        """Show what is known of a paper."""
        self._paper_id = paper_id

        def work(desk: Desk) -> KnownCode:
            from r2p_tui.services import code, papers

            paper = papers.view_paper(desk, paper_id).paper
            return KnownCode(code.code(desk, paper_id), code.named_by_paper(paper))

        self._app.tasks.run(self._part, work, self._loaded, group="code")

    def look(self) -> None:
        """Ask Hugging Face and GitHub; what they told before stays until they have answered."""
        paper_id, now = self._paper_id, self._app.now()
        if paper_id is None or self._stop is not None:
            return
        stop = self._stop = Event()
        self._draw()

        def work(desk: Desk) -> CodeLook:
            from r2p_tui.services import code

            return code.look(desk, paper_id, now, stop.is_set)

        self._app.tasks.run(self._part, work, self._looked, failed=self._failed, group="code-look")

    def stop(self) -> None:
        """Give up the look that goes on, if any."""
        if self._stop is not None:
            self._stop.set()

    def _looked(self, look: CodeLook) -> None:
        self._stop = None
        self._loaded(self._known._replace(look=look))

    def _failed(self, error: R2PError) -> None:
        self._stop = None
        self._draw()
        self._app.show_error(error)

    def _loaded(self, known: KnownCode) -> None:
        self._known = known
        self._draw()
        self.mark_seen()

    def mark_seen(self) -> None:
        """News of code are none any more once the part that tells them is in sight."""
        look = self._known.look
        if look is None or look.appeared_at is None or not self._part.display:
            return
        paper_id = look.paper_id

        def work(desk: Desk) -> None:
            from r2p_tui.services import code

            code.mark_seen(desk, paper_id)

        # A store that cannot be written tells the same news again, which is no reason to complain.
        self._app.tasks.in_order(self._part, work, lambda _: None, failed=lambda _: None)

    def _draw(self) -> None:
        line = self._part.query_one(CodeLine)
        line.show(self._known.look, self._known.named, looking=self._stop is not None)
