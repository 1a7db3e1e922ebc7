from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from r2p_tui.config import Settings, is_loopback, load_settings, parse_settings
from r2p_tui.errors import ConfigError, ExitCode

URL_KEYS = ("api_url", "feed_url", "oai_url", "files_url")
SERVICES = ("semantic_scholar", "openalex", "huggingface", "github")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def _refusal(file: Path, text: str) -> ConfigError:
    """The error for this text; every one is a sentence, has a hint, and names the file."""
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings(file)
    error = caught.value
    assert error.exit_code == ExitCode.USAGE
    assert str(file) in error.message
    assert error.hint
    return error


def test_without_a_file_the_defaults_hold(file: Path) -> None:
    assert load_settings(file) == Settings()


def test_every_key_can_be_set(file: Path) -> None:
    file.write_text(
        """
        [arxiv]
        categories = ["cs.CV", "cs.CV", "stat.ML", "hep-th", "q-bio.QM"]
        api_url = "https://export.arxiv.org/api/query/"
        feed_url = "http://127.0.0.1:8000/atom"
        oai_url = "http://localhost:8000/oai"
        files_url = "http://[::1]:8000"
        [triage]
        minutes = 20
        keywords = ["small object", "quantization"]
        cross_lists = true
        [reading]
        idle_seconds = 60
        [semantic_scholar]
        api_url = "http://127.0.0.1:8000/s2/"
        [openalex]
        api_url = "http://127.0.0.1:8000/openalex"
        [huggingface]
        api_url = "http://127.0.0.1:8000/hf"
        [github]
        api_url = "http://127.0.0.1:8000/github"
        [keys]
        "triage.keep" = "space"
        """
    )
    settings = load_settings(file)
    assert settings.arxiv.categories == ("cs.CV", "stat.ML", "hep-th", "q-bio.QM")
    assert settings.arxiv.api_url == "https://export.arxiv.org/api/query"
    assert settings.arxiv.feed_url == "http://127.0.0.1:8000/atom"
    assert settings.arxiv.files_url == "http://[::1]:8000"
    assert (settings.triage.minutes, settings.triage.cross_lists) == (20, True)
    assert settings.triage.keywords == ("small object", "quantization")
    assert settings.reading.idle_seconds == 60
    assert settings.semantic_scholar.api_url == "http://127.0.0.1:8000/s2"
    assert settings.openalex.api_url == "http://127.0.0.1:8000/openalex"
    assert settings.huggingface.api_url == "http://127.0.0.1:8000/hf"
    assert settings.github.api_url == "http://127.0.0.1:8000/github"
    assert settings.keys == {"triage.keep": "space"}


@pytest.mark.parametrize(
    ("text", "key", "nearest"),
    [
        ("[arxv]\n", "arxv", "arxiv"),
        ("[arxiv]\ncategoris = []\n", "arxiv.categoris", "categories"),
        ("[arxiv]\nfeed_ulr = ''\n", "arxiv.feed_ulr", "feed_url"),
        ("[triage]\nminute = 3\n", "triage.minute", "minutes"),
        ("[triage]\nkeyword = []\n", "triage.keyword", "keywords"),
        ("[reading]\nidle_second = 3\n", "reading.idle_second", "idle_seconds"),
        ("[semanticscholar]\n", "semanticscholar", "semantic_scholar"),
        ("[openalex]\napi_key = 'x'\n", "openalex.api_key", "api_url"),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_one(text: str, key: str, nearest: str, file: Path) -> None:
    error = _refusal(file, text)
    assert key in error.message
    assert nearest in error.hint


def test_a_key_like_no_other_gets_the_list_of_those_there_are(file: Path) -> None:
    assert "categories" in _refusal(file, "[arxiv]\nxyzzy = 1\n").hint


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("arxiv = 3\n", "arxiv"),
        ("[arxiv]\ncategories = 'cs.CV'\n", "arxiv.categories"),
        ("[arxiv]\ncategories = []\n", "arxiv.categories"),
        ("[arxiv]\ncategories = [3]\n", "arxiv.categories"),
        ("[arxiv]\ncategories = ['cs.CV/../x']\n", "cs.CV/../x"),
        ("[arxiv]\ncategories = ['cs CV']\n", "cs CV"),
        ("[arxiv]\napi_url = 3\n", "arxiv.api_url"),
        ("[triage]\nminutes = 0\n", "triage.minutes"),
        ("[triage]\nminutes = 241\n", "triage.minutes"),
        ("[triage]\nminutes = true\n", "triage.minutes"),
        ("[triage]\nminutes = 1.5\n", "triage.minutes"),
        ("[triage]\nminutes = '15'\n", "triage.minutes"),
        ("[triage]\nkeywords = ['a', 3]\n", "triage.keywords"),
        ("[triage]\ncross_lists = 1\n", "triage.cross_lists"),
        ("[reading]\nidle_seconds = 9\n", "reading.idle_seconds"),
        ("[keys]\n'triage.keep' = ['k']\n", "triage.keep"),
    ],
)
def test_a_value_of_the_wrong_kind_is_named(text: str, key: str, file: Path) -> None:
    assert key in _refusal(file, text).message


