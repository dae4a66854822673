"""The table of a test build's `@test` functions, one object file of its own.

`pk_test_table` is an array of {name: Str, function: Fn[[], None], file: Str, line: u32}, in the
order of modules and of lines; `pk_test_count` (u64) is how many. The kernel's test runner declares
both with `@extern`.
"""

from __future__ import annotations

from collections.abc import Iterable

from compiler.build.units import TestEntry, Unit
from compiler.machine.target import KERNEL_MACHINE, PROFILES, compile_ir

ENTRY = "{ { ptr, i64 }, ptr, { ptr, i64 }, i32 }"


def test_table_object(units: Iterable[Unit], profile: str) -> bytes:
    text = test_table_text(units)
    return compile_ir(text, "test table", KERNEL_MACHINE, PROFILES[profile])


def test_table_text(units: Iterable[Unit]) -> str:
    """LLVM IR of the table."""
    tests = [(unit, test) for unit in sorted(units, key=lambda u: u.module) for test in unit.tests]
    strings: dict[str, str] = {}
    rows = [_row(unit, test, strings) for unit, test in tests]
    lines = [
        f'{name} = private unnamed_addr constant [{len(text.encode())} x i8] c"{_escaped(text)}"'
        for text, name in strings.items()
    ]
    lines += [f"declare void @{_quoted(test.symbol)}()" for _, test in tests]
    lines += [
        f"@pk_test_table = constant [{len(rows)} x {ENTRY}] [{', '.join(rows)}]",
        f"@pk_test_count = constant i64 {len(rows)}",
    ]
    return "\n".join(lines) + "\n"


def _row(unit: Unit, test: TestEntry, strings: dict[str, str]) -> str:
    name = _string(f"{unit.module}.{test.name}", strings)
    file = _string(unit.file, strings)
    return f"{ENTRY} {{ {name}, ptr @{_quoted(test.symbol)}, {file}, i32 {test.line} }}"


def _string(text: str, strings: dict[str, str]) -> str:
    name = strings.setdefault(text, f"@text.{len(strings)}")
    return f"{{ ptr, i64 }} {{ ptr {name}, i64 {len(text.encode())} }}"


def _quoted(symbol: str) -> str:
    return f'"{_escaped(symbol)}"'


def _escaped(text: str) -> str:
    return "".join(
        chr(b) if 0x20 <= b < 0x7F and b not in b'"\\' else f"\\{b:02X}" for b in text.encode()
    )
