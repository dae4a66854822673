"""Whole random programs: a few functions, and one that calls them."""

from __future__ import annotations

from tests.compiler.generator.choices import Choices
from tests.compiler.generator.kinds import KINDS, U32, U64
from tests.compiler.generator.scope import Helper, Scope, Variable
from tests.compiler.generator.statements import Statements


def write_helper(choices: Choices, helpers: list[Helper], name: str) -> tuple[Scope, Helper]:
    """A function that later ones may call."""
    shapes = tuple(choices.pick(KINDS) for _ in range(1 + choices.below(2)))
    result, raises = choices.pick(KINDS), choices.chance(35)
    if raises:
        result = U32
    scope = Scope(helpers=list(helpers), depth=0)
    parameters = [scope.declare(shape) for shape in shapes]
    listed = ", ".join(f"{p.name}: {s.name}" for p, s in zip(parameters, shapes, strict=True))
    wrapping = not raises and choices.chance(25)
    if raises:
        scope.line("@raises(Bad, Worse)", "")
    elif wrapping:
        scope.line("@wrapping", "")
    elif choices.chance(25):
        scope.line(choices.pick(("@inline", "@noinline")), "")
    names = ", ".join(p.name for p in parameters)
    scope.line(f"def {name}({listed}) -> {result.name}:", f"def {name}({names}):")
    statements = Statements(choices, scope, result, raises, wrapping)
    with scope.block():
        if raises:
            statements.risk()
        statements.body(1 + choices.below(2))
        statements.give_back()
    return scope, Helper(name, shapes, result, raises)


def write_program(choices: Choices, name: str) -> tuple[list[str], list[str]]:
    """The lines of a program in the dialect and in Python; `name` is its function, of two `u64`."""
    dialect: list[str] = []
    python: list[str] = []
    helpers: list[Helper] = []
    for number in range(choices.below(3)):
        scope, helper = write_helper(choices, helpers, f"{name}_{number}")
        dialect += [*scope.dialect, ""]
        python += [*scope.python, ""]
        helpers.append(helper)
    scope = Scope(helpers=helpers, depth=0)
    scope.line(f"def {name}(x: u64, y: u64) -> None:", f"def {name}(x, y):")
    scope.variables += [Variable("x", U64), Variable("y", U64)]
    statements = Statements(choices, scope)
    with scope.block():
        for source in ("x", "y"):
            kind = choices.pick(KINDS)
            made = scope.declare(kind)
            scope.line(
                f"{made.name} = truncate({kind.name}, {source})",
                f"{made.name} = wrap_{kind.name}({source})",
            )
        statements.body(2 + choices.below(3))
        statements.note()
    return dialect + scope.dialect, python + scope.python
