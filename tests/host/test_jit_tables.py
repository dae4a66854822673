"""The tables of the compiler agree with the enumerations that they describe."""

from __future__ import annotations

import pytest

from kernel_src.jit import ir, machine
from kernel_src.wasm import codes


def names_of(rows: str) -> list[str]:
    return [row.split()[0] for row in rows.strip().splitlines()]


@pytest.mark.parametrize(
    "module, enum", [(ir, ir.Op), (machine, machine.MOp)], ids=["ir", "machine"]
)
def test_rows_are_in_the_order_of_the_members(module: object, enum: object) -> None:
    members = {int(m.value): m.name for m in enum}  # type: ignore[attr-defined]
    rows = names_of(module.ROWS)  # type: ignore[attr-defined]
    assert [members[n].lower() for n in range(len(rows))] == rows
    assert len(members) == len(rows)


def test_wasm_arithmetic_maps_by_distance() -> None:
    """build.py takes a numeric opcode's distance from the first as that of the operation."""
    for prefix in ("I32", "I64"):
        for first, last in (("EQ", "GE_U"), ("CLZ", "ROTR")):
            start, end = ir.Op[first].value, ir.Op[last].value
            base = getattr(codes, f"{prefix}_{first}")
            for number in range(start, end + 1):
                name = ir.Op(number).name
                assert getattr(codes, f"{prefix}_{name}") == base + number - start
