"""What a kernel that goes wrong reports, and how its machine ends."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pykern.backtrace import Symboliser
from pykern.kernel_exit import BOOT_REFUSED, DOUBLE_PANIC, PANIC
from pykern.serial import Event
from tests.support.built import Built, Run

FAULTS = "kernel_src/selftest/faults.py"

# selftest=NAME: what the report says, and the function it happened in.
PANICS = {
    "panic": ("asked for, with 7", "inner"),
    "overflow": ("u32 overflow: 2147483648 * 8", "multiply"),
    "index": ("index 5 out of range: length is 4", "element"),
}
IN_IMAGE = "0xf{8}[0-9a-f]{8}"
IN_CODE_WINDOW = "0xf{8}[abcd][0-9a-f]{7}"
IN_DIRECT_MAP = "0xffff888[0-9a-f]{9}"
NOT_ALLOWED = "its page does not allow that"
TRAPS = {
    "null": (r"page fault: read of 0x20, no page is there", "go_wrong"),
    "stack": (r"page fault: write to 0x[0-9a-f]+, no page is there", "recurse"),
    "write-code": (rf"page fault: write to {IN_IMAGE}, {NOT_ALLOWED}", "go_wrong"),
    "write-code-alias": (rf"page fault: write to {IN_DIRECT_MAP}, {NOT_ALLOWED}", "go_wrong"),
    "run-data": (rf"page fault: execution of {IN_IMAGE}, {NOT_ALLOWED}", None),
    "run-unsealed-code": (rf"page fault: execution of {IN_CODE_WINDOW}, {NOT_ALLOWED}", None),
    "write-sealed-code": (rf"page fault: write to {IN_CODE_WINDOW}, {NOT_ALLOWED}", "go_wrong"),
    "opcode": (r"invalid opcode \(vector 6, error code 0x0\)", "go_wrong"),
    "frame-pointer": (r"breakpoint \(vector 3, error code 0x0\)", "go_wrong"),
}


def report(run: Run) -> list[str]:
    """The lines of the panic report, after the empty line that precedes it."""
    start = next(i for i, line in enumerate(run.lines) if line.startswith("PANIC: "))
    assert run.lines[start - 1] == ""
    return run.lines[start:]


def frames(lines: list[str]) -> list[int]:
    found = [re.fullmatch(r"  #(\d+) (0x[0-9a-f]{16})", line) for line in lines]
    numbered = [(int(m[1]), int(m[2], 16)) for m in found if m]
    assert [number for number, _ in numbered] == list(range(len(numbered)))
    return [address for _, address in numbered]


def functions(kernel: Path, addresses: list[int]) -> list[str]:
    """Of return addresses; of several functions compiled into one, all."""
    symbols = Symboliser(kernel)
    return [place.function.split(".")[-1] for a in addresses for place in symbols.places(a - 1)]


@pytest.mark.parametrize("name", PANICS)
def test_panic(built_tests: Built, name: str) -> None:
    text, function = PANICS[name]
    run = built_tests.run(f"selftest={name}")
    assert run.status == PANIC
    assert run.events[-1] == Event("panic")
    lines = report(run)
    assert lines[0] == f"PANIC: {text}"
    assert re.fullmatch(rf"  at {FAULTS}:\d+", lines[1])
    names = functions(built_tests.kernel, frames(lines))
    assert function in names
    assert names.index(function) < names.index("go_wrong") < names.index("kmain")


@pytest.mark.parametrize("name", TRAPS)
def test_trap(built_tests: Built, name: str) -> None:
    text, function = TRAPS[name]
    run = built_tests.run(f"selftest={name}")
    assert run.status == PANIC
    assert run.events[-1] == Event("panic")
    lines = report(run)
    assert re.fullmatch(f"PANIC: {text}", lines[0])
    first, *callers = frames(lines)
    assert lines[1] == f"  at {first:#x}"
    assert f"rip {first:016x}" in run.text
    if function is not None:
        assert function in functions(built_tests.kernel, [first + 1])
    if name == "frame-pointer":
        assert callers == []
    elif name == "stack":
        assert set(functions(built_tests.kernel, callers)) == {"recurse"}
        assert lines[-1] == "  ..."
    else:
        assert "kmain" in functions(built_tests.kernel, callers)


def test_all_registers_are_shown_after_a_trap(built_tests: Built) -> None:
    text = "\n".join(report(built_tests.run("selftest=opcode")))
    names = "rax rbx rcx rdx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15"
    for name in [*names.split(), "rip", "rflags", "cr0", "cr2", "cr3", "cr4"]:
        assert re.search(rf"\b{name} +[0-9a-f]{{16}}\b", text), name


def test_write_protection_and_guards_are_on(built_tests: Built) -> None:
    """CR0.WP; CR4: PAE, OSFXSR, OSXMMEXCPT, UMIP, SMEP, SMAP on a processor that has them all."""
    text = built_tests.run("selftest=opcode").text
    control = {m[1]: int(m[2], 16) for m in re.finditer(r"(cr[04]) ([0-9a-f]{16})", text)}
    assert control["cr0"] & 1 << 16
    for bit in (5, 9, 10, 11, 20, 21):
        assert control["cr4"] & 1 << bit, bit


def test_panic_inside_a_panic(built_tests: Built) -> None:
    run = built_tests.run("selftest=nested")
    assert run.status == DOUBLE_PANIC
    inside = "PANIC inside the panic: page fault: read of 0xfffff00000000000, no page is there"
    assert run.lines[-2] == inside
    place = re.fullmatch(r"  at (0x[0-9a-f]+)", run.lines[-1])
    assert place
    assert "write_text" in functions(built_tests.kernel, [int(place[1], 16) + 1])


def test_unknown_selftest_is_refused(built_tests: Built) -> None:
    run = built_tests.run("selftest=nonsense")
    assert run.status == BOOT_REFUSED
    assert run.events[-1] == Event("refused", "selftest: there is no nonsense")
