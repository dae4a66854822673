"""The local APIC: this processor's interrupts, and messages to other processors (SDM volume 3, 10).

In x2APIC mode, used where the processor has it, registers are MSRs; else they lie in memory, at the
same numbers times 16. Each processor sees its own at the same address.
"""
from __future__ import annotations

from typing import Final

from kernel_src.arch.interrupts import (
    APIC_ERROR_VECTOR,
    SPURIOUS_VECTOR,
    register,
    set_acknowledge,
)
from kernel_src.arch.trap_frame import TrapFrame
from kernel_src.arch.x86 import CPUID_1_ECX_X2APIC, CPUID_VERSION
from pykern.lang import (
    Atomic,
    Order,
    Ptr,
    cpuid,
    pause,
    ptr_at,
    rdmsr,
    u32,
    u64,
    usize,
    volatile_load,
    volatile_store,
    wrmsr,
)

APIC_BASE_MSR: Final = 0x1B
BASE_X2APIC: Final = 1 << 10
BASE_ENABLED: Final = 1 << 11
BASE_ADDRESS: Final = 0x000F_FFFF_FFFF_F000

X2APIC_MSRS: Final = 0x800

# Registers (SDM volume 3, table 10-6).
ID: Final = 0x02
VERSION: Final = 0x03
TASK_PRIORITY: Final = 0x08
END_OF_INTERRUPT: Final = 0x0B
SPURIOUS: Final = 0x0F
ERROR_STATUS: Final = 0x28
COMMAND: Final = 0x30
COMMAND_HIGH: Final = 0x31
TIMER: Final = 0x32
LINT0: Final = 0x35
LINT1: Final = 0x36
ERROR: Final = 0x37
TIMER_INITIAL: Final = 0x38
TIMER_CURRENT: Final = 0x39
TIMER_DIVIDE: Final = 0x3E

SOFTWARE_ENABLED: Final = 1 << 8
MASKED: Final = 1 << 16
XAPIC_ID_SHIFT: Final = 24

# The interrupt command (SDM volume 3, 10.6.1).
DELIVER_NMI: Final = 4 << 8
DELIVER_INIT: Final = 5 << 8
DELIVER_STARTUP: Final = 6 << 8
IS_PENDING: Final = 1 << 12
ASSERT: Final = 1 << 14
ALL_OTHERS: Final = 3 << 18
X2APIC_DESTINATION_SHIFT: Final = 32

registers: usize = 0  # where they are mapped; 0 in x2APIC mode
is_ready: bool = False
errors: Atomic[u32] = Atomic(0)
"""Bits of the error status that any processor has seen."""


def has_x2apic() -> bool:
    _, _, ecx, _ = cpuid(CPUID_VERSION, 0)
    return ecx & CPUID_1_ECX_X2APIC != 0


def physical_base() -> u64:
    """Where the registers lie in memory."""
    return rdmsr(APIC_BASE_MSR) & BASE_ADDRESS


def initialise(mapped: usize) -> None:
    """Once, on the processor that booted.

    `mapped` is where the registers are to be found in memory; 0 if the processor `has_x2apic`.
    """
    global registers, is_ready
    registers = mapped
    register(SPURIOUS_VECTOR, ignore_spurious)
    register(APIC_ERROR_VECTOR, report_error)
    set_acknowledge(end_of_interrupt)
    is_ready = True
    enable()


def enable() -> None:
    """On each processor: its APIC accepts interrupts; the pins that firmware may have used do not
    count."""
    if has_x2apic():
        wrmsr(APIC_BASE_MSR, rdmsr(APIC_BASE_MSR) | BASE_ENABLED | BASE_X2APIC)
    else:
        wrmsr(APIC_BASE_MSR, rdmsr(APIC_BASE_MSR) | BASE_ENABLED)
    write(TIMER, MASKED)
    write(LINT0, MASKED)
    write(LINT1, MASKED)
    write(ERROR, APIC_ERROR_VECTOR)
    write(TASK_PRIORITY, 0)
    write(SPURIOUS, SOFTWARE_ENABLED | SPURIOUS_VECTOR)


def read(number: u32) -> u32:
    if registers == 0:
        return u32(rdmsr(X2APIC_MSRS + number) & 0xFFFF_FFFF)
    return volatile_load(ptr_at(u32, registers + 16 * usize(number)))


def write(number: u32, value: u32) -> None:
    if registers == 0:
        wrmsr(X2APIC_MSRS + number, value)
    else:
        volatile_store(ptr_at(u32, registers + 16 * usize(number)), value)


def apic_id() -> u32:
    return read(ID) if registers == 0 else read(ID) >> XAPIC_ID_SHIFT


def end_of_interrupt() -> None:
    write(END_OF_INTERRUPT, 0)


# --- Messages to other processors ----------------------------------------------------------------


def send(to: u32, vector: u32) -> None:
    """Interrupts the processor with this APIC id."""
    command(to, ASSERT | vector)


def send_nmi(to: u32) -> None:
    command(to, ASSERT | DELIVER_NMI)


def send_nmi_to_others() -> None:
    command(0, ASSERT | DELIVER_NMI | ALL_OTHERS)


def send_to_others(vector: u32) -> None:
    command(0, ASSERT | ALL_OTHERS | vector)


def send_init(to: u32) -> None:
    command(to, ASSERT | DELIVER_INIT)


def send_startup(to: u32, page: u32) -> None:
    """The processor begins in real mode at the start of a page below 1 MiB."""
    command(to, ASSERT | DELIVER_STARTUP | page)


def command(to: u32, what: u32) -> None:
    """The caller keeps interrupts off: one that sends a message too must not come between the two
    halves."""
    if registers == 0:
        wrmsr(X2APIC_MSRS + COMMAND, u64(to) << X2APIC_DESTINATION_SHIFT | what)
        return
    while read(COMMAND) & IS_PENDING != 0:
        pause()
    write(COMMAND_HIGH, to << XAPIC_ID_SHIFT)
    write(COMMAND, what)


# --- Its own interrupts --------------------------------------------------------------------------


def ignore_spurious(frame: Ptr[TrapFrame]) -> None:
    """An interrupt that was withdrawn while it was being delivered."""


def report_error(frame: Ptr[TrapFrame]) -> None:
    write(ERROR_STATUS, 0)  # latches what has accumulated
    errors.fetch_or(read(ERROR_STATUS), Order.RELAXED)
