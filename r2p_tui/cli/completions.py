"""`r2p completions`: scripts that complete commands and options, and do not start r2p to do so."""

from __future__ import annotations

from argparse import Namespace
from typing import NamedTuple

from r2p_tui.cli import output
from r2p_tui.cli.commands import COMMANDS, parser_of
from r2p_tui.cli.parser import Parser
from r2p_tui.errors import ExitCode, UsageError

WORDS = "bash|zsh|fish"
EXAMPLE = "r2p completions bash > ~/.local/share/bash-completion/completions/r2p"
_WORDS_OF = {
    "triage": ("keep", "skip", "later"),
    "tables": ("correct", "undo"),
    "claims": ("keep", "drop"),
    "data": ("check",),
    "run": ("train", "command", "shell"),
    "runs": ("last",),
    "logs": ("last",),
    "plot": ("last",),
    "stop": ("last",),
    "resume": ("last",),
    "quantize": ("last",),
    "bench": ("last",),
    "ablate": ("last",),
    "compare": ("last",),
    "surprises": ("link",),
    "completions": ("bash", "zsh", "fish"),
}
_GLOBAL = "--help --version --home --offline --read-only"


def configure(parser: Parser) -> None:
    """Declare the shell."""
    parser.add_argument("shell", nargs="?", help="bash, zsh or fish")


def run(options: Namespace) -> ExitCode:
    """Print the script of one shell."""
    writers = {"bash": _bash, "zsh": _zsh, "fish": _fish}
    if options.shell not in writers:
        raise UsageError("Name your shell: bash, zsh or fish.", "For example: r2p completions zsh")
    output.write(writers[options.shell]())
    return ExitCode.OK


class Option(NamedTuple):
    """A long option of a command."""

    name: str
    about: str
    takes_value: bool


def options_of(command: str) -> list[Option]:
    """Every long option of a command, the global ones among them."""
    return [
        Option(name, (action.help or "").replace("%%", "%"), action.nargs != 0)
        for action in parser_of(command)._actions
        for name in action.option_strings
        if name.startswith("--")
    ]


def _candidates(command: str) -> str:
    return " ".join((*_WORDS_OF.get(command, ()), *(option.name for option in options_of(command))))


def _bash() -> str:
    cases = "\n".join(f'    {name}) words="{_candidates(name)}" ;;' for name in COMMANDS)
    return f"""\
_r2p() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}} command="" word words index
  if [[ $previous == --home ]]; then
    mapfile -t COMPREPLY < <(compgen -d -- "$current")
    return
  fi
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=${{COMP_WORDS[index]}}
    if [[ $word == --home ]]; then ((index++)); elif [[ $word != -* ]]; then command=$word; break; fi
  done
  case $command in
    "") words="{" ".join(COMMANDS)} {_GLOBAL}" ;;
{cases}
    *) words="" ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}}
complete -F _r2p r2p"""


def _zsh() -> str:
    commands = "\n".join(f"    {_quoted(f'{name}:{about}')}" for name, (_, about) in COMMANDS.items())
    cases = "\n".join(f"        {name}) _arguments {_zsh_arguments(name)} ;;" for name in COMMANDS)
    return f"""\
#compdef r2p
_r2p() {{
  local curcontext=$curcontext context state state_descr line
  typeset -A opt_args
  local -a commands=(
{commands}
  )
  _arguments -C {_zsh_options("paths")} '--version' '1: :->command' '*:: :->argument'
  case $state in
    command) _describe command commands ;;
    argument)
      case $words[1] in
{cases}
      esac ;;
  esac
}}
if [[ $funcstack[1] == _r2p ]]; then _r2p "$@"; else compdef _r2p r2p; fi"""


def _zsh_arguments(command: str) -> str:
    words = _WORDS_OF.get(command)
    return _zsh_options(command) + (f" '*: :({' '.join(words)})'" if words else " '*: :_default'")


def _zsh_options(command: str) -> str:
    return " ".join(_zsh_option(option) for option in options_of(command))


def _zsh_option(option: Option) -> str:
    about = option.about.replace("[", "(").replace("]", ")").replace(":", " -")
    action = "_files -/" if option.name == "--home" else " "
    return _quoted(f"{option.name}[{about}]" + (f":value:{action}" if option.takes_value else ""))


def _fish() -> str:
    lines = ["complete -c r2p -f"]
    for name, (_, about) in COMMANDS.items():
        lines.append(f"complete -c r2p -n __fish_use_subcommand -a {name} -d {_quoted(about)}")
        seen = f"complete -c r2p -n '__fish_seen_subcommand_from {name}'"
        lines += [f"{seen} -a {word}" for word in _WORDS_OF.get(name, ())]
        lines += [f"{seen} {_fish_option(option)}" for option in options_of(name)]
    return "\n".join(lines)


def _fish_option(option: Option) -> str:
    folders = " -a '(__fish_complete_directories)'" if option.name == "--home" else ""
    value = f" -x{folders}" if option.takes_value else ""
    return f"-l {option.name.removeprefix('--')}{value} -d {_quoted(option.about)}"


def _quoted(text: str) -> str:
    escaped = text.replace("'", "'\\''")
    return f"'{escaped}'"
