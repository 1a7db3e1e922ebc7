"""Variables of an environment that no record may hold."""

from __future__ import annotations

import re

LEFT_OUT = "(left out)"
_SECRET_NAME = re.compile(
    r"(^|_)(TOKEN|KEY|PASS|PASSWD|PASSPHRASE|AUTH|DSN|COOKIES?)S?(_|$)|SECRET|PASSWORD|CREDENTIAL|PRIVATE|APIKEY"
    r"|DATABASE_URL",
    re.I,
)
_ADDRESS_WITH_PASSWORD = re.compile(r"://[^/\s@]*:[^/\s@]+@")


def is_secret(name: str, value: str = "") -> bool:
    """Whether a variable may hold a secret: by its name, or as its value is an address with a password."""
    return bool(_SECRET_NAME.search(name) or _ADDRESS_WITH_PASSWORD.search(value))
