"""TeX as a flat list of words: commands, braces, special characters, runs of plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

DEPTH_LIMIT = 60

# A command eats the white space behind it, a paragraph break excepted, as TeX itself does.
_TOKEN = re.compile(
    r"\\[a-zA-Z@]+(?:[ \t]*\n(?![ \t]*\n)[ \t]*|[ \t]+)?|\\(?:.|\n)|\\|#+[1-9]?"
    r"|[ \t]*\n(?:[ \t]*\n)+[ \t]*|\s+|[{}$&~^_\[\]*]|[^\\{}$&~^_\[\]*#\s]+"
)


class TooMuchError(Exception):
    """The source asks for more work than r2p does; the text says what of."""


class Budget:
    """How many steps may still be taken; shared by all that reads one document."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def spend(self, steps: int = 1) -> None:
        """Raise TooMuchError where nothing is left."""
        self.left -= steps
        if self.left < 0:
            raise TooMuchError("its source is too long, or its macros do not end")

    @property
    def spent(self) -> bool:
        """Whether nothing is left, for those who would otherwise be refused a million times."""
        return self.left <= 0

    @contextmanager
    def part(self, steps: int) -> Iterator[Budget]:
        """A budget for one thing, so that it cannot use up what the others need."""
        part = Budget(min(steps, self.left))
        given = part.left
        try:
            yield part
        finally:
            self.left -= given - max(part.left, 0)


def tokenize(text: str) -> list[str]:
    r"""The tokens of a text; white space is `" "`, an empty line `\par`, a parameter `#1`."""
    return list(map(_Plain().__getitem__, _TOKEN.findall(text)))


class _Plain(dict[str, str]):
    """What each token stands for, worked out once: a text holds few different ones."""

    def __missing__(self, word: str) -> str:
        if word[0] == "\\" and len(word) > 2:
            token = word.rstrip()
        elif word.isspace():
            token = "\\par" if word.count("\n") > 1 else " "
        else:
            token = "\\ " if word == "\\\n" else word
        self[word] = token
        return token


def untokenize(tokens: list[str] | tuple[str, ...]) -> str:
    """A text that gives the same tokens again."""
    return "".join(f"{word} " if is_word(word) else word for word in tokens)


def is_word(word: str) -> bool:
    r"""Whether a token is a command of letters, such as `\textbf`."""
    return len(word) > 1 and word[0] == "\\" and (word[1].isalpha() or word[1] == "@")


class Reader:
    """Takes tokens from the front; what is taken costs budget, what macros stand for is put back in front."""

    def __init__(self, tokens: list[str] | tuple[str, ...], budget: Budget) -> None:
        self._stack = list(reversed(tokens))
        self.budget = budget

    def __bool__(self) -> bool:
        return bool(self._stack)

    def next(self) -> str:
        # Taken for every token of a document, so this is `spend` without a call.
        budget = self.budget
        budget.left -= 1
        if budget.left < 0:
            budget.spend(0)
        return self._stack.pop()

    def peek(self) -> str:
        """The next token, or nothing at the end."""
        return self._stack[-1] if self._stack else ""

    def put_back(self, tokens: list[str] | tuple[str, ...]) -> None:
        self.budget.spend(len(tokens))
        self._stack.extend(reversed(tokens))

    def skip_spaces(self) -> None:
        while self._stack and self._stack[-1] == " ":
            self.next()

    def rest(self) -> list[str]:
        """All that is left."""
        tokens = self._stack[::-1]
        self.budget.spend(len(tokens))
        self._stack = []
        return tokens

    def star(self) -> bool:
        """Take a `*`, if it is next."""
        if self.peek() != "*":
            return False
        self.next()
        return True

    def argument(self) -> list[str]:
        """A group without its braces, or one token or character; nothing where the group around ends."""
        while self.peek() in (" ", "\\par"):
            self.next()
        if not self._stack or self.peek() == "}":
            return []
        word = self.next()
        if word == "{":
            return self.until_closed()
        if len(word) > 1 and word[0] not in "\\#":
            self._stack.append(word[1:])
            return [word[0]]
        return [word]

    def until_closed(self) -> list[str]:
        """What stands before the brace that closes the group whose opening brace was taken."""
        found, depth = [], 1
        while self._stack:
            word = self.next()
            if word == "{":
                depth += 1
            elif word == "}":
                depth -= 1
                if not depth:
                    break
            found.append(word)
        return found

    def option(self) -> list[str] | None:
        """What stands in square brackets; None where there are none."""
        return self.delimited("[", "]")

    def delimited(self, opening: str, closing: str) -> list[str] | None:
        """What stands between two tokens, with groups kept whole; None where the first is not next."""
        spaces = 0
        while spaces < len(self._stack) and self._stack[-1 - spaces] == " ":
            spaces += 1
        if spaces == len(self._stack) or self._stack[-1 - spaces] != opening:
            return None
        for _ in range(spaces + 1):
            self.next()
        return self._until(closing)

    def _until(self, closing: str) -> list[str]:
        found: list[str] = []
        depth = 0
        while self._stack:
            word = self.next()
            if word == closing and not depth:
                return found
            if word == "}" and not depth:
                self._stack.append(word)
                break
            depth += (word == "{") - (word == "}")
            found.append(word)
        return found

    def parentheses(self) -> str:
        """A short text in round brackets, such as `(lr)`; nothing where there is none."""
        if not self.peek().startswith("("):
            return ""
        found = ""
        while self._stack:
            before, bracket, after = self.next().partition(")")
            found += before
            if bracket:
                self._stack += [after] if after else []
                break
        return found[1:]
