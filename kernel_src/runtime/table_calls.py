"""The table instructions that generated code leaves to the runtime.

Each has the kernel's calling convention and the context first; tables and segments are given by
their index in the instance. Ranges are checked as a whole, in 64 bits, before an element is
touched. `table.size` is not here: generated code reads the TableView.
"""
from __future__ import annotations

from kernel_src.jit.context import (
    RUNTIME_ELEM_DROP,
    RUNTIME_TABLE_COPY,
    RUNTIME_TABLE_FILL,
    RUNTIME_TABLE_GET,
    RUNTIME_TABLE_GROW,
    RUNTIME_TABLE_INIT,
    RUNTIME_TABLE_SET,
    TRAP_NONE,
    TRAP_TABLE_ACCESS,
    Context,
)
from kernel_src.runtime.memory import in_range, instance_of
from kernel_src.runtime.tables import copy_elements, set_elements
from pykern.lang import Ptr, address_of, u32, u64, usize


def install_table_calls(context: Ptr[Context]) -> None:
    context.runtime[RUNTIME_TABLE_GET] = address_of(table_get)
    context.runtime[RUNTIME_TABLE_SET] = address_of(table_set)
    context.runtime[RUNTIME_TABLE_GROW] = address_of(table_grow)
    context.runtime[RUNTIME_TABLE_FILL] = address_of(table_fill)
    context.runtime[RUNTIME_TABLE_COPY] = address_of(table_copy)
    context.runtime[RUNTIME_TABLE_INIT] = address_of(table_init)
    context.runtime[RUNTIME_ELEM_DROP] = address_of(elem_drop)


def table_get(context: Ptr[Context], table: u32, index: u32) -> u64:
    """The element goes to `Context.value`."""
    target = instance_of(context).tables[table]
    if index >= target.length:
        return TRAP_TABLE_ACCESS
    context.value = target.get(index)
    return TRAP_NONE


def table_set(context: Ptr[Context], table: u32, index: u32, reference: u64) -> u64:
    target = instance_of(context).tables[table]
    if index >= target.length:
        return TRAP_TABLE_ACCESS
    target.set(index, reference)
    return TRAP_NONE


def table_grow(context: Ptr[Context], table: u32, reference: u64, count: u32) -> u32:
    """The old size, or GROW_FAILED if it cannot be: then nothing has changed."""
    return instance_of(context).tables[table].grow(count, reference)


def table_fill(
    context: Ptr[Context], table: u32, start: u32, reference: u64, count: u32
) -> u64:
    target = instance_of(context).tables[table]
    if not target.has(start, count):
        return TRAP_TABLE_ACCESS
    target.fill(start, reference, count)
    return TRAP_NONE


def table_copy(
    context: Ptr[Context],
    target_table: u32,
    source_table: u32,
    destination: u32,
    source: u32,
    count: u32,
) -> u64:
    instance = instance_of(context)
    target = instance.tables[target_table]
    origin = instance.tables[source_table]
    if not target.has(destination, count) or not origin.has(source, count):
        return TRAP_TABLE_ACCESS
    copy_elements(target, destination, origin, source, count)
    return TRAP_NONE


def table_init(
    context: Ptr[Context], table: u32, segment: u32, destination: u32, source: u32, count: u32
) -> u64:
    """A dropped segment has no items; copying none of them is no error."""
    instance = instance_of(context)
    items = instance.element_items[segment]
    target = instance.tables[table]
    if not in_range(len(items), source, count) or not target.has(destination, count):
        return TRAP_TABLE_ACCESS
    set_elements(target, destination, items[source : usize(source) + count])
    return TRAP_NONE


def elem_drop(context: Ptr[Context], segment: u32) -> u64:
    instance = instance_of(context)
    instance.element_items[segment] = instance.element_items[segment][:0]
    return TRAP_NONE
