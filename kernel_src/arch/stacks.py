"""The stacks a processor runs on: that of its thread, and those that exceptions switch to.

Backtraces read nothing that does not lie on one of them.
"""
from __future__ import annotations

from typing import Final

from kernel_src.arch.image import (
    boot_stack_top,
    double_fault_stack_top,
    machine_check_stack_top,
    nmi_stack_top,
    page_fault_stack_top,
)
from kernel_src.limits import BOOT_STACK_SIZE, EXCEPTION_STACK_SIZE
from pykern.lang import Array, PerCpu, address_of, struct, usize, zeroed

EXCEPTION_STACKS: Final = 4
"""As many as there are IST entries in use (gdt.py), in their order."""


@struct
class Stack:
    start: usize = 0
    end: usize = 0

    def holds(self, address: usize) -> bool:
        return self.start <= address < self.end

    def set(self, start: usize, end: usize) -> None:
        self.start = start
        self.end = end


@struct
class Stacks:
    thread: Stack = zeroed()  # of the thread that runs; changed at every switch
    exceptions: Array[Stack, EXCEPTION_STACKS] = zeroed()


stacks: PerCpu[Stacks] = PerCpu(Stacks())


def initialise_boot_stacks() -> None:
    """The image holds the stacks of the processor that boots."""
    mine = stacks.ptr()
    tops = Array(
        address_of(double_fault_stack_top),
        address_of(page_fault_stack_top),
        address_of(nmi_stack_top),
        address_of(machine_check_stack_top),
    )
    for index, top in enumerate(tops):
        mine.exceptions[index].set(top - EXCEPTION_STACK_SIZE, top)
    mine.thread.set(address_of(boot_stack_top) - BOOT_STACK_SIZE, address_of(boot_stack_top))


def stack_around(address: usize) -> tuple[usize, usize]:
    """First byte and end of this processor's stack that holds an address; (0, 0) if none does."""
    mine = stacks.ptr()
    if mine.thread.holds(address):
        return mine.thread.start, mine.thread.end
    for index in range(EXCEPTION_STACKS):
        stack = mine.exceptions[index]
        if stack.holds(address):
            return stack.start, stack.end
    return 0, 0
