"""The state of checking one body: its locals, what is known on this path, and what may leave it.

`Flow` is what holds at one point of the program. It is copied at branches and merged where they
join, so narrowing (`p is not None`) and definite assignment follow control flow.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from compiler import syntax_tree as st
from compiler import typed_tree as tt
from compiler.check.resolve_types import Environment
from compiler.check.symbols import FunctionInstance, Module
from compiler.diagnostics import Note
from compiler.program import Program
from compiler.source import Span
from compiler.types import Type

Path = tuple[tt.Local | tt.Global, ...] | tuple[object, ...]
"""A narrowed place: a local, or a local or global followed by field names."""


@dataclass(slots=True)
class Flow:
    """`nonnull`: paths known not to be None. `assigned`: locals that surely have a value. `dead`:
    unreachable.
    """

    nonnull: frozenset[Path] = frozenset()
    assigned: frozenset[tt.Local] = frozenset()
    dead: bool = False

    def copy(self) -> Flow:
        return Flow(self.nonnull, self.assigned, self.dead)

    def assume(self, paths: Iterable[Path]) -> Flow:
        return Flow(self.nonnull | frozenset(paths), self.assigned, self.dead)


def merge(flows: Iterable[Flow]) -> Flow:
    """What holds after any of these paths."""
    live = [flow for flow in flows if not flow.dead]
    if not live:
        return Flow(dead=True)
    nonnull, assigned = live[0].nonnull, live[0].assigned
    for flow in live[1:]:
        nonnull &= flow.nonnull
        assigned &= flow.assigned
    return Flow(nonnull, assigned)


@dataclass(slots=True)
class LoopFrame:
    """A loop being checked: the flows that leave it by `break`."""

    breaks: list[Flow] = field(default_factory=list)


@dataclass(slots=True)
class TryFrame:
    """A `try` body being checked: what its handlers catch (None: everything) and which errors were
    seen.
    """

    catches: list[tt.ErrorClass] | None
    raised: list[tt.ErrorClass] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)


@dataclass(slots=True)
class HandlerFrame:
    """An `except` body being checked: what a bare `raise` in it can re-raise."""

    errors: list[tt.ErrorClass]


class Body:
    """What the checking functions share while they walk one function, or one constant's value."""

    def __init__(self, program: Program, module: Module, environment: Environment) -> None:
        self.program = program
        self.module = module
        self.environment = environment
        self.instance: FunctionInstance | None = None
        self.function: tt.Function | None = None
        self.mode: tt.Mode = "checked"
        self.locals: dict[str, tt.Local] = {}
        self.globals_named: set[str] = set()
        self.own_names: set[str] = set()
        self.flow = Flow()
        self.loops: list[LoopFrame] = []
        self.tries: list[TryFrame] = []
        self.handlers: list[HandlerFrame] = []
        self.raised: set[tt.ErrorClass] = set()
        self.tainted: set[tuple[tt.Local, int | None]] = set()
        self.shared: list[FunctionInstance] = []
        self._next_index = 0

    # --- Reports -----------------------------------------------------------------------------

    def report(
        self,
        name: str,
        span: Span,
        /,
        *,
        notes: Iterable[Note] = (),
        help: str | None = None,
        **values: object,
    ) -> None:
        self.program.report(name, span, notes=notes, help=help, **values)

    # --- Locals ------------------------------------------------------------------------------

    def begin(self, instance: FunctionInstance) -> None:
        """Starts the body of a function: its parameters are the first locals."""
        function = instance.function
        self.instance = instance
        self.function = function
        self.locals = {p.name: p for p in function.parameters}
        self.own_names = syntax_names_assigned(instance.decl.node.body)
        self.flow = Flow(assigned=frozenset(function.parameters))
        self._next_index = len(function.parameters)
        if "wrapping" in function.attributes:
            self.mode = "wrapping"
        elif "unchecked" in function.attributes:
            self.mode = "unchecked"

    def new_local(self, name: str, kind: Type, span: Span, hidden: bool = False) -> tt.Local:
        local = tt.Local(name, kind, span, self._next_index, hidden=hidden)
        self._next_index += 1
        if not hidden:
            self.locals[name] = local
        if self.function is not None:
            self.function.locals.append(local)
        return local

    def hidden_local(self, kind: Type, span: Span) -> tt.Local:
        return self.new_local(f".{self._next_index}", kind, span, hidden=True)

    def assign(self, local: tt.Local) -> None:
        """`local` has a value from here on, and nothing is known of it but its type."""
        self.flow.assigned |= {local}
        self.forget(lambda path: path[0] is local)

    def forget(self, affected) -> None:  # type: ignore[no-untyped-def]
        """Ends the narrowing of the paths for which `affected(path)` holds."""
        kept = frozenset(path for path in self.flow.nonnull if not affected(path))
        if len(kept) != len(self.flow.nonnull):
            self.flow.nonnull = kept

    # --- Errors ------------------------------------------------------------------------------

    def can_raise(self, errors: Iterable[tt.ErrorClass], span: Span) -> None:
        """These errors can happen at `span`: each must be caught around it or listed by the
        function.
        """
        for error in errors:
            if self._caught(error):
                continue
            self.raised.add(error)
            if self.function is not None and error not in self.function.raises:
                self.report("unlisted-error", span, name=error.short, function=self.function.name)

    def _caught(self, error: tt.ErrorClass) -> bool:
        for frame in reversed(self.tries):
            frame.flows.append(self.flow.copy())
            if error not in frame.raised:
                frame.raised.append(error)
            if frame.catches is None or error in frame.catches:
                return True
        return False

    def use(self, instance: FunctionInstance) -> tt.Function:
        """A reference to a function from this body; shared ones must be emitted with it."""
        if instance.shared:
            self.shared.append(instance)
        return instance.function

    @property
    def usize(self) -> Type:
        return self.program.target.usize


