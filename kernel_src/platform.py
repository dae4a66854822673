"""What the wasm engine asks of the machine it runs on.

The engine (`wasm/`, `jit/`, `runtime/`) is pure but for the functions declared here. The kernel
defines them by paging (`mm/platform.py`), a Linux process by mmap (`platform_linux.py`); each
definition is marked `@export` with the symbol named here. Sizes and addresses are in bytes,
multiples of 4096.

Code. W^X: a range is writable until it is sealed, and executable from then on.

    reserve_code(size) -> address     readable and writable, filled with zeros; 0: no room
    seal_code(address, size)          readable and executable; the whole of what was reserved
    release_code(address, size)       no processor runs in it any more

    In the kernel the address lies in the code window, so that runtime and code reach each other by
    a direct call.

Linear memories. A slot is a range of MEMORY_SLOT_SIZE (memlayout.py) without any access, aligned to
4 GiB, so that whatever address a load can form from a 32-bit index and a 32-bit offset lies in it,
and faults where nothing has been committed.

    reserve_memory() -> address       0: no slot is left
    commit_memory(address, size) -> bool
                                      readable and writable, zeroed, never executable. The ranges of
                                      one slot are adjacent, from its start on. False if the frames
                                      or the quota are used up; then nothing has changed
    release_memory(address, size)     the slot, of which the first `size` bytes are committed

Blocks hold the tables of modules and instances.

    reserve_block(size) -> address    readable and writable, zeroed; 0: no room
    release_block(address, size)

Faults go the other way: when an exception hits in generated code, the machine calls `take_fault` of
runtime/traps.py with the address of the instruction, the vector and the address that was accessed,
and continues at the address it is given.
"""
from __future__ import annotations

from pykern.lang import extern, usize


@extern("platform_reserve_code")
def reserve_code(size: usize) -> usize: ...


@extern("platform_seal_code")
def seal_code(address: usize, size: usize) -> None: ...


@extern("platform_release_code")
def release_code(address: usize, size: usize) -> None: ...


@extern("platform_reserve_memory")
def reserve_memory() -> usize: ...


@extern("platform_commit_memory")
def commit_memory(address: usize, size: usize) -> bool: ...


@extern("platform_release_memory")
def release_memory(address: usize, size: usize) -> None: ...


@extern("platform_reserve_block")
def reserve_block(size: usize) -> usize: ...


@extern("platform_release_block")
def release_block(address: usize, size: usize) -> None: ...
