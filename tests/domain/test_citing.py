from datetime import UTC, datetime

from r2p_tui.domain.citing import bibtex_entry


def test_entry_names_author_year_and_first_word() -> None:
    entry = bibtex_entry(
        title="The {Best} of 100% & more",
        authors=["José Ñandú", "Ann Other"],
        published_at=datetime(2024, 5, 1, tzinfo=UTC),
        arxiv_id="2405.00001",
        doi=None,
    )
    assert entry.startswith("@misc{nandu2024best,\n")
    assert r"  title = {{The \{Best\} of 100\% \& more}}," in entry
    assert "  author = {José Ñandú and Ann Other}," in entry
    assert "  eprint = {2405.00001}," in entry
    assert "doi" not in entry


def test_entry_of_a_paper_of_which_little_is_known() -> None:
    entry = bibtex_entry(title="物体検出", authors=[], published_at=None, arxiv_id=None, doi="10.1/x_y")
    assert entry == "@misc{paper,\n  title = {{物体検出}},\n  doi = {10.1/x_y},\n}"
