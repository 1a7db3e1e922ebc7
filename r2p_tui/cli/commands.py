"""The table of commands; a command's module is loaded when it is picked, and not before."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from r2p_tui.cli.parser import Parser, add_globals
from r2p_tui.errors import UsageError
from r2p_tui.paths import find_paths

if TYPE_CHECKING:
    from argparse import Namespace

# name: (module here, what it does); a module has WORDS, EXAMPLE, configure(parser) and run(options)
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "open r2p on an offline demonstration library"),
    "sync": ("sync", "read what arXiv has announced since last time"),
    "triage": ("triage", "list what waits for a decision, or decide"),
    "add": ("add", "fetch papers by arXiv id, address or DOI, and keep them"),
    "search": ("search", "find papers in the library"),
    "show": ("show", "print what is known of one paper"),
    "tables": ("tables", "read the tables of a PDF or a paper, with deltas"),
    "ablations": ("ablations", "find rows of ablation tables that answer a question"),
    "claims": ("claims", "list the numbers you keep, keep one or drop one"),
    "cites": ("cites", "list what cites a paper, and what it says"),
    "evolve": ("evolve", "follow an idea along its most influential successors"),
    "code": ("code", "look for the code of a paper, and what its community says"),
    "data": ("data", "check a data set before training on it"),
    "run": ("run", "train, or run any command, in the background"),
    "runs": ("runs", "list background runs, or show one in full"),
    "logs": ("logs", "print what a run wrote, and follow it"),
    "plot": ("plot", "draw curves and measurements of runs in the terminal"),
    "stop": ("stop", "end runs"),
    "resume": ("resume", "go on from the last checkpoint of a run"),
    "quantize": ("quantize", "measure what INT8 costs and gains on your own data"),
    "bench": ("bench", "measure a model, a service or a command under load"),
    "ablate": ("ablate", "repeat a training with one thing removed at a time"),
    "compare": ("compare", "print what runs measured, or two of them with statistics"),
    "surprise": ("surprise", "log what you saw against what was claimed"),
    "surprises": ("surprises", "list surprises, or link one to its paper"),
    "predict": ("predict", "write down what you expect, and how it will be decided"),
    "predictions": ("predictions", "list predictions, show, update, export or import them"),
    "resolve": ("resolve", "say how a prediction ended"),
    "calibration": ("calibration", "draw what you said against what happened"),
    "radar": ("radar", "show the technology radar, move a technique, or export it"),
    "review": ("review", "write the agenda of the monthly review, and take its decisions in"),
    "backup": ("backup", "write a verified copy of the store"),
    "restore": ("restore", "put a backup in the place of the store"),
    "doctor": ("doctor", "check folders, store and network"),
    "paths": ("paths", "print where files live"),
    "completions": ("completions", "print tab completion for bash, zsh or fish"),
}


def module_of(command: str) -> Any:
    """The module that carries a command out; raises UsageError with the nearest name for an unknown one."""
    if command in COMMANDS:
        return import_module(f"r2p_tui.cli.{COMMANDS[command][0]}")
    import difflib

    near = difflib.get_close_matches(command, COMMANDS, n=1, cutoff=0.5)
    hint = f"Did you mean: r2p {near[0]}" if near else "See all commands with: r2p --help"
    raise UsageError(f"“{command[:40]}” is not a command of r2p.", hint)


def parser_of(command: str) -> Parser:
    """The parser of one command, with the global options; raises UsageError for an unknown one."""
    module = module_of(command)
    help_line = COMMANDS[command][1]
    description = f"{help_line[0].upper()}{help_line[1:]}."
    parser = Parser(command, module.WORDS, description, module.EXAMPLE)
    module.configure(parser)
    add_globals(parser)
    return parser


def read_options(parser: Parser, arguments: Sequence[str]) -> Namespace:
    """Parse what was typed beside the command; `paths` says where files live, for children too."""
    options = parser.read(arguments)
    if options.home == "":
        raise UsageError("--home needs the name of a folder.", "For example: --home ~/r2p")
    if options.home:
        os.environ["R2P_HOME"] = options.home
    options.paths = find_paths()
    return options
