"""The dialect's types, and the questions the checker and the lowering ask of them.

Scalar types are frozen and compared by value. Classes (`ClassType`) are compared by identity: the
checker makes exactly one for each class and each list of type arguments. A type is either a *value*
type, which fits in registers and is copied, or a *place* type (`is_place`), which has identity and
is only ever reached through its address: structs, arrays and cells.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from compiler.source import Span

if TYPE_CHECKING:
    from compiler import syntax_tree as st


@dataclass(frozen=True, slots=True)
class Type:
    """Base of all types. `str(t)` is the spelling a user would write."""

    @property
    def is_place(self) -> bool:
        return isinstance(self, ArrayType | AtomicType | MmioType | PerCpuType) or (
            isinstance(self, ClassType) and self.kind == "struct"
        )


@dataclass(frozen=True, slots=True)
class IntType(Type):
    name: str
    width: int
    signed: bool

    def __str__(self) -> str:
        return self.name

    @property
    def min(self) -> int:
        return -(1 << (self.width - 1)) if self.signed else 0

    @property
    def max(self) -> int:
        return (1 << (self.width - int(self.signed))) - 1

    def holds(self, value: int) -> bool:
        return self.min <= value <= self.max


@dataclass(frozen=True, slots=True)
class LiteralIntType(Type):
    """The type of an exact compile-time integer that no context has given a width."""

    def __str__(self) -> str:
        return "int literal"


@dataclass(frozen=True, slots=True)
class FloatType(Type):
    name: str
    width: int

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class BoolType(Type):
    def __str__(self) -> str:
        return "bool"


@dataclass(frozen=True, slots=True)
class NoneType(Type):
    """No result; also the type of the literal `None` before a context makes it a null pointer."""

    def __str__(self) -> str:
        return "None"


@dataclass(frozen=True, slots=True)
class NeverType(Type):
    def __str__(self) -> str:
        return "NoReturn"


@dataclass(frozen=True, slots=True)
class StrType(Type):
    def __str__(self) -> str:
        return "Str"


@dataclass(frozen=True, slots=True)
class FormatType(Type):
    """A slice of `pykern.rt.format.Piece` on the caller's stack."""

    def __str__(self) -> str:
        return "Format"


@dataclass(frozen=True, slots=True)
class PtrType(Type):
    to: Type
    nullable: bool = False

    def __str__(self) -> str:
        return f"Ptr[{self.to}]" + (" | None" if self.nullable else "")


@dataclass(frozen=True, slots=True)
class ArrayType(Type):
    element: Type
    count: int

    def __str__(self) -> str:
        return f"Array[{self.element}, {self.count}]"


@dataclass(frozen=True, slots=True)
class SliceType(Type):
    element: Type

    def __str__(self) -> str:
        return f"Slice[{self.element}]"


@dataclass(frozen=True, slots=True)
class TupleType(Type):
    items: tuple[Type, ...]

    def __str__(self) -> str:
        return f"tuple[{', '.join(map(str, self.items))}]"


@dataclass(frozen=True, slots=True)
class FnType(Type):
    parameters: tuple[Type, ...]
    result: Type

    def __str__(self) -> str:
        return f"Fn[[{', '.join(map(str, self.parameters))}], {self.result}]"


@dataclass(frozen=True, slots=True)
class AtomicType(Type):
    element: Type

    def __str__(self) -> str:
        return f"Atomic[{self.element}]"


@dataclass(frozen=True, slots=True)
class MmioType(Type):
    element: Type

    def __str__(self) -> str:
        return f"Mmio[{self.element}]"


@dataclass(frozen=True, slots=True)
class PerCpuType(Type):
    element: Type

    def __str__(self) -> str:
        return f"PerCpu[{self.element}]"


@dataclass(frozen=True, slots=True)
class TypeVarType(Type):
    """A type parameter inside a generic's own check; never reaches the typed tree that is lowered.

    `bound` is None, "Integer", or the protocol.
    """

    name: str
    bound: ClassType | str | None

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class ErrorType(Type):
    """What an expression has that was already reported; compatible with everything, reported never
    again.
    """

    def __str__(self) -> str:
        return "<error>"


ClassKind = Literal["struct", "value", "enum", "flags", "error", "protocol"]


@dataclass(slots=True)
class Field:
    """A field of a class. `default` is None where the constructor must be given it."""

    name: str
    type: Type
    default: st.Expr | None
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class ClassType(Type):
    """A class of the dialect, with its type arguments if it is generic. Identity is equality.

    `name` is qualified (`kernel_src.mm.frames.Run`, `kernel_src.lib.ring.Ring[u32]`); `short` is
    for messages. `fields` of a struct or value; `members` of an enum or flags, by name; `base`
    their integer type.
    """

    name: str
    short: str
    kind: ClassKind
    span: Span
    arguments: tuple[Type, ...] = ()
    fields: list[Field] = field(default_factory=list)
    members: dict[str, int] = field(default_factory=dict)
    base: list[IntType] = field(default_factory=list)
    packed: bool = False
    align: int = 0

    def __str__(self) -> str:
        if not self.arguments:
            return self.short
        return f"{self.short}[{', '.join(map(str, self.arguments))}]"

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    @property
    def integer(self) -> IntType:
        """The integer that represents an enum or flags."""
        return self.base[0]

    def field_index(self, name: str) -> int | None:
        for index, candidate in enumerate(self.fields):
            if candidate.name == name:
                return index
        return None


U8, U16, U32, U64 = (IntType(f"u{w}", w, False) for w in (8, 16, 32, 64))
I8, I16, I32, I64 = (IntType(f"i{w}", w, True) for w in (8, 16, 32, 64))
F32, F64 = FloatType("f32", 32), FloatType("f64", 64)
BOOL, NONE, NEVER, STR, FORMAT = BoolType(), NoneType(), NeverType(), StrType(), FormatType()
LITERAL_INT, ERROR = LiteralIntType(), ErrorType()

FIXED_INTEGERS: dict[str, IntType] = {t.name: t for t in (U8, U16, U32, U64, I8, I16, I32, I64)}


@dataclass(frozen=True, slots=True)
class Target:
    """What of the machine the checker needs to know. `kind` is the value of `TARGET` in the
    dialect.
    """

    kind: Literal["kernel", "wasm", "host"]
    pointer_bits: int

    @property
    def usize(self) -> IntType:
        return IntType("usize", self.pointer_bits, False)

    @property
    def isize(self) -> IntType:
        return IntType("isize", self.pointer_bits, True)


KERNEL, WASM, HOST = Target("kernel", 64), Target("wasm", 32), Target("host", 64)


def widens(source: Type, target: Type) -> bool:
    """Whether every `source` integer is a `target` integer on every machine.

    `usize` is 32 bits at least and 64 at most, whatever the target, so that a file means the same
    everywhere.
    """
    if source == target:
        return True
    if not (isinstance(source, IntType) and isinstance(target, IntType)):
        return (
            isinstance(source, FloatType)
            and isinstance(target, FloatType)
            and source.width < target.width
        )
    most = 64 if source.name in ("usize", "isize") else source.width
    least = 32 if target.name in ("usize", "isize") else target.width
    if source.signed == target.signed:
        if {source.name, target.name} <= {"usize", "isize"}:
            return True
        return most <= least
    return not source.signed and most < least


def common_integer(a: IntType, b: IntType) -> IntType | None:
    """The type an operation on `a` and `b` is done in, or None where neither holds both."""
    if widens(a, b):
        return b
    return a if widens(b, a) else None
