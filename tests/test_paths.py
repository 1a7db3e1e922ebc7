from pathlib import Path

import pytest

from r2p_tui.paths import find_paths, under


def test_r2p_home_moves_everything_below_one_folder(tmp_path: Path) -> None:
    paths = find_paths({"R2P_HOME": str(tmp_path), "XDG_DATA_HOME": "/elsewhere"})
    assert paths == under(tmp_path)
    assert {path.parent for path in paths} == {tmp_path}
    assert len(set(paths)) == 4


def test_r2p_home_may_be_relative_or_begin_with_a_tilde(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_paths({"R2P_HOME": "here"}).data == tmp_path / "here/data"
    monkeypatch.setenv("HOME", str(tmp_path))
    assert find_paths({"R2P_HOME": "~/mine"}).data == tmp_path / "mine/data"


def test_without_variables_the_xdg_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert find_paths({}, platform="linux") == (
        tmp_path / ".config/r2p",
        tmp_path / ".local/share/r2p",
        tmp_path / ".local/state/r2p",
        tmp_path / ".cache/r2p",
    )


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_xdg_variables_hold_on_every_platform(platform: str) -> None:
    names = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
    paths = find_paths({name: f"/x/{name}" for name in names}, platform=platform)
    assert paths == tuple(Path(f"/x/{name}/r2p") for name in names)


@pytest.mark.parametrize("value", ["", "relative/folder", "./x"])
def test_xdg_variables_that_are_not_absolute_are_passed_over(
    value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert find_paths({"XDG_DATA_HOME": value}, platform="linux") == find_paths({}, platform="linux")


def test_an_empty_r2p_home_counts_as_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert find_paths({"R2P_HOME": ""}, platform="linux") == find_paths({}, platform="linux")


def test_finding_the_folders_makes_none(tmp_path: Path) -> None:
    paths = find_paths({"R2P_HOME": str(tmp_path / "new")})
    for file in (paths.config_file, paths.store, paths.backups, paths.quarantine, paths.log, paths.limiter):
        assert tmp_path in file.parents
    assert not (tmp_path / "new").exists()


def test_every_file_has_a_place_of_its_own(tmp_path: Path) -> None:
    paths = under(tmp_path)
    files = [paths.config_file, paths.store, paths.backups, paths.quarantine, paths.log, paths.limiter]
    assert len(set(files)) == len(files)
