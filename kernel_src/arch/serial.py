"""COM1: a 16550 UART, output only, polled (data sheet of the PC16550D, section 8)."""
from __future__ import annotations

from typing import Final

from kernel_src.limits import SERIAL_POLLS_MAX
from pykern.lang import Slice, inb, outb, u8, u32

SERIAL_PORT: Final = 0x3F8

DATA: Final = SERIAL_PORT
DIVISOR_LOW: Final = SERIAL_PORT
INTERRUPT_ENABLE: Final = SERIAL_PORT + 1
DIVISOR_HIGH: Final = SERIAL_PORT + 1
FIFO_CONTROL: Final = SERIAL_PORT + 2
LINE_CONTROL: Final = SERIAL_PORT + 3
MODEM_CONTROL: Final = SERIAL_PORT + 4
LINE_STATUS: Final = SERIAL_PORT + 5

LINE_8N1: Final = 0x03
LINE_DIVISOR_LATCH: Final = 0x80
FIFO_ENABLE_CLEAR: Final = 0x07
MODEM_DTR_RTS: Final = 0x03
STATUS_CAN_SEND: Final = 0x20

DIVISOR_115200: Final = 1


def initialise() -> None:
    outb(INTERRUPT_ENABLE, 0)
    outb(LINE_CONTROL, LINE_DIVISOR_LATCH)
    outb(DIVISOR_LOW, DIVISOR_115200)
    outb(DIVISOR_HIGH, 0)
    outb(LINE_CONTROL, LINE_8N1)
    outb(FIFO_CONTROL, FIFO_ENABLE_CLEAR)
    outb(MODEM_CONTROL, MODEM_DTR_RTS)


def put(byte: u8) -> None:
    """Sends a byte, or drops it if the port never becomes ready."""
    polls: u32 = 0
    while inb(LINE_STATUS) & STATUS_CAN_SEND == 0 and polls < SERIAL_POLLS_MAX:
        polls += 1
    outb(DATA, byte)


def put_all(text: Slice[u8]) -> None:
    for byte in text:
        put(byte)
