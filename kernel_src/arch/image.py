"""Where the linker put the parts of the kernel's image, and the stacks of boot/start.S."""
from __future__ import annotations

from kernel_src.limits import STACK_SIZE
from kernel_src.memlayout import KERNEL_BASE, PAGE_SIZE
from pykern.lang import address_of, extern, u64, usize


@extern
def text_start() -> None: ...


@extern
def text_end() -> None: ...


@extern
def rodata_start() -> None: ...


@extern
def rodata_end() -> None: ...


@extern
def data_end() -> None: ...


@extern
def stacks_start() -> None: ...


@extern
def stacks_end() -> None: ...


@extern
def early_pml4() -> None: ...


@extern
def double_fault_stack_top() -> None: ...


@extern
def page_fault_stack_top() -> None: ...


@extern
def nmi_stack_top() -> None: ...


@extern
def machine_check_stack_top() -> None: ...


def physical_start() -> u64:
    """The boot code has the page before the first of the kernel's own."""
    return address_of(text_start) - KERNEL_BASE - PAGE_SIZE


def physical_read_only_end() -> u64:
    """Code and constants end here, and variables begin."""
    return address_of(rodata_end) - KERNEL_BASE


def physical_end() -> u64:
    return address_of(data_end) - KERNEL_BASE


def is_code(address: usize) -> bool:
    return address_of(text_start) <= address < address_of(text_end)


def stack_around(address: usize) -> tuple[usize, usize]:
    """First byte and end of the kernel stack that holds an address; (0, 0) if none does."""
    first = address_of(stacks_start)
    if address < first or address >= address_of(stacks_end):
        return 0, 0
    stride: usize = STACK_SIZE + PAGE_SIZE
    bottom = first + (address - first) // stride * stride + PAGE_SIZE
    if address < bottom:
        return 0, 0
    return bottom, bottom + STACK_SIZE
