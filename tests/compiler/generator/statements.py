"""Random statements of every kind. Every loop ends: it counts its trips, or its range is short."""

from __future__ import annotations

from collections.abc import Callable

from tests.compiler.generator.choices import Choices
from tests.compiler.generator.kinds import I32, KINDS, U16, U32, U64, UNSIGNED, Kind
from tests.compiler.generator.scope import Expr, Scope
from tests.compiler.generator.simple import SimpleStatements

TRIPS = 5
DEEPEST = 4
"""Indentation at which nothing nests any further."""


class Statements(SimpleStatements):
    """Those of one function. `result`: what it returns; `errors`: whether it may raise."""

    def __init__(
        self,
        choices: Choices,
        scope: Scope,
        result: Kind | None = None,
        errors: bool = False,
        wrapping: bool = False,
    ) -> None:
        super().__init__(choices, scope, wrapping)
        self.result = result
        self.errors = errors
        self.inside_finally = False

    # --- Blocks ------------------------------------------------------------------------------

    def body(self, count: int) -> None:
        for _ in range(count):
            self.statement()

    def inner(self, count: int = 2) -> None:
        """A nested block of at least one statement."""
        with self.scope.block():
            self.body(1 + self.choices.below(count))

    def statement(self) -> None:
        nested: list[Callable[[], None]] = [
            *(self._if, self._for, self._while, self._match, self._try, self._with),
            *(self._for_each, self._match_members, self._match_pair, self._early),
        ]
        deep = self.scope.depth >= DEEPEST or self.choices.exhausted()
        if deep or not self.choices.chance(45):
            self.simple_statement()
        else:
            self.choices.pick(nested)()

    # --- Branches ----------------------------------------------------------------------------

    def _if(self) -> None:
        self.both("if ", self.expressions.boolean(2), ":")
        self.inner()
        if self.choices.chance(30):
            self.both("elif ", self.expressions.boolean(1), ":")
            self.inner()
        if self.choices.chance(50):
            self.scope.line("else:")
            self.inner()

    def _match(self) -> None:
        kind = self.choices.pick(KINDS)
        value = self.expressions.integer(kind, 2)
        masked = kind.bits > 8 or self.choices.chance(50)
        mask = " & 7" if masked else ""
        self.scope.line(f"match {value.dialect}{mask}:", f"match {value.python}{mask}:")
        with self.scope.block():
            number = self.choices.below(3)
            self.scope.line(f"case {number}:")
            self.inner()
            self.scope.line(f"case {number + 1} | {number + 3}:")
            self.inner()
            if self.choices.chance(50):
                with self.scope.block():
                    name = self.scope.declare(kind, fixed=True).name
                    guard = self.expressions.boolean(1)
                    self.scope.depth -= 1
                    self.both(f"case {name} if ", guard, ":")
                    self.scope.depth += 1
                    self.body(1)
            self.scope.line("case _:")
            self.inner()

    def _match_members(self) -> None:
        value = self.expressions.colour(1)
        self.scope.line(f"match {value.dialect}:", f"match {value.python}:")
        with self.scope.block():
            self.scope.line("case Colour.RED:", "case 0:")
            self.inner()
            if self.choices.chance(50):
                self.scope.line("case Colour.GREEN | Colour.BLUE:", "case 1 | 5:")
                self.inner()
            else:
                self.scope.line("case _:")
                self.inner()

    def _match_pair(self) -> None:
        value = self.expressions.pair(1)
        self.both("match ", value, ":")
        with self.scope.block():
            number = self.choices.below(4)
            self.scope.line(f"case Pair(first={number}, second=-3):")
            self.inner()
            with self.scope.block():
                name = self.scope.declare(I32, fixed=True).name
                guard = self.expressions.boolean(1)
                self.scope.depth -= 1
                self.both(f"case Pair(first=4, second={name}) if ", guard, ":")
                self.scope.depth += 1
                self.body(1)
            with self.scope.block():
                name = self.scope.declare(U16, fixed=True).name
                self.scope.depth -= 1
                self.scope.line(f"case Pair(first={name}):")
                self.scope.depth += 1
                self.body(1)

    # --- Loops -------------------------------------------------------------------------------

    def _loop_body(self) -> None:
        """May leave early or go on with the next trip."""
        self.scope.loops += 1
        self.body(1 + self.choices.below(2))
        if self.choices.chance(40):
            word = self.choices.pick(("break", "continue"))
            self.both("if ", self.expressions.boolean(1), ":")
            self.scope.line(f"    {word}")
            self.body(1)
        self.scope.loops -= 1

    def _else(self) -> None:
        if self.choices.chance(25):
            self.scope.line("else:")
            self.inner()

    def _for(self) -> None:
        kind = self.choices.pick(KINDS)
        form = self.choices.below(4)
        start, stop, step = 0, 1 + self.choices.below(TRIPS), 1
        if form == 1:
            start, step = self.choices.below(4), 1 + self.choices.below(3)
        elif form == 2 and kind.signed:
            start, stop, step = stop, start - self.choices.below(4), -1 - self.choices.below(2)
        elif form == 3:  # at the end of the type
            start, stop = kind.high - self.choices.below(6), kind.high
            step = 1 + self.choices.below(3)
        dialect = f"{kind.name}({start}), {kind.name}({stop}), {step}"
        python = f"{start}, {stop}, {step}"
        if form == 0 and self.choices.chance(40):
            value = self.expressions.integer(kind, 2)
            dialect, python = f"{value.dialect} & 3", f"{value.python} & 3"
        counter = self.scope.declare(kind, fixed=True)
        self.scope.line(
            f"for {counter.name} in range({dialect}):", f"for {counter.name} in range({python}):"
        )
        with self.scope.block():
            self._loop_body()
        self.scope.variables.remove(counter)
        self._else()

    def _for_each(self) -> None:
        arrays = self.scope.of("array")
        if not arrays:
            return self.new_array()
        array = self.choices.pick(arrays)
        assert array.element is not None
        form = self.choices.below(3)
        with self.scope.block():
            item = self.scope.declare(array.element, fixed=True)
            self.scope.depth -= 1
            if form == 0:
                self.scope.line(f"for {item.name} in {array.name}:")
            elif form == 1:
                index = self.scope.name()
                self.scope.line(f"for {index}, {item.name} in enumerate({array.name}):")
            else:
                start, end = (self.choices.below(array.count + 1) for _ in range(2))
                if start > end and not self.choices.chance(10):
                    start, end = end, start
                start_text = f"u8({start})"
                self.scope.line(
                    f"for {item.name} in {array.name}[{start_text}:{end}]:",
                    f"for {item.name} in part({array.name}, {start}, {end}):",
                )
            self.scope.depth += 1
            if form == 1:
                self.scope.line(f"seen(u64({index}))", f"seen({index})")
            self._loop_body()
        self._else()

    def _while(self) -> None:
        kind = self.choices.pick(UNSIGNED)
        counter = self.scope.declare(kind, fixed=True)
        limit = 1 + self.choices.below(TRIPS)
        name = counter.name
        self.scope.line(f"{name}: {kind.name} = 0", f"{name} = 0")
        condition = self.expressions.boolean(1)
        if self.choices.chance(50):
            self.both(f"while {name} < {limit} and ", condition, ":")
        else:
            self.scope.line(f"while {name} < {limit}:")
        with self.scope.block():
            self.scope.line(f"{name} += 1")
            self._loop_body()
        self._else()

    # --- Ways out ----------------------------------------------------------------------------

    def risk(self) -> None:
        """A statement that may raise either error."""
        helpers = [h.name for h in self.scope.helpers if h.raises]
        value = self.expressions.loose(U32, 1)
        if helpers and self.choices.chance(50):
            value = self.expressions.call(self.choices.pick(helpers), 1)
        else:
            value = Expr(f"risky({value.dialect})", f"risky({value.python})")
        self.both("seen(", value, ")")

    def _try(self) -> None:
        self.scope.line("try:")
        with self.scope.block():
            if self.choices.chance(50):
                self.body(1)
            self.risk()
            if self.choices.chance(50):
                self.body(1)
        if self.choices.chance(40):
            self.scope.line("except (Bad, Worse):")
            self.inner()
            if self.errors and self.choices.chance(50):
                self.scope.line("    raise")
        else:
            self.scope.line("except Bad:")
            self.inner()
            self.scope.line("except Worse:")
            self.inner()
        if self.choices.chance(35):
            self.scope.line("else:")
            self.inner()
        if self.choices.chance(40):
            self.scope.line("finally:")
            self._finally()

    def _finally(self) -> None:
        """A `finally` block, which nothing leaves but by its end."""
        before = self.inside_finally, self.scope.loops, self.errors
        self.inside_finally, self.scope.loops, self.errors = True, 0, False
        self.inner()
        self.inside_finally, self.scope.loops, self.errors = before

    def _with(self) -> None:
        number = self.expressions.loose(U64, 1)
        self.both("with Guard(", number, "):")
        self.inner()

    def _early(self) -> None:
        """Leaves the function, the loop, or the program, on some condition."""
        condition = self.expressions.boolean(2)
        match self.choices.below(5):
            case 0 | 1 if not self.inside_finally:
                self.both("if ", condition, ":")
                with self.scope.block():
                    self.give_back()
            case 2 if self.scope.loops:
                self.both("if ", condition, ":")
                self.scope.line(f"    {self.choices.pick(('break', 'continue'))}")
            case 3 if self.errors:
                self.both("if ", condition, ":")
                self.scope.line("    raise Bad")
            case 4:
                message = self.expressions.text(1)
                self.scope.line(
                    f"assert {condition.dialect}, {message.dialect}",
                    f"{condition.python} or fail({message.python})",
                )
            case _:
                self.note()

    def give_back(self) -> None:
        if self.result is None:
            self.scope.line("return")
        else:
            self.both("return ", self.expressions.loose(self.result, 2))
