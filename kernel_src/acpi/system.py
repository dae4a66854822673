"""What the firmware says about the machine, read once: later code needs no table.

A flawed table is left out as a whole and the machine is used without what it describes: without a
MADT as a machine of one processor, without a FADT as one that can not be switched off. That is what
Linux and FreeBSD do: firmware with one bad table is common, and refusing to boot would help nobody.
Nothing is used of a table after its flaw, nor before it, so that no half of a description is taken
for the whole. Each flaw is kept for the log.

Without a root pointer there is no ACPI, which is no flaw.
"""
from __future__ import annotations

from typing import Final

from kernel_src.acpi.fadt import Fadt
from kernel_src.acpi.hpet import Hpet
from kernel_src.acpi.madt import Madt
from kernel_src.acpi.mcfg import Mcfg
from kernel_src.acpi.s5 import NOT_FOUND, SleepTypes, read_sleep_types
from kernel_src.acpi.tables import BadTable, Tables, find_root
from pykern.lang import Array, Ptr, Slice, Str, copy, struct, u8, u64, usize, zeroed

FLAWS_MAX: Final = 6  # one for each kind of table, one for the list of tables


@struct
class Flaw:
    what: Str = ""
    problem: Str = ""
    address: u64 = 0


@struct
class Machine:
    has_acpi: bool = False
    madt: Madt = Madt()
    hpet: Hpet = Hpet()
    fadt: Fadt = Fadt()
    sleep_types: SleepTypes = NOT_FOUND
    mcfg: Mcfg = Mcfg()
    flaws: Array[Flaw, FLAWS_MAX] = zeroed()
    flaw_count: usize = 0

    def read(self, physical: Slice[u8], root: u64) -> None:
        """Reads the tables from the root pointer at an address; 0: where a BIOS leaves it."""
        place = root if root != 0 else find_root(physical)
        if place == 0:
            return
        tables = Tables(physical=physical)
        try:
            tables.read_root(place)
        except BadTable:
            self.note("ACPI is not used", tables)
            return
        self.has_acpi = True
        if tables.unreachable > 0:
            self.note("tables are left out", tables)
        self.read_madt(tables)
        self.read_hpet(tables)
        self.read_fadt(tables)
        self.read_sleep_types(tables)
        self.read_mcfg(tables)

    def read_madt(self, tables: Ptr[Tables]) -> None:
        fresh = Madt()
        try:
            fresh.read(tables)
            copy(self.madt, fresh)
        except BadTable:
            self.note("the MADT is not used", tables)

    def read_hpet(self, tables: Ptr[Tables]) -> None:
        fresh = Hpet()
        try:
            fresh.read(tables)
            copy(self.hpet, fresh)
        except BadTable:
            self.note("the HPET is not used", tables)

    def read_fadt(self, tables: Ptr[Tables]) -> None:
        fresh = Fadt()
        try:
            fresh.read(tables)
            copy(self.fadt, fresh)
        except BadTable:
            self.note("the FADT is not used", tables)

    def read_sleep_types(self, tables: Ptr[Tables]) -> None:
        try:
            self.sleep_types = read_sleep_types(tables, self.fadt.dsdt)
        except BadTable:
            self.note("the machine can't be switched off", tables)

    def read_mcfg(self, tables: Ptr[Tables]) -> None:
        fresh = Mcfg()
        try:
            fresh.read(tables)
            copy(self.mcfg, fresh)
        except BadTable:
            self.note("the MCFG is not used", tables)

    def note(self, what: Str, tables: Ptr[Tables]) -> None:
        flaw = self.flaws[self.flaw_count]
        flaw.what = what
        flaw.problem = tables.problem
        flaw.address = tables.address
        self.flaw_count += 1


machine: Machine = Machine()
