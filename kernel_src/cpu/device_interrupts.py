"""Handlers for the interrupts of devices, by ISA number or global system interrupt.

A vector is taken for each, from those between exceptions and the kernel's own messages, so that no
two devices share one. Interrupts arrive at the processor that connected them.
"""
from __future__ import annotations

import kernel_src.arch.interrupts as interrupts
import kernel_src.arch.ioapic as ioapic
from kernel_src.acpi.madt import Polarity, Trigger
from kernel_src.acpi.system import machine
from kernel_src.arch.interrupts import DEVICE_VECTOR_FIRST, DEVICE_VECTOR_LAST, Handler
from kernel_src.arch.ioapic import WINDOW_BYTES, NoSuchInput, Wiring
from kernel_src.arch.percpu import this_cpu
from kernel_src.mm.devices import map_device
from kernel_src.sync.lock_word import LockWord
from kernel_src.sync.rank import Rank
from kernel_src.sync.spinlock import SpinLock
from pykern.lang import Error, raises, u8, u32

lock: SpinLock = SpinLock(word=LockWord(rank=Rank.INTERRUPTS))
"""Of the vectors for devices, and the I/O APICs."""


class NoVector(Error):
    """All vectors for devices are taken."""


def initialise() -> None:
    madt = machine.madt
    for io_apic in madt.io_apics[: madt.io_apic_count]:
        ioapic.add(map_device(io_apic.address, WINDOW_BYTES), io_apic.first_gsi)


def gsi_of_isa(number: u8) -> tuple[u32, Wiring]:
    """The GSI at which an ISA interrupt arrives, and how: on its own, high and by edge."""
    madt = machine.madt
    for override in madt.overrides[: madt.override_count]:
        if override.source == number:
            wiring = Wiring(
                is_active_low=override.polarity == Polarity.LOW,
                is_level=override.trigger == Trigger.LEVEL,
            )
            return override.gsi, wiring
    return number, Wiring()


@raises(NoSuchInput, NoVector)
def connect(gsi: u32, wiring: Wiring, handler: Handler) -> u32:
    """From here on the device's interrupts are handled; the vector, by which to disconnect."""
    with lock:
        vector = free_vector()
        ioapic.route(gsi, vector, this_cpu.ptr().apic_id, wiring)
        interrupts.register(vector, handler)
        ioapic.unmask(gsi)
        return vector


@raises(NoSuchInput)
def disconnect(gsi: u32, vector: u32) -> None:
    """By the processor that connected it, with no interrupt of the device on its way."""
    with lock:
        ioapic.mask(gsi)
        interrupts.unregister(vector)


@raises(NoVector)
def free_vector() -> u32:
    for vector in range(DEVICE_VECTOR_FIRST, DEVICE_VECTOR_LAST + 1):
        if not interrupts.handles(vector):
            return u32(vector)
    raise NoVector
