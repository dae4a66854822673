"""The multiple APIC description table: processors and interrupt controllers (ACPI 6.5, 5.2.12).

What is kept is what somebody will use: a processor that the firmware has not enabled is counted
only, and one that is listed as both an APIC and an x2APIC is one processor. Up to CPUS_MAX
processors are kept; the rest are counted, and left alone.
"""
from __future__ import annotations

from typing import Final

from kernel_src.acpi.tables import BadTable, Tables
from kernel_src.lib.little_endian import u16_at, u32_at, u64_at
from kernel_src.limits import CPUS_MAX, INTERRUPT_OVERRIDES_MAX, IO_APICS_MAX, NMI_SOURCES_MAX
from pykern.lang import (
    Array,
    Ptr,
    Slice,
    Str,
    enum,
    is_member,
    raises,
    struct,
    u8,
    u16,
    u32,
    u64,
    usize,
    utf8,
    zeroed,
)

LOCAL_APIC_DEFAULT: Final = 0xFEE0_0000

LOCAL_APIC: Final = 36  # offset of its address
FLAGS: Final = 40
FIRST_ENTRY: Final = 44
FLAG_HAS_PICS: Final = 1 << 0

PROCESSOR_ENABLED: Final = 1 << 0
APIC_ID_INVALID: Final = 0xFF
X2APIC_ID_INVALID: Final = 0xFFFF_FFFF
APIC_UID_ALL: Final = 0xFF
UID_ALL: Final = 0xFFFF_FFFF
ISA_BUS: Final = 0
ISA_INTERRUPTS: Final = 16
LOCAL_INPUTS: Final = 2
ENTRY_HEAD: Final = 2  # type and length


@enum(u8)
class EntryType:
    """The entries that are read; others are passed over, as the specification asks."""

    APIC = 0
    IO_APIC = 1
    OVERRIDE = 2
    NMI_SOURCE = 3
    APIC_NMI = 4
    APIC_ADDRESS = 5
    X2APIC = 9
    X2APIC_NMI = 10


@enum(u8)
class Polarity:
    BUS = 0  # as the bus has it: high on ISA, low on PCI
    HIGH = 1
    LOW = 3


@enum(u8)
class Trigger:
    BUS = 0  # as the bus has it: by edge on ISA, by level on PCI
    EDGE = 1
    LEVEL = 3


@struct
class Processor:
    """One that may be started."""

    uid: u32 = 0  # by which the other tables know it
    apic_id: u32 = 0


@struct
class IoApic:
    id: u8 = 0
    address: u64 = 0
    first_gsi: u32 = 0  # the global interrupt of its first input


@struct
class Override:
    """An ISA interrupt that does not arrive at the global interrupt of its own number."""

    source: u8 = 0
    gsi: u32 = 0
    polarity: Polarity = Polarity.BUS
    trigger: Trigger = Trigger.BUS


@struct
class NmiSource:
    """An input of an I/O APIC that is to be delivered as NMI."""

    gsi: u32 = 0
    polarity: Polarity = Polarity.BUS
    trigger: Trigger = Trigger.BUS


@struct
class LocalNmi:
    """An input of local APICs, LINT0 or LINT1, at which an NMI arrives."""

    uid: u32 = 0  # the processor's; UID_ALL: every processor's
    lint: u8 = 0
    polarity: Polarity = Polarity.BUS
    trigger: Trigger = Trigger.BUS


@struct
class Madt:
    """What the table says; as it is made here, what holds for a machine without the table."""

    is_present: bool = False
    local_apic: u64 = LOCAL_APIC_DEFAULT
    has_pics: bool = True  # two 8259s are there, and have to be masked
    processors: Array[Processor, CPUS_MAX] = zeroed()
    processor_count: usize = 0
    left_over: usize = 0  # enabled processors that CPUS_MAX leaves no place for
    disabled: usize = 0
    io_apics: Array[IoApic, IO_APICS_MAX] = zeroed()
    io_apic_count: usize = 0
    overrides: Array[Override, INTERRUPT_OVERRIDES_MAX] = zeroed()
    override_count: usize = 0
    nmi_sources: Array[NmiSource, NMI_SOURCES_MAX] = zeroed()
    nmi_source_count: usize = 0
    local_nmis: Array[LocalNmi, NMI_SOURCES_MAX] = zeroed()
    local_nmi_count: usize = 0

    def has_processor(self, apic_id: u32) -> bool:
        for processor in self.processors[: self.processor_count]:
            if processor.apic_id == apic_id:
                return True
        return False

    @raises(BadTable)
    def read(self, tables: Ptr[Tables]) -> None:
        """Takes the table in, if there is one."""
        table = tables.table(utf8("APIC"), FIRST_ENTRY)
        if len(table) == 0:
            return
        self.is_present = True
        self.local_apic = u32_at(table, LOCAL_APIC)
        self.has_pics = u32_at(table, FLAGS) & FLAG_HAS_PICS != 0
        reader = EntryReader(madt=self, tables=tables, rest=table[FIRST_ENTRY:])
        while len(reader.rest) > 0:
            reader.read_entry()
        if self.processor_count == 0:
            reader.fail("the MADT has no enabled processor")


