"""The typed tree: what the checker makes and the lowering reads.

A smaller language than the source: every expression has a type, every name is resolved, every
conversion is a node, sugar (f-strings, `for`, `with`, patterns, operators of classes) is gone, and
nothing is left to decide. Generics are instantiated: no `TypeVarType`, `LiteralIntType` or
`ErrorType` occurs in a tree that is lowered.

Two kinds of things are computed. An `Expr` is a value in registers. A `Place` is storage; `Load`
reads a value type from it, `AddressOf` makes a pointer of it. Place types (`Type.is_place`) occur
only as places: a struct-typed expression of the source is the `AddressOf` its place.

Errors: a function with `raises` returns a code beside its result (0: none). A call to one is
followed by a branch, in the innermost `Try` that encloses it or out of the function; the lowering
owns that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from compiler.source import SourceFile, Span
from compiler.types import (
    FnType,
    Type,
)

# --- Declarations ------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Local:
    """A parameter or variable. A place type has storage of that type; `index` is unique in the
    function.
    """

    name: str
    type: Type
    span: Span
    index: int
    is_parameter: bool = False
    hidden: bool = False
    """Made by the checker (loop counters, temporaries): no debug information."""


Linkage = Literal["internal", "export", "extern", "shared"]


@dataclass(slots=True, eq=False)
class Function:
    """A function, method or instance of a generic one.

    symbol: linker name (`kernel_src.mm.frames.allocate`, or what `@export`/`@extern` say). linkage:
    'internal' has global visibility inside the program under its qualified name; 'export' the same
    with the C
      calling convention and never dropped; 'extern' has no body here; 'shared' (generic instances,
      `@inline`) is emitted
      in every module that uses it and merged by the linker (linkonce_odr).
    import_module: for wasm, the module an extern is imported from. raises: the errors that can
    leave it, in declaration order; empty if none. body: None until checked, and for externs.
    attributes: of "inline" "noinline" "cold" "naked" "interrupt_safe" "test"; section: None or a
    section name.
    """

    name: str
    symbol: str
    module: str
    span: Span
    parameters: list[Local]
    result: Type
    raises: list[ErrorClass]
    linkage: Linkage
    attributes: frozenset[str] = frozenset()
    section: str | None = None
    import_module: str | None = None
    locals: list[Local] = field(default_factory=list)
    body: list[Stmt] | None = None
    file: SourceFile | None = None

    @property
    def type(self) -> FnType:
        return FnType(tuple(p.type for p in self.parameters), self.result)


@dataclass(slots=True, eq=False)
class Global:
    """A module variable. `initial` is a constant expression or initialiser; None for an extern.

    `per_cpu`: lives in `.percpu`, `type` is the inner type. `constant`: read-only data.
    """

    name: str
    symbol: str
    module: str
    span: Span
    type: Type
    initial: Expr | Initializer | None = None
    per_cpu: bool = False
    constant: bool = False
    exported: bool = False
    section: str | None = None


@dataclass(slots=True, eq=False)
class ErrorClass:
    """A class derived from `Error`. `code` is the same in every build and never 0 (hash of the
    qualified name).
    """

    name: str
    short: str
    code: int
    doc: str
    span: Span


@dataclass(slots=True)
class TypedModule:
    """Everything one object file is made from. `functions` includes the shared ones this module
    uses.
    """

    name: str
    source: SourceFile
    functions: list[Function]
    globals: list[Global]
    tests: list[Function]
    errors: list[ErrorClass]
    uses_float: bool = False


# --- Places ------------------------------------------------------------------------------------


@dataclass(slots=True)
class Place:
    type: Type
    span: Span


@dataclass(slots=True)
class LocalPlace(Place):
    local: Local


@dataclass(slots=True)
class GlobalPlace(Place):
    """For a per-CPU global, this CPU's instance."""

    variable: Global


@dataclass(slots=True)
class DerefPlace(Place):
    """What a non-null pointer points to."""

    pointer: Expr


@dataclass(slots=True)
class FieldPlace(Place):
    """Field `index` of the struct at `base` (whose type is a struct `ClassType`)."""

    base: Place
    index: int


@dataclass(slots=True)
class ElementPlace(Place):
    """Element of the array at `base`. `check`: compare the index with the length."""

    base: Place
    index: Expr
    check: bool


@dataclass(slots=True)
class SliceElementPlace(Place):
    """Element of a slice value."""

    slice: Expr
    index: Expr
    check: bool


@dataclass(slots=True)
class Temporary(Place):
    """Fresh storage in the frame (one for each node, reserved at entry), initialised when
    evaluated.
    """

    initial: Initializer


# --- Initialisers of place types ---------------------------------------------------------------


