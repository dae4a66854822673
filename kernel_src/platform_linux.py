"""The engine's platform in a Linux process: `mmap`. See platform.py for what each function
promises.

`mmap` and the others are the C library's. Numbers are those of x86-64 Linux, <sys/mman.h>.
"""
from __future__ import annotations

from typing import Final

from kernel_src.memlayout import MEMORY_SLOT_SIZE
from pykern.lang import export, extern, i32, i64, max_of, usize

PROT_NONE: Final[i32] = 0
PROT_WRITE: Final[i32] = 1 | 2  # and read
PROT_EXECUTE: Final[i32] = 1 | 4  # and read
MAP_PRIVATE_ANONYMOUS: Final[i32] = 0x02 | 0x20
MAP_NORESERVE: Final[i32] = 0x4000
MAP_FAILED: Final[usize] = max_of(usize)

SLOT_ALIGNMENT: Final[usize] = 1 << 32


@extern("mmap")
def mmap(address: usize, size: usize, access: i32, flags: i32, file: i32, start: i64) -> usize: ...


@extern("mprotect")
def mprotect(address: usize, size: usize, access: i32) -> i32: ...


@extern("munmap")
def munmap(address: usize, size: usize) -> i32: ...


def map_pages(size: usize, access: i32, flags: i32) -> usize:
    """0 if there is no room, or nothing was asked for."""
    if size == 0:
        return 0
    address = mmap(0, size, access, MAP_PRIVATE_ANONYMOUS | flags, -1, 0)
    return 0 if address == MAP_FAILED else address


def protect(address: usize, size: usize, access: i32) -> bool:
    return size == 0 or mprotect(address, size, access) == 0


def unmap(address: usize, size: usize) -> None:
    if size != 0:
        error = munmap(address, size)
        assert error == 0, f"munmap of {size:#x} bytes at {address:#x} failed"


@export("platform_reserve_code")
def reserve_code(size: usize) -> usize:
    return map_pages(size, PROT_WRITE, 0)


@export("platform_seal_code")
def seal_code(address: usize, size: usize) -> None:
    done = protect(address, size, PROT_EXECUTE)
    assert done, f"{size:#x} bytes at {address:#x} cannot be sealed"


@export("platform_release_code")
def release_code(address: usize, size: usize) -> None:
    unmap(address, size)


@export("platform_reserve_memory")
def reserve_memory() -> usize:
    """One alignment more than needed is mapped, and what lies outside the slot given back."""
    start = map_pages(MEMORY_SLOT_SIZE + SLOT_ALIGNMENT, PROT_NONE, MAP_NORESERVE)
    if start == 0:
        return 0
    slot = (start + SLOT_ALIGNMENT - 1) & ~(SLOT_ALIGNMENT - 1)
    unmap(start, slot - start)
    unmap(slot + MEMORY_SLOT_SIZE, start + SLOT_ALIGNMENT - slot)
    return slot


@export("platform_commit_memory")
def commit_memory(address: usize, size: usize) -> bool:
    return protect(address, size, PROT_WRITE)


@export("platform_release_memory")
def release_memory(address: usize, size: usize) -> None:
    """`size` does not matter here: the slot is unmapped as a whole."""
    unmap(address, MEMORY_SLOT_SIZE)


@export("platform_reserve_block")
def reserve_block(size: usize) -> usize:
    return map_pages(size, PROT_WRITE, 0)


@export("platform_release_block")
def release_block(address: usize, size: usize) -> None:
    unmap(address, size)
