"""How people name papers."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2p_tui.domain.papers import (
    PaperRow,
    author_line,
    find_code_url,
    id_order,
    parse_arxiv_id,
    parse_reference,
    year_of,
)
from r2p_tui.errors import UsageError

ACCEPTED = {
    "2304.08069": "2304.08069",
    " 2304.08069\n": "2304.08069",
    "2304.08069v3": "2304.08069v3",
    "0704.0001": "0704.0001",
    "arXiv:2304.08069": "2304.08069",
    "arxiv: 2304.08069v2": "2304.08069v2",
    "ARXIV:hep-th/9901001": "hep-th/9901001",
    "hep-th/9901001v2": "hep-th/9901001v2",
    "math.GT/0309136": "math/0309136",
    "https://arxiv.org/abs/2304.08069": "2304.08069",
    "http://arxiv.org/abs/2304.08069v3": "2304.08069v3",
    "https://arxiv.org/abs/2304.08069/": "2304.08069",
    "https://arxiv.org/abs/2304.08069?context=cs.CV": "2304.08069",
    "https://arxiv.org/abs/2304.08069#S3": "2304.08069",
    "https://www.arxiv.org/pdf/2304.08069v3.pdf": "2304.08069v3",
    "https://arxiv.org/pdf/2304.08069": "2304.08069",
    "https://arxiv.org/pdf/2304.08069v1.PDF?download=1": "2304.08069v1",
    "https://export.arxiv.org/abs/hep-th/9901001v1": "hep-th/9901001v1",
    "https://arxiv.org/html/2304.08069v2": "2304.08069v2",
    "HTTPS://ARXIV.ORG/abs/2304.08069": "2304.08069",
    "arxiv.org/abs/2304.08069": "2304.08069",
    "10.48550/arXiv.2304.08069": "2304.08069",
    "https://doi.org/10.48550/arXiv.2304.08069v2": "2304.08069v2",
    "https://doi.org/10.1109/CVPR.2017.106": "10.1109/cvpr.2017.106",
    "https://dx.doi.org/10.1109%2FCVPR.2017.106": "10.1109/cvpr.2017.106",
    "doi:10.1109/CVPR.2017.106": "10.1109/cvpr.2017.106",
    "DOI: 10.1109/CVPR.2017.106": "10.1109/cvpr.2017.106",
    "10.1002/(SICI)1099-0887<1:AID>3.0.CO;2-#": "10.1002/(sici)1099-0887<1:aid>3.0.co;2-#",
    "https://doi.org/10.1000/a?utm=b#c": "10.1000/a",
    "https://doi.org/10.1000/a%3Fb%23c": "10.1000/a?b#c",
}

REFUSED = [
    "",
    "../outside",
    "../2304.08069",
    "2304.08069/../x",
    "2304.08069v0",
    "2304.08069v",
    "2304.08069vv1",
    "2304.080",
    "2304.080690",
    "2313.08069x",
    "2304.08069\n2304.08070",
    "٢٣٠٤.٠٨٠٦٩",
    "hep-th/99010011",
    "https://arxiv.org/abs/../2304.08069",
    "https://arxiv.org/list/cs.CV/new",
    "https://evil.org/abs/2304.08069",
    "https://arxiv.org.evil.org/abs/2304.08069",
    "https://[::1/abs/2304.08069",
    "10.1109/",
    "10.1109/with space",
    "file:///etc/passwd",
    "A title of a paper",
]


@pytest.mark.parametrize("text", ACCEPTED)
def test_what_names_a_paper(text: str) -> None:
    assert str(parse_reference(text)) == ACCEPTED[text]


@pytest.mark.parametrize("text", REFUSED)
def test_what_names_none(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_reference(text)
    assert caught.value.hint


@given(st.text(max_size=60))
def test_any_text_is_a_reference_or_refused(text: str) -> None:
    try:
        reference = parse_reference(text)
    except UsageError:
        return
    assert ".." not in reference.value.split("/")
    assert "\n" not in reference.value
    assert parse_reference(str(reference)) == reference


def test_an_id_is_the_whole_text() -> None:
    assert parse_arxiv_id("2304.08069\n") is None
    assert parse_arxiv_id(" 2304.08069") is None


def test_ids_sort_by_announcement() -> None:
    ids = [
        "hep-th/9901001",
        "math.GT/0309136",
        "0704.0001",
        "1412.9999",
        "1501.00001",
        "2508.14040",
        "2509.00001",
    ]
    assert sorted(ids[3:] + ids[:3], key=id_order) == ids


def test_a_code_address_loses_its_full_stop() -> None:
    assert find_code_url(None, "See https://github.com/a/b.") == "https://github.com/a/b"
    assert find_code_url("no", "code") is None


def test_authors_fit_a_line() -> None:
    assert author_line(["Nicolas Carion", "Zhou"]) == "N. Carion, Zhou"
    assert author_line(["A B"] * 8).endswith(" and 2 more")


@pytest.mark.parametrize(
    ("key", "day", "year"),
    [
        ("2304.08069", None, 2023),
        ("2304.08069", date(2022, 12, 31), 2022),
        ("hep-th/9901001", None, 1999),
        ("10.1109/cvpr.2017.106", None, None),
    ],
)
def test_the_year_of_a_paper_without_a_date_is_told_by_its_id(
    key: str, day: date | None, year: int | None
) -> None:
    assert year_of(PaperRow(1, key, "A title", "cs.CV", published_on=day)) == year
