"""Where the linker put the parts of the kernel's image, and the stacks of boot/start.S."""
from __future__ import annotations

from kernel_src.limits import BOOT_STACK_SIZE, EXCEPTION_STACK_SIZE
from kernel_src.memlayout import KERNEL_BASE, PAGE_SIZE
from pykern.lang import Array, address_of, extern, u64, usize


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
def boot_stack_top() -> None: ...


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
    end = address_of(boot_stack_top)
    if end - BOOT_STACK_SIZE <= address < end:
        return end - BOOT_STACK_SIZE, end
    tops = Array(
        address_of(double_fault_stack_top),
        address_of(page_fault_stack_top),
        address_of(nmi_stack_top),
        address_of(machine_check_stack_top),
    )
    for top in tops:
        if top - EXCEPTION_STACK_SIZE <= address < top:
            return top - EXCEPTION_STACK_SIZE, top
    return 0, 0
