"""Random statements and functions. Every loop ends: its trips are counted, or its range is
short.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.compiler.generator.choices import Choices
from tests.compiler.generator.expressions import WORDS, Expressions
from tests.compiler.generator.kinds import I32, I64, KINDS, U16, U32, U64, UNSIGNED, Kind
from tests.compiler.generator.scope import Expr, Helper, Scope, Variable

TRIPS = 5
DEEPEST = 4
"""Indentation at which nothing nests any further."""


class Statements:
    """Writes statements into a scope. `result`: what the function returns; `errors`: those it
    may raise.
    """

    def __init__(
        self, choices: Choices, scope: Scope, result: Kind | None = None, errors: bool = False
    ) -> None:
        self.choices = choices
        self.scope = scope
        self.result = result
        self.errors = errors
        self.expressions = Expressions(choices, scope)

    # --- Blocks ------------------------------------------------------------------------------

    def body(self, count: int) -> None:
        for _ in range(count):
            self.statement()

    def inner(self, count: int = 2) -> None:
        """A nested block of at least one statement."""
        with self.scope.block():
            self.body(1 + self.choices.below(count))

    def statement(self) -> None:
        simple: list[Callable[[], None]] = [
            *(self._declare, self._assign, self._note, self._augment, self._declare),
            *(self._store_element, self._store_field, self._unpack, self._checked, self._shared),
        ]
        nested: list[Callable[[], None]] = [
            *(self._if, self._for, self._while, self._match, self._try, self._with),
            *(self._for_each, self._match_members, self._match_pair, self._early),
        ]
        deep = self.scope.depth >= DEEPEST or self.choices.exhausted()
        if deep or not self.choices.chance(45):
            self.choices.pick(simple)()
        else:
            self.choices.pick(nested)()

    # --- Simple statements -------------------------------------------------------------------

    def _both(self, before: str, value: Expr, after: str = "") -> None:
        self.scope.line(f"{before}{value.dialect}{after}", f"{before}{value.python}{after}")

    def _declare(self) -> None:
        makers = (
            *(self.new_integer, self.new_integer, self._new_bool, self._new_array),
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
        self._both(f"{self.scope.declare('bool').name} = ", value)

    def _new_array(self) -> None:
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
        self._both(f"{self.scope.declare('Pair').name} = ", value)

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
        self._both(f"{target.name} = ", self.expressions.loose(target.shape, 2))

    def _augment(self) -> None:
        target = self._target()
        if target is None:
            return self._note()
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
            python = f"{WORDS[op]}_{kind.name}({name}, {value.python})"
        self.scope.line(f"{name} {op}= {value.dialect}", f"{name} = {python}")

    def _note(self) -> None:
        kind = self.choices.pick(KINDS)
        value = self.expressions.integer(kind, 3)
        self.scope.line(f"seen({value.dialect})", f"seen({value.python})")

    def _store_element(self) -> None:
        arrays = self.scope.of("array")
        if not arrays:
            return self._new_array()
        array = self.choices.pick(arrays)
        assert array.element is not None
        index = self.expressions.index(array, 1)
        value = self.expressions.loose(array.element, 2)
        self.scope.line(
            f"{array.name}[{index.dialect}] = {value.dialect}",
            f"{array.name}[{index.python}] = {value.python}",
        )

    def _store_field(self) -> None:
        cells = self.scope.of("Cell")
        if not cells:
            return self._new_cell()
        name = self.choices.pick(cells).name
        match self.choices.below(4):
            case 0:
                self._both(f"{name}.count = ", self.expressions.loose(U32, 2))
            case 1:
                self._both(f"{name}.total = ", self.expressions.loose(I64, 2))
            case 2:
                self._both(f"{name}.pair = ", self.expressions.pair(1))
            case _:
                self._both(f"{name}.colour = ", self.expressions.colour(1))

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

    # --- Branches ----------------------------------------------------------------------------

    def _if(self) -> None:
        self._both("if ", self.expressions.boolean(2), ":")
        self.inner()
        if self.choices.chance(30):
            self._both("elif ", self.expressions.boolean(1), ":")
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
                    self._both(f"case {name} if ", guard, ":")
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
        self._both("match ", value, ":")
        with self.scope.block():
            number = self.choices.below(4)
            self.scope.line(f"case Pair(first={number}, second=-3):")
            self.inner()
            with self.scope.block():
                name = self.scope.declare(I32, fixed=True).name
                guard = self.expressions.boolean(1)
                self.scope.depth -= 1
                self._both(f"case Pair(first=4, second={name}) if ", guard, ":")
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
            self._both("if ", self.expressions.boolean(1), ":")
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
            return self._new_array()
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
            self._both(f"while {name} < {limit} and ", condition, ":")
        else:
            self.scope.line(f"while {name} < {limit}:")
        with self.scope.block():
            self.scope.line(f"{name} += 1")
            self._loop_body()
        self._else()

    # --- Ways out ----------------------------------------------------------------------------

    def _risk(self) -> None:
        """A statement that may raise either error."""
        helpers = [h.name for h in self.scope.helpers if h.raises]
        value = self.expressions.loose(U32, 1)
        if helpers and self.choices.chance(50):
            value = self.expressions.call(self.choices.pick(helpers), 1)
        else:
            value = Expr(f"risky({value.dialect})", f"risky({value.python})")
        self._both("seen(", value, ")")

    def _try(self) -> None:
        self.scope.line("try:")
        with self.scope.block():
            if self.choices.chance(50):
                self.body(1)
            self._risk()
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
            self._quiet_inner()

    def _quiet_inner(self) -> None:
        """A `finally` block, which nothing leaves but by its end."""
        with self.scope.block():
            self._note()

    def _with(self) -> None:
        number = self.expressions.loose(U64, 1)
        self._both("with Guard(", number, "):")
        self.inner()

    def _early(self) -> None:
        """Leaves the function, the loop, or the program, on some condition."""
        condition = self.expressions.boolean(2)
        match self.choices.below(5):
            case 0 | 1:
                self._both("if ", condition, ":")
                with self.scope.block():
                    self.give_back()
            case 2 if self.scope.loops:
                self._both("if ", condition, ":")
                self.scope.line("    break")
            case 3 if self.errors:
                self._both("if ", condition, ":")
                self.scope.line("    raise Bad")
            case 4:
                message = self.expressions.text(1)
                self.scope.line(
                    f"assert {condition.dialect}, {message.dialect}",
                    f"{condition.python} or fail({message.python})",
                )
            case _:
                self._note()

    def give_back(self) -> None:
        if self.result is None:
            self.scope.line("return")
        else:
            self._both("return ", self.expressions.loose(self.result, 2))


def write_helper(choices: Choices, helpers: list[Helper], name: str) -> tuple[Scope, Helper]:
    """A function that later ones may call."""
    shapes = tuple(choices.pick(KINDS) for _ in range(1 + choices.below(2)))
    result, raises = choices.pick(KINDS), choices.chance(35)
    if raises:
        result = U32
    scope = Scope(helpers=list(helpers), depth=0)
    parameters = [scope.declare(shape) for shape in shapes]
    listed = ", ".join(f"{p.name}: {s.name}" for p, s in zip(parameters, shapes, strict=True))
    if raises:
        scope.line("@raises(Bad, Worse)", "")
    elif choices.chance(25):
        scope.line(choices.pick(("@inline", "@noinline")), "")
    names = ", ".join(p.name for p in parameters)
    scope.line(f"def {name}({listed}) -> {result.name}:", f"def {name}({names}):")
    statements = Statements(choices, scope, result, raises)
    with scope.block():
        if raises:
            statements._risk()
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
        statements._note()
    return dialect + scope.dialect, python + scope.python
