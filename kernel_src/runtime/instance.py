"""Module + code -> instance: something that can be called.

`prepare` allocates what the module declares and links its imports; `initialise` (initialise.py)
copies the segments. In between nothing of the instance is visible to anyone else; after a failure
`release` gives back what had been taken. The start function, if there is one, is called by the
owner.

The tables live in the arena that the owner gives, the linear memory in a slot of its own:

    arena    Context | cells of globals     context_bytes()
             FunctionRef of each function   imports first, so Context.imports is the first of them
             TableView of each table        and the tables' elements
    slot     pages of memory 0
"""
from __future__ import annotations

from typing import Final

import kernel_src.platform as platform
from kernel_src.jit.context import (
    Context,
    FunctionRef,
    TableView,
    context_bytes,
    global_offset,
)
from kernel_src.lib.arena import Arena, ArenaFull, alloc_slice
from kernel_src.runtime.imports import HostTable, Unlinkable, link_imports
from kernel_src.runtime.traps import TrapRecord
from kernel_src.wasm.const_expr import ConstValues, evaluate_at
from kernel_src.wasm.errors import Invalid, Malformed, Unsupported
from kernel_src.wasm.limits import MAX_TABLE_ENTRIES, PAGE_BYTES
from kernel_src.wasm.module import Module
from pykern.lang import (
    Error,
    Ptr,
    Slice,
    Str,
    address_of,
    alignof,
    ptr_at,
    raises,
    ref,
    sizeof,
    store,
    struct,
    u32,
    u64,
    usize,
    zeroed,
)

MULTIPLE_MEMORIES: Final[Str] = "an instance with more than one memory is not supported"


class NoMemory(Error):
    """No slot is left for the linear memory, or no frames for its first pages."""


@struct
class Instance:
    module: Ptr[Module]
    arena: Ptr[Arena]
    context: Ptr[Context]
    functions: Slice[FunctionRef] = zeroed()  # by function index
    signatures: Slice[u32] = zeroed()  # the kernel-wide number of each type of the module
    tables: Slice[TableView] = zeroed()
    has_memory: bool = False
    memory_maximum: u32 = 0  # pages
    # Segments that memory.init and table.init find empty
    dropped_data: Slice[bool] = zeroed()
    dropped_elements: Slice[bool] = zeroed()
    trap: TrapRecord = zeroed()  # the last one

    def global_cell(self, index: u32) -> Ptr[u64]:
        return ptr_at(u64, address_of(self.context) + global_offset(index))


@raises(ArenaFull)
def alloc_context(arena: Ptr[Arena], module: Ptr[Module]) -> Ptr[Context]:
    """The context and the cells of the module's globals, to make an `Instance` of."""
    size = context_bytes(u32(len(module.globals)))
    return ptr_at(Context, arena.alloc_bytes(size, 16))


@raises(ArenaFull, NoMemory, Unlinkable, Malformed, Invalid, Unsupported)
def prepare(
    instance: Ptr[Instance],
    entries: Slice[usize],
    host: Ptr[HostTable],
    host_stub: usize,
) -> None:
    """Links the imports and allocates functions, globals, tables and memory.

    `entries` has the address of the code of each function that is not imported. The types'
    numbers are in `instance.signatures` already, since the code has been compiled with them.
    """
    module = instance.module
    instance.context.owner = address_of(instance)
    prepare_functions(instance, entries)
    link_imports(module, instance.functions[: module.imported_functions], host, host_stub)
    prepare_globals(instance)
    prepare_tables(instance)
    prepare_memory(instance)
    alloc_slice(instance.arena, ref(instance.dropped_data), len(module.data))
    alloc_slice(instance.arena, ref(instance.dropped_elements), len(module.elements))


@raises(ArenaFull)
def prepare_functions(instance: Ptr[Instance], entries: Slice[usize]) -> None:
    """Fills the FunctionRefs, those of imports but for what linking finds out."""
    module = instance.module
    alloc_slice(instance.arena, ref(instance.functions), len(module.functions))
    instance.context.imports = address_of(instance.functions)
    for i, function in enumerate(instance.functions):
        function.signature = instance.signatures[module.functions[i].type]
        function.context = address_of(instance.context)
        if i >= module.imported_functions:
            function.code = entries[i - module.imported_functions]


@raises(ArenaFull, Malformed, Invalid, Unsupported)
def prepare_globals(instance: Ptr[Instance]) -> None:
    """Computes the initial values in order, as each may use those before it."""
    module = instance.module
    mark = instance.arena.mark()
    known = ConstValues(
        globals=zeroed(),
        functions=address_of(instance.functions),
        function_bytes=sizeof(FunctionRef),
    )
    alloc_slice(instance.arena, ref(known.globals), len(module.globals))
    for i, entry in enumerate(module.globals):
        known.globals[i] = evaluate_at(module, entry.init_start, known)
        store(instance.global_cell(u32(i)), known.globals[i])
    instance.arena.reset(mark)


@raises(ArenaFull, NoMemory)
def prepare_tables(instance: Ptr[Instance]) -> None:
    alloc_slice(instance.arena, ref(instance.tables), len(instance.module.tables))
    instance.context.tables = address_of(instance.tables)
    for i, view in enumerate(instance.tables):
        length: usize = instance.module.tables[i].minimum
        if length > MAX_TABLE_ENTRIES:
            raise NoMemory
        if length > instance.arena.available() // sizeof(FunctionRef):
            raise ArenaFull
        size = length * sizeof(FunctionRef)
        view.elements = instance.arena.alloc_bytes(size, alignof(FunctionRef))
        view.length = length


@raises(NoMemory, Unsupported)
def prepare_memory(instance: Ptr[Instance]) -> None:
    module = instance.module
    if len(module.memories) == 0:
        return
    if len(module.memories) > 1:
        module.failure.unsupported(MULTIPLE_MEMORIES, 0)
    declared = module.memories[0]
    base = platform.reserve_memory()
    if base == 0:
        raise NoMemory
    if not platform.commit_memory(base, usize(declared.minimum) * PAGE_BYTES):
        platform.release_memory(base, 0)
        raise NoMemory
    instance.has_memory = True
    instance.memory_maximum = declared.maximum
    instance.context.memory_base = base
    instance.context.memory_pages = declared.minimum


def release(instance: Ptr[Instance]) -> None:
    """Gives the linear memory back. The rest goes with the owner's arena."""
    if instance.has_memory:
        context = instance.context
        platform.release_memory(context.memory_base, usize(context.memory_pages) * PAGE_BYTES)
        instance.has_memory = False
