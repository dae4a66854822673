"""What a random program is written with: its text in both languages, and the names it may use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.compiler.generator.kinds import Kind

Shape = Kind | str
"""The type of a variable: an integer type, "bool", "Colour", "Pair", "Cell", or "array" (see
`Variable.element`)."""


@dataclass(frozen=True)
class Expr:
    """An expression in the dialect and in Python. `literal`: its type comes from what surrounds
    it.
    """

    dialect: str
    python: str
    literal: bool = False


@dataclass(frozen=True)
class Variable:
    """`fixed` ones are not assigned to: the counters that end loops, and parameters that are
    places.
    """

    name: str
    shape: Shape
    fixed: bool = False
    element: Kind | None = None
    count: int = 0


@dataclass(frozen=True)
class Helper:
    """A function that later ones may call."""

    name: str
    parameters: tuple[Shape, ...]
    result: Kind
    raises: bool


@dataclass
class Scope:
    """The lines written so far, and what is known at this point of the function."""

    dialect: list[str] = field(default_factory=list)
    python: list[str] = field(default_factory=list)
    variables: list[Variable] = field(default_factory=list)
    helpers: list[Helper] = field(default_factory=list)
    depth: int = 1
    loops: int = 0
    names: int = 0

    def line(self, dialect: str, python: str | None = None) -> None:
        """A line of both forms; the same if the second is not given."""
        self.dialect.append(self.indent + dialect)
        self.python.append(self.indent + (dialect if python is None else python))

    @property
    def indent(self) -> str:
        return "    " * self.depth

    def name(self) -> str:
        self.names += 1
        return f"v{self.names}"

    def declare(self, shape: Shape, **more: object) -> Variable:
        made = Variable(self.name(), shape, **more)  # type: ignore[arg-type]
        self.variables.append(made)
        return made

    def of(self, shape: Shape, assignable: bool = False) -> list[Variable]:
        """Variables of this type, the newest first."""
        return [
            v for v in reversed(self.variables) if v.shape == shape and not (assignable and v.fixed)
        ]

    @contextmanager
    def block(self) -> Iterator[None]:
        """One level deeper; what is declared inside is not known afterwards."""
        known = len(self.variables)
        self.depth += 1
        try:
            yield
        finally:
            self.depth -= 1
            del self.variables[known:]
