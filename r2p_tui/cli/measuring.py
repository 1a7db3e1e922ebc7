"""What the commands that measure have in common: starting the run, waiting for it, printing its result."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from r2p_tui.cli import output
from r2p_tui.cli.parser import desk_for
from r2p_tui.errors import ExitCode, NotFoundError, UsageError

if TYPE_CHECKING:
    from r2p_tui.domain.runs import RunSpec
    from r2p_tui.services.desk import Desk
    from r2p_tui.services.run_views import RunView


def start(options: Namespace, spec_of: Callable[[Desk], RunSpec]) -> ExitCode:
    """Submit what `spec_of` makes of the options; with --wait follow it and print what it measured."""
    from r2p_tui.cli.run_spec import criteria_of
    from r2p_tui.cli.run_started import wait_for, write_started
    from r2p_tui.services.desk import utc_now
    from r2p_tui.services.runs import submit

    criteria = tuple(criteria_of(options))
    with desk_for(options) as desk:
        spec = spec_of(desk)
        spec = replace(
            spec,
            criteria=criteria,
            time_box=options.time_box,
            warn_only=options.warn_only,
            seed=options.seed,
            baseline=options.baseline if options.baseline is not None else spec.baseline,
        )
        view = submit(desk, spec, now=utc_now())
        if options.wait:
            return wait_for(desk, view, options, lambda ended: write_end(desk, ended, options))
        write_started(desk, view, options)
    return ExitCode.OK


def write_end(desk: Desk, view: RunView, options: Namespace) -> None:
    """How the run ended, and what it measured where it came to that."""
    from r2p_tui.cli.compare import write_result
    from r2p_tui.cli.run_text import run_values, write_runs
    from r2p_tui.services.measurements import measurement

    try:
        found = measurement(desk, view.id)
    except NotFoundError:
        found = None
    if found is not None:
        write_result(view, found, options)
    elif options.json:
        output.write_json({"run": run_values(view), "measurement": None})
    if found is None and not options.json:
        write_runs([view])
    elif view.state != "done" and view.reason:
        output.say(output.one_line(view.reason))


def name_or_nothing(options: Namespace) -> str:
    """The name that was typed, checked; raises UsageError."""
    from r2p_tui.cli.run_spec import name_of

    return name_of(options.name)


def with_set(settings: Mapping[str, Any], pairs: Sequence[str], options: Mapping[str, str]) -> dict[str, Any]:
    """The settings with those of `--set`; raises UsageError for one that is told twice.

    `options` names the options of settings that go by another name.
    """
    from r2p_tui.cli.run_spec import pair_of

    found = dict(settings)
    for name, value in (pair_of(text, "--set") for text in pairs):
        if name in found:
            own = options.get(name, f"--{name.replace('_', '-')}")
            shown = output.one_line(f"{name}={value}")
            raise UsageError(f"{name} is told twice.", f"Leave out {own}, or: --set {shown}")
        found[name] = value
    return found
