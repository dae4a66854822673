"""The table of the high precision event timer (IA-PC HPET Specification 1.0a, 3.2.4)."""
from __future__ import annotations

from typing import Final

from kernel_src.acpi.register import Space, read_register
from kernel_src.acpi.tables import BadTable, Tables
from kernel_src.lib.bits import is_aligned
from kernel_src.lib.little_endian import u16_at
from pykern.lang import Ptr, raises, struct, u16, u64, utf8

REGISTERS: Final = 40
MINIMUM_TICK: Final = 53
TABLE_BYTES: Final = 56
REGISTER_ALIGNMENT: Final = 1024


@struct
class Hpet:
    address: u64 = 0  # 0: there is none
    minimum_tick: u16 = 0  # the least period in which no interrupt is lost

    @raises(BadTable)
    def read(self, tables: Ptr[Tables]) -> None:
        """Takes the table in, if there is one."""
        table = tables.table(utf8("HPET"), TABLE_BYTES)
        if len(table) == 0:
            return
        registers = read_register(table, REGISTERS)
        place = tables.place_of(table)
        if registers.space != Space.MEMORY.value or registers.address == 0:
            tables.fail("the HPET does not lie in memory", place)
        if not is_aligned(registers.address, REGISTER_ALIGNMENT):
            tables.fail("the HPET's address is not aligned", place)
        self.address = registers.address
        self.minimum_tick = u16_at(table, MINIMUM_TICK)
