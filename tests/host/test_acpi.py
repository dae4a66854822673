"""The firmware's tables: read right, and left out with a reason where they make no sense."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from tests.support import acpi
from tests.support.acpi import ROOT, TABLES_AT, TYPICAL, Firmware, madt, table
from tests.support.guarded import guarded
from tests.support.host import host_program

SYSTEM = "kernel_src.acpi.system"
MADT_AT = ROOT  # any place that is not among the tables


def read(memory: bytes | bytearray, root: int = ROOT) -> Any:
    machine = host_program(SYSTEM).module(SYSTEM).Machine()
    machine.read(guarded(memory), root)
    return machine


def flaws(machine: Any) -> list[tuple[str, str, int]]:
    return [(f.what, f.problem, f.address) for f in machine.flaws[: machine.flaw_count]]


@pytest.mark.parametrize("old", [False, True])
def test_reads_what_firmware_leaves(old: bool) -> None:
    machine = read(Firmware(TYPICAL.tables, old=old).memory())
    assert flaws(machine) == []
    assert machine.has_acpi
    found = machine.madt
    assert (found.local_apic, found.has_pics, found.disabled) == (0xFEE0_0000, True, 1)
    processors = found.processors[: found.processor_count]
    assert [(p.uid, p.apic_id) for p in processors] == [(0, 0), (1, 2), (3, 0x100)]
    assert machine.hpet.address == 0xFED0_0000
    assert machine.hpet.minimum_tick == 100
    segment = machine.mcfg.segments[0]
    assert (segment.address, segment.number, segment.last_bus) == (0xB000_0000, 0, 255)


def test_reads_interrupt_routing() -> None:
    found = read(TYPICAL.memory()).madt
    controllers = found.io_apics[: found.io_apic_count]
    assert [(c.id, c.address, c.first_gsi) for c in controllers] == [(7, 0xFEC0_0000, 0)]
    overrides = found.overrides[: found.override_count]
    assert [(o.source, o.gsi, o.polarity.name, o.trigger.name) for o in overrides] == [
        (0, 2, "BUS", "BUS"),
        (9, 9, "HIGH", "LEVEL"),
    ]
    sources = found.nmi_sources[: found.nmi_source_count]
    assert [(n.gsi, n.polarity.name, n.trigger.name) for n in sources] == [(23, "HIGH", "EDGE")]
    locals = found.local_nmis[: found.local_nmi_count]
    assert [(n.uid, n.lint, n.polarity.name, n.trigger.name) for n in locals] == [
        (0xFFFF_FFFF, 1, "BUS", "BUS"),
        (3, 0, "LOW", "LEVEL"),
    ]


def test_reads_how_the_machine_is_switched_off() -> None:
    machine = read(TYPICAL.memory())
    fadt = machine.fadt
    assert (fadt.pm1a_control.space, fadt.pm1a_control.address) == (1, 0x604)
    assert (fadt.smi_command, fadt.acpi_enable) == (0xB2, 2)
    assert (fadt.reset.address, fadt.reset_value) == (0xCF9, 0xF)
    types = machine.sleep_types
    assert (types.found, types.a, types.b) == (True, 5, 3)


def test_reads_hardware_reduced_firmware() -> None:
    fields = {"sleep": (244, acpi.register(0, 0xFEA0_0200, 8))}
    reduced = acpi.fadt(TABLES_AT, flags=1 << 10 | 1 << 20, **fields)
    fadt = read(Firmware([acpi.DSDT, reduced]).memory()).fadt
    assert fadt.is_hardware_reduced
    assert (fadt.sleep_control.space, fadt.sleep_control.address) == (0, 0xFEA0_0200)
    assert fadt.pm1a_control.address == 0


def test_a_short_fadt_has_no_new_registers() -> None:
    fadt = read(Firmware([acpi.DSDT, acpi.fadt(TABLES_AT, size=116)]).memory()).fadt
    assert fadt.is_present
    assert fadt.pm1a_control.address == 0x604
    assert fadt.reset.address == 0


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (b"\x08_S5_\x12\x06\x04\x0a\x05\x0a\x03\x00\x00", (True, 5, 3)),
        (b"\x08\\_S5_\x12\x06\x04\x00\x01\x00\x00", (True, 0, 1)),
        (b"\x08_S5_\x12\x46\x00\x02\x0b\x07\x00\x0c\x06\0\0\0", (True, 7, 6)),
        (b"\x08_S5_\x12\x04\x01\x0a\x05", (True, 5, 5)),
        (b"\x14_S5_\x12\x06\x04\x0a\x05\x0a\x03\x00\x00", (False, 0, 0)),
        (b"\x08_S5_\x12\x06\x04abcd", (False, 0, 0)),
        (b"\x08_S5_\x12\xff", (False, 0, 0)),
        (b"\x08_S5_\x12\x06\x04\x0a\x05\x0a", (False, 0, 0)),
        (b"\x08_S5_", (False, 0, 0)),
        (b"_S4__S5_", (False, 0, 0)),
    ],
)
def test_finds_the_sleep_types(code: bytes, expected: tuple[bool, int, int]) -> None:
    dsdt = table(b"DSDT", b"\0\0" + code)
    types = read(Firmware([dsdt, acpi.fadt(TABLES_AT)]).memory()).sleep_types
    assert (types.found, types.a, types.b) == expected


def test_finds_the_sleep_types_in_a_later_table() -> None:
    tables = [table(b"DSDT", b""), acpi.fadt(TABLES_AT), table(b"SSDT", b"1")]
    tables.append(table(b"SSDT", acpi.S5))
    assert read(Firmware(tables).memory()).sleep_types.a == 5


def test_more_processors_than_are_used_are_counted() -> None:
    entries = [acpi.apic(n, n) for n in range(60)] + [acpi.x2apic(n, n) for n in range(50, 80)]
    found = read(Firmware([madt(*entries)]).memory()).madt
    apic_ids = [p.apic_id for p in found.processors[: found.processor_count]]
    assert apic_ids == list(range(64))
    assert found.left_over == 16


def test_the_later_address_of_local_apics_counts() -> None:
    memory = Firmware([madt(acpi.apic(0, 0), acpi.apic_address(1 << 40))]).memory()
    assert read(memory).madt.local_apic == 1 << 40


@pytest.mark.parametrize("at", [0xE_0000, 0xF_FFD0, 0x9_FC00, 0x9_FFE0])
def test_searches_where_a_bios_leaves_the_root(at: int) -> None:
    memory = TYPICAL.memory()
    pointer = bytes(memory[ROOT : ROOT + 36])
    memory[ROOT : ROOT + 36] = bytes(36)
    memory[0x40E:0x410] = struct.pack("<H", 0x9FC0)
    memory[at : at + len(pointer)] = pointer
    assert read(memory, 0).has_acpi


def test_no_acpi_is_no_flaw() -> None:
    for memory in (bytes(0x10_0000), bytes(0x10_0000 - 1), bytes(10), b"\xff" * 0x10_0000):
        machine = read(memory, 0)
        assert (machine.has_acpi, flaws(machine)) == (False, [])
        assert machine.madt.local_apic == 0xFEE0_0000


FIRST = acpi.apic(0, 0)
NOT_USED = "the MADT is not used"
BAD_MADT = {
    "no processor": (madt(), "the MADT has no enabled processor", 44),
    "entry of no length": (
        madt(FIRST, b"\0\0" * 8),
        "an entry of the MADT has an impossible length",
        52,
    ),
    "half a head": (madt(FIRST, b"\0"), "an entry of the MADT has no head", 52),
    "entry past the end": (
        madt(FIRST, b"\0\x09\1\1\1\0\0\0"),
        "an entry of the MADT has an impossible length",
        52,
    ),
    "short entry": (madt(b"\0\4\1\1"), "an entry of the MADT is too short for its type", 44),
    "polarity": (
        madt(FIRST, acpi.override(1, 1, 2)),
        "an entry of the MADT has a reserved polarity",
        52,
    ),
    "trigger": (
        madt(FIRST, acpi.nmi_source(1, 8)),
        "an entry of the MADT has a reserved trigger mode",
        52,
    ),
    "bus": (
        madt(FIRST, acpi.override(1, 1, 0, bus=1)),
        "the MADT overrides an interrupt that is not ISA's",
        52,
    ),
    "interrupt": (
        madt(FIRST, acpi.override(16, 1, 0)),
        "the MADT overrides an interrupt that is not ISA's",
        52,
    ),
    "input": (
        madt(FIRST, acpi.apic_nmi(0, 2)),
        "the MADT names an input that no local APIC has",
        52,
    ),
    "I/O APIC at nothing": (
        madt(FIRST, acpi.io_apic(0, 0, 0)),
        "an I/O APIC of the MADT has no address",
        52,
    ),
    "checksum": (madt(FIRST)[:-1] + b"x", "the checksum of a table is wrong", 0),
    "short": (table(b"APIC", b"1234567"), "a table is shorter than what must be in it", 0),
    "absurd length": (
        table(b"APIC", bytes(8), length=0xFFFF_FFFF),
        "a table is longer than the kernel takes",
        0,
    ),
    "past memory": (
        table(b"APIC", bytes(8), length=acpi.BYTES),
        "a table is out of reach",
        0,
    ),
}


@pytest.mark.parametrize("case", BAD_MADT)
def test_a_flawed_madt_is_left_out(case: str) -> None:
    made, problem, at = BAD_MADT[case]
    machine = read(Firmware([made, acpi.hpet()]).memory())
    assert flaws(machine) == [(NOT_USED, problem, TABLES_AT + at)]
    assert (machine.madt.is_present, machine.madt.processor_count) == (False, 0)
    assert machine.hpet.address == 0xFED0_0000


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (acpi.hpet(space=1), ("the HPET is not used", "the HPET does not lie in memory")),
        (acpi.hpet(0xFED0_0001), ("the HPET is not used", "the HPET's address is not aligned")),
        (table(b"MCFG", bytes(9)), ("the MCFG is not used", "the MCFG ends inside an entry")),
        (
            acpi.mcfg((MADT_AT, 0, 0, 1)),
            ("the MCFG is not used", "a segment of the MCFG has an impossible address"),
        ),
        (
            acpi.mcfg((0xFFFF_FFFF_FFF0_0000, 0, 0, 1)),
            ("the MCFG is not used", "a segment of the MCFG has impossible buses"),
        ),
        (
            acpi.mcfg((0xB000_0000, 0, 9, 8)),
            ("the MCFG is not used", "a segment of the MCFG has impossible buses"),
        ),
        (
            acpi.mcfg(*[(0xB000_0000, n, 0, 1) for n in range(17)]),
            ("the MCFG is not used", "the MCFG has more segments than the kernel takes"),
        ),
        (
            acpi.fadt(0xFFFF_0000),
            ("the machine can't be switched off", "a table is out of reach"),
        ),
        (
            acpi.fadt(TABLES_AT),  # itself
            (
                "the machine can't be switched off",
                "a table has another signature than it should",
            ),
        ),
    ],
)
def test_a_flawed_table_is_left_out(made: bytes, expected: tuple[str, str]) -> None:
    machine = read(Firmware([made, madt(FIRST)]).memory())
    assert [(what, problem) for what, problem, _ in flaws(machine)] == [expected]
    assert machine.madt.processor_count == 1


def test_flawed_roots() -> None:
    good = TYPICAL.memory()
    xsdt = struct.unpack_from("<Q", good, ROOT + 24)[0]

    def changed(at: int, data: bytes) -> list[tuple[str, str, int]]:
        memory = bytearray(good)
        memory[at : at + len(data)] = data
        return flaws(read(memory))

    no_use = "ACPI is not used"
    wrong_root = "no root pointer is there, or its checksum is wrong"
    assert changed(ROOT, b"r") == [(no_use, wrong_root, ROOT)]
    assert changed(ROOT + 24, b"\1") == [
        (no_use, "the root pointer's extended checksum is wrong", ROOT)
    ]
    length = "the root pointer has an impossible length"
    assert changed(ROOT + 20, struct.pack("<I", 35)) == [(no_use, length, ROOT)]
    assert changed(ROOT + 20, struct.pack("<I", 1 << 31)) == [(no_use, length, ROOT)]
    for pointer in (acpi.root(0, 1 << 40), acpi.root(0, acpi.BYTES - 3), acpi.root(0, 0)):
        assert changed(ROOT, pointer)[0][:2] == (no_use, "a table is out of reach")
    assert changed(ROOT, acpi.root(0, ROOT))[0][1] == "a table has another signature than it should"
    broken = "the list of tables has an impossible length"
    assert changed(xsdt, table(b"XSDT", b"123")) == [(no_use, broken, xsdt)]
    many = table(b"XSDT", bytes(8 * 257))
    assert changed(xsdt, many) == [(no_use, broken, xsdt)]


def test_lists_that_lead_nowhere_or_to_themselves() -> None:
    machine = read(Firmware([madt(FIRST)], extra=(0, ROOT, TABLES_AT, 1 << 50)).memory())
    assert flaws(machine) == [("tables are left out", "a table is out of reach", 1 << 50)]
    assert machine.madt.processor_count == 1
