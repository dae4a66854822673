"""Every intrinsic has a lowering; the portable ones against Python's answers."""

from __future__ import annotations

import ctypes
import itertools
from typing import Any

import pytest

from compiler import typed_tree as tt
from compiler import types as ty
from compiler.intrinsics import ATOMIC_OPERATIONS, BOOL_ATOMICS, GENERIC, HOST_TOO, MACHINE
from compiler.lower.intrinsics import GENERIC_RULES, ORDERED
from compiler.lower.machine import FRAME, ROWS
from compiler.machine.target import KERNEL_MACHINE, RELEASE, assembly_text
from tests.support.typed import (
    SPAN,
    USIZE,
    both_ways,
    enum_class,
    function,
    get,
    lowered,
    num,
    ret,
    struct_class,
    typed_module,
)  # fmt: skip

UNSIGNED = [ty.U8, ty.U16, ty.U32, ty.U64]
OVERFLOW, LENGTHS = 0, 6


def test_every_row_has_a_lowering() -> None:
    assert set(GENERIC_RULES) | set(ORDERED) == set(GENERIC)
    assert set(ROWS) | set(FRAME) == set(MACHINE)


def intrinsic(name: str, type: ty.Type, element: ty.Type | None, *arguments: tt.Expr) -> tt.Expr:
    return tt.CallIntrinsic(type, SPAN, name, list(arguments), element)


# --- Numbers -----------------------------------------------------------------------------------


