"""The intrinsics: every operation the compiler itself supplies, one row each.

`MACHINE` rows have a fixed signature and exist on the kernel target only. `GENERIC` rows take the
integer, place or slice type they work on from their arguments; their typing rule is named by `rule`
and lives in `check.intrinsics`. `lower.intrinsics` has a lowering for every row, which a test
checks.
"""

from __future__ import annotations

from dataclasses import dataclass

from compiler.types import NONE, U8, U16, U32, U64, IntType, TupleType, Type

USIZE = IntType("usize", 64, False)
"""Machine intrinsics exist on x86_64 only."""


@dataclass(frozen=True, slots=True)
class MachineIntrinsic:
    name: str
    parameters: tuple[Type, ...]
    result: Type
    never_returns: bool = False


def _row(name: str, *parameters: Type, gives: Type = NONE) -> MachineIntrinsic:
    return MachineIntrinsic(name, parameters, gives)


MACHINE: dict[str, MachineIntrinsic] = {
    row.name: row
    for row in (
        _row("inb", U16, gives=U8),
        _row("inw", U16, gives=U16),
        _row("inl", U16, gives=U32),
        _row("outb", U16, U8),
        _row("outw", U16, U16),
        _row("outl", U16, U32),
        _row("rdmsr", U32, gives=U64),
        _row("wrmsr", U32, U64),
        _row("read_cr0", gives=U64),
        _row("read_cr2", gives=U64),
        _row("read_cr3", gives=U64),
        _row("read_cr4", gives=U64),
        _row("write_cr0", U64),
        _row("write_cr3", U64),
        _row("write_cr4", U64),
        _row("read_flags", gives=U64),
        _row("cli"),
        _row("sti"),
        _row("hlt"),
        _row("pause"),
        _row("invlpg", USIZE),
        _row("cpuid", U32, U32, gives=TupleType((U32, U32, U32, U32))),
        _row("rdtsc", gives=U64),
        _row("lgdt", USIZE),
        _row("lidt", USIZE),
        _row("ltr", U16),
        _row("rep_movsb", USIZE, USIZE, USIZE),
        _row("rep_stosb", USIZE, U8, USIZE),
        _row("rep_movsq", USIZE, USIZE, USIZE),
        _row("rep_stosq", USIZE, U64, USIZE),
        _row("swapgs"),
        _row("read_fp", gives=USIZE),
        _row("return_address", gives=USIZE),
        _row("xgetbv", U32, gives=U64),
        _row("xsetbv", U32, U64),
    )
}

HOST_TOO: frozenset[str] = frozenset(
    {
        "pause",
        "cpuid",
        "rdtsc",
        "rep_movsb",
        "rep_stosb",
        "rep_movsq",
        "rep_stosq",
        "read_fp",
        "return_address",
    }
)
"""Machine intrinsics that need no privilege: allowed on the host target too."""

GENERIC: dict[str, str] = {
    # name: typing rule
    "checked_add": "integer pair to (T, bool)",
    "checked_sub": "integer pair to (T, bool)",
    "checked_mul": "integer pair to (T, bool)",
    "min": "number pair to T",
    "max": "number pair to T",
    "abs": "number to T",
    "clz": "unsigned to u32",
    "ctz": "unsigned to u32",
    "popcount": "unsigned to u32",
    "bswap": "unsigned to T",
    "rotl": "unsigned and count to T",
    "rotr": "unsigned and count to T",
    "mul_wide": "u64 pair to (u64, u64)",
    "copy": "struct pointer pair",
    "zero": "struct pointer",
    "copy_slice": "slice pair",
    "fill": "slice and element",
    "offset": "pointer and count to pointer",
    "volatile_load": "pointer to element",
    "volatile_store": "pointer and element",
    "fence": "order",
    "compiler_fence": "nothing",
}
"""How `CallIntrinsic` carries them: `element` is T (the integer, struct or element type).

abs of the least signed integer panics like an overflow. clz and ctz of 0 are the width. rotl/rotr
take a u32 count modulo the width. copy/zero: pointers to `element`. copy_slice: lengths are
compared first, overlap is allowed. fence: the order is the one argument, a `StrConst` in LLVM's
words (also for compiler_fence: "seq_cst", singlethread scope).
"""

WRAPPING: dict[str, str] = {
    "wrapping_add": "+",
    "wrapping_sub": "-",
    "wrapping_mul": "*",
    "wrapping_shl": "<<",
}
"""Become `Arithmetic` in wrapping mode; `wrapping_neg` becomes `Negate`."""

ORDERS: dict[str, str] = {
    "RELAXED": "monotonic",
    "ACQUIRE": "acquire",
    "RELEASE": "release",
    "ACQ_REL": "acq_rel",
    "SEQ_CST": "seq_cst",
}

ATOMIC_OPERATIONS: dict[str, int] = {
    "load": 0,
    "store": 1,
    "swap": 1,
    "compare_exchange": 2,
    "fetch_add": 1,
    "fetch_sub": 1,
    "fetch_and": 1,
    "fetch_or": 1,
    "fetch_xor": 1,
}
"""Operation: number of value arguments before the order."""

BOOL_ATOMICS: frozenset[str] = frozenset({"load", "store", "swap", "compare_exchange"})
