"""The machine intrinsics of x86_64: one row of assembly each (AT&T syntax, LLVM's constraints).

A row's operands are the intrinsic's parameters in order and its outputs the parts of the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from llvmlite import ir

from compiler.intrinsics import MACHINE
from compiler.lower.calls import NOTHING, assembly
from compiler.lower.emit import Value, integer
from compiler.lower.state import FunctionState
from compiler.lower.types import I32, I64, PTR, VOID
from compiler.types import NoneType, TupleType


@dataclass(frozen=True, slots=True)
class Row:
    """`halves`: the last parameter and the result are EDX:EAX. `ignored`: 64-bit outputs nobody
    wants.
    """

    template: str
    constraints: str = ""
    halves: bool = False
    ignored: int = 0


_COUNTED = "={di},={si},={cx},0,1,2"
_FILLED = "={di},={cx},0,{ax},1"

ROWS: dict[str, Row] = {
    "inb": Row("inb %dx, %al", "={al},{dx}"),
    "inw": Row("inw %dx, %ax", "={ax},{dx}"),
    "inl": Row("inl %dx, %eax", "={eax},{dx}"),
    "outb": Row("outb %al, %dx", "{dx},{al}"),
    "outw": Row("outw %ax, %dx", "{dx},{ax}"),
    "outl": Row("outl %eax, %dx", "{dx},{eax}"),
    "rdmsr": Row("rdmsr", "={ax},={dx},{cx}", halves=True),
    "wrmsr": Row("wrmsr", "{cx},{ax},{dx}", halves=True),
    "read_cr0": Row("movq %cr0, $0", "=r"),
    "read_cr2": Row("movq %cr2, $0", "=r"),
    "read_cr3": Row("movq %cr3, $0", "=r"),
    "read_cr4": Row("movq %cr4, $0", "=r"),
    "write_cr0": Row("movq $0, %cr0", "r"),
    "write_cr3": Row("movq $0, %cr3", "r"),
    "write_cr4": Row("movq $0, %cr4", "r"),
    "read_flags": Row("pushfq\n\tpopq $0", "=r"),
    "cli": Row("cli"),
    "sti": Row("sti"),
    "hlt": Row("hlt"),
    "pause": Row("pause"),
    "invlpg": Row("invlpg ($0)", "r"),
    # RBX may be LLVM's base pointer, so it is only borrowed.
    "cpuid": Row("xchgq %rbx, ${1:q}\n\tcpuid\n\txchgq %rbx, ${1:q}", "={ax},=r,={cx},={dx},0,2"),
    "rdtsc": Row("rdtsc", "={ax},={dx}", halves=True),
    "lgdt": Row("lgdt ($0)", "r"),
    "lidt": Row("lidt ($0)", "r"),
    "ltr": Row("ltr ${0:w}", "r"),
    "rep_movsb": Row("rep movsb", _COUNTED, ignored=3),
    "rep_movsq": Row("rep movsq", _COUNTED, ignored=3),
    "rep_stosb": Row("rep stosb", _FILLED, ignored=2),
    "rep_stosq": Row("rep stosq", _FILLED, ignored=2),
    "swapgs": Row("swapgs"),
    "xgetbv": Row("xgetbv", "={ax},={dx},{cx}", halves=True),
    "xsetbv": Row("xsetbv", "{cx},{ax},{dx}", halves=True),
}

FRAME: dict[str, str] = {
    "read_fp": "llvm.frameaddress.p0",
    "return_address": "llvm.returnaddress",
}


def machine_intrinsic(f: FunctionState, name: str, arguments: Sequence[Value]) -> Value:
    if name in FRAME:
        callee = f.module.intrinsic(FRAME[name], "ptr", "i32 immarg")
        pointer = f.e.call(PTR, callee, [integer(I32, 0)])
        return f.e.cast("ptrtoint", pointer, f.types.usize)
    row = ROWS[name]
    operands = list(arguments)
    if row.halves and operands and operands[-1].type == I64:
        operands[-1:] = _halves(f, operands[-1])
    value = assembly(f, _result(f, name, row), row.template, row.constraints, operands)
    if row.halves and value.type is not VOID:
        return _joined(f, value)
    return NOTHING if row.ignored else value


def _result(f: FunctionState, name: str, row: Row) -> ir.Type:
    """What the assembly itself gives."""
    if row.ignored:
        return ir.LiteralStructType([I64] * row.ignored)
    result = MACHINE[name].result
    if isinstance(result, NoneType):
        return VOID
    if row.halves and not isinstance(result, TupleType):
        return ir.LiteralStructType([I32, I32])
    return f.types.value(result)


def _halves(f: FunctionState, value: Value) -> list[Value]:
    """Low and high half of 64 bits."""
    high = f.e.binary("lshr", value, integer(I64, 32))
    return [f.e.cast("trunc", value, I32), f.e.cast("trunc", high, I32)]


def _joined(f: FunctionState, pair: Value) -> Value:
    low, high = (f.e.cast("zext", f.e.extract(pair, index), I64) for index in (0, 1))
    return f.e.binary("or", low, f.e.binary("shl", high, integer(I64, 32)))
