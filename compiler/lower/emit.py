"""Writes the instructions of one function as LLVM assembly text.

llvmlite's own instruction classes cannot say `volatile`, call-site attributes or debug records, and
keep operands nobody rewrites; here an instruction is written once, as text. Types and constants are
llvmlite's.

Code that cannot be reached is never written: after a terminator the emitter is `closed` until a
label that something branches to is placed. A label must therefore be branched to before it is
placed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from llvmlite import ir

from compiler.diagnostics import InternalError
from compiler.lower.types import I1, PTR, VOID


class Value:
    """An operand: a register, constant or symbol, and its LLVM type."""

    __slots__ = ("text", "type")

    def __init__(self, type: ir.Type, text: str) -> None:
        self.type = type
        self.text = text

    def __str__(self) -> str:
        return f"{self.type} {self.text}"

    @property
    def integer(self) -> int | None:
        """The number, of an integer constant."""
        text = self.text
        return int(text) if text[0] in "-0123456789" and isinstance(self.type, ir.IntType) else None


class Label:
    __slots__ = ("name", "used")

    def __init__(self, name: str) -> None:
        self.name = name
        self.used = False


def integer(type: ir.Type, value: int) -> Value:
    return Value(type, str(value))


def boolean(value: bool) -> Value:
    return Value(I1, "true" if value else "false")


def zero(type: ir.Type) -> Value:
    return Value(type, "zeroinitializer")


class Emitter:
    """`prof_failure` is the metadata that marks the first target of a branch as never taken."""

    def __init__(self, prof_failure: str) -> None:
        self.prof_failure = prof_failure
        self.location = ""
        self.closed = False
        self._lines: list[str] = []
        self._entry: list[str] = []
        self._cold: list[str] = []
        self._block = "entry"
        self._count = 0

    def text(self) -> str:
        """The finished body. The failures of checks come last, out of the way of the code that
        runs.
        """
        return "\n".join(["entry:", *self._entry, *self._lines, *self._cold])

    # --- Names and blocks ---------------------------------------------------------------------

    @property
    def block(self) -> str:
        """The block being written, for `phi`."""
        return self._block

    def label(self, hint: str) -> Label:
        self._count += 1
        return Label(f"{hint}.{self._count}")

    def place(self, label: Label) -> None:
        """Begins a block. Whoever falls into it must have branched to it."""
        if not self.closed:
            raise InternalError(f"block {self._block} runs into {label.name}")
        if label.used:
            self._lines.append(f"{label.name}:")
            self._block = label.name
            self.closed = False

    @contextmanager
    def cold_block(self, label: Label) -> Iterator[None]:
        """Writes a block that ends itself to the end of the function."""
        if not label.used:
            return_to = None
        else:
            return_to = (self._lines, self._block, self.closed)
            self._lines, self.closed = self._cold, True
            self.place(label)
        yield
        if return_to is not None:
            if not self.closed:
                raise InternalError(f"block {label.name} does not end")
            self._lines, self._block, self.closed = return_to

    def alloca(self, type: ir.Type, align: int, name: str) -> Value:
        """Storage reserved when the function is entered."""
        self._count += 1
        register = (
            f'%"{name}.{self._count}"' if not name.isidentifier() else f"%{name}.{self._count}"
        )
        self._entry.append(f"  {register} = alloca {type}, align {align}")
        return Value(PTR, register)

    def at_entry(self, line: str) -> None:
        """A line that follows the allocas and comes before everything else."""
        self._entry.append("  " + line)

    # --- Instructions -------------------------------------------------------------------------

    def give(self, type: ir.Type, text: str) -> Value:
        """An instruction with a result."""
        if self.closed:
            return Value(type, "poison")
        self._count += 1
        register = f"%v{self._count}"
        self._lines.append(f"  {register} = {text}{self.location}")
        return Value(type, register)

    def do(self, text: str) -> None:
        """An instruction without one."""
        if not self.closed:
            self._lines.append(f"  {text}{self.location}")

    def binary(self, op: str, a: Value, b: Value) -> Value:
        return self.give(a.type, f"{op} {a.type} {a.text}, {b.text}")

    def icmp(self, predicate: str, a: Value, b: Value) -> Value:
        return self.give(I1, f"icmp {predicate} {a.type} {a.text}, {b.text}")

    def fcmp(self, predicate: str, a: Value, b: Value) -> Value:
        return self.give(I1, f"fcmp {predicate} {a.type} {a.text}, {b.text}")

    def cast(self, op: str, value: Value, to: ir.Type) -> Value:
        return self.give(to, f"{op} {value.type} {value.text} to {to}")

    def resize(self, value: Value, to: ir.Type, signed: bool = False) -> Value:
        """An integer in another width: low bits, or extended."""
        if value.type.width == to.width:
            return value
        if value.integer is not None and 0 <= value.integer < 1 << (to.width - 1):
            return Value(to, value.text)
        if value.type.width > to.width:
            return self.cast("trunc", value, to)
        return self.cast("sext" if signed else "zext", value, to)

    def select(self, condition: Value, a: Value, b: Value) -> Value:
        return self.give(a.type, f"select {condition}, {a}, {b}")

    def extract(self, aggregate: Value, index: int) -> Value:
        member = aggregate.type.elements[index]
        return self.give(member, f"extractvalue {aggregate}, {index}")

    def insert(self, aggregate: Value, member: Value, index: int) -> Value:
        return self.give(aggregate.type, f"insertvalue {aggregate}, {member}, {index}")

    def aggregate(self, type: ir.Type, members: Sequence[tuple[int, Value]]) -> Value:
        """A struct value; members not given are zero."""
        result = zero(type)
        for index, member in members:
            result = self.insert(result, member, index)
        return result

    def load(self, type: ir.Type, pointer: Value, align: int, volatile: bool = False) -> Value:
        word = "load volatile" if volatile else "load"
        return self.give(type, f"{word} {type}, {pointer}, align {align}")

    def store(self, value: Value, pointer: Value, align: int, volatile: bool = False) -> None:
        word = "store volatile" if volatile else "store"
        self.do(f"{word} {value}, {pointer}, align {align}")

    def offset(self, pointer: Value, element: ir.Type, count: Value) -> Value:
        """Pointer arithmetic that promises nothing: it may leave the object and wrap."""
        return self.give(pointer.type, f"getelementptr {element}, {pointer}, {count}")

    def call(
        self, result: ir.Type, callee: str, arguments: Sequence[Value | str], suffix: str = ""
    ) -> Value:
        """`callee` is what follows the word `call`, up to the arguments; ("void" results give an
        unusable value).
        """
        text = f"call {callee}({', '.join(map(str, arguments))}){suffix}"
        if result is VOID:
            self.do(text)
            return Value(VOID, "")
        return self.give(result, text)

    def phi(self, type: ir.Type, incoming: Sequence[tuple[Value, str]]) -> Value:
        pairs = ", ".join(f"[ {value.text}, %{block} ]" for value, block in incoming)
        return self.give(type, f"phi {type} {pairs}")

    # --- Terminators --------------------------------------------------------------------------

    def branch(self, label: Label) -> None:
        if not self.closed:
            label.used = True
            self.do(f"br label %{label.name}")
            self.closed = True

    def branch_if(
        self, condition: Value, then: Label, otherwise: Label, failure: bool = False
    ) -> None:
        """`failure`: `then` is the way to a failed check or an error, and unlikely."""
        if self.closed:
            return
        if condition.text in ("true", "false"):
            self.branch(then if condition.text == "true" else otherwise)
            return
        then.used = otherwise.used = True
        weights = f", !prof {self.prof_failure}" if failure else ""
        self.do(f"br i1 {condition.text}, label %{then.name}, label %{otherwise.name}{weights}")
        self.closed = True

    def switch(self, value: Value, default: Label, arms: Sequence[tuple[int, Label]]) -> None:
        if self.closed:
            return
        default.used = True
        for _, label in arms:
            label.used = True
        table = " ".join(f"{value.type} {number}, label %{label.name}" for number, label in arms)
        self.do(f"switch {value}, label %{default.name} [ {table} ]")
        self.closed = True

    def ret(self, value: Value | None) -> None:
        self.do("ret void" if value is None else f"ret {value}")
        self.closed = True

    def unreachable(self) -> None:
        self.do("unreachable")
        self.closed = True
