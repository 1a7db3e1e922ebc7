"""Variables of an environment that no record may hold."""

from __future__ import annotations

import re

LEFT_OUT = "(left out)"
_SECRET_NAME = re.compile(
    r"(^|_)(TOKEN|KEY|PASS|PASSWD|PASSPHRASE|DSN|COOKIE|AUTH(?!_SOCK(_|$)))S?(_|$)"
    r"|SECRET|PASSWORD|CREDENTIAL|PRIVATE|APIKEY|TOKEN$|SSHPASS|[A-Z0-9]_(PWD|PAT)(_|$)"
    r"|DATABASE_URL|CONNECTION_?STRING|WEBHOOK",
    re.I,
)
# What stands alone before the @ of a web address is a token more often than a name.
_ADDRESS_WITH_PASSWORD = re.compile(r"://[^/\s@]*:[^/\s@]+@|https?://[^/\s@?#]+@", re.I)


def is_secret(name: str, value: str = "") -> bool:
    """Whether a variable may hold a secret: by its name, or as its value is an address with one."""
    return bool(_SECRET_NAME.search(name) or _ADDRESS_WITH_PASSWORD.search(value))
