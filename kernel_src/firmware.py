"""Takes the firmware's description of the machine into `acpi.system.machine`, and logs it."""
from __future__ import annotations

from typing import Final

import kernel_src.log as log
import kernel_src.mm.devices as devices
from kernel_src.acpi.register import NO_REGISTER, Register, Space
from kernel_src.acpi.system import machine
from kernel_src.boot.info import BootInfo, Framebuffer
from pykern.lang import Ptr, Slice, Str, u8, u64

REGISTER_BYTES: Final = 2  # of the widest that is written
PHYSICAL_END: Final = 1 << 52  # what a page table's entry can say


def log_screen(screen: Ptr[Framebuffer]) -> None:
    if screen.address != 0:
        log.info(
            f"screen: {screen.width} x {screen.height}, {screen.bits} bits, at {screen.address:#x}"
        )


def read_tables(physical: Slice[u8], root: u64) -> None:
    """Before the direct map is made anew: the tables lie in memory that is not usable."""
    machine.read(physical, root)
    for flaw in machine.flaws[: machine.flaw_count]:
        log.warn(f"acpi: {flaw.what}: {flaw.problem} ({flaw.address:#x})")
    if not machine.has_acpi:
        log.info("acpi: none; one processor, and no way to switch the machine off")
        return
    madt = machine.madt
    if not madt.is_present:
        log.info("acpi: no MADT; one processor")
    else:
        log.info(
            f"acpi: {madt.processor_count} processors, {madt.io_apic_count} I/O APICs, "
            f"local APICs at {madt.local_apic:#x}"
        )
    if madt.left_over > 0:
        log.warn(f"acpi: {madt.left_over} more processors are not used")
    if machine.hpet.address != 0:
        log.info(f"acpi: HPET at {machine.hpet.address:#x}")
    for segment in machine.mcfg.segments[: machine.mcfg.count]:
        log.info(
            f"acpi: PCI segment {segment.number}, buses {segment.first_bus} to "
            f"{segment.last_bus}, at {segment.address:#x}"
        )


def map_registers(info: Ptr[BootInfo]) -> None:
    """Makes the registers that switch the machine off reachable for `arch/power.py`."""
    fadt = machine.fadt
    fadt.pm1a_control = mapped(info, "PM1a control", fadt.pm1a_control)
    fadt.pm1b_control = mapped(info, "PM1b control", fadt.pm1b_control)
    fadt.sleep_control = mapped(info, "sleep control", fadt.sleep_control)
    fadt.reset = mapped(info, "reset", fadt.reset)


def mapped(info: Ptr[BootInfo], name: Str, register: Register) -> Register:
    """The register at its virtual address; none, where writing to it would write to memory."""
    if register.space != Space.MEMORY.value or not register.is_usable():
        return register
    address = register.address
    last = min(address, PHYSICAL_END - REGISTER_BYTES) + (REGISTER_BYTES - 1)
    in_memory = info.is_in_memory(address, last) or info.is_in_memory(last, last + 1)
    if address > PHYSICAL_END - REGISTER_BYTES or in_memory:
        log.warn(f"acpi: the {name} register can't be at {address:#x}")
        return NO_REGISTER
    virtual = devices.map_device(address, REGISTER_BYTES)
    return Register(space=register.space, bits=register.bits, address=virtual)
