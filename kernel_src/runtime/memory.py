"""The memory instructions that generated code leaves to the runtime, by `context.RUNTIME_*`.

Each has the kernel's calling convention and the context first. Ranges are checked as a whole, in 64
bits, before a byte is touched: a length of 0 at the very end is in range, behind it a trap.
"""
from __future__ import annotations

from kernel_src.jit.context import (
    RUNTIME_DATA_DROP,
    RUNTIME_MEMORY_COPY,
    RUNTIME_MEMORY_FILL,
    RUNTIME_MEMORY_GROW,
    RUNTIME_MEMORY_INIT,
    TRAP_MEMORY,
    TRAP_NONE,
    Context,
)
from kernel_src.runtime.instance import Instance
from kernel_src.wasm.limits import PAGE_BYTES
from pykern.lang import (
    Ptr,
    Slice,
    address_of,
    copy_slice,
    fill,
    ptr_at,
    slice_at,
    truncate,
    u8,
    u32,
    u64,
    usize,
)


def install_memory_calls(context: Ptr[Context]) -> None:
    context.runtime[RUNTIME_MEMORY_GROW] = address_of(memory_grow)
    context.runtime[RUNTIME_MEMORY_COPY] = address_of(memory_copy)
    context.runtime[RUNTIME_MEMORY_FILL] = address_of(memory_fill)
    context.runtime[RUNTIME_MEMORY_INIT] = address_of(memory_init)
    context.runtime[RUNTIME_DATA_DROP] = address_of(data_drop)


def instance_of(context: Ptr[Context]) -> Ptr[Instance]:
    return ptr_at(Instance, context.owner)


def memory_size(context: Ptr[Context]) -> u64:
    """Bytes that memory 0 has at present."""
    return context.memory.pages * PAGE_BYTES


def memory_range(context: Ptr[Context], start: u32, count: u32) -> Slice[u8]:
    """Bytes of memory 0 that have been found to be in range."""
    return slice_at(u8, context.memory.base + start, count)


def in_range(size: u64, start: u32, count: u32) -> bool:
    return u64(start) + count <= size


def memory_grow(context: Ptr[Context], memory: u32, pages: u32) -> u32:
    """Adds zeroed pages. The old size, or GROW_FAILED if it cannot be: then nothing has changed."""
    return instance_of(context).memories[memory].grow(pages)


def memory_copy(
    context: Ptr[Context], to: u32, origin: u32, destination: u32, source: u32, count: u32
) -> u64:
    """From memory `origin` to memory `to`, which may be the same."""
    target = instance_of(context).memories[to]
    from_memory = instance_of(context).memories[origin]
    if not in_range(target.size(), destination, count):
        return TRAP_MEMORY
    if not in_range(from_memory.size(), source, count):
        return TRAP_MEMORY
    copy_slice(target.range(destination, count), from_memory.range(source, count))
    return TRAP_NONE


def memory_fill(
    context: Ptr[Context], memory: u32, destination: u32, value: u32, count: u32
) -> u64:
    target = instance_of(context).memories[memory]
    if not in_range(target.size(), destination, count):
        return TRAP_MEMORY
    fill(target.range(destination, count), truncate(u8, value))
    return TRAP_NONE


def memory_init(
    context: Ptr[Context], memory: u32, segment: u32, destination: u32, source: u32, count: u32
) -> u64:
    """A dropped segment has no bytes; copying none of them is no error."""
    instance = instance_of(context)
    target = instance.memories[memory]
    bytes = instance.module.data[segment].bytes
    if instance.dropped_data[segment]:
        bytes = bytes[:0]
    if not in_range(len(bytes), source, count):
        return TRAP_MEMORY
    if not in_range(target.size(), destination, count):
        return TRAP_MEMORY
    copy_slice(target.range(destination, count), bytes[source : usize(source) + count])
    return TRAP_NONE


def data_drop(context: Ptr[Context], segment: u32) -> u64:
    instance_of(context).dropped_data[segment] = True
    return TRAP_NONE
