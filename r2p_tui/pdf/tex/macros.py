"""The authors' own commands: what they define, and a text with all of them written out, within a budget."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from r2p_tui.pdf.tex.conditions import branch
from r2p_tui.pdf.tex.tokens import Budget, Reader, TooMuchError, is_word, tokenize
from r2p_tui.pdf.tex.words import NO_VALUE, PROTECTED

OUTPUT_LIMIT = 400_000
# The next token keeps its first meaning, whatever the authors made of it later.
AS_IT_IS = "\\r2p@asitis"
_MACRO_LIMIT = 20_000
_DEFINITION = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand|DeclareRobustCommand|DeclareMathOperator|(?:re)?newenvironment"
    r"|(?:New|Renew|Provide|Declare)(?:Document|ExpandableDocument)(?:Command|Environment)|newcolumntype"
    r"|[egx]?def|let)(?![a-zA-Z@])"
)
# How much text is looked at for one definition, and what the first look costs.
_LENGTHS = (100, 800, 4_000, 40_000)
_STEPS_OF_A_LOOK = 60
# A macro that stands for itself alone gives no tokens that could be counted.
_STEPS_OF_A_CALL = 6
_Kind = Literal["command", "command if new", "environment", "column"]


class Parameter(NamedTuple):
    """How one argument is written; `until` is the token that ends it, `default` stands for a missing one."""

    kind: Literal["needed", "optional", "star", "until"] = "needed"
    default: tuple[str, ...] = ()
    until: str = ""


@dataclass(frozen=True, slots=True)
class Macro:
    """What a command stands for; `end` is what closes an environment."""

    parameters: tuple[Parameter, ...]
    body: tuple[str, ...]
    end: tuple[str, ...] = ()


class _Definition(NamedTuple):
    kind: _Kind
    name: str
    macro: Macro


@dataclass(slots=True)
class Macros:
    """The definitions known at one place of a document."""

    commands: dict[str, Macro] = field(default_factory=dict)
    environments: dict[str, Macro] = field(default_factory=dict)
    columns: dict[str, Macro] = field(default_factory=dict)

    def copy(self) -> Macros:
        """The same definitions, so that those of one table end with it."""
        return Macros(dict(self.commands), dict(self.environments), dict(self.columns))

    def learn(self, text: str, budget: Budget) -> None:
        """Take in all definitions of a text, such as a preamble, and nothing else of it."""
        for match in _DEFINITION.finditer(text):
            self.learn_at(text, match.start(), budget)

    def learn_at(self, text: str, start: int, budget: Budget) -> None:
        """Take in the one definition that begins at `start`."""
        budget.spend(_STEPS_OF_A_LOOK)
        for length in _LENGTHS:
            reader = Reader(tokenize(text[start : start + length]), budget)
            found = _definition(reader.next(), reader, self.commands)
            # A reader that ran dry may have lost the end of the definition.
            if reader:
                break
        if found:
            self._keep(found)

    def define(self, word: str, reader: Reader) -> bool:
        """Take in one definition, whose first word was read; False where the word defines nothing."""
        if word not in _DEFINING:
            return False
        if found := _definition(word, reader, self.commands):
            self._keep(found)
        return True

    def _keep(self, found: _Definition) -> None:
        if len(self.commands) + len(self.environments) > _MACRO_LIMIT:
            return
        if found.kind == "column":
            self.columns[found.name] = found.macro
        elif found.kind == "environment":
            self.environments[found.name] = found.macro
        elif found.kind == "command if new":
            self.commands.setdefault(found.name, found.macro)
        else:
            self.commands[found.name] = found.macro

    def expand(self, tokens: Sequence[str], budget: Budget) -> list[str]:
        """The tokens with every command of the authors written out; definitions on the way are learned.

        Raises TooMuchError where they do not end, or give far more text than any table has.
        """
        reader, written = Reader(list(tokens), budget), []
        while reader:
            word = reader.next()
            if word == AS_IT_IS and reader:
                written.append(reader.next())
            elif word[0] != "\\" or not self._replace(word, reader, budget):
                written.append(word)
            if len(written) > OUTPUT_LIMIT:
                raise TooMuchError("its macros give more text than a table holds")
        return written

    def _replace(self, word: str, reader: Reader, budget: Budget) -> bool:
        """Put in front of the reader what the token stands for; False where it stands for itself."""
        if word in ("\\begin", "\\end"):
            return self._environment(word, reader, budget)
        macro = self.commands.get(word)
        if macro is not None:
            reader.put_back(filled(macro, macro.body, reader, budget))
            return True
        chosen = branch(word, reader)
        if chosen is not None:
            reader.put_back(chosen)
            return True
        return self.define(word, reader)

    def _environment(self, word: str, reader: Reader, budget: Budget) -> bool:
        if not self.environments:
            return False
        name = reader.argument()
        macro = self.environments.get("".join(name))
        if macro is None or "".join(name) in PROTECTED:
            reader.put_back(["{", *name, "}"])
            return False
        reader.put_back(filled(macro, macro.body, reader, budget) if word == "\\begin" else macro.end)
        return True


def filled(macro: Macro, body: Sequence[str], reader: Reader, budget: Budget) -> list[str]:
    """The body of a macro with the arguments that the reader has next."""
    budget.spend(_STEPS_OF_A_CALL)
    values = [_value(parameter, reader) for parameter in macro.parameters]
    found: list[str] = []
    for word in body:
        if word[0] != "#" or len(word) < 2:
            found.append(word)
        elif word[:2] == "##":
            found.append(word[1:])
        elif 0 < (number := int(word[1:])) <= len(values):
            budget.spend(len(values[number - 1]))
            found += values[number - 1]
    return found


def _value(parameter: Parameter, reader: Reader) -> Sequence[str]:
    if parameter.kind == "optional":
        given = reader.option()
        return parameter.default if given is None else given
    if parameter.kind == "star":
        return ("\\BooleanTrue",) if reader.star() else ("\\BooleanFalse",)
    if parameter.kind == "until":
        found = []
        while reader and reader.peek() != parameter.until:
            found.append(reader.next())
        if reader:
            reader.next()
        return found
    return reader.argument()


def _definition(word: str, reader: Reader, known: Mapping[str, Macro]) -> _Definition | None:
    """What comes behind a defining word; None where it is nothing that r2p takes from authors."""
    if word == "\\let":
        name, macro = _same(reader, known)
    elif word.endswith("def"):
        name, macro = _plain(reader)
    else:
        return _new(word, reader)
    return _command(name, macro)


def _command(name: str, macro: Macro, kind: _Kind = "command") -> _Definition | None:
    own = len(name) > 1 and name[0] == "\\" and name not in PROTECTED
    return _Definition(kind, name, macro) if own else None


def _new(word: str, reader: Reader) -> _Definition | None:
    reader.star()
    name = "".join(reader.argument()).strip()
    parameters: tuple[Parameter, ...] = ()
    if "Document" in word:
        parameters = _signature(reader.argument())
    elif word != "\\DeclareMathOperator":
        parameters = _counted(reader)
    body = tuple(reader.argument())
    if word.lower().endswith("environment"):
        macro = Macro(parameters, body, tuple(reader.argument()))
        return None if name in PROTECTED else _Definition("environment", name, macro)
    if word == "\\newcolumntype":
        return _Definition("column", name, Macro(parameters, body))
    if word == "\\DeclareMathOperator":
        body = ("\\operatorname", "{", *body, "}")
    kind: _Kind = "command if new" if word.lower().startswith("\\provide") else "command"
    return _command(name, Macro(parameters, body), kind)


def _counted(reader: Reader) -> tuple[Parameter, ...]:
    """The parameters of `[2][default]`."""
    count = _number(reader.option())
    default = reader.option() if count else None
    first = () if default is None else (Parameter("optional", tuple(default)),)
    return first + (Parameter(),) * (count - len(first))


def _plain(reader: Reader) -> tuple[str, Macro]:
    reader.skip_spaces()
    name = reader.next() if reader else ""
    pattern = []
    while reader and reader.peek() != "{":
        pattern.append(reader.next())
    return name, Macro(_delimited(pattern), tuple(reader.argument()))


def _same(reader: Reader, known: Mapping[str, Macro]) -> tuple[str, Macro]:
    reader.skip_spaces()
    name = reader.next() if reader else ""
    reader.skip_spaces()
    if reader.peek() == "=":
        reader.next()
        reader.skip_spaces()
    meant = reader.next() if is_word(reader.peek()) else ""
    return (name if meant not in ("", name) else ""), known.get(meant, Macro((), (AS_IT_IS, meant)))


def _signature(tokens: list[str]) -> tuple[Parameter, ...]:
    """What an argument specification such as `s O{5} m` asks for."""
    parameters: list[Parameter] = []
    reader = Reader(tokens, Budget(1_000))
    while reader and len(parameters) < 9:
        for letter in reader.next():
            if letter in "mv":
                parameters.append(Parameter())
            elif letter == "o":
                parameters.append(Parameter("optional", (NO_VALUE,)))
            elif letter == "O":
                parameters.append(Parameter("optional", tuple(reader.argument())))
            elif letter == "s":
                parameters.append(Parameter("star"))
    return tuple(parameters)


def _delimited(pattern: list[str]) -> tuple[Parameter, ...]:
    r"""The parameters of a `\def`; what stands behind one is the token that ends it."""
    parameters: list[Parameter] = []
    for place, word in enumerate(pattern):
        if word[0] == "#" and len(word) == 2:
            behind = pattern[place + 1] if place + 1 < len(pattern) else "#"
            parameters.append(Parameter() if behind[0] == "#" else Parameter("until", (), behind))
    return tuple(parameters)


def _number(option: list[str] | None) -> int:
    text = "".join(option or []).strip()
    return min(int(text), 9) if text.isdecimal() and text.isascii() else 0


_DEFINING = frozenset(
    f"\\{word}"
    for word in (
        "newcommand", "renewcommand", "providecommand", "DeclareRobustCommand", "DeclareMathOperator",
        "newenvironment", "renewenvironment", "newcolumntype", "def", "edef", "gdef", "xdef", "let",
        *(
            f"{verb}{kind}{what}"
            for verb in ("New", "Renew", "Provide", "Declare")
            for kind in ("Document", "ExpandableDocument")
            for what in ("Command", "Environment")
        ),
    )
)  # fmt: skip
