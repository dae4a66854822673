"""Switching the machine off, and resetting it, by the registers that the firmware's tables name.

Registers in memory are at virtual addresses by now: `firmware.map_registers` has replaced those of
the tables in `acpi.system.machine`.
"""
from __future__ import annotations

from typing import Final

from kernel_src.acpi.register import Register, Space
from kernel_src.acpi.system import machine
from kernel_src.limits import POWER_POLLS_MAX
from pykern.lang import (
    Array,
    NoReturn,
    address_of,
    asm,
    cli,
    hlt,
    inb,
    inw,
    lidt,
    outb,
    outw,
    pause,
    ptr_at,
    truncate,
    u8,
    u16,
    u32,
    usize,
    volatile_load,
    volatile_store,
    zeroed,
)

# PM1 control (ACPI 6.5, 4.8.3.2.1) and the sleep control register (4.8.3.7).
PM1_SCI_ENABLE: Final = 1 << 0
PM1_SLEEP_TYPE_SHIFT: Final = 10
PM1_SLEEP_TYPE: Final = 7 << PM1_SLEEP_TYPE_SHIFT
PM1_SLEEP_ENABLE: Final = 1 << 13
SLEEP_CONTROL_TYPE_SHIFT: Final = 2
SLEEP_CONTROL_ENABLE: Final = 1 << 5

KEYBOARD_COMMAND: Final = 0x64
KEYBOARD_INPUT_FULL: Final = 1 << 1
KEYBOARD_PULSE_RESET: Final = 0xFE


def switch_off() -> None:
    """Comes back only if the machine can't be switched off."""
    if not machine.sleep_types.found:
        return
    cli()
    fadt = machine.fadt
    types = machine.sleep_types
    if fadt.is_hardware_reduced:
        if fadt.sleep_control.is_usable():
            value = types.a << SLEEP_CONTROL_TYPE_SHIFT | SLEEP_CONTROL_ENABLE
            write_byte(fadt.sleep_control, value)
    else:
        enter_acpi_mode()
        sleep(fadt.pm1a_control, types.a)
        sleep(fadt.pm1b_control, types.b)
    wait()


def enter_acpi_mode() -> None:
    """PM1's registers are the firmware's until it is told to hand them over (ACPI 6.5, 4.8.2.5)."""
    fadt = machine.fadt
    control = fadt.pm1a_control
    if fadt.smi_command == 0 or fadt.acpi_enable == 0 or not control.is_usable():
        return
    if read_word(control) & PM1_SCI_ENABLE != 0:
        return
    outb(truncate(u16, fadt.smi_command), fadt.acpi_enable)
    polls: u32 = 0
    while read_word(control) & PM1_SCI_ENABLE == 0 and polls < POWER_POLLS_MAX:
        polls += 1


def sleep(control: Register, type: u8) -> None:
    """The type first, then the type with the order to sleep (ACPI 6.5, 16.1.7)."""
    if control.is_usable():
        value = read_word(control) & ~u16(PM1_SLEEP_TYPE | PM1_SLEEP_ENABLE)
        value |= u16(type) << PM1_SLEEP_TYPE_SHIFT
        write_word(control, value)
        write_word(control, value | PM1_SLEEP_ENABLE)


def reset() -> NoReturn:
    """By the first way that works: the FADT's register, the keyboard controller, a triple fault."""
    cli()
    if machine.fadt.reset.is_usable():
        write_byte(machine.fadt.reset, machine.fadt.reset_value)
        wait()
    polls: u32 = 0
    while inb(KEYBOARD_COMMAND) & KEYBOARD_INPUT_FULL != 0 and polls < POWER_POLLS_MAX:
        polls += 1
    outb(KEYBOARD_COMMAND, KEYBOARD_PULSE_RESET)
    wait()
    no_table: Array[u8, 10] = zeroed()  # limit 0, so that no exception can be delivered
    lidt(address_of(no_table))
    asm("int3", "", None)
    while True:
        hlt()


def wait() -> None:
    """Leaves the machine the time to end."""
    for _ in range(POWER_POLLS_MAX):
        pause()


def read_word(register: Register) -> u16:
    if register.space == Space.IO.value:
        return inw(truncate(u16, register.address))
    return volatile_load(ptr_at(u16, usize(register.address)))


def write_word(register: Register, value: u16) -> None:
    if register.space == Space.IO.value:
        outw(truncate(u16, register.address), value)
    else:
        volatile_store(ptr_at(u16, usize(register.address)), value)


def write_byte(register: Register, value: u8) -> None:
    if register.space == Space.IO.value:
        outb(truncate(u16, register.address), value)
    else:
        volatile_store(ptr_at(u8, usize(register.address)), value)
