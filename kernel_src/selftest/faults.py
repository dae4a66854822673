"""Ways for a kernel to go wrong, by name: `selftest=NAME` on the command line of a test build.

Each ends the run with a panic, whose report the tests read.
"""
from __future__ import annotations

from typing import Final

import kernel_src.log as log
import kernel_src.platform as platform
import kernel_src.selftest.exception_faults as exception_faults
import kernel_src.selftest.lock_faults as lock_faults
from kernel_src.arch.image import rodata_start
from kernel_src.ending import refuse
from kernel_src.lib.bytes import same_bytes
from kernel_src.memlayout import DIRECT_MAP, KERNEL_BASE, PAGE_SIZE
from pykern.lang import (
    Array,
    Slice,
    address_of,
    asm,
    load,
    noinline,
    panic,
    ptr_at,
    slice_at,
    store,
    u8,
    u32,
    u64,
    usize,
    utf8,
    zeroed,
)

UNMAPPED: Final = 0xFFFF_F000_0000_0000
RETURN: Final = 0xC3  # the instruction


def run(name: Slice[u8]) -> None:
    """Goes wrong as asked; with no name, does nothing."""
    if len(name) == 0:
        return
    go_wrong(name)
    refuse(f"selftest: {name} did no harm")


def go_wrong(name: Slice[u8]) -> None:
    number: u32 = u32(len(name))  # known at run time only, so no check is decided by the compiler
    if same_bytes(name, utf8("panic")):
        outer(number)
    elif same_bytes(name, utf8("overflow")):
        log.info(f"{multiply(0x8000_0000, number)}")
    elif same_bytes(name, utf8("index")):
        log.info(f"{element(number)}")
    elif same_bytes(name, utf8("null")):
        log.info(f"{load(ptr_at(u64, 8 * usize(number)))}")
    elif same_bytes(name, utf8("stack")):
        log.info(f"{recurse(u64(number))}")
    elif same_bytes(name, utf8("write-code")):
        store(ptr_at(u8, address_of(go_wrong)), RETURN)
    elif same_bytes(name, utf8("write-code-alias")):
        store(ptr_at(u8, address_of(go_wrong) - KERNEL_BASE + DIRECT_MAP), RETURN)
    elif same_bytes(name, utf8("run-data")):
        run_at(address_of(rodata_start))
    elif same_bytes(name, utf8("run-unsealed-code")):
        run_at(code_page())
    elif same_bytes(name, utf8("write-sealed-code")):
        page = code_page()
        platform.seal_code(page, PAGE_SIZE)
        run_at(page)
        store(ptr_at(u8, page), RETURN)
    elif same_bytes(name, utf8("opcode")):
        asm("ud2", "", None)
    elif same_bytes(name, utf8("frame-pointer")):
        asm("movq $0, %rbp\n int3", "r,~{memory}", None, usize(UNMAPPED))
    elif same_bytes(name, utf8("nested")):
        panic(f"{slice_at(u8, UNMAPPED, 8)}")  # the report itself reads from there
    elif not lock_faults.go_wrong(name) and not exception_faults.go_wrong(name):
        refuse(f"selftest: there is no {name}")


def code_page() -> usize:
    """A page of the code window, not sealed yet, with one instruction in it."""
    page = platform.reserve_code(PAGE_SIZE)
    store(ptr_at(u8, page), RETURN)
    return page


def run_at(address: usize) -> None:
    asm("call *$0", "r,~{memory}", None, address)


@noinline
def outer(number: u32) -> None:
    middle(number + 1)


@noinline
def middle(number: u32) -> None:
    inner(number + 1)


@noinline
def inner(number: u32) -> None:
    panic(f"asked for, with {number}")


@noinline
def multiply(a: u32, b: u32) -> u32:
    return a * b


@noinline
def element(index: u32) -> u32:
    table: Array[u32, 4] = zeroed()
    return table[index]


@noinline
def recurse(depth: u64) -> u64:
    """Runs into the guard page below the stack. The addition after the call keeps it a call."""
    return recurse(depth + 1) + depth
