"""What one run measured, as a screen follows it: read anew whenever the run wrote more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from textual.widget import Widget

from r2p_tui.errors import NotFoundError, R2PError

if TYPE_CHECKING:
    from r2p_tui.domain.measurements import Measurement
    from r2p_tui.services.desk import Desk
    from r2p_tui.services.run_views import RunView
    from r2p_tui.tui.app import R2PApp
    from r2p_tui.tui.widgets.pareto_plot import ParetoPoint

Stamp = tuple[int, int]
"""When the file was written, and its size."""


class Seen(NamedTuple):
    """The run, and what it measured so far; None where that is nothing."""

    view: RunView
    measurement: Measurement | None


class Glance(NamedTuple):
    """What a list of runs shows of a measurement: what follows from it, its variants, the main one."""

    headline: str = ""
    variants: Sequence[ParetoPoint] = ()
    chosen: str = ""


class MeasurementKeeper:
    """Runs the services for `owner`; `seen` gets what changed, `failed` what went wrong."""

    def __init__(
        self,
        owner: Widget,
        app: R2PApp,
        run_id: int,
        *,
        seen: Callable[[Seen], None],
        failed: Callable[[R2PError], None],
    ) -> None:
        self._owner = owner
        self._app = app
        self._run_id = run_id
        self._seen = seen
        self._failed = failed
        self._looking = False
        self._stamp: Stamp | None = None
        self.known: Seen | None = None

    @property
    def is_final(self) -> bool:
        """Whether nothing more can come."""
        return self.known is not None and self.known.view.state.is_final

    def look(self) -> None:
        """Read what is new; nothing while the look before goes on, or where nothing can be new."""
        if self._looking or self.is_final:
            return
        self._looking = True
        self._app.tasks.run(self._owner, self._read, self._done, failed=self._refused, group="measurement")

    def _read(self, desk: Desk) -> Seen:
        # What the plot of latencies is drawn with takes long to load, so it is loaded here.
        import r2p_tui.domain.latency  # noqa: F401
        from r2p_tui.services import measurements, runs
        from r2p_tui.services.run_queue import refresh

        refresh(desk, now=self._app.now())
        view = runs.view_of(desk, self._run_id)
        stamp = stamp_of(view)
        known = self.known.measurement if self.known else None
        # A run that ended may have left its last word in the store alone.
        if stamp is not None and stamp == self._stamp and not view.state.is_final:
            return Seen(view, known)
        try:
            known = measurements.measurement(desk, self._run_id)
        except NotFoundError:
            known = None
        self._stamp = stamp
        return Seen(view, known)

    def _done(self, seen: Seen) -> None:
        self._looking = False
        changed = seen != self.known
        self.known = seen
        if changed:
            self._seen(seen)

    def _refused(self, error: R2PError) -> None:
        self._looking = False
        self._failed(error)


class GlanceReader:
    """A glance at a measurement, read anew where its file changed or its run ended."""

    def __init__(self, run_id: int) -> None:
        self._run_id = run_id
        self._read_at: tuple[Stamp | None, str] | None = None
        self._glance = Glance()

    def read(self, desk: Desk, view: RunView) -> Glance:
        """Empty where nothing is measured. For threads alone, since it reads files."""
        seen = (stamp_of(view), str(view.state))
        if seen != self._read_at:
            self._read_at, self._glance = seen, self._look(desk)
        return self._glance

    def _look(self, desk: Desk) -> Glance:
        from r2p_tui.services import measurements
        from r2p_tui.tui.measurement_faces import first_chosen, pareto_points
        from r2p_tui.tui.measurement_words import headline

        try:
            found = measurements.measurement(desk, self._run_id)
        except R2PError:
            # The screen of the measurement says what is wrong; a line about a run has no room for it.
            return Glance()
        points = pareto_points(found)
        return Glance(headline(found).plain, points if len(points) > 1 else (), first_chosen(found))


def stamp_of(view: RunView) -> Stamp | None:
    """Equal as long as nobody wrote the file again; None where there is none."""
    try:
        found = (view.folder / "measurement.json").stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
