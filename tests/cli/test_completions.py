from __future__ import annotations

import shutil
import subprocess

import pytest

from r2p_tui.cli.commands import COMMANDS
from r2p_tui.cli.completions import options_of
from r2p_tui.errors import ExitCode
from tests.cli.conftest import Run

SHELLS = ("bash", "zsh", "fish")


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_knows_every_command_and_option(r2p: Run, shell: str) -> None:
    script = r2p("completions", shell).out
    for command in COMMANDS:
        [line] = [line for line in script.splitlines() if belongs_to(line, command, shell)][:1] or [""]
        text = script if shell == "fish" else line
        for option in options_of(command):
            name = option.name.removeprefix("--")
            wanted = f"'__fish_seen_subcommand_from {command}' -l {name}" if shell == "fish" else option.name
            assert wanted in text


def belongs_to(line: str, command: str, shell: str) -> bool:
    return line.strip().startswith(f"{command}) " if shell != "fish" else "complete")


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_can_read_its_script(r2p: Run, shell: str) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"needs {shell}")
    script = r2p("completions", shell).out
    assert subprocess.run([program, "-n", "/dev/stdin"], input=script, text=True).returncode == 0


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["sy"], ["sync"]),
        (["sur"], ["surprise", "surprises"]),
        (["--off"], ["--offline"]),
        (["triage", "k"], ["keep"]),
        (["--home", "sync", "search", "--l"], ["--limit"]),
        (["--offline", "surprise", "--cl"], ["--claim"]),
    ],
)
def test_bash_completes(r2p: Run, words: list[str], offered: list[str]) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("needs bash")
    typed = f"COMP_WORDS=(r2p {' '.join(words)}); COMP_CWORD={len(words)}"
    script = f'{r2p("completions", "bash").out}\n{typed}; _r2p; echo "${{COMPREPLY[@]}}"\n'
    done = subprocess.run([bash, "--norc"], input=script, capture_output=True, text=True, check=True)
    assert done.stdout.split() == offered


@pytest.mark.parametrize("arguments", [[], ["tcsh"]])
def test_another_shell_is_refused(r2p: Run, arguments: list[str]) -> None:
    assert r2p("completions", *arguments).status == ExitCode.USAGE
