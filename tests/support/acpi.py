"""ACPI tables as firmware builds them, in a buffer that stands for physical memory."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

ROOT = 0xE_1230
BYTES = 0x10_0000
TABLES_AT = 0x8_0000  # where the tables are put, one after the other


def mended(table: bytes, at: int = 9) -> bytes:
    """The table with the byte `at` set so that all bytes add up to 0."""
    changed = bytearray(table)
    changed[at] = 0
    changed[at] = -sum(changed) & 0xFF
    return bytes(changed)


def table(signature: bytes, body: bytes, length: int | None = None) -> bytes:
    length = 36 + len(body) if length is None else length
    head = struct.pack("<4sIBB6s8sIII", signature, length, 1, 0, b"PYKERN", b"TEST", 1, 0, 0)
    return mended(head + body)


def root(rsdt: int, xsdt: int = 0, revision: int = 2) -> bytes:
    pointer = struct.pack("<8sB6sBI", b"RSD PTR ", 0, b"PYKERN", revision, rsdt)
    pointer = mended(pointer, 8)
    if revision == 0:
        return pointer
    return mended(pointer + struct.pack("<IQB3x", 36, xsdt, 0), 32)


def apic(uid: int, apic_id: int, flags: int = 1) -> bytes:
    return struct.pack("<BBBBI", 0, 8, uid, apic_id, flags)


def x2apic(uid: int, apic_id: int, flags: int = 1) -> bytes:
    return struct.pack("<BBHIII", 9, 16, 0, apic_id, flags, uid)


def io_apic(id: int, address: int, gsi: int) -> bytes:
    return struct.pack("<BBBBII", 1, 12, id, 0, address, gsi)


def override(source: int, gsi: int, flags: int, bus: int = 0) -> bytes:
    return struct.pack("<BBBBIH", 2, 10, bus, source, gsi, flags)


def nmi_source(gsi: int, flags: int = 0) -> bytes:
    return struct.pack("<BBHI", 3, 8, flags, gsi)


def apic_nmi(uid: int, lint: int, flags: int = 0) -> bytes:
    return struct.pack("<BBBHB", 4, 6, uid, flags, lint)


def x2apic_nmi(uid: int, lint: int, flags: int = 0) -> bytes:
    return struct.pack("<BBHIB3x", 10, 12, flags, uid, lint)


def apic_address(address: int) -> bytes:
    return struct.pack("<BBHQ", 5, 12, 0, address)


def madt(*entries: bytes, local_apic: int = 0xFEE0_0000, flags: int = 1) -> bytes:
    return table(b"APIC", struct.pack("<II", local_apic, flags) + b"".join(entries))


def register(space: int, address: int, bits: int = 32) -> bytes:
    return struct.pack("<BBBBQ", space, bits, 0, 0, address)


def hpet(address: int = 0xFED0_0000, space: int = 0) -> bytes:
    body = struct.pack("<I", 0x8086_A201) + register(space, address)
    return table(b"HPET", body + struct.pack("<BHB", 0, 100, 0))


def mcfg(*segments: tuple[int, int, int, int]) -> bytes:
    return table(b"MCFG", bytes(8) + b"".join(struct.pack("<QHBBI", *s, 0) for s in segments))


def fadt(dsdt: int, flags: int = 1 << 10, size: int = 276, **fields: tuple[int, bytes]) -> bytes:
    """`fields`: an offset and the bytes there, under names of the test's own."""
    body = bytearray(size)
    for at, data in {
        "dsdt": (40, struct.pack("<I", dsdt)),
        "smi": (48, struct.pack("<IBB", 0xB2, 2, 3)),
        "pm1a": (64, struct.pack("<I", 0x604)),
        "flags": (112, struct.pack("<I", flags)),
        "reset": (116, register(1, 0xCF9, 8) + b"\x0f"),
        **fields,
    }.values():
        body[at : at + len(data)] = data
    return table(b"FACP", bytes(body[36:size]))


S5 = b"\x08_S5_\x12\x06\x04\x0a\x05\x0a\x03\x00\x00"


@dataclass
class Firmware:
    """Tables, and the root that leads to them: an XSDT, or an RSDT where `old`."""

    tables: list[bytes] = field(default_factory=list)
    old: bool = False
    extra: tuple[int, ...] = ()  # addresses that the list of tables has besides

    def memory(self) -> bytearray:
        memory = bytearray(BYTES)
        places = []
        at = TABLES_AT
        for each in self.tables:
            memory[at : at + len(each)] = each
            places.append(at)
            at += len(each) + 3  # nothing aligns them
        listed = [p for p, t in zip(places, self.tables, strict=True) if t[:4] != b"DSDT"]
        listed += self.extra
        width = "I" if self.old else "Q"
        list_of_tables = table(
            b"RSDT" if self.old else b"XSDT", struct.pack(f"<{len(listed)}{width}", *listed)
        )
        memory[at : at + len(list_of_tables)] = list_of_tables
        pointer = root(at, revision=0) if self.old else root(0, at)
        memory[ROOT : ROOT + len(pointer)] = pointer
        return memory


DSDT = table(b"DSDT", b"\x10\x05junk" + S5 + b"\x5b\x82")
PROCESSORS = (apic(0, 0), apic(1, 2), apic(2, 3, 0), x2apic(3, 0x100))
CONTROLLERS = (
    io_apic(7, 0xFEC0_0000, 0),
    override(0, 2, 0),
    override(9, 9, 0xD),
    nmi_source(23, 0x5),
    apic_nmi(0xFF, 1),
    x2apic_nmi(3, 0, 0xF),
)
TYPICAL = Firmware(
    [
        DSDT,  # at TABLES_AT, where the FADT looks for it
        fadt(TABLES_AT),
        madt(*PROCESSORS, *CONTROLLERS),
        hpet(),
        mcfg((0xB000_0000, 0, 0, 255)),
    ]
)
