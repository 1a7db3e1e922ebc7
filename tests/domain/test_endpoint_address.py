"""Addresses: http stays on this machine, secrets stay out, and nothing can slip into a request line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.endpoint_address import endpoint_of, is_address, is_loopback
from r2p_tui.errors import UsageError


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("http://127.0.0.1:8000", ("http", "127.0.0.1", 8000, "/")),
        ("http://127.99.3.4/x?q=1", ("http", "127.99.3.4", 80, "/x?q=1")),
        ("http://localhost/a#b", ("http", "localhost", 80, "/a")),
        ("http://LOCALHOST:81/", ("http", "localhost", 81, "/")),
        ("http://[::1]:9/", ("http", "::1", 9, "/")),
        ("HTTPS://Models.Example/v1/", ("https", "models.example", 443, "/v1/")),
    ],
)
def test_addresses_that_load_may_be_put_on(address: str, parts: tuple[str, str, int, str]) -> None:
    assert is_address(address) and tuple(endpoint_of(address)) == parts


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org/",
        "http://127.0.0.1.example.org/",
        "http://localhost.example.org/",
        "http://0.0.0.0:8000/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://[::ffff:10.0.0.1]/",
        "http://2130706433/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "http://",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:x/",
        "https://models.example/a b",
        "https://models.example/a\r\nHost: other",
        "https://models.example/ü",
        "https://mod\u202eels.example/",
    ],
)
def test_other_addresses_are_refused(address: str) -> None:
    with pytest.raises(UsageError) as caught:
        endpoint_of(address)
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    "address",
    [
        "https://me:pa55word@models.example/",
        "https://pa55word@models.example/",
        "https://models.example/?api_key=pa55word",
        "https://models.example/?x=1&access_token=pa55word",
        "https://models.example/?X-Amz-Signature=pa55word",
        "https://models.example/?key=pa55word",
        "http://me:pa55word@example.org:99999/?token=pa55word",
    ],
)
def test_an_address_with_a_secret_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(UsageError) as caught:
        endpoint_of(address)
    assert "pa55word" not in caught.value.message + caught.value.hint


def test_what_is_shown_has_no_query() -> None:
    endpoint = endpoint_of("https://models.example:8443/v1?tenant=me")
    assert endpoint.shown == "https://models.example:8443/v1"
    assert endpoint.authority == "models.example:8443"
    assert endpoint_of("http://[::1]/").authority == "[::1]"


@given(st.ip_addresses())
def test_loopback_is_what_the_standard_calls_so(address: object) -> None:
    assert is_loopback(str(address)) == (str(address) == "::1" or str(address).startswith("127."))


@given(st.text(max_size=60))
def test_whatever_is_accepted_can_stand_in_a_request_line(rest: str) -> None:
    try:
        endpoint = endpoint_of(f"https://models.example/{rest}")
    except UsageError:
        return
    assert endpoint.path.isascii() and " " not in endpoint.path and endpoint.path.isprintable()