def samples(type: ty.IntType) -> list[int]:
    return [0, 1, 3, 0x5A, type.max // 3, type.max // 2 + 1, type.max]


@pytest.mark.parametrize("type", UNSIGNED, ids=str)
def test_bit_counting(type: ty.IntType) -> None:
    w = type.width
    answers: dict[str, Any] = {
        "clz": lambda n: w - n.bit_length(),
        "ctz": lambda n: (n & -n).bit_length() - 1 if n else w,
        "popcount": lambda n: n.bit_count(),
    }
    functions = [
        function(
            name, [type], ty.U32, lambda n, name=name: [ret(intrinsic(name, ty.U32, type, get(n)))]
        )
        for name in answers
    ]
    for loaded, (name, answer) in itertools.product(both_ways(functions), answers.items()):
        for n in samples(type):
            assert loaded(name, n) == answer(n), (name, n)


@pytest.mark.parametrize("type", UNSIGNED, ids=str)
def test_swaps_and_rotations(type: ty.IntType) -> None:
    w = type.width
    functions = [
        function("bswap", [type], type, lambda n: [ret(intrinsic("bswap", type, type, get(n)))]),
        *(
            function(
                name,
                [type, ty.U32],
                type,
                lambda n, k, name=name: [ret(intrinsic(name, type, type, get(n), get(k)))],
            )
            for name in ("rotl", "rotr")
        ),
    ]
    for loaded, n in itertools.product(both_ways(functions), samples(type)):
        assert loaded("bswap", n) == int.from_bytes(n.to_bytes(w // 8, "little"), "big")
        for k in (0, 1, w - 1, w, 3 * w + 5, 0xFFFF_FFFF):
            left, right = k % w, -k % w
            assert loaded("rotl", n, k) == (n << left | n >> (w - left)) & type.max
            assert loaded("rotr", n, k) == (n << right | n >> (w - right)) & type.max


def test_checked_operations_say_whether_they_overflowed() -> None:
    pair = ty.TupleType((ty.I16, ty.BOOL))
    functions = []
    for name, index in itertools.product(("checked_add", "checked_sub", "checked_mul"), (0, 1)):

        def body(a: tt.Local, b: tt.Local, name: str = name, index: int = index) -> list[tt.Stmt]:
            both = intrinsic(name, pair, ty.I16, get(a), get(b))
            return [ret(tt.GetField(pair.items[index], SPAN, both, index))]

        functions.append(function(f"{name}{index}", [ty.I16, ty.I16], pair.items[index], body))
    answers: dict[str, Any] = {
        "checked_add": lambda a, b: a + b,
        "checked_sub": lambda a, b: a - b,
        "checked_mul": lambda a, b: a * b,
    }
    numbers = [-32768, -200, -1, 0, 1, 200, 32767]
    for loaded, (name, answer) in itertools.product(both_ways(functions), answers.items()):
        for a, b in itertools.product(numbers, numbers):
            exact = answer(a, b)
            assert loaded(f"{name}0", a, b) == ctypes.c_int16(exact).value
            assert loaded(f"{name}1", a, b) == (not ty.I16.holds(exact))


def test_min_max_abs() -> None:
    functions = [
        function(
            f"{name}_{t}",
            [t, t],
            t,
            lambda a, b, t=t, name=name: [ret(intrinsic(name, t, t, get(a), get(b)))],
        )
        for name in ("min", "max")
        for t in (ty.U8, ty.I8)
    ]
    functions.append(
        function("abs", [ty.I8], ty.I8, lambda a: [ret(intrinsic("abs", ty.I8, ty.I8, get(a)))])
    )
    for loaded in both_ways(functions):
        for a, b in itertools.product((-128, -1, 0, 5, 127), repeat=2):
            assert loaded("min_i8", a, b) == min(a, b)
            assert loaded("max_i8", a, b) == max(a, b)
            assert loaded("max_u8", a & 255, b & 255) == max(a & 255, b & 255)
        assert [loaded("abs", a) for a in (-127, 0, 5)] == [127, 0, 5]
        assert loaded.failure("abs", -128).kind == OVERFLOW


def test_wide_products() -> None:
    pair = ty.TupleType((ty.U64, ty.U64))

    def body(index: int) -> Any:
        return lambda a, b: [
            ret(
                tt.GetField(
                    ty.U64, SPAN, intrinsic("mul_wide", pair, ty.U64, get(a), get(b)), index
                )
            )
        ]

    functions = [function(f"part{i}", [ty.U64, ty.U64], ty.U64, body(i)) for i in (0, 1)]
    numbers = [0, 1, 0xFFFF_FFFF, (1 << 64) - 1, 0x1234_5678_9ABC_DEF0]
    for loaded, (a, b) in itertools.product(
        both_ways(functions), itertools.product(numbers, numbers)
    ):
        assert loaded("part0", a, b) | loaded("part1", a, b) << 64 == a * b


# --- Memory ------------------------------------------------------------------------------------


def slices(type: ty.Type) -> Any:
    made = ty.SliceType(type)
    return made, lambda p, n: tt.MakeSlice(made, SPAN, get(p), get(n))


def test_slices_are_copied_with_overlap_and_equal_lengths() -> None:
    _, make = slices(ty.U16)
    pointer = ty.PtrType(ty.U16)

    def body(a: tt.Local, n: tt.Local, b: tt.Local, m: tt.Local) -> list[tt.Stmt]:
        copied = intrinsic("copy_slice", ty.NONE, ty.U16, make(a, n), make(b, m))
        return [tt.Evaluate(SPAN, copied), ret()]

    for loaded in both_ways([function("f", [pointer, USIZE, pointer, USIZE], ty.NONE, body)]):
        data = (ctypes.c_uint16 * 5)(1, 2, 3, 4, 5)
        base = ctypes.addressof(data)
        loaded("f", base + 2, 4, base, 4)
        assert list(data) == [1, 1, 2, 3, 4]
        failure = loaded.failure("f", base, 2, base, 3)
        assert (failure.kind, failure.a, failure.b) == (LENGTHS, 2, 3)


def test_fill_copy_zero_and_offset() -> None:
    _, make = slices(ty.U32)
    pair = struct_class("Pair", {"a": ty.U8, "b": ty.U64})
    pointers = [ty.PtrType(ty.U32), ty.PtrType(pair)]

    def fill(p: tt.Local, n: tt.Local, v: tt.Local) -> list[tt.Stmt]:
        return [tt.Evaluate(SPAN, intrinsic("fill", ty.NONE, ty.U32, make(p, n), get(v))), ret()]

    def copy(a: tt.Local, b: tt.Local) -> list[tt.Stmt]:
        return [tt.Evaluate(SPAN, intrinsic("copy", ty.NONE, pair, get(a), get(b))), ret()]

    functions = [
        function("fill", [pointers[0], USIZE, ty.U32], ty.NONE, fill),
        function("copy", [pointers[1], pointers[1]], ty.NONE, copy),
        function(
            "zero",
            [pointers[1]],
            ty.NONE,
            lambda a: [tt.Evaluate(SPAN, intrinsic("zero", ty.NONE, pair, get(a))), ret()],
        ),
        function(
            "offset",
            [pointers[1], ty.I32],
            pointers[1],
            lambda p, n: [ret(intrinsic("offset", pointers[1], pair, get(p), get(n)))],
        ),
    ]
    for loaded in both_ways(functions):
        words = (ctypes.c_uint32 * 4)(9, 9, 9, 9)
        loaded("fill", ctypes.addressof(words), 3, 0xDEADBEEF)
        assert list(words) == [0xDEADBEEF] * 3 + [9]
        source, target = (
            ctypes.create_string_buffer(bytes(range(16)), 17),
            ctypes.create_string_buffer(17),
        )
        loaded("copy", ctypes.addressof(target), ctypes.addressof(source))
        assert target.raw == bytes(range(16)) + b"\0"
        loaded("zero", ctypes.addressof(source))
        assert source.raw == bytes(17)
        assert loaded("offset", 1600, -2) == 1600 - 32


# --- Atomics -----------------------------------------------------------------------------------


def atomic(op: str, type: ty.Type, order: str = "seq_cst") -> tt.Function:
    cell = struct_class("Holder", {"cell": ty.AtomicType(type)})
    pair = ty.TupleType((type, ty.BOOL))
    result = {"store": ty.NONE, "compare_exchange": pair}.get(op, type)
    count = ATOMIC_OPERATIONS[op]

    def body(p: tt.Local, *values: tt.Local) -> list[tt.Stmt]:
        place = tt.FieldPlace(ty.AtomicType(type), SPAN, tt.DerefPlace(cell, SPAN, get(p)), 0)
        done = tt.AtomicOperation(result, SPAN, op, place, [get(v) for v in values], order)
        if op == "store":
            return [tt.Evaluate(SPAN, done), ret()]
        return [ret(tt.GetField(ty.BOOL, SPAN, done, 1) if result is pair else done)]

    gives = ty.BOOL if result is pair else result
    return function(f"{op}_{type}", [ty.PtrType(cell), *[type] * count], gives, body)


@pytest.mark.parametrize("type", [ty.U8, ty.I32, ty.U64, USIZE], ids=str)
def test_atomics(type: ty.IntType) -> None:
    answers: dict[str, Any] = {
        "swap": lambda a, b: b,
        "fetch_add": lambda a, b: a + b,
        "fetch_sub": lambda a, b: a - b,
        "fetch_and": lambda a, b: a & b,
        "fetch_or": lambda a, b: a | b,
        "fetch_xor": lambda a, b: a ^ b,
    }
    functions = [atomic(op, type) for op in ATOMIC_OPERATIONS]
    for loaded, (op, answer) in itertools.product(both_ways(functions), answers.items()):
        cell = ctypes.c_uint64(100)
        where = ctypes.addressof(cell)
        assert loaded(f"{op}_{type}", where, 120) == 100
        assert cell.value == answer(100, 120) % (1 << type.width)
        loaded(f"store_{type}", where, 7)
        assert loaded(f"load_{type}", where) == 7
        assert loaded(f"compare_exchange_{type}", where, 8, 9) is False
        assert loaded(f"compare_exchange_{type}", where, 7, 9) is True
        assert loaded(f"load_{type}", where) == 9


def test_atomic_bools_and_pointers() -> None:
    pointer = ty.PtrType(ty.U8)
    functions = [atomic(op, type) for type in (ty.BOOL, pointer) for op in sorted(BOOL_ATOMICS)]
    for loaded in both_ways(functions):
        cell = ctypes.c_uint64(0)
        where = ctypes.addressof(cell)
        assert loaded("swap_bool", where, True) is False
        assert (loaded("load_bool", where), cell.value) == (True, 1)
        assert loaded("compare_exchange_bool", where, True, False) is True
        loaded("store_Ptr[u8]", where, 0x5000)
        assert loaded("swap_Ptr[u8]", where, 0x6000) == 0x5000
        assert loaded("compare_exchange_Ptr[u8]", where, 0x6000, 0x7000) is True
        assert loaded("load_Ptr[u8]", where) == 0x7000


@pytest.mark.parametrize("order", ["monotonic", "acquire", "release", "acq_rel", "seq_cst"])
def test_orders_are_llvms(order: str) -> None:
    ops = ["swap", "fetch_add", "compare_exchange"]
    ops += ["load"] if "rel" not in order else []
    ops += ["store"] if order in ("monotonic", "release", "seq_cst") else []
    fences = [
        tt.Evaluate(SPAN, intrinsic(name, ty.NONE, None, tt.StrConst(ty.STR, SPAN, order)))
        for name in (["fence", "compiler_fence"] if order != "monotonic" else ["fence"])
    ]
    functions = [atomic(op, ty.U32, order) for op in ops]
    functions.append(function("fences", [], ty.NONE, lambda: [*fences, ret()]))
    both_ways(functions)


# --- Machine -----------------------------------------------------------------------------------

EXPECTED = {
    "inb": "inb\t%dx, %al", "outl": "outl\t%eax, %dx", "rdmsr": "rdmsr", "wrmsr": "wrmsr",
    "read_cr3": "movq\t%cr3, %rax", "write_cr0": "movq\t%rdi, %cr0", "hlt": "hlt",
    "invlpg": "invlpg\t(%rdi)", "cpuid": "cpuid", "lgdt": "lgdtq\t(%rdi)", "ltr": "ltrw\t%di",
    "rep_movsb": "rep\t\tmovsb", "swapgs": "swapgs", "xsetbv": "xsetbv",
    "read_fp": "movq\t%rbp, %rax",
}  # fmt: skip


def machine(name: str) -> tt.Function:
    row = MACHINE[name]

    def body(*arguments: tt.Local) -> list[tt.Stmt]:
        done = tt.CallIntrinsic(row.result, SPAN, name, [get(a) for a in arguments])
        if isinstance(row.result, ty.NoneType):
            return [tt.Evaluate(SPAN, done), ret()]
        return [ret(done)]

    return function(name, list(row.parameters), row.result, body)


def test_machine_intrinsics_assemble() -> None:
    module = typed_module(machine(name) for name in MACHINE)
    text = assembly_text(lowered(module, ty.KERNEL), "sample", KERNEL_MACHINE, RELEASE)
    bodies = {name: text.partition(f"\n{name}:")[2].partition(".Lfunc_end")[0] for name in MACHINE}
    flat = {name: " ".join(body.split()) for name, body in bodies.items()}
    for name, instruction in EXPECTED.items():
        assert " ".join(instruction.split()) in flat[name], (name, bodies[name])
    assert "shlq $32, %rdx" in flat["rdmsr"]
    assert "shrq $32" in flat["wrmsr"]


def test_machine_intrinsics_that_need_no_privilege_run() -> None:
    functions = [machine(name) for name in sorted(HOST_TOO) if name != "cpuid"]

    def vendor(leaf: tt.Local) -> list[tt.Stmt]:
        row = MACHINE["cpuid"]
        done = tt.CallIntrinsic(row.result, SPAN, "cpuid", [get(leaf), num(ty.U32, 0)])
        return [ret(tt.GetField(ty.U32, SPAN, done, 1))]

    functions.append(function("vendor", [ty.U32], ty.U32, vendor))
    for loaded in both_ways(functions):
        assert loaded("vendor", 0).to_bytes(4, "little") in (b"Genu", b"Auth", b"Hygo", b"Cent")
        assert loaded("rdtsc") < loaded("rdtsc")
        assert loaded("read_fp") != 0
        assert loaded("return_address") != 0
        source, target = (
            ctypes.create_string_buffer(b"0123456789", 16),
            ctypes.create_string_buffer(16),
        )
        loaded("rep_movsb", ctypes.addressof(target), ctypes.addressof(source), 7)
        assert target.raw[:8] == b"0123456\0"
        loaded("rep_stosq", ctypes.addressof(target), (1 << 64) - 1, 1)
        assert target.raw[:9] == b"\xff" * 8 + b"\0"


def test_inline_assembly() -> None:
    swapped = tt.InlineAsm(ty.U32, SPAN, "bswapl $0", "=r,0", [num(ty.U32, 0x01020304)], pure=True)
    kind = enum_class("Kind", ty.U8, {"A": 1})
    moved = tt.InlineAsm(kind, SPAN, "movb $$1, $0", "=r", [], pure=False)
    functions = [
        function("f", [], ty.U32, lambda: [ret(swapped)]),
        function("g", [], ty.U8, lambda: [ret(tt.Convert(ty.U8, SPAN, "bits", moved))]),
    ]
    for loaded in both_ways(functions):
        assert loaded("f") == 0x04030201
        assert loaded("g") == 1
