"""The opcode table against itself, and against wasmtime's assembler."""

from __future__ import annotations

import pytest
import wasmtime

import kernel_src.wasm.codes as codes
import kernel_src.wasm.foreign_names as foreign_names
import kernel_src.wasm.opcodes as opcodes

ROWS = [row.split() for row in opcodes.ROWS.strip().splitlines()]
PROPOSALS = {"exceptions", "references", "gc"}
IMMEDIATES = {
    "-": "",
    "block": "",
    "label": "0",
    "labels": "0",
    "function": "0",
    "type_table": "(type 0)",
    "local": "0",
    "global": "0",
    "table": "0",
    "tables": "0 0",
    "memory": "",
    "memories": "",
    "data": "0",
    "data_memory": "0",
    "elem": "0",
    "elem_table": "0",
    "access": "",
    "i32": "0",
    "i64": "0",
    "f32": "0",
    "f64": "0",
    "types": "(result i32)",
    "reference": "func",
}


def test_rows_ascend_and_fit_the_tables() -> None:
    indices = [opcodes.table_index(row[0]) for row in ROWS]
    assert indices == sorted(set(indices))
    assert indices[-1] < opcodes.OPCODES == len(opcodes.NAMES)


def test_constants_are_the_rows() -> None:
    expected = {}
    for code, name, immediates, _ in ROWS:
        if immediates not in PROPOSALS:
            constant = name.replace(".", "_").upper()
            if immediates == "types":
                constant += "_TYPED"
            expected[constant] = opcodes.table_index(code)
    defined = {name: value for name, value in vars(codes).items() if name.isupper()}
    assert defined == expected


MODULE = """(module (type (func)) (memory 1) (table 1 funcref) (global (mut i32) (i32.const 0))
  (elem func 0) (data "") (func (type 0) (local i32) block unreachable {} end))"""


def encoding(name: str, immediates: str) -> bytes:
    body = name
    if name in ("block", "loop", "if"):
        body = f"{name} end"
    elif name == "else":
        body = "if else end"
    module = bytes(wasmtime.wat2wasm(MODULE.format(f"{body} {immediates}")))
    start = module.index(bytes([0x02, 0x40, 0x00])) + 3
    return module[start:]


@pytest.mark.parametrize("row", [r for r in ROWS if r[2] not in PROPOSALS], ids=lambda r: r[1])
def test_names_assemble_to_their_codes(row: list[str]) -> None:
    code, name, immediates, _ = row
    kind = "access" if immediates.startswith("access") else immediates
    found = encoding(name, IMMEDIATES[kind])
    if name == "else":
        found = found[2:]  # behind the `if` and its type
    expected = bytes([0xFC, int(code[2:], 16)]) if len(code) == 4 else bytes([int(code, 16)])
    assert found.startswith(expected)
    if kind == "access":
        alignment = found[len(expected)]
        assert 1 << alignment == opcodes.ACCESS_BYTES[opcodes.table_index(code)]


def test_vector_names_assemble_to_their_numbers() -> None:
    numbers = {"i8x16.splat": 0x0F, "v128.not": 0x4D, "f64x2.convert_low_i32x4_u": 0xFF}
    for name, number in numbers.items():
        assert foreign_names.vector_name(number) == name
        first, *rest = [number & 0x7F | (0x80 if number > 0x7F else 0)]
        assert encoding(name, "").startswith(bytes([0xFD, first, *rest]))
    assert foreign_names.vector_name(0x9A) == "vector instruction"