@struct
class EntryReader:
    madt: Ptr[Madt]
    tables: Ptr[Tables]
    rest: Slice[u8]

    @raises(BadTable)
    def read_entry(self) -> None:
        """Takes the next entry. Each is at least as long as its head, so there is an end."""
        if len(self.rest) < ENTRY_HEAD:
            self.fail("an entry of the MADT has no head")
        length = usize(self.rest[1])
        if length < ENTRY_HEAD or length > len(self.rest):
            self.fail("an entry of the MADT has an impossible length")
        if is_member(EntryType, self.rest[0]):
            type = EntryType(self.rest[0])
            if length < least_bytes(type):
                self.fail("an entry of the MADT is too short for its type")
            self.take(type, self.rest[:length])
        self.rest = self.rest[length:]

    @raises(BadTable)
    def take(self, type: EntryType, entry: Slice[u8]) -> None:
        match type:
            case EntryType.APIC:
                uid: u32 = entry[2]
                if entry[3] != APIC_ID_INVALID:
                    self.add_processor(uid, entry[3], u32_at(entry, 4))
            case EntryType.X2APIC:
                if u32_at(entry, 4) != X2APIC_ID_INVALID:
                    self.add_processor(u32_at(entry, 12), u32_at(entry, 4), u32_at(entry, 8))
            case EntryType.IO_APIC:
                self.add_io_apic(entry)
            case EntryType.OVERRIDE:
                self.add_override(entry)
            case EntryType.NMI_SOURCE:
                self.add_nmi_source(entry)
            case EntryType.APIC_NMI:
                who: u32 = UID_ALL if entry[2] == APIC_UID_ALL else u32(entry[2])
                self.add_local_nmi(who, u16_at(entry, 3), entry[5])
            case EntryType.X2APIC_NMI:
                self.add_local_nmi(u32_at(entry, 4), u16_at(entry, 2), entry[8])
            case EntryType.APIC_ADDRESS:
                self.madt.local_apic = u64_at(entry, 4)

    def add_processor(self, uid: u32, apic_id: u32, flags: u32) -> None:
        madt = self.madt
        if flags & PROCESSOR_ENABLED == 0:
            madt.disabled += 1
        elif madt.has_processor(apic_id):
            return
        elif madt.processor_count == CPUS_MAX:
            madt.left_over += 1
        else:
            processor = madt.processors[madt.processor_count]
            processor.uid = uid
            processor.apic_id = apic_id
            madt.processor_count += 1

    @raises(BadTable)
    def add_io_apic(self, entry: Slice[u8]) -> None:
        madt = self.madt
        if madt.io_apic_count == IO_APICS_MAX:
            self.fail("the MADT has more I/O APICs than the kernel takes")
        if u32_at(entry, 4) == 0:
            self.fail("an I/O APIC of the MADT has no address")
        io_apic = madt.io_apics[madt.io_apic_count]
        io_apic.id = entry[2]
        io_apic.address = u32_at(entry, 4)
        io_apic.first_gsi = u32_at(entry, 8)
        madt.io_apic_count += 1

    @raises(BadTable)
    def add_override(self, entry: Slice[u8]) -> None:
        madt = self.madt
        if madt.override_count == INTERRUPT_OVERRIDES_MAX:
            self.fail("the MADT has more interrupt overrides than the kernel takes")
        if entry[2] != ISA_BUS or entry[3] >= ISA_INTERRUPTS:
            self.fail("the MADT overrides an interrupt that is not ISA's")
        override = madt.overrides[madt.override_count]
        override.source = entry[3]
        override.gsi = u32_at(entry, 4)
        override.polarity = self.polarity_of(u16_at(entry, 8))
        override.trigger = self.trigger_of(u16_at(entry, 8))
        madt.override_count += 1

    @raises(BadTable)
    def add_nmi_source(self, entry: Slice[u8]) -> None:
        madt = self.madt
        if madt.nmi_source_count == NMI_SOURCES_MAX:
            self.fail("the MADT has more NMI sources than the kernel takes")
        source = madt.nmi_sources[madt.nmi_source_count]
        source.gsi = u32_at(entry, 4)
        source.polarity = self.polarity_of(u16_at(entry, 2))
        source.trigger = self.trigger_of(u16_at(entry, 2))
        madt.nmi_source_count += 1

    @raises(BadTable)
    def add_local_nmi(self, uid: u32, flags: u16, lint: u8) -> None:
        madt = self.madt
        if madt.local_nmi_count == NMI_SOURCES_MAX:
            self.fail("the MADT has more NMI sources than the kernel takes")
        if lint >= LOCAL_INPUTS:
            self.fail("the MADT names an input that no local APIC has")
        nmi = madt.local_nmis[madt.local_nmi_count]
        nmi.uid = uid
        nmi.lint = lint
        nmi.polarity = self.polarity_of(flags)
        nmi.trigger = self.trigger_of(flags)
        madt.local_nmi_count += 1

    @raises(BadTable)
    def polarity_of(self, flags: u16) -> Polarity:
        if not is_member(Polarity, flags & 3):
            self.fail("an entry of the MADT has a reserved polarity")
        return Polarity(flags & 3)

    @raises(BadTable)
    def trigger_of(self, flags: u16) -> Trigger:
        if not is_member(Trigger, flags >> 2 & 3):
            self.fail("an entry of the MADT has a reserved trigger mode")
        return Trigger(flags >> 2 & 3)

    @raises(BadTable)
    def fail(self, problem: Str) -> None:
        """The flaw is in the entry that has not been passed yet."""
        self.tables.fail(problem, self.tables.place_of(self.rest))


def least_bytes(type: EntryType) -> usize:
    match type:
        case EntryType.APIC | EntryType.NMI_SOURCE:
            return 8
        case EntryType.APIC_NMI:
            return 6
        case EntryType.OVERRIDE:
            return 10
        case EntryType.X2APIC:
            return 16
        case EntryType.IO_APIC | EntryType.APIC_ADDRESS | EntryType.X2APIC_NMI:
            return 12
