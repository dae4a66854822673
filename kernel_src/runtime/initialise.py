"""Active segments -> tables and memory, when an instance is made.

Specification 4.5.4: element segments first, then data segments, in their order. A segment that does
not fit is a trap before any of it is copied; the segments before it stay copied.
"""
from __future__ import annotations

from kernel_src.jit.context import TRAP_MEMORY, TRAP_NONE, TRAP_TABLE, FunctionRef
from kernel_src.lib.arena import ArenaFull, alloc_slice
from kernel_src.runtime.instance import Instance
from kernel_src.runtime.memory import memory_size
from kernel_src.wasm.const_expr import NULL_REFERENCE, ConstValues, evaluate, evaluate_at
from kernel_src.wasm.errors import Invalid, Malformed, Unsupported
from kernel_src.wasm.module import SEGMENT_ACTIVE, SEGMENT_DECLARED, DataSegment, ElementSegment
from kernel_src.wasm.reader import Reader
from pykern.lang import (
    Ptr,
    address_of,
    copy,
    copy_slice,
    load,
    ptr_at,
    raises,
    ref,
    sizeof,
    slice_at,
    u8,
    u32,
    u64,
    usize,
    zeroed,
)


@raises(ArenaFull, Malformed, Invalid, Unsupported)
def initialise(instance: Ptr[Instance]) -> u8:
    """Copies the active segments. The result is TRAP_NONE, or the trap of the one that is too long.

    The errors are those of reading expressions, which have all been read before: only ArenaFull can
    happen.
    """
    arena = instance.arena
    mark = arena.mark()
    known = ConstValues(
        globals=zeroed(),
        functions=address_of(instance.functions),
        function_bytes=sizeof(FunctionRef),
    )
    alloc_slice(arena, ref(known.globals), len(instance.module.globals))
    for i in range(len(known.globals)):
        known.globals[i] = load(instance.global_cell(u32(i)))
    trap = initialise_tables(instance, known)
    if trap == TRAP_NONE:
        trap = initialise_memory(instance, known)
    arena.reset(mark)
    return trap


@raises(Malformed, Invalid, Unsupported)
def initialise_tables(instance: Ptr[Instance], known: Ptr[ConstValues]) -> u8:
    for i, segment in enumerate(instance.module.elements):
        if segment.mode == SEGMENT_ACTIVE:
            place = evaluate_at(instance.module, segment.offset_start, known)
            if not copy_elements(instance, segment, known, place):
                return TRAP_TABLE
        instance.dropped_elements[i] = (
            segment.mode == SEGMENT_ACTIVE or segment.mode == SEGMENT_DECLARED
        )
    return TRAP_NONE


@raises(Malformed, Invalid, Unsupported)
def copy_elements(
    instance: Ptr[Instance], segment: Ptr[ElementSegment], known: Ptr[ConstValues], place: u64
) -> bool:
    """Puts a whole segment in its table from `place` on; false if it does not fit."""
    view = instance.tables[segment.table]
    if place > view.length or segment.count > view.length - place:
        return False
    elements = slice_at(FunctionRef, view.elements, usize(view.length))
    module = instance.module
    items = Reader(
        bytes=module.bytes,
        position=segment.items_start,
        end=len(module.bytes),
        failure=module.failure,
    )
    for i in range(segment.count):
        reference = next_item(items, instance, segment.expressions, known)
        if reference != NULL_REFERENCE:
            copy(elements[usize(place) + i], ptr_at(FunctionRef, usize(reference)))
    return True


@raises(Malformed, Invalid, Unsupported)
def next_item(
    items: Ptr[Reader], instance: Ptr[Instance], expressions: bool, known: Ptr[ConstValues]
) -> u64:
    """A reference is the address of a FunctionRef."""
    if expressions:
        return evaluate(items, instance.module, known)
    return known.functions + known.function_bytes * items.read_u32()


@raises(Malformed, Invalid, Unsupported)
def initialise_memory(instance: Ptr[Instance], known: Ptr[ConstValues]) -> u8:
    for i, segment in enumerate(instance.module.data):
        if segment.mode == SEGMENT_ACTIVE:
            place = evaluate_at(instance.module, segment.offset_start, known)
            if not copy_data(instance, segment, place):
                return TRAP_MEMORY
            instance.dropped_data[i] = True
    return TRAP_NONE


def copy_data(instance: Ptr[Instance], segment: Ptr[DataSegment], place: u64) -> bool:
    size = memory_size(instance.context)
    count = len(segment.bytes)
    if place > size or count > size - place:
        return False
    target = slice_at(u8, instance.context.memory_base + usize(place), count)
    copy_slice(target, segment.bytes)
    return True
