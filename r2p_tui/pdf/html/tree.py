"""A web page as a tree of elements, by the standard library's parser; nothing of it is fetched or run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_NODE_LIMIT = 1_500_000
_DEPTH_LIMIT = 150
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_UNREAD = frozenset({"script", "style", "template", "noscript", "svg", "button", "nav"})


@dataclass(slots=True, eq=False)
class Node:
    """An element; its children are elements and texts in their order."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)
    parent: Node | None = None

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()

    def has(self, name: str) -> bool:
        """Whether the element is of a class."""
        return name in self.classes

    def elements(self) -> Iterator[Node]:
        """The children without the texts."""
        return (child for child in self.children if isinstance(child, Node))

    def walk(self) -> Iterator[Node]:
        """All elements below, in the order of the page."""
        waiting = list(reversed(list(self.elements())))
        while waiting:
            node = waiting.pop()
            yield node
            waiting += reversed(list(node.elements()))

    def above(self) -> Iterator[Node]:
        """The elements around, from the inside out."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent


def read_tree(page: str) -> Node:
    """The tree of a page; what is nested beyond reason is flattened, what is too much is left out."""
    builder = _Builder()
    builder.feed(page)
    builder.close()
    return builder.root


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("")
        self._open = [self.root]
        self._count = 0
        self._unread = 0

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Pass `<![CDATA[` and its kin; the library raises AssertionError for those that it does not know."""
        try:
            return super().parse_marked_section(i, report)
        except AssertionError:
            return self.parse_bogus_comment(i)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNREAD:
            self._unread += 1
        self._count += 1
        if self._unread or self._count > _NODE_LIMIT:
            return
        node = Node(tag, {name: value or "" for name, value in attrs}, parent=self._open[-1])
        self._open[-1].children.append(node)
        if tag not in _VOID and len(self._open) < _DEPTH_LIMIT:
            self._open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNREAD:
            return
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNREAD:
            self._unread = max(self._unread - 1, 0)
        elif not self._unread:
            places = [place for place in range(len(self._open) - 1, 0, -1) if self._open[place].tag == tag]
            if places:
                del self._open[places[0] :]

    def handle_data(self, data: str) -> None:
        if not self._unread and self._count <= _NODE_LIMIT:
            self._open[-1].children.append(data)
