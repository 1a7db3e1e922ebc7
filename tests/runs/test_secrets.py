"""Which variables may hold a secret: too many rather than too few, but not the ordinary ones."""

from __future__ import annotations

import pytest

from r2p_tui.runs.secrets import is_secret


@pytest.mark.parametrize(
    "name",
    [
        "HF_TOKEN", "HFTOKEN", "github_token", "TOKENS", "MY_API_KEY", "DB_PASSWORD", "DB_PASS", "SSHPASS",
        "MYSQL_PWD", "GITHUB_PAT", "GH_PAT", "SENTRY_DSN", "AUTH", "NPM_AUTH", "COOKIES", "DATABASE_URL",
        "AZURE_STORAGE_CONNECTION_STRING", "SLACK_WEBHOOK_URL", "AWS_SECRET_ACCESS_KEY",
    ],
)  # fmt: skip
def test_names_of_secrets(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        "PATH", "PWD", "OLDPWD", "TOKENIZERS_PARALLELISM", "KEYBOARD", "PATCH", "SSH_AUTH_SOCK", "COMPASS",
        "BYPASS", "AUTHOR", "PATTERN", "MONKEY", "XDG_DATA_DIRS", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES",
    ],
)  # fmt: skip
def test_ordinary_names(name: str) -> None:
    assert not is_secret(name)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("postgres://me:word@host/db", True),
        ("https://ghp_x@host/", True),
        ("https://user:word@host/", True),
        ("https://host/path?mail=me@host", False),
        ("https://host?mail=me@host", False),
        ("ssh://git@host/repository", False),
        ("git@host:repository", False),
    ],
)
def test_addresses(value: str, expected: bool) -> None:
    assert is_secret("REMOTE", value) is expected
