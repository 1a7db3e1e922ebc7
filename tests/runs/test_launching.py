"""What a worker is born with: its command line, and an environment without secrets."""

from __future__ import annotations

import os
import pwd
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from r2p_tui.domain.runs import RunSpec
from r2p_tui.runs import local
from r2p_tui.runs.launching import (
    CannotStartError,
    command_line,
    environment_for,
    launch,
    supervisor_environment,
    take_secrets,
    worker_environment,
)
from r2p_tui.runs.rundir import RunDir, write_json
from r2p_tui.runs.secrets import LEFT_OUT
from tests.runs.background import command, shell

SECRETS = {
    "HF_TOKEN": "hf_1",
    "AWS_SECRET_ACCESS_KEY": "aws",
    "WANDB_API_KEY": "w",
    "DB_PASSWORD": "p",
    "GOOGLE_APPLICATION_CREDENTIALS": "/c.json",
    "github_token": "g",
}
PLAIN = {"PATH": "/bin", "HOME": "/h", "LD_LIBRARY_PATH": "/l", "DATA_ROOT": "/d", "LANG": "C", "PWD": "/x"}


def test_secrets_stay_behind() -> None:
    assert worker_environment(SECRETS | PLAIN) == PLAIN


def test_what_is_named_comes_along() -> None:
    named = {"HF_TOKEN": "hf_2", "DATA_ROOT": "/e", "NEW": "1", "LANG": "", "DB_PASSWORD": LEFT_OUT}
    told = {"HF_TOKEN": "hf_2", "DATA_ROOT": "/e", "NEW": "1", "LANG": ""}
    expected = PLAIN | told | {"DB_PASSWORD": "p"}
    assert worker_environment(SECRETS | PLAIN, named) == expected


def test_the_device_and_the_folder_are_not_the_user_s_to_set(tmp_path: Path) -> None:
    wish = {"CUDA_VISIBLE_DEVICES": "0,1", "R2P_RUN_DIR": "/elsewhere", "PYTHONUNBUFFERED": ""}
    spec = replace(shell("true"), environment=wish)
    born = environment_for(spec, tmp_path, "cpu", PLAIN, {})
    assert born == PLAIN | {
        "CUDA_VISIBLE_DEVICES": "",
        "R2P_RUN_DIR": str(tmp_path),
        "PYTHONUNBUFFERED": "1",
    }
    born = environment_for(spec, tmp_path, "GPU-1234", PLAIN, {})
    assert born["CUDA_VISIBLE_DEVICES"] == "GPU-1234"
    assert born["CUDA_DEVICE_ORDER"] == "PCI_BUS_ID"


@pytest.mark.parametrize("outer", ["", "/theirs"])
def test_a_command_gets_its_own_module_path_back(outer: str, tmp_path: Path) -> None:
    theirs = PLAIN | ({"PYTHONPATH": outer} if outer else {})
    ours = supervisor_environment(theirs, tmp_path, Path("/r2p"))
    assert ours["PYTHONPATH"].split(":")[-1] == "/r2p"
    born = environment_for(shell("true"), tmp_path, "any", ours, {})
    assert born.get("PYTHONPATH", "") == outer
    assert {name for name in born if name.startswith("R2P_")} == {"R2P_RUN_DIR"}
    assert supervisor_environment(ours, tmp_path, Path("/r2p")) == ours
    worker = environment_for(RunSpec("train", "t"), tmp_path, "any", ours, {})
    assert worker["PYTHONPATH"] == ours["PYTHONPATH"]


def test_handed_over_secrets_are_used_once(tmp_path: Path) -> None:
    run = RunDir(tmp_path)
    write_json(run.secrets, {"HF_TOKEN": "hf_2", "odd": 3})
    secrets = take_secrets(run)
    assert secrets == {"HF_TOKEN": "hf_2"}
    assert not run.secrets.exists()
    assert take_secrets(run) == {}
    spec = replace(shell("true"), environment={"HF_TOKEN": LEFT_OUT})
    assert environment_for(spec, tmp_path, "any", SECRETS, secrets)["HF_TOKEN"] == "hf_2"


def test_command_lines(tmp_path: Path) -> None:
    assert command_line(command("a", "; b", "--c"), tmp_path) == ["a", "; b", "--c"]
    assert command_line(shell("a; b"), tmp_path) == ["/bin/sh", "-c", "a; b"]
    expected = [sys.executable, "-m", "r2p_tui.runs.worker", str(tmp_path)]
    assert command_line(RunSpec("train", "t", ("rm", "-rf", "/")), tmp_path) == expected
    expected[2] = "r2p_tui.runs.ray"
    for spec in (RunSpec("train", "t"), command("rm", "-rf", "/"), shell("rm -rf /")):
        assert command_line(replace(spec, on="ray:http://host:8265"), tmp_path) == expected


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (command(), "The run has no command."),
        (command(""), "The run has no command."),
        (shell(), "The run has no command."),
        (command("no-such-program-here"), "no-such-program-here was not found."),
        (command("{folder}/spec.json"), "may not be run: it is not executable"),
        (command("true", folder="/no/such/folder"), "The folder /no/such/folder is not there"),
        (command("true", folder="a\0b"), "no process can be given such arguments"),
        (command("true", "a\0b"), "no process can be given such arguments"),
        (command("true", environment={"A=B": "1"}), "no process can be given such arguments"),
        (command("true", "\ud800"), "no process can be given such arguments"),
        (command("true", "x" * 4_000_000), "Argument list too long"),
    ],
)
def test_what_cannot_start_says_why_in_one_sentence(spec: RunSpec, reason: str, tmp_path: Path) -> None:
    (tmp_path / "spec.json").touch(mode=0o600)
    spec = replace(spec, argv=tuple(word.replace("{folder}", str(tmp_path)) for word in spec.argv))
    with pytest.raises(CannotStartError) as caught:
        launch(spec, RunDir(tmp_path), {"PATH": "/usr/bin:/bin", **spec.environment}, ())
    assert reason in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.message.endswith(".")


def test_a_log_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "log.txt").mkdir()
    with pytest.raises(CannotStartError, match="Its log cannot be written"):
        launch(shell("true"), RunDir(tmp_path), {}, ())


@pytest.mark.parametrize(
    ("files", "ends"),
    [
        ({}, False),
        ({"logind.conf": "[Login]\n#KillUserProcesses=yes\n"}, False),
        ({"logind.conf": "[Login]\nKillUserProcesses = yes\n"}, True),
        (
            {"logind.conf": "KillUserProcesses=yes\n", "logind.conf.d/10.conf": "KillUserProcesses=no\n"},
            False,
        ),
    ],
)
def test_what_logind_does_at_logout(files: dict[str, str], ends: bool, tmp_path: Path) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert local.logout_ends_processes(tmp_path) is ends


@pytest.mark.parametrize(
    ("ends", "scope", "lingers", "outlives"),
    [
        (False, False, False, True),
        (True, True, True, True),
        (True, True, False, False),
        (True, False, True, False),
    ],
)
def test_a_scope_outlives_the_logout_of_who_lingers_only(
    ends: bool, scope: bool, lingers: bool, outlives: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "logout_ends_processes", lambda: ends)
    monkeypatch.setattr(local, "_scope", lambda: ("systemd-run",) if scope else ())
    monkeypatch.setattr(local, "_lingers", lambda: lingers)
    assert local.outlives_logout() is outlives


def test_who_lingers(tmp_path: Path) -> None:
    assert not local._lingers(tmp_path)
    (tmp_path / pwd.getpwuid(os.getuid()).pw_name).touch()
    assert local._lingers(tmp_path)
