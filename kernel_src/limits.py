"""Every bound of the kernel core: what is refused or cut beyond it."""
from __future__ import annotations

from typing import Final

BOOT_STACK_SIZE: Final = 0x10_0000
"""Bytes of the stack that servers run on."""

IDLE_STACK_SIZE: Final = 0x8000
"""Bytes of the stack a processor has when it starts, and on which it idles."""

THREAD_STACK_SIZE: Final = 0x4000
"""Bytes of a thread's stack, with what is kept about the thread at its upper end."""

SPARE_STACKS_MAX: Final = 128
"""Stacks of ended threads that are kept for new ones: to unmap one, every processor is asked."""

EXCEPTION_STACK_SIZE: Final = 0x8000
"""Bytes of each stack that exceptions switch to."""

HOST_CALL_STACK: Final = 0x8000
"""What generated code leaves free on its stack: a host function, an exception, a panic need it."""

KERNEL_IMAGE_TABLES: Final = 8
"""Page tables that map the kernel's image at the start, 2 MiB each, from physical address 0 on."""

EARLY_DIRECT_MAP_GIB: Final = 4
"""What the direct map covers until the memory map has been read: all a 32-bit loader can reach."""

CPUS_MAX: Final = 64
"""Processors that are used; more than these are left halted."""

KERNEL_HEAP_REACH: Final = 64 << 30
"""Physical memory above this address is not used for the kernel's heap."""

DEVICE_MAPPINGS_MAX: Final = 128

AP_POLLS_MAX: Final = 200_000_000
"""Looks for the answer of a processor that was started."""

STOP_POLLS_MAX: Final = 50_000_000
"""Looks at the others before a panic goes on without their having stopped."""

LOCKS_HELD_MAX: Final = 16
"""Locks one processor can hold at a time, in debug builds."""

MEMORY_RANGES_MAX: Final = 128
COMMAND_LINE_MAX: Final = 1024
MULTIBOOT_BYTES_MAX: Final = 1 << 20
"""Bytes of all that a Multiboot2 loader has to say."""

ACPI_TABLES_MAX: Final = 256
ACPI_TABLE_BYTES_MAX: Final = 4 << 20
IO_APICS_MAX: Final = 64
INTERRUPT_OVERRIDES_MAX: Final = 16
"""One for each ISA interrupt."""

NMI_SOURCES_MAX: Final = 256
PCI_SEGMENTS_MAX: Final = 16

LOG_LINE_MAX: Final = 480
"""Bytes of a log message; the rest is cut."""

BACKTRACE_MAX: Final = 32
REFUSAL_MAX: Final = 256
"""Bytes of what is said about a module that is refused."""

SERVER_NAME_MAX: Final = 32
SIGNATURE_BYTES: Final = 0x4_0000
"""Memory for the parameter and result types of all different types of functions."""

VIRTUAL_RANGES_MAX: Final = 2048
"""Blocks one window of virtual addresses can hold at a time, one more than can be taken."""

POWER_POLLS_MAX: Final = 1_000_000
"""Turns to wait for the machine to be off, or reset, before the next way is tried."""

SERIAL_POLLS_MAX: Final = 1_000_000
"""Reads of the line status before a byte is given up: the port may not be there."""
