"""The walk through citations as a tree: where it began, what was opened from there, level by level."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual.binding import Binding
from textual.message import Message

from r2p_tui.domain.citations import Direction, Work
from r2p_tui.tui.described_key import described_key
from r2p_tui.tui.widgets.row_list import KEYS_WITHOUT_K, Cell, RowList, fit

ARROWS: dict[Direction, str] = {"citations": "→", "references": "←"}
DEEPEST_INDENT = 8
Ids = tuple[int, ...]
"""The works on the way from the root to a node, both included."""


class Branch(NamedTuple):
    """A node of the walk; `leads_to` is how many works it leads to, None where nobody knows yet."""

    ids: Ids
    work: Work
    direction: Direction
    leads_to: int | None
    is_here: bool

    @property
    def depth(self) -> int:
        return len(self.ids) - 1


class CitationTree(RowList[Branch], inherit_bindings=False):
    """Posts `Chosen` when the user wants to stand on another node."""

    BINDINGS: ClassVar[list[Binding]] = [
        *(binding for binding in KEYS_WITHOUT_K if binding.id != "list.open"),
        described_key("citations", "enter", "open", "Show what it leads to", "go", "go there", "enter"),
    ]

    class Chosen(Message):
        """The user wants to stand on this node."""

        def __init__(self, branch: Branch) -> None:
            super().__init__()
            self.branch = branch

    def cells(self, row: Branch, width: int) -> Sequence[Cell]:
        """Arrow, title and count; the node that the list belongs to is coloured and has a mark."""
        indent = 2 * min(row.depth, DEEPEST_INDENT)
        count = "" if row.leads_to is None else f"{row.leads_to:,}"
        number = max(len(count) + 2, 2)
        style = "number" if row.is_here else "title"
        title = max(width - indent - number - 5, 4)
        return [
            ("▌" if row.is_here else " ", "number"),
            (" " * indent, "muted"),
            (f"{ARROWS[row.direction]} ", style),
            (fit(row.work.title or "without a title", title), style),
            (fit(count, number, right=True) + "  ", "muted"),
        ]

    def identity(self, row: Branch) -> object:
        return row.ids

    def tell_marked(self) -> None:
        """What is marked here is not shown elsewhere before it is chosen."""

    def tell_opened(self, row: Branch) -> None:
        self.post_message(self.Chosen(row))
