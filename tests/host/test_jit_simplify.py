"""What the compiler makes of constants, divisions and repeated loads, against wasmtime."""

from __future__ import annotations

import random
import re

import pytest
import wasmtime

from pykern.wasm.engine import Instance, Store, Trapped
from pykern.wasm.fuzz.compare import Reference
from tests.support.jit import compile_module
from tests.support.wasm_store import engine

BINARY = (
    *("add", "sub", "mul", "div_s", "div_u", "rem_s", "rem_u", "and", "or", "xor"),
    *("shl", "shr_s", "shr_u", "rotl", "rotr"),
    *("eq", "ne", "lt_s", "lt_u", "gt_s", "gt_u", "le_s", "le_u", "ge_s", "ge_u"),
)
UNARY = {
    "i32": ("clz", "ctz", "popcnt", "eqz", "extend8_s", "extend16_s"),
    "i64": ("clz", "ctz", "popcnt", "eqz", "extend8_s", "extend16_s", "extend32_s"),
}
EXPORT = re.compile(r'export "(\w+)"\) \(param \w+\) \(result (\w+)\)')


def numbers(bits: int) -> list[int]:
    """Edges, powers of two and their neighbours, and a few by chance."""
    chance = random.Random(bits)
    found = {0, 1, 3, 5, 7, 10, 100, 641, 1000, 3600, 146097}
    found |= {1 << n for n in range(bits)} | {(1 << n) - 1 for n in range(bits + 1)}
    found |= {(1 << n) + 1 for n in range(1, bits)} | {-n for n in (2, 3, 7, 8, 10)}
    found |= {chance.randrange(1 << bits) for _ in range(20)}
    return sorted({n % (1 << bits) for n in found})


def result_type(type: str, op: str) -> str:
    return "i32" if op.startswith(("eq", "ne", "lt", "gt", "le", "ge")) else type


def module_text(type: str, constants: list[int]) -> str:
    """A function for each operation with each constant on each side, and with constants only."""
    lines = ["(module"]

    def function(op: str, body: str) -> None:
        name = len(lines) - 1
        result = result_type(type, op)
        lines.append(f'(func (export "{name}") (param {type}) (result {result}) {body})')

    for constant in constants:
        known = f"({type}.const {constant})"
        for op in BINARY:
            function(op, f"({type}.{op} (local.get 0) {known})")
            function(op, f"({type}.{op} {known} (local.get 0))")
            function(op, f"({type}.{op} {known} ({type}.const {constants[0]}))")
        for op in UNARY[type]:
            function(op, f"({type}.{op} {known})")
    return "\n".join([*lines, ")"])


def compare(text: str, type: str, arguments: list[int]) -> None:
    """Calls every export with each argument in both engines."""
    binary = bytes(wasmtime.wat2wasm(text))
    compile_module(binary)  # with the verifier and the allocation checker
    store = Store(engine())
    try:
        ours, theirs = store.instantiate(binary), Reference(binary)
        for name, result in EXPORT.findall(text):
            for argument in arguments:
                expected = theirs.call(name, [type], [result], [argument])
                found = called(ours, name, argument)
                assert found == expected, f"{name} of {argument:#x}: {found}, not {expected}"
    finally:
        store.close()


def called(instance: Instance, name: str, argument: int) -> object:
    try:
        return instance.call(name, [argument])
    except Trapped as trap:
        return str(trap)


@pytest.mark.parametrize("first", range(4))
@pytest.mark.parametrize(("type", "bits"), [("i32", 32), ("i64", 64)])
def test_operations_with_constants(type: str, bits: int, first: int) -> None:
    values = numbers(bits)
    constants = random.Random(first).sample(values, 10)
    arguments = random.Random(-first).sample(values, 6) + [0, 1, 1 << (bits - 1), (1 << bits) - 1]
    compare(module_text(type, constants), type, arguments)


ACCESSES = {1: ("8_u", "8_s", "8"), 2: ("16_u", "16_s", "16"), 4: ("", "", "")}


@pytest.mark.parametrize("seed", range(20))
def test_loads_after_stores(seed: int) -> None:
    """Straight lines of accesses that overlap, through two bases that are sometimes the same."""
    chance = random.Random(seed)
    lines = ['(module (memory 1) (global $g (mut i32) (i32.const 5)) (func $noise (global.set $g']
    lines += ["(i32.add (global.get $g) (i32.const 1))) (i32.store offset=6 (i32.const 0)"]
    lines += ['(global.get $g))) (func (export "run") (param i32) (result i32)', "(local i32)"]
    for _ in range(60):
        base = chance.choice(("(local.get 0)", "(i32.const 0)"))
        size, offset = chance.choice((1, 2, 4)), chance.randrange(12)
        unsigned, signed, store = ACCESSES[size]
        kept = "(local.set 1 (i32.add (i32.rotl (local.get 1) (i32.const 5)) {}))"
        match chance.randrange(6):
            case 0 | 1:
                value = f"(i32.add (local.get 1) (i32.const {chance.randrange(1 << 20)}))"
                lines.append(f"(i32.store{store} offset={offset} {base} {value})")
            case 2:
                lines.append(chance.choice(("(call $noise)", "(global.set $g (local.get 1))")))
            case 3:
                lines.append(kept.format("(global.get $g)"))
            case _:
                load = f"(i32.load{chance.choice((unsigned, signed))} offset={offset} {base})"
                lines.append(kept.format(load))
    compare("\n".join([*lines, "(local.get 1)))"]), "i32", [0, 1, 2, 4, 65530, 65536])


SIZES = (0, 1, 2, 3, 4, 5, 7, 8, 9, 12, 16, 23, 36, 63, 64, 65)
SUM = """
  (func $sum (result i32) (local i32 i32)
    (loop $next
      (local.set 1 (i32.add (i32.mul (local.get 1) (i32.const 31)) (i32.load8_u (local.get 0))))
      (br_if $next (i32.ne (i32.const 65536)
        (local.tee 0 (i32.add (local.get 0) (i32.const 1))))))
    (local.get 1))"""


@pytest.mark.parametrize("size", SIZES)
def test_copies_and_fills_of_known_size(size: int) -> None:
    """Overlapping, at both ends of memory, and past the end, where nothing may be written."""
    addresses = [0, 1, 7, 100, 65536 - size, 65536 - size + 1, 65535, 65536, 0xFFFF_FFFF]

    def function(name: str, body: str) -> str:
        return f'(func (export "{name}") (param i32) (result i32) ({body}) (call $sum))'

    text = f"""(module (memory 1) {SUM}
      (data (i32.const 0) "{"abcdefghijklm" * 20}") (data (i32.const 65000) "{"nopqr" * 107}")
      {function("copy", f"memory.copy (local.get 0) (i32.const 3) (i32.const {size})")}
      {function("move", f"memory.copy (i32.const 9) (local.get 0) (i32.const {size})")}
      {function("fill", f"memory.fill (local.get 0) (i32.const 0x17a) (i32.const {size})")}
      {function("mixed", f"memory.fill (i32.const 5) (local.get 0) (i32.const {size})")}
      {function("sum", "nop")})"""
    compare(text, "i32", addresses)