def syntax_names_assigned(statements: list[st.Stmt]) -> set[str]:
    """Names given a value anywhere in these statements: what a loop's head can't rely on."""
    found: set[str] = set()
    for statement in statements:
        _collect_assigned(statement, found)
    return found


def _collect_assigned(statement: st.Stmt, found: set[str]) -> None:
    match statement:
        case st.Assign():
            for target in statement.targets:
                _collect_target(target, found)
        case st.AnnAssign() | st.AugAssign():
            _collect_target(statement.target, found)
        case st.If():
            found |= syntax_names_assigned(statement.body + statement.orelse)
        case st.While():
            found |= syntax_names_assigned(statement.body + statement.orelse)
        case st.For():
            _collect_target(statement.target, found)
            found |= syntax_names_assigned(statement.body + statement.orelse)
        case st.Try():
            found |= syntax_names_assigned(statement.body + statement.orelse + statement.final)
            for handler in statement.handlers:
                found |= syntax_names_assigned(handler.body)
        case st.With():
            for item in statement.items:
                if item.target is not None:
                    _collect_target(item.target, found)
            found |= syntax_names_assigned(statement.body)
        case st.Match():
            for case in statement.cases:
                _collect_pattern(case.pattern, found)
                found |= syntax_names_assigned(case.body)
        case _:
            pass


def _collect_target(target: st.Expr, found: set[str]) -> None:
    """A name, or the last field of `a.b` (spelt `.b`), or each item of a tuple."""
    match target:
        case st.Name():
            found.add(target.id)
        case st.Attribute():
            found.add("." + target.name)
        case st.TupleExpr():
            for item in target.items:
                _collect_target(item, found)
        case _:
            pass


def _collect_pattern(pattern: st.Pattern, found: set[str]) -> None:
    match pattern:
        case st.CapturePattern():
            if pattern.name is not None:
                found.add(pattern.name)
            if pattern.pattern is not None:
                _collect_pattern(pattern.pattern, found)
        case st.OrPattern():
            for alternative in pattern.alternatives:
                _collect_pattern(alternative, found)
        case st.ClassPattern():
            for _, inner in pattern.fields:
                _collect_pattern(inner, found)
        case st.TuplePattern():
            for inner in pattern.items:
                _collect_pattern(inner, found)
        case _:
            pass
