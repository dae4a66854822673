"""The kernel's first function: what happens at boot, in order."""
from __future__ import annotations

import kernel_src.arch.cpu as cpu
import kernel_src.arch.gdt as gdt
import kernel_src.arch.idt as idt
import kernel_src.arch.lapic as lapic
import kernel_src.arch.pic as pic
import kernel_src.arch.serial as serial
import kernel_src.arch.stacks as stacks
import kernel_src.arch.xstate as xstate
import kernel_src.cpu.device_interrupts as device_interrupts
import kernel_src.cpu.ipi as ipi
import kernel_src.cpu.shoot_down as shoot_down
import kernel_src.firmware as firmware
import kernel_src.log as log
import kernel_src.mm.devices as devices
import kernel_src.mm.kernel_heap as kernel_heap
import kernel_src.mm.memory as memory
import kernel_src.mm.platform as platform
import kernel_src.options as options
import kernel_src.panic as panic
import kernel_src.sched.threads as threads
import kernel_src.time.clock as clock
from kernel_src.acpi.system import machine
from kernel_src.boot.info import BadBootInfo, BootInfo
from kernel_src.boot.loader import read_boot_info
from kernel_src.cpu.start_up import start_others
from kernel_src.ending import choose_end, finish, refuse
from kernel_src.limits import EARLY_DIRECT_MAP_GIB
from kernel_src.memlayout import GIB, PAGE_SIZE
from kernel_src.server.bundle import open_initrd
from kernel_src.server.start import run_servers
from pykern.lang import TESTS, NoReturn, Slice, export, sti, u8, u32, u64, usize, utf8

if TESTS:
    import kernel_src.selftest.faults as faults
    import kernel_src.selftest.runner as runner
    import kernel_src.selftest.spec_runner as spec_runner

boot_info: BootInfo = BootInfo()


@export("kmain")
def kmain(start_info: u64, loader: u32) -> NoReturn:
    """Called by boot/start.S with the physical address of what the loader left."""
    serial.initialise()  # first, so that whatever goes wrong can be read
    stacks.initialise_boot_stacks()
    gdt.initialise()  # the stacks that exceptions switch to
    idt.initialise()  # uses those stacks; from here on a fault is caught
    panic.initialise()  # and reported
    cpu.require_features()  # the engine emits them without asking
    cpu.enable_features()  # before there is anything to protect
    xstate.enable()  # the engine's registers, once SSE is on
    take_boot_info(start_info, loader)  # the early direct map reaches all that a loader can
    log.set_level_by_name(boot_info.option(utf8("log")))  # needs the command line
    choose_end(boot_info.option(utf8("end")))  # so does this, and a warning needs the level
    warn_of_doubts(boot_info.command_line())  # nothing on it is passed over in silence
    firmware.log_screen(boot_info.framebuffer)
    firmware.read_tables(early_memory(), boot_info.acpi_root)  # while its memory is mapped
    memory.initialise(boot_info)  # needs the memory map; the whole direct map from here on
    kernel_heap.initialise()  # while long runs of frames are free
    devices.initialise()  # needs page tables
    firmware.map_registers(boot_info)  # by which the machine is switched off
    pic.mask()  # its interrupts would look like exceptions
    lapic.initialise(local_apic_registers())  # mapped as a device where it is not in MSRs
    device_interrupts.initialise()  # all of them masked
    shoot_down.initialise()  # the first processor to start relies on it
    ipi.initialise()
    memory.set_forget(shoot_down.forget_everywhere)
    platform.initialise()  # its ranges are filled with frames; the wasm engine takes them
    clock.initialise(machine.hpet.address)  # interrupts off, alone: nobody disturbs a measurement
    threads.initialise()  # needs the block window; what runs here is a thread from now on
    start_others(machine.madt, boot_info, threads.run_other)  # which run them, too
    sti()  # every interrupt has its handler by now
    if TESTS:
        faults.run(boot_info.option(utf8("selftest")))  # may end the run
        runner.run(boot_info.option(utf8("tests")))  # so may this
    open_initrd(boot_info)  # may lie anywhere in memory, so needs the direct map
    if TESTS:
        spec_runner.run(boot_info.option(utf8("spec")))  # from the initrd; ends the run
    finish(run_servers())


def local_apic_registers() -> usize:
    if lapic.has_x2apic():
        return 0
    return devices.map_device(lapic.physical_base(), PAGE_SIZE)


def early_memory() -> Slice[u8]:
    return memory.physical_bytes(0, EARLY_DIRECT_MAP_GIB * GIB)


def take_boot_info(start_info: u64, loader: u32) -> None:
    try:
        read_boot_info(boot_info, early_memory(), start_info, loader)
    except BadBootInfo:
        refuse(f"boot information: {boot_info.problem}: {boot_info.value:#x}")


def warn_of_doubts(text: Slice[u8]) -> None:
    first, last = options.next_word(text, 0)
    while first < last:
        word = text[first:last]
        name = options.name_of(word)
        match options.doubt_about(text, first, last):
            case options.Doubt.NONE:
                pass
            case options.Doubt.NO_VALUE:
                log.warn(f"command line: {word} is not of the form name=value")
            case options.Doubt.UNKNOWN:
                log.warn(f"command line: there is no option {name}")
            case options.Doubt.REPEATED:
                log.warn(f"command line: {word} has no effect: the first {name} counts")
        first, last = options.next_word(text, last)
