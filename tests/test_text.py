import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from r2p_tui.text import REPLACEMENT, clean, clean_line, count_of, shorten

# Text with what a terminal obeys and what deceives the eye, much more often than chance would bring it.
HOSTILE = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\x00\x07\x1b\x7f\x9b\x9d\r\n\t\u202e\u2066\u200f\u2028\ufeff\U000e0041[]();m0\\"),
    )
)
PAYLOADS = {
    "clipboard (OSC 52)": "\x1b]52;c;cm0gLXJmIH4=\x07",
    "clipboard, ended by ST": "\x1b]52;c;cm0gLXJmIH4=\x1b\\",
    "link (OSC 8)": "\x1b]8;;https://example.org\x1b\\here\x1b]8;;\x1b\\",
    "window title (OSC 0)": "\x1b]0;title\x07",
    "device control (DCS)": "\x1bP$qm\x1b\\",
    "clear the screen (CSI)": "\x1b[2J\x1b[H",
    "ask for the cursor (CSI 6n)": "\x1b[6n",
    "colours (SGR)": "\x1b[31mred\x1b[0m",
    "application command (APC)": "\x1b_Gf=100;AAAA\x1b\\",
    "eight-bit CSI": "\x9b2J",
    "eight-bit OSC": "\x9d52;c;eA==\x9c",
    "eight-bit DCS": "\x90q\x9c",
    "bell and backspace": "abc\x07\x08\x08\x08xyz",
    "carriage return over what was said": "harmless\rharmful",
    "shift out": "\x0e\x0f",
    "delete": "a\x7fb",
    "right-to-left override": "invoice\u202efdp.exe",
    "isolates": "\u2066\u2067\u2068\u2069",
    "Arabic letter mark": "\u061c",
    "line and paragraph separators": "one\u2028two\u2029three",
    "zero-width space and byte order mark": "pay\u200bpal\ufeff",
    "tag characters": "ok\U000e0069\U000e0067",
    "interlinear annotation": "\ufff9a\ufffab\ufffb",
    "half of a surrogate pair": "\ud83d",
}
FORBIDDEN_FORMATS = set("\u200b\u200e\u200f\u061c\ufeff") | {
    chr(code) for code in (*range(0x202A, 0x202F), *range(0x2060, 0x2065), *range(0x2066, 0x2070))
}


def _is_safe(text: str) -> bool:
    text.encode("utf-8")
    return not any(
        (unicodedata.category(letter) in ("Cc", "Zl", "Zp") and letter not in "\t\n")
        or letter in FORBIDDEN_FORMATS
        for letter in text
    )


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_escapes_and_disguises_are_taken_out(payload: str) -> None:
    for said in (payload, f"A title {payload} and more", payload * 3):
        assert _is_safe(clean(said))
        assert _is_safe(clean_line(said))
        assert clean(said) != said


@given(HOSTILE)
@example("\r\n\r")
@example("\r\r\n")
def test_nothing_dangerous_is_left_of_any_text(text: str) -> None:
    assert _is_safe(clean(text))
    assert _is_safe(clean_line(text))


@given(HOSTILE)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert clean_line(clean_line(text)) == clean_line(text)
    assert clean_line(clean(text)) == clean_line(text)


@given(st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp"))))
def test_ordinary_text_of_every_script_stays(text: str) -> None:
    kept = re.sub("[\U000e0000-\U000e007f\ufff9-\ufffb]", REPLACEMENT, text)
    assert clean(text) == kept


@pytest.mark.parametrize(
    "text", ["a\tb\nc", "Größe ≤ 3 µm", "日本語", "می‌خواهم", "👩‍🔬", "é", "[@click=app.quit]nice[/]"]
)
def test_tabs_newlines_joiners_and_brackets_stay(text: str) -> None:
    assert clean(text) == text


def test_line_ends_of_other_systems_become_newlines() -> None:
    assert clean("one\r\ntwo") == "one\ntwo"


@given(HOSTILE)
def test_a_line_is_one_line_without_white_space_at_its_ends(text: str) -> None:
    line = clean_line(text)
    assert line.splitlines() in ([], [line])
    assert line == line.strip()
    assert "  " not in line


def test_a_word_of_five_thousand_letters_stays() -> None:
    assert clean_line("x" * 5000) == "x" * 5000


@given(st.text(), st.integers(1, 50))
def test_shortened_text_fits_and_shows_that_something_is_missing(text: str, width: int) -> None:
    short = shorten(text, width)
    assert len(short) <= width
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


@pytest.mark.parametrize(
    ("number", "noun", "plural", "said"),
    [
        (0, "paper", None, "0 papers"),
        (1, "paper", None, "1 paper"),
        (1204, "paper", None, "1,204 papers"),
        (2, "entry", "entries", "2 entries"),
        (1, "entry", "entries", "1 entry"),
    ],
)
def test_counts_agree_with_their_nouns(number: int, noun: str, plural: str | None, said: str) -> None:
    assert count_of(number, noun, plural) == said
