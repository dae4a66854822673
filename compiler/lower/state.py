"""What the parts of the lowering share: the state of the module and of the function."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from llvmlite import ir

from compiler.lower.debug import DebugInfo
from compiler.lower.emit import Emitter, Label, Value
from compiler.lower.metadata import Metadata, quoted
from compiler.lower.types import Types
from compiler.machine.target import function_attributes
from compiler.source import Span
from compiler.typed_tree import (
    Expr,
    Function,
    Global,
    Local,
    Place,
    Stmt,
    Temporary,
    TypedModule,
)
from compiler.types import BoolType, ClassType, FnType, IntType, NeverType, Target, Type

if TYPE_CHECKING:
    from compiler.lower.data import Data

EXTENDED_WIDTH = 32
"""Narrower integers are extended to this width by whoever passes or returns them, as C does."""


@dataclass(frozen=True, slots=True)
class LowerOptions:
    """`comp_dir`: the directory DWARF's relative file names start from; `optimised`: what DWARF
    says of it.
    """

    target: Target
    optimised: bool = False
    comp_dir: str = "."


@dataclass(frozen=True, slots=True)
class Runtime:
    """The run-time library's types that the lowering lays out. `check_site`:
    `pykern.rt.checks.CheckSite`.
    """

    check_site: ClassType


@dataclass(frozen=True, slots=True)
class Signature:
    """LLVM types of a function, each with its attribute ("zeroext " or nothing)."""

    result: ir.Type
    result_attribute: str
    parameters: tuple[tuple[ir.Type, str], ...]

    @property
    def head(self) -> str:
        return f"{self.result_attribute}{self.result}"


class ModuleState:
    """One module being lowered. `data` is set by whoever makes the state."""

    data: Data

    def __init__(self, module: TypedModule, options: LowerOptions, runtime: Runtime) -> None:
        self.module = module
        self.options = options
        self.runtime = runtime
        self.types = Types(options.target)
        self.metadata = Metadata()
        self.debug = DebugInfo(
            module, self.types, self.metadata, options.comp_dir, options.optimised
        )
        self.prof_failure = self.metadata.add('!{!"branch_weights", i32 1, i32 1048575}')
        words = [function_attributes(options.target, module.name), "null_pointer_is_valid"]
        if options.target.kind == "kernel" and not module.uses_float:
            words.append("noimplicitfloat")
        self.common_attributes = " ".join(words)
        self.defined = {f.symbol for f in functions_of(module)}
        self.declarations: dict[str, str] = {}
        self.helpers: dict[str, str] = {}
        self._signatures: dict[FnType, Signature] = {}

    @property
    def hidden(self) -> str:
        """How symbols that do not leave the program are marked. LLJIT finds no hidden ones, so not
        there.
        """
        return "" if self.options.target.kind == "host" else "hidden "

    def signature(self, function: Function) -> Signature:
        plain = self.signature_of(function.type)
        if not function.raises:
            return plain
        return Signature(self.types.result(function.result, True), "", plain.parameters)

    def signature_of(self, type: FnType) -> Signature:
        found = self._signatures.get(type)
        if found is None:
            parameters = tuple((self.types.value(p), extension(p)) for p in type.parameters)
            found = Signature(self.types.value(type.result), extension(type.result), parameters)
            self._signatures[type] = found
        return found

    def reference(self, function: Function) -> str:
        """The function as an operand; declared if it is defined elsewhere."""
        symbol = function.symbol
        if symbol not in self.defined and symbol not in self.declarations:
            self.declarations[symbol] = self._declaration(function)
        return symbol_reference(symbol)

    def _declaration(self, function: Function) -> str:
        signature = self.signature(function)
        parameters = ", ".join(f"{t} {a}".rstrip() for t, a in signature.parameters)
        visibility = "" if function.linkage in ("extern", "export") else self.hidden
        attributes = self.common_attributes
        if never_returns(function):
            attributes += " noreturn"
        if "cold" in function.attributes:
            attributes += " cold"
        if function.import_module is not None:
            attributes += (
                f' "wasm-import-module"={quoted(function.import_module)}'
                f' "wasm-import-name"={quoted(function.symbol)}'
            )
        symbol = symbol_reference(function.symbol)
        return f"declare {visibility}{signature.head} {symbol}({parameters}) {attributes}"

    def intrinsic(self, name: str, result: str, parameters: str, attributes: str = "") -> str:
        """Declares an LLVM intrinsic or runtime symbol; what follows `call`."""
        if name not in self.defined and name not in self.declarations:
            line = f"declare {result} {symbol_reference(name)}({parameters}) {attributes}"
            self.declarations[name] = line.rstrip()
        return f"{result} {symbol_reference(name)}"


@dataclass(frozen=True, slots=True)
class Address:
    """A pointer and what its address is known to be a multiple of."""

    pointer: Value
    align: int


class Unreached(Exception):
    """An operand never returns: what would use it is not lowered."""


Rule = Callable[["FunctionState", Any], Any]

RULES: dict[type, Rule] = {}
"""How each kind of node is lowered. An expression's rule gives its value, a place's its address."""

RuleT = TypeVar("RuleT", bound=Rule)


def lowers(*nodes: type) -> Callable[[RuleT], RuleT]:
    """Enters a function in `RULES`."""

    def enter(rule: RuleT) -> RuleT:
        for node in nodes:
            RULES[node] = rule
        return rule

    return enter


@dataclass(slots=True)
class LoopScope:
    """Where the three ways on from inside a loop lead."""

    end: Label
    step: Label
    done: Label


@dataclass(slots=True)
class CatchScope:
    """A `try` body with handlers: errors go to `landing`, their code in the error slot."""

    landing: Label


@dataclass(slots=True)
class HandlerScope:
    """Inside a handler, for a bare `raise`."""

    code: Value


@dataclass(slots=True)
class FinalScope:
    """A `finally` that is still to run; `landing` is where errors enter it."""

    landing: Label
    body: list[Stmt]


Scope = LoopScope | CatchScope | HandlerScope | FinalScope


@dataclass(slots=True)
class FunctionState:
    """One function being lowered. `scopes` are innermost last."""

    module: ModuleState
    function: Function
    e: Emitter
    debug_scope: str
    scopes: list[Scope] = field(default_factory=list)
    storage: dict[Local, Value] = field(default_factory=dict)
    temporaries: dict[int, Value] = field(default_factory=dict)
    error_slot: Value | None = None
    error_exit: Label | None = None

    @property
    def types(self) -> Types:
        return self.module.types

    def value(self, node: Expr) -> Value:
        """Evaluates an expression; of type VOID if it has no value."""
        value: Value = RULES[type(node)](self, node)
        return value

    def address(self, place: Place) -> Address:
        """Evaluates a place. The pointer of this CPU's instance of a variable is relative to GS."""
        found: Address = RULES[type(place)](self, place)
        return found

    def statements(self, body: Iterable[Stmt]) -> None:
        for statement in body:
            if self.e.closed:
                return
            self.locate(statement.span)
            try:
                RULES[type(statement)](self, statement)
            except Unreached:
                return

    @contextmanager
    def at(self, span: Span) -> Iterator[None]:
        """Instructions written inside belong to this place in the source."""
        before = self.e.location
        self.locate(span)
        try:
            yield
        finally:
            self.e.location = before

    def locate(self, span: Span) -> None:
        reference = self.module.debug.location(self.debug_scope, span)
        self.e.location = f", !dbg {reference}"

    def local(self, local: Local) -> Value:
        """The storage of a local, reserved the first time it is asked for."""
        found = self.storage.get(local)
        if found is None:
            layout = self.types.layout(local.type)
            type = self.types.storage(local.type)
            found = self.storage[local] = self.e.alloca(type, layout.align, local.name)
        return found

    def temporary(self, node: Temporary) -> Value:
        found = self.temporaries.get(id(node))
        if found is None:
            layout = self.types.layout(node.type)
            found = self.e.alloca(self.types.storage(node.type), layout.align, "temporary")
            self.temporaries[id(node)] = found
        return found


def functions_of(module: TypedModule) -> list[Function]:
    """Every function the module's object has a body of, each once, in order."""
    by_symbol: dict[str, Function] = {}
    for function in (*module.functions, *module.tests):
        if function.body is not None:
            by_symbol.setdefault(function.symbol, function)
    return list(by_symbol.values())


def never_returns(function: Function) -> bool:
    """Neither with a result nor with an error."""
    return isinstance(function.result, NeverType) and not function.raises


def extension(type: Type) -> str:
    """How the C convention widens a narrow integer."""
    if isinstance(type, BoolType):
        return "zeroext "
    if isinstance(type, ClassType) and type.base:
        type = type.integer
    if isinstance(type, IntType) and type.width < EXTENDED_WIDTH:
        return "signext " if type.signed else "zeroext "
    return ""


def symbol_reference(symbol: str) -> str:
    return "@" + quoted(symbol)


def is_external(variable: Global) -> bool:
    """Defined by another object."""
    return variable.initial is None
