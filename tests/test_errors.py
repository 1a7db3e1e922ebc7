import pytest

from r2p_tui import errors
from r2p_tui.errors import ExitCode, R2PError, SourceBusyError, SourceError, StoreError

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, R2PError)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_carries_a_sentence_a_hint_and_an_exit_code(kind: type[R2PError]) -> None:
    error = kind("It did not work.", "Try again.")
    assert (str(error), error.message, error.hint) == ("It did not work.", "It did not work.", "Try again.")
    assert kind("It did not work.").hint == ""
    assert error.exit_code in set(ExitCode) - {ExitCode.OK, ExitCode.INTERRUPTED}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_error_of_the_store_or_of_a_source_exits_as_such(kind: type[R2PError]) -> None:
    assert (kind.exit_code == ExitCode.STORE) == issubclass(kind, StoreError)
    assert (kind.exit_code == ExitCode.SOURCE) == issubclass(kind, SourceError)


def test_exit_codes_are_a_contract() -> None:
    assert {code.name: code.value for code in ExitCode} == {
        "OK": 0,
        "FAILED": 1,
        "USAGE": 2,
        "STORE": 3,
        "SOURCE": 4,
        "NOT_FOUND": 5,
        "INTERRUPTED": 130,
    }


def test_a_busy_service_says_how_long_it_wants_to_be_left_alone() -> None:
    assert SourceBusyError("Busy.", retry_after=12.5).retry_after == 12.5
    assert SourceBusyError("Busy.").retry_after is None