@dataclass(slots=True)
class StructInit:
    """Every field in order: an `Expr` for value types, an `Initializer` for place types."""

    type: Type
    fields: list[Expr | Initializer]


@dataclass(slots=True)
class ArrayInit:
    """`count` elements, or fewer followed by zeros."""

    type: Type
    elements: list[Expr | Initializer]


@dataclass(slots=True)
class ZeroInit:
    type: Type


@dataclass(slots=True)
class CellInit:
    """`Atomic(v)`, `Mmio` (value None)."""

    type: Type
    value: Expr | None


@dataclass(slots=True)
class BytesInit:
    """An `Array[u8, N]` (or integer array) from bytes computed at compile time, little-endian
    elements.
    """

    type: Type
    data: bytes


Initializer = StructInit | ArrayInit | ZeroInit | CellInit | BytesInit

# --- Expressions -------------------------------------------------------------------------------


@dataclass(slots=True)
class Expr:
    type: Type
    span: Span


@dataclass(slots=True)
class IntConst(Expr):
    """Of integers, enums and flags; `value` in the type's range (signed where it is)."""

    value: int


@dataclass(slots=True)
class BoolConst(Expr):
    value: bool


@dataclass(slots=True)
class FloatConst(Expr):
    value: float


@dataclass(slots=True)
class StrConst(Expr):
    """Type `Str`, or `Slice[u8]` for the bytes."""

    text: str


@dataclass(slots=True)
class BytesConst(Expr):
    """`Slice[u8]` over read-only data (`embed`)."""

    data: bytes


@dataclass(slots=True)
class NullConst(Expr):
    pass


@dataclass(slots=True)
class ZeroConst(Expr):
    """All-zero value of a value type."""


@dataclass(slots=True)
class FunctionAddress(Expr):
    function: Function


@dataclass(slots=True)
class Load(Expr):
    place: Place
    volatile: bool = False


@dataclass(slots=True)
class AddressOf(Expr):
    """Pointer to a place."""

    place: Place


@dataclass(slots=True)
class MakeValue(Expr):
    """A `@value` instance or tuple (or `Str`/`Slice` parts never: see MakeSlice) from its fields in
    order.
    """

    items: list[Expr]


@dataclass(slots=True)
class GetField(Expr):
    """Field of a `@value` or item of a tuple value."""

    value: Expr
    index: int


ArithmeticOp = Literal["+", "-", "*", "//", "%", "<<", ">>", "&", "|", "^", "/"]
Mode = Literal["checked", "wrapping", "unchecked"]


@dataclass(slots=True)
class Arithmetic(Expr):
    """Both operands have the result's type (for shifts, `right` is an unsigned integer of any
    width).

    `//` and `%` floor and always check for zero; `/` is for floats only. On bool: `& | ^`. In
    'wrapping' mode a shift by the width or more gives 0 (`>>` of a negative: -1). In 'unchecked'
    mode overflow wraps and shift counts are taken modulo the width.
    """

    op: ArithmeticOp
    left: Expr
    right: Expr
    mode: Mode


@dataclass(slots=True)
class Negate(Expr):
    value: Expr
    mode: Mode


@dataclass(slots=True)
class Invert(Expr):
    """`~` in the width of the type; on flags limited to the declared bits by the checker with an
    `&`.
    """

    value: Expr


@dataclass(slots=True)
class Compare(Expr):
    """Integers, floats, bools, enums, pointers (also nullable, by address; `==`/`!=` only).
    Operands have one type.
    """

    op: Literal["==", "!=", "<", "<=", ">", ">="]
    left: Expr
    right: Expr


@dataclass(slots=True)
class StrEqual(Expr):
    """Contents of two `Str`."""

    left: Expr
    right: Expr


@dataclass(slots=True)
class Not(Expr):
    value: Expr


@dataclass(slots=True)
class Logical(Expr):
    """Short-circuit `and`/`or` of bools."""

    op: Literal["and", "or"]
    left: Expr
    right: Expr


@dataclass(slots=True)
class Conditional(Expr):
    condition: Expr
    then: Expr
    otherwise: Expr


ConvertKind = Literal[
    "widen",  # integer or float to a wider one; bool to integer
    "checked",  # integer to integer, panics if the value does not fit
    "truncate",  # low bits, or extension by the source's sign
    "bits",  # same number of bits: integer/float/enum/flags
    "float_to_int",  # towards zero, panics if it does not fit or is NaN
    "int_to_float",
    "narrow_float",
    "to_enum",  # integer of the base type to the enum, panics if not a member
    "pointer",  # pointer to pointer type; non-null to nullable; function pointers
    "assume_non_null",  # narrowed by a test the checker saw
    "from_address",  # usize to pointer, panics on 0
    "from_address_nullable",
    "to_address",  # pointer, function pointer to usize
]