def test_what_is_not_toml_is_said_with_its_line(file: Path) -> None:
    assert "line 2" in _refusal(file, '[arxiv]\ncategories = "cs.CV\n').message


def test_what_is_not_text_is_said(file: Path) -> None:
    file.write_bytes(b"\xff\xfe[arxiv]")
    with pytest.raises(ConfigError, match=r"config\.toml"):
        load_settings(file)


def test_a_folder_in_the_place_of_the_file_is_said(file: Path) -> None:
    file.mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings(file)


@pytest.mark.parametrize("key", URL_KEYS)
@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://export.arxiv.org/api",
        "http://export.arxiv.org/api",
        "http://10.0.0.1/api",
        "http://169.254.169.254/latest",
        "http://127.0.0.1.evil.com/api",
        "http://127.0.0.1@evil.com/api",
        "http://localhost.evil.com/api",
        "https://user:word@export.arxiv.org/api",
        "https://user@export.arxiv.org/api",
        "https://:word@export.arxiv.org/api",
        "https://@export.arxiv.org/api",
        "https://\u0435xport.arxiv.org/api",
        "https://export.arxiv.org:0/api",
        "https://export arxiv.org/api",
        "https://export.arxiv.org/a b",
        "https://export.arxiv.org:99999/api",
        "https://export.arxiv.org:port/api",
        "https://export.arxiv.org/api?key=1",
        "https://export.arxiv.org/api#part",
        "https://[::1/api",
        "https:///api",
        "https:export.arxiv.org",
        "//export.arxiv.org/api",
        "export.arxiv.org/api",
        "javascript:alert(1)",
        "",
    ],
)
def test_addresses_that_are_not_https_or_this_machine_are_refused(key: str, url: str, file: Path) -> None:
    error = _refusal(file, f"[arxiv]\n{key} = {url!r}\n")
    assert f"arxiv.{key}" in error.message
    assert "https" in error.hint


@pytest.mark.parametrize("service", SERVICES)
def test_the_address_of_every_service_is_checked(service: str, file: Path) -> None:
    error = _refusal(file, f"[{service}]\napi_url = 'http://example.org'\n")
    assert f"{service}.api_url" in error.message


@pytest.mark.parametrize(
    "url",
    [
        "https://export.arxiv.org/api/query",
        "https://proxy.example:8443/x",
        "http://127.0.0.1:8000",
        "http://[::1]/a",
    ],
)
def test_https_and_this_machine_are_allowed(url: str, file: Path) -> None:
    file.write_text(f"[arxiv]\napi_url = '{url}'\n")
    assert load_settings(file).arxiv.api_url == url


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("127.0.0.1.evil.com", False),
        ("2130706433", False),
        ("0x7f.1", False),
        ("", False),
    ],
)
def test_this_machine_is_known_without_asking_a_resolver(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(["arxiv", "triage", "reading", "keys", "x"])
keys = st.sampled_from(["categories", "api_url", "minutes", "keywords", "cross_lists", "idle_seconds", "y"])


@example({"keys": {"\x1b": None}})
@given(st.dictionaries(names, st.one_of(values, st.dictionaries(keys, values, max_size=4)), max_size=4))
def test_any_table_gives_settings_or_one_plain_error(table: dict[str, Any]) -> None:
    try:
        parse_settings(table, "config.toml")
    except ConfigError as error:
        assert error.hint
        assert "\x1b" not in error.message
