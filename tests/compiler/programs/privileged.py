"""What only a kernel may do: control registers, flags, ports, model-specific registers."""

from __future__ import annotations

from pykern.lang import (
    Final,
    cli,
    inb,
    invlpg,
    outb,
    rdmsr,
    read_cr0,
    read_cr2,
    read_cr3,
    read_cr4,
    read_flags,
    test,
    write_cr0,
    write_cr3,
    write_cr4,
    wrmsr,
)
from tests.compiler.programs.support.output import write_line

# routes: machine (it needs the processor's privilege)

SCRATCH_PORT: Final = 0x3FF  # of the first serial port
EFER: Final = 0xC000_0080
KERNEL_GS_BASE: Final = 0xC000_0102


@test
def control_registers() -> None:
    write_line(f"{read_cr0() & 1} {read_cr0() >> 31 & 1} {read_cr4() >> 5 & 1}")
    write_cr0(read_cr0())
    write_cr4(read_cr4())
    table = read_cr3()
    write_cr3(table)
    invlpg(0x1000)
    write_line(f"{read_cr3() == table} {read_cr2() == read_cr2()}")


@test
def flags() -> None:
    cli()
    write_line(f"{read_flags() >> 9 & 1} {read_flags() >> 1 & 1}")


@test
def registers_of_the_model() -> None:
    write_line(f"{rdmsr(EFER) >> 10 & 1}")
    before = rdmsr(KERNEL_GS_BASE)
    wrmsr(KERNEL_GS_BASE, 0xFFFF_8000_0000_1000)
    write_line(f"{rdmsr(KERNEL_GS_BASE):#x}")
    wrmsr(KERNEL_GS_BASE, before)


@test
def ports() -> None:
    outb(SCRATCH_PORT, 0xA5)
    write_line(f"{inb(SCRATCH_PORT):#x}")
    outb(SCRATCH_PORT, 0x5A)
    write_line(f"{inb(SCRATCH_PORT):#x}")
