"""Tables with bytes changed and memory cut short: nothing panics, hangs or reads past the end."""

from __future__ import annotations

import struct
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.acpi import ROOT, TABLES_AT, TYPICAL, mended
from tests.support.guarded import guarded
from tests.support.host import host_program

SYSTEM = "kernel_src.acpi.system"
GOOD = bytes(TYPICAL.memory())
SIGNATURES = (b"XSDT", b"APIC", b"FACP", b"HPET", b"MCFG", b"DSDT")
STARTS = [GOOD.index(signature, TABLES_AT) for signature in SIGNATURES]
TABLES_END = max(at + struct.unpack_from("<I", GOOD, at + 4)[0] for at in STARTS)
PLACES = st.integers(TABLES_AT, TABLES_END) | st.integers(ROOT, ROOT + 35)


def mend(memory: bytearray) -> None:
    """Makes all checksums right again, so that what was changed is believed."""
    for start in STARTS:
        length = struct.unpack_from("<I", memory, start + 4)[0]
        if 36 <= length <= len(memory) - start:
            memory[start : start + length] = mended(bytes(memory[start : start + length]))
    memory[ROOT : ROOT + 20] = mended(bytes(memory[ROOT : ROOT + 20]), 8)
    memory[ROOT : ROOT + 36] = mended(bytes(memory[ROOT : ROOT + 36]), 32)


def read(memory: bytes | bytearray) -> Any:
    machine = host_program(SYSTEM).module(SYSTEM).Machine()
    machine.read(guarded(memory), ROOT)
    return machine


def check(machine: Any) -> None:
    madt = machine.madt
    assert madt.is_present == (madt.processor_count > 0)
    assert madt.processor_count <= 64
    assert machine.hpet.address % 1024 == 0
    assert all(flaw.problem for flaw in machine.flaws[: machine.flaw_count])


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(PLACES, st.integers(0, 255)), min_size=1, max_size=8), st.booleans())
def test_changed_tables(changes: list[tuple[int, int]], is_mended: bool) -> None:
    memory = bytearray(GOOD)
    for at, byte in changes:
        memory[at] = byte
    if is_mended:
        mend(memory)
    check(read(memory))


def test_tables_cut_at_every_byte() -> None:
    """The root pointer is moved below the tables, so that every cut leaves it whole."""
    moved = bytearray(GOOD)
    moved[0x100:0x124] = GOOD[ROOT : ROOT + 36]
    module = host_program(SYSTEM).module(SYSTEM)
    whole = 0
    for size in range(TABLES_AT, TABLES_END + 1):
        machine = module.Machine()
        machine.read(guarded(moved[:size]), 0x100)
        check(machine)
        whole += machine.has_acpi and machine.flaw_count == 0
    assert whole == 1, "only the whole of the tables is without a flaw"
