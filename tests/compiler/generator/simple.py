"""Random statements that do not contain others."""

from __future__ import annotations

from tests.compiler.generator.choices import Choices
from tests.compiler.generator.expressions import WORDS, Expressions
from tests.compiler.generator.kinds import I64, KINDS, U32, Kind
from tests.compiler.generator.scope import Expr, Scope, Variable


class SimpleStatements:
    """Writes statements into a scope, in a function of any kind."""

    def __init__(self, choices: Choices, scope: Scope, wrapping: bool = False) -> None:
        self.choices = choices
        self.scope = scope
        self.expressions = Expressions(choices, scope, wrapping)

    def simple_statement(self) -> None:
        makers = (
            *(self._declare, self._assign, self.note, self._augment, self._declare),
            *(self._store_element, self._store_field, self._unpack, self._checked, self._shared),
            *(self._augment_element, self._augment_field, self._unpack_elements),
        )
        self.choices.pick(makers)()

    def both(self, before: str, value: Expr, after: str = "") -> None:
        self.scope.line(f"{before}{value.dialect}{after}", f"{before}{value.python}{after}")

    def _declare(self) -> None:
        makers = (
            *(self.new_integer, self.new_integer, self._new_bool, self.new_array),
            *(self._new_pair, self._new_cell, self._new_colour),
        )
        self.choices.pick(makers)()

    def new_integer(self) -> None:
        kind = self.choices.pick(KINDS)
        value = self.expressions.loose(kind, 2)
        made = self.scope.declare(kind)
        name = made.name
        self.scope.line(f"{name}: {kind.name} = {value.dialect}", f"{name} = {value.python}")

    def _new_bool(self) -> None:
        value = self.expressions.boolean(2)
        self.both(f"{self.scope.declare('bool').name} = ", value)

    def new_array(self) -> None:
        kind, count = self.choices.pick(KINDS), 1 + self.choices.below(5)
        items = [self.expressions.loose(kind, 1) for _ in range(count)]
        made = self.scope.declare("array", element=kind, count=count, fixed=True)
        listed = ", ".join(item.dialect for item in items)
        self.scope.line(
            f"{made.name}: Array[{kind.name}, {count}] = Array({listed})",
            f"{made.name} = [{', '.join(item.python for item in items)}]",
        )

    def _new_pair(self) -> None:
        value = self.expressions.pair(1)
        self.both(f"{self.scope.declare('Pair').name} = ", value)

    def _new_cell(self) -> None:
        self.scope.line(f"{self.scope.declare('Cell', fixed=True).name} = Cell()")

    def _new_colour(self) -> None:
        value = self.expressions.colour(1)
        made = self.scope.declare("Colour")
        self.scope.line(f"{made.name}: Colour = {value.dialect}", f"{made.name} = {value.python}")

    def _target(self) -> Variable | None:
        known = [
            v for v in reversed(self.scope.variables) if not v.fixed and isinstance(v.shape, Kind)
        ]
        return self.choices.pick(known) if known else None

    def _assign(self) -> None:
        target = self._target()
        if target is None:
            return self.new_integer()
        assert isinstance(target.shape, Kind)
        self.both(f"{target.name} = ", self.expressions.loose(target.shape, 2))

    def _augment(self) -> None:
        target = self._target()
        if target is None:
            return self.note()
        kind, name = target.shape, target.name
        assert isinstance(kind, Kind)
        op = self.choices.pick(("+", "^", "-", "*", "&", "|", "//", "%", "<<", ">>"))
        if op in ("//", "%"):
            value = Expr("3", "3")
        elif op in ("<<", ">>"):
            count = self.choices.below(4)
            value = Expr(str(count), str(count))
        else:
            value = self.expressions.loose(kind, 1)
        python = f"{name} {op} {value.python}"
        if op in WORDS:
            python = f"{self.expressions.word(op)}_{kind.name}({name}, {value.python})"
        self.scope.line(f"{name} {op}= {value.dialect}", f"{name} = {python}")

    def note(self) -> None:
        kind = self.choices.pick(KINDS)
        value = self.expressions.integer(kind, 3)
        self.scope.line(f"seen({value.dialect})", f"seen({value.python})")

    def _store_element(self) -> None:
        arrays = self.scope.of("array")
        if not arrays:
            return self.new_array()
        array = self.choices.pick(arrays)
        assert array.element is not None
        index = self.expressions.index(array, 1)
        value = self.expressions.loose(array.element, 2)
        self.scope.line(
            f"{array.name}[{index.dialect}] = {value.dialect}",
            f"{array.name}[{index.python}] = {value.python}",
        )

    def _augment_element(self) -> None:
        """The place is found and read before the other operand is evaluated."""
        arrays = self.scope.of("array")
        if not arrays:
            return self.new_array()
        array = self.choices.pick(arrays)
        assert array.element is not None
        op = self.choices.pick(("+", "-", "*"))
        index = self.expressions.index(array, 1)
        value = self.expressions.loose(array.element, 1)
        place = self.scope.name()
        word = f"{self.expressions.word(op)}_{array.element.name}"
        self.scope.dialect.append(
            f"{self.scope.indent}{array.name}[{index.dialect}] {op}= {value.dialect}"
        )
        self.scope.python += [
            f"{self.scope.indent}{place} = {index.python}",
            f"{self.scope.indent}{array.name}[{place}] = "
            f"{word}({array.name}[{place}], {value.python})",
        ]

    def _augment_field(self) -> None:
        """Or a module's variable; a call in the other operand may change either."""
        cells = self.scope.of("Cell")
        target = Expr("prelude.shared", "State.shared")
        if cells and self.choices.chance(60):
            name = f"{self.choices.pick(cells).name}.count"
            target = Expr(name, name)
        op = self.choices.pick(("+", "-", "*"))
        value = self.expressions.loose(U32, 2)
        word = f"{self.expressions.word(op)}_u32"
        self.scope.line(
            f"{target.dialect} {op}= {value.dialect}",
            f"{target.python} = {word}({target.python}, {value.python})",
        )

    def _unpack_elements(self) -> None:
        """Places on the left are found after everything on the right is known."""
        arrays = self.scope.of("array")
        if not arrays:
            return self.new_array()
        array = self.choices.pick(arrays)
        kind = array.element
        assert kind is not None
        one, other = self.expressions.index(array, 1), self.expressions.index(array, 1)
        first, second = self.expressions.loose(kind, 1), self.expressions.loose(kind, 1)
        name = array.name
        self.scope.line(
            f"{name}[{one.dialect}], {name}[{other.dialect}] = {first.dialect}, {second.dialect}",
            f"{name}[{one.python}], {name}[{other.python}] = {first.python}, {second.python}",
        )

    def _store_field(self) -> None:
        cells = self.scope.of("Cell")
        if not cells:
            return self._new_cell()
        name = self.choices.pick(cells).name
        match self.choices.below(4):
            case 0:
                self.both(f"{name}.count = ", self.expressions.loose(U32, 2))
            case 1:
                self.both(f"{name}.total = ", self.expressions.loose(I64, 2))
            case 2:
                self.both(f"{name}.pair = ", self.expressions.pair(1))
            case _:
                self.both(f"{name}.colour = ", self.expressions.colour(1))

    def _unpack(self) -> None:
        """Everything on the right is evaluated before anything is assigned."""
        target = self._target()
        if target is None:
            return self._new_bool()
        kind = target.shape
        assert isinstance(kind, Kind)
        other = self.choices.pick(self.scope.of(kind, assignable=True))
        if other is target:
            return self._assign()
        first, second = self.expressions.loose(kind, 1), self.expressions.loose(kind, 1)
        if self.choices.chance(50):
            first, second = Expr(other.name, other.name), Expr(target.name, target.name)
        self.scope.line(
            f"{target.name}, {other.name} = {first.dialect}, {second.dialect}",
            f"{target.name}, {other.name} = {first.python}, {second.python}",
        )

    def _checked(self) -> None:
        """The low bits of a result, and whether they are all of it."""
        kind = self.choices.pick(KINDS)
        word = self.choices.pick(("add", "mul", "sub"))
        op = {"add": "+", "sub": "-", "mul": "*"}[word]
        left, right = self.expressions.integer(kind, 2), self.expressions.loose(kind, 1)
        result, flag = self.scope.declare(kind), self.scope.declare("bool")
        self.scope.line(
            f"{result.name}, {flag.name} = checked_{word}({left.dialect}, {right.dialect})",
            f"{result.name}, {flag.name} = flag_{kind.name}({left.python} {op} {right.python})",
        )

    def _shared(self) -> None:
        value = self.expressions.loose(U32, 2)
        self.scope.line(f"prelude.shared = {value.dialect}", f"State.shared = {value.python}")
