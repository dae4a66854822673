"""Reads the firmware's description of the machine into `acpi.system.machine`, and logs it."""
from __future__ import annotations

import kernel_src.log as log
from kernel_src.acpi.system import machine
from pykern.lang import Slice, u8, u64


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
