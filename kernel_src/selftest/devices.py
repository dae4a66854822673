"""Tests of interrupts that devices raise: the serial port's, which every machine here has."""
from __future__ import annotations

from typing import Final

import kernel_src.arch.serial as serial
from kernel_src.arch.ioapic import NoSuchInput
from kernel_src.arch.percpu import cpu_index
from kernel_src.arch.trap_frame import TrapFrame
from kernel_src.cpu.device_interrupts import NoVector, connect, disconnect, gsi_of_isa
from kernel_src.limits import SERIAL_POLLS_MAX
from pykern.lang import Atomic, Order, Ptr, inb, outb, pause, test, u32, unreachable

SERIAL_ISA: Final = 4
SENDER_EMPTY: Final = 1 << 1  # an interrupt when a byte can be sent
INTERRUPT_IDENTITY: Final = serial.SERIAL_PORT + 2
MODEM_OUT2: Final = 1 << 3  # lets the port's interrupts out

arrived: Atomic[u32] = Atomic(0)
handled_by: Atomic[u32] = Atomic(0)


def handle(frame: Ptr[TrapFrame]) -> None:
    inb(INTERRUPT_IDENTITY)  # which withdraws it
    handled_by.store(cpu_index(), Order.RELAXED)
    arrived.fetch_add(1, Order.RELEASE)


@test
def a_device_interrupts_until_it_is_disconnected() -> None:
    arrived.store(0, Order.RELAXED)
    gsi, wiring = gsi_of_isa(SERIAL_ISA)
    try:
        vector = connect(gsi, wiring, handle)
        raise_interrupt()
        polls: u32 = 0
        while arrived.load(Order.ACQUIRE) == 0 and polls < SERIAL_POLLS_MAX:
            polls += 1
            pause()
        outb(serial.INTERRUPT_ENABLE, 0)
        disconnect(gsi, vector)
    except (NoSuchInput, NoVector):
        unreachable()
    seen = arrived.load(Order.ACQUIRE)
    assert seen > 0, "no interrupt has arrived"
    assert handled_by.load(Order.RELAXED) == cpu_index(), "another processor was interrupted"
    raise_interrupt()
    outb(serial.INTERRUPT_ENABLE, 0)
    assert arrived.load(Order.ACQUIRE) == seen, "an interrupt arrived that was disconnected"


def raise_interrupt() -> None:
    """The port has nothing to send, and says so once it may."""
    outb(serial.MODEM_CONTROL, serial.MODEM_DTR_RTS | MODEM_OUT2)
    outb(serial.INTERRUPT_ENABLE, SENDER_EMPTY)
