"""How the machine is switched off and reset: the fixed description table (ACPI 6.5, 5.2.9).

The table has grown; what a short one does not have is not there. Registers that it names twice are
taken from the longer form where that is filled in.
"""
from __future__ import annotations

from typing import Final

from kernel_src.acpi.register import NO_REGISTER, Register, Space, read_register
from kernel_src.acpi.tables import BadTable, Tables
from kernel_src.lib.little_endian import u32_at, u64_at
from pykern.lang import Ptr, Slice, raises, struct, u8, u32, u64, usize, utf8

TABLE_BYTES: Final = 116  # of revision 1

# Offsets of its fields.
DSDT: Final = 40
SMI_COMMAND: Final = 48
ACPI_ENABLE: Final = 52
PM1A_CONTROL: Final = 64
PM1B_CONTROL: Final = 68
FLAGS: Final = 112
RESET_REGISTER: Final = 116
RESET_VALUE: Final = 128
X_DSDT: Final = 140
X_PM1A_CONTROL: Final = 172
X_PM1B_CONTROL: Final = 184
SLEEP_CONTROL: Final = 244

# Ends of fields that a short table does not have.
RESET_END: Final = 129
X_DSDT_END: Final = 148
X_PM1_CONTROL_END: Final = 196
SLEEP_CONTROL_END: Final = 256

FLAG_RESET_REGISTER: Final = 1 << 10
FLAG_HARDWARE_REDUCED: Final = 1 << 20


@struct
class Fadt:
    is_present: bool = False
    is_hardware_reduced: bool = False  # no PM1 blocks: the sleep control register instead
    pm1a_control: Register = NO_REGISTER
    pm1b_control: Register = NO_REGISTER
    sleep_control: Register = NO_REGISTER
    reset: Register = NO_REGISTER
    reset_value: u8 = 0
    smi_command: u32 = 0  # a port, by which ACPI mode is entered; 0: it is always on
    acpi_enable: u8 = 0  # what to write there
    dsdt: u64 = 0  # the table of the machine's own AML

    @raises(BadTable)
    def read(self, tables: Ptr[Tables]) -> None:
        """Takes the table in, if there is one."""
        table = tables.table(utf8("FACP"), TABLE_BYTES)
        if len(table) == 0:
            return
        self.is_present = True
        self.smi_command = u32_at(table, SMI_COMMAND)
        self.acpi_enable = table[ACPI_ENABLE]
        self.dsdt = dsdt_address(table)
        flags = u32_at(table, FLAGS)
        self.is_hardware_reduced = flags & FLAG_HARDWARE_REDUCED != 0
        self.read_registers(table, flags)

    def read_registers(self, table: Slice[u8], flags: u32) -> None:
        if not self.is_hardware_reduced:
            self.pm1a_control = control_register(table, PM1A_CONTROL, X_PM1A_CONTROL)
            self.pm1b_control = control_register(table, PM1B_CONTROL, X_PM1B_CONTROL)
        elif len(table) >= SLEEP_CONTROL_END:
            self.sleep_control = read_register(table, SLEEP_CONTROL)
        if flags & FLAG_RESET_REGISTER != 0 and len(table) >= RESET_END:
            self.reset = read_register(table, RESET_REGISTER)
            self.reset_value = table[RESET_VALUE]


def control_register(table: Slice[u8], at: usize, extended_at: usize) -> Register:
    """PM1's control block, by its older field of 32 bits or its newer one."""
    if len(table) >= X_PM1_CONTROL_END:
        extended = read_register(table, extended_at)
        if extended.is_usable():
            return extended
    return Register(space=Space.IO.value, bits=16, address=u32_at(table, at))


def dsdt_address(table: Slice[u8]) -> u64:
    if len(table) >= X_DSDT_END and u64_at(table, X_DSDT) != 0:
        return u64_at(table, X_DSDT)
    return u32_at(table, DSDT)
