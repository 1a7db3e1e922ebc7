"""No bare text with data in it reaches a widget that would read it as markup.

What may be shown: literals, numbers formatted as such, and `Content`, which is never parsed. Plain text
is let through only where it is cleaned and the call says `markup=False`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import r2p_tui.tui

FOLDER = Path(r2p_tui.tui.__file__).parent
FILES = sorted(FOLDER.rglob("*.py"))

WIDGETS = {
    "Static",
    "Label",
    "Button",
    "Option",
    "Selection",
    "Checkbox",
    "RadioButton",
    "Collapsible",
    "Tab",
    "TabPane",
}
METHODS = {
    "update",
    "notify",
    "add_row",
    "add_rows",
    "add_column",
    "add_columns",
    "add_option",
    "update_cell",
    "write_line",
}
ATTRIBUTES = {"border_title", "border_subtitle", "tooltip"}
KEYWORDS = {"content", "renderable", "label", "prompt", "title", "message", "tooltip"}
MAKERS = {"SafeText", "SafeLine", "Content"}
CLEANERS = {"clean", "clean_line"}
NUMBER_FORMATS = ("d", "f", "%", ",")


class Finder(ast.NodeVisitor):
    """Collects `line: source` of every unsafe value in one module."""

    def __init__(self, returning_content: set[str]) -> None:
        self.found: list[str] = []
        self._returning_content = returning_content
        self._contents: list[set[str]] = [set()]

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        self._contents.append({item.arg for item in arguments if _is_content(item.annotation)})
        self.generic_visit(node)
        self._contents.pop()

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        for target in node.targets:
            if isinstance(target, ast.Attribute) and target.attr in ATTRIBUTES:
                self._check(node.value)
            elif isinstance(target, ast.Name):
                remember = self._contents[-1].add if self._is_safe(node.value) else self._contents[-1].discard
                remember(target.id)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.generic_visit(node)
        if isinstance(node.target, ast.Name) and _is_content(node.annotation):
            self._contents[-1].add(node.target.id)

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        name = _name(node.func)
        if isinstance(node.func, ast.Attribute) and name == "from_markup":
            if not isinstance(node.args[0], ast.Constant):
                self._report(node)
        elif name in WIDGETS if isinstance(node.func, ast.Name) else name in METHODS:
            self._check_call(node)

    def _check_call(self, node: ast.Call) -> None:
        plain = any(
            item.arg == "markup" and isinstance(item.value, ast.Constant) and not item.value.value
            for item in node.keywords
        )
        for value in [*node.args, *(item.value for item in node.keywords if item.arg in KEYWORDS)]:
            if not (plain and isinstance(value, ast.Call) and _name(value.func) in CLEANERS):
                self._check(value)

    def _check(self, value: ast.expr) -> None:
        if not self._is_safe(value):
            self._report(value)

    def _report(self, node: ast.expr) -> None:
        self.found.append(f"{node.lineno}: {ast.unparse(node)}")

    def _is_safe(self, value: ast.expr) -> bool:
        match value:
            case ast.Constant():
                return True
            case ast.JoinedStr(values=parts):
                return all(_is_literal_or_number(part) for part in parts)
            case ast.BinOp(left=left, right=right):
                return self._is_safe(left) and self._is_safe(right)
            case ast.IfExp(body=body, orelse=orelse):
                return self._is_safe(body) and self._is_safe(orelse)
            case ast.Starred(value=inner) | ast.Subscript(value=inner):
                return self._is_safe(inner)
            case ast.List(elts=items) | ast.Tuple(elts=items):
                return all(self._is_safe(item) for item in items)
            case ast.Name(id=name):
                return name.isupper() or any(name in known for known in self._contents)
            case ast.Attribute(attr=name):
                return name.isupper()
            case ast.Call():
                return self._makes_content(value)
        return False

    def _makes_content(self, call: ast.Call) -> bool:
        name = _name(call.func)
        if name in MAKERS or name in self._returning_content:
            return True
        if isinstance(call.func, ast.Attribute):
            made_from = call.func.value
            if name == "join":
                return self._is_safe(made_from) and all(self._is_safe(item) for item in call.args)
            return _name(made_from) in MAKERS or self._is_safe(made_from)
        return False


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        return _name(node.func)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _is_content(annotation: ast.expr | None) -> bool:
    return annotation is not None and _name(annotation) == "Content"


def _is_literal_or_number(part: ast.expr) -> bool:
    if isinstance(part, ast.Constant):
        return True
    if not isinstance(part, ast.FormattedValue):
        return False
    if part.format_spec is not None:
        return ast.unparse(part.format_spec).strip("f'\"").endswith(NUMBER_FORMATS)
    return isinstance(part.value, ast.Constant) or _name(part.value).isupper()


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _returning_content(trees: list[ast.Module]) -> set[str]:
    """Names of functions that return Content wherever a function of that name is defined."""
    every = [function for tree in trees for function in _functions(tree)]
    others = {function.name for function in every if not _is_content(function.returns)}
    return {function.name for function in every} - others


def _unsafe_in(source: str) -> list[str]:
    tree = ast.parse(source)
    finder = Finder(_returning_content([tree]))
    finder.visit(tree)
    return finder.found


def test_no_bare_text_reaches_a_widget() -> None:
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in FILES}
    known = _returning_content(list(trees.values()))
    problems = []
    for path, tree in trees.items():
        finder = Finder(known)
        finder.visit(tree)
        problems += [f"{path.relative_to(FOLDER.parent.parent)}:{line}" for line in finder.found]
    assert not problems, "wrap these in SafeText(...) or Content(...):\n" + "\n".join(problems)


@pytest.mark.parametrize(
    "source",
    [
        "Static(paper.title)",
        "Static(f'{paper.title}')",
        "Label('by ' + authors)",
        "self.query_one('#a', Static).update(str(error))",
        "self.notify(error.message)",
        "self.notify(error.message, markup=False)",
        "table.add_row('1', paper.title)",
        "dialog.border_title = paper.title",
        "Content.from_markup(f'[b]{title}[/b]')",
        "def show(text: str):\n    Static(text)",
        "def show(text: Content):\n    text = paper.title\n    Static(text)",
    ],
)
def test_the_rule_finds(source: str) -> None:
    assert _unsafe_in(source)


@pytest.mark.parametrize(
    "source",
    [
        "Static()",
        "Static('opening …', id=name)",
        "Static(f'{count:,} left')",
        "Static(f'{share:.0%} done')",
        "Static('Kinds: ' + ', '.join(KINDS))",
        "Static(SafeText(paper.title))",
        "Static(Content.assemble((text, 'bold')).truncate(width))",
        "Content.from_markup('[b]$title[/b]', title=title)",
        "self.notify(clean(error.message), markup=False)",
        "table.add_row('1', SafeLine(title), Content('x'))",
        "def show(text: Content):\n    Static(text)",
        "def show():\n    text = SafeText(title)\n    Static(text if text else 'none')",
        "def table() -> Content: ...\ndef show():\n    Static(table())",
    ],
)
def test_the_rule_lets_through(source: str) -> None:
    assert not _unsafe_in(source)