@dataclass(slots=True)
class Convert(Expr):
    kind: ConvertKind
    value: Expr


@dataclass(slots=True)
class ArrayToSlice(Expr):
    """The whole array at a place as a Slice, or as a Format where it holds the pieces of an
    f-string.
    """

    array: Place


@dataclass(slots=True)
class MakeSlice(Expr):
    """Slice (or Str, Format) from a data pointer and a length (usize)."""

    data: Expr
    length: Expr


@dataclass(slots=True)
class SubSlice(Expr):
    """`s[lower:upper]`; None is 0 or the length. Panics unless lower <= upper <= length."""

    slice: Expr
    lower: Expr | None
    upper: Expr | None
    check: bool


@dataclass(slots=True)
class SliceLength(Expr):
    """Of a Slice, Str or Format value; usize."""

    slice: Expr


@dataclass(slots=True)
class SliceData(Expr):
    """Data pointer of a Slice, Str or Format value."""

    slice: Expr


@dataclass(slots=True)
class CallFunction(Expr):
    function: Function
    arguments: list[Expr]


@dataclass(slots=True)
class CallPointer(Expr):
    callee: Expr
    arguments: list[Expr]


@dataclass(slots=True)
class CallIntrinsic(Expr):
    """A machine or memory operation by its name in `compiler/intrinsics.py`.

    `element` is the type a generic one works on (copy, volatile, min …).
    """

    name: str
    arguments: list[Expr]
    element: Type | None = None


@dataclass(slots=True)
class AtomicOperation(Expr):
    """op: load store swap compare_exchange fetch_{add,sub,and,or,xor}; `cell` is the Atomic's
    place.

    `order` in LLVM's words. compare_exchange gives a tuple (old, done); store gives None.
    """

    op: str
    cell: Place
    arguments: list[Expr]
    order: str


@dataclass(slots=True)
class InlineAsm(Expr):
    template: str
    constraints: str
    arguments: list[Expr]
    pure: bool


@dataclass(slots=True)
class Sequence(Expr):
    """Runs statements (only `Let`, `Store`, `Evaluate`), then gives the value."""

    statements: list[Stmt]
    value: Expr


# --- Statements --------------------------------------------------------------------------------


@dataclass(slots=True)
class Stmt:
    span: Span


@dataclass(slots=True)
class Let(Stmt):
    """First value of a local; a place-typed local is initialised in its storage."""

    local: Local
    value: Expr | Initializer


@dataclass(slots=True)
class Store(Stmt):
    """Value type to a place. `volatile` for Mmio."""

    place: Place
    value: Expr
    volatile: bool = False


@dataclass(slots=True)
class Evaluate(Stmt):
    value: Expr


@dataclass(slots=True)
class Block(Stmt):
    body: list[Stmt]


@dataclass(slots=True)
class If(Stmt):
    condition: Expr
    body: list[Stmt]
    orelse: list[Stmt]


@dataclass(slots=True)
class Loop(Stmt):
    """`while condition` (None: forever); `continue` goes to `step`; `orelse` runs when the
    condition fails or on `LoopDone`.
    """

    condition: Expr | None
    body: list[Stmt]
    step: list[Stmt]
    orelse: list[Stmt]


@dataclass(slots=True)
class Break(Stmt):
    pass


@dataclass(slots=True)
class Continue(Stmt):
    pass


@dataclass(slots=True)
class LoopDone(Stmt):
    """Leaves the innermost loop through its `orelse`, as when its condition fails."""


@dataclass(slots=True)
class Return(Stmt):
    value: Expr | None


@dataclass(slots=True)
class Raise(Stmt):
    error: ErrorClass


@dataclass(slots=True)
class Reraise(Stmt):
    """Bare `raise`: the error the innermost handler caught."""


@dataclass(slots=True)
class Handler:
    """`errors` None catches everything that can be raised there."""

    errors: list[ErrorClass] | None
    body: list[Stmt]
    span: Span


@dataclass(slots=True)
class Try(Stmt):
    """`final` runs on every way out: end, return, break, continue, error (also of handlers and
    `orelse`).
    """

    body: list[Stmt]
    handlers: list[Handler]
    orelse: list[Stmt]
    final: list[Stmt]


@dataclass(slots=True)
class SwitchArm:
    values: list[int]
    body: list[Stmt]


@dataclass(slots=True)
class Switch(Stmt):
    """On an integer, enum or bool; `default` None: the arms are exhaustive (the subject was checked
    to be a member).
    """

    subject: Expr
    arms: list[SwitchArm]
    default: list[Stmt] | None


@dataclass(slots=True)
class Unreachable(Stmt):
    """The checker knows control cannot come here (after a NoReturn call)."""
