"""Active segments -> tables and memories, when an instance is made.

Specification 4.5.4: element segments first, then data segments, in their order. A segment that does
not fit is a trap before any of it is copied; the segments before it stay copied, also in tables and
memories of other instances.
"""
from __future__ import annotations

from kernel_src.jit.context import TRAP_MEMORY, TRAP_NONE, TRAP_TABLE_ACCESS
from kernel_src.lib.arena import ArenaFull, alloc_slice
from kernel_src.runtime.instance import Instance, read_items
from kernel_src.runtime.tables import set_elements
from kernel_src.wasm.const_expr import evaluate_at
from kernel_src.wasm.errors import Invalid, Malformed, Unsupported
from kernel_src.wasm.module import SEGMENT_ACTIVE, DataSegment, ElementSegment
from pykern.lang import (
    Ptr,
    Slice,
    copy_slice,
    raises,
    ref,
    slice_at,
    u8,
    u32,
    u64,
    unreachable,
    usize,
    zeroed,
)


def initialise(instance: Ptr[Instance]) -> u8:
    """Copies the active segments. The result is TRAP_NONE, or the trap of the one that is too long.

    `reserve_items` has made room, and all expressions have been read before, so nothing else can
    happen.
    """
    try:
        trap = initialise_tables(instance)
        if trap == TRAP_NONE:
            trap = initialise_memories(instance)
        return trap
    except (ArenaFull, Malformed, Invalid, Unsupported):
        unreachable()


@raises(ArenaFull)
def reserve_items(instance: Ptr[Instance]) -> None:
    """Raises ArenaFull now if `initialise` would later."""
    mark = instance.arena.mark()
    most: u32 = 0
    for segment in instance.module.elements:
        if segment.mode == SEGMENT_ACTIVE:
            most = max(most, segment.count)
    items: Slice[u64] = zeroed()
    alloc_slice(instance.arena, ref(items), most)
    instance.arena.reset(mark)


@raises(ArenaFull, Malformed, Invalid, Unsupported)
def initialise_tables(instance: Ptr[Instance]) -> u8:
    for segment in instance.module.elements:
        if segment.mode == SEGMENT_ACTIVE:
            place = evaluate_at(instance.module, segment.offset_start, instance.known)
            if not copy_items(instance, segment, place):
                return TRAP_TABLE_ACCESS
    return TRAP_NONE


@raises(ArenaFull, Malformed, Invalid, Unsupported)
def copy_items(instance: Ptr[Instance], segment: Ptr[ElementSegment], place: u64) -> bool:
    """Puts a whole segment in its table from `place` on; false if it does not fit."""
    table = instance.tables[segment.table]
    if not table.has(u32(place), segment.count):
        return False
    mark = instance.arena.mark()
    items: Slice[u64] = zeroed()
    alloc_slice(instance.arena, ref(items), segment.count)
    read_items(instance, segment, items)
    set_elements(table, u32(place), items)
    instance.arena.reset(mark)
    return True


@raises(Malformed, Invalid, Unsupported)
def initialise_memories(instance: Ptr[Instance]) -> u8:
    for i, segment in enumerate(instance.module.data):
        if segment.mode == SEGMENT_ACTIVE:
            place = evaluate_at(instance.module, segment.offset_start, instance.known)
            if not copy_data(instance, segment, place):
                return TRAP_MEMORY
            instance.dropped_data[i] = True
    return TRAP_NONE


def copy_data(instance: Ptr[Instance], segment: Ptr[DataSegment], place: u64) -> bool:
    memory = instance.memories[segment.memory]
    size = memory.size()
    count = len(segment.bytes)
    if place > size or count > size - place:
        return False
    copy_slice(slice_at(u8, memory.base + usize(place), count), segment.bytes)
    return True
