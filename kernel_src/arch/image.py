"""Where the linker put the parts of the kernel's image, and boot/start.S its stacks."""
from __future__ import annotations

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
def boot_stack_top() -> None: ...


@extern
def early_pml4() -> None: ...


@extern
def entry_ticks() -> None: ...


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
