"""Opening a page in the user's browser: http and https only, and the address is shown first."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from r2p_tui.domain.papers import parse_arxiv_id
from r2p_tui.errors import UsageError
from r2p_tui.text import clean_line

if TYPE_CHECKING:
    from r2p_tui.tui.app import R2PApp


def paper_address(key: str, files_url: str) -> str:
    """The page of a paper by its arXiv id or DOI."""
    if parse_arxiv_id(key):
        return f"{files_url}/abs/{key}"
    return f"https://doi.org/{quote(key)}"


def page_address(key: str, page: int, files_url: str) -> str:
    """A page of a paper's PDF on arXiv; where there is none, or the page is 0, the paper's own page."""
    if page and parse_arxiv_id(key):
        return f"{files_url}/pdf/{key}#page={page:d}"
    return paper_address(key, files_url)


def open_address(app: R2PApp, address: str) -> None:
    """Tell the address and hand it to the browser in a thread."""
    if not address.startswith(("https://", "http://")):
        app.show_error(UsageError(f"r2p opens web pages only, not {clean_line(address)[:80]}.", ""))
        return
    app.tell(address, title="Opening")

    def browse() -> None:
        import webbrowser

        webbrowser.open(address)

    app.run_worker(browse, thread=True, group="outside", exit_on_error=False)
