"""Module + code -> instance: something that can be called.

`prepare` allocates what the module declares and links its imports; `initialise` (initialise.py)
copies the segments. Until then nothing of the instance is visible to anyone else; after a failure
`release` gives back what had been taken. The start function, if there is one, is called by the
owner.

The records lie in the arena that the owner gives, the linear memories in slots of their own:

    arena    Context | globals | memories   context_bytes()
             FunctionRef of each function   imports first, so Context.imports is the first of them
             Table, Memory                  that the module declares
             TableView of each table        and the elements of those it declares
    slots    pages of memories

Index spaces start with the imports: `tables` and `memories` point to the records of whichever
instance declares them.
"""
from __future__ import annotations

from kernel_src.jit.context import (
    Context,
    FunctionRef,
    MemoryView,
    TableView,
    context_bytes,
    global_offset,
    memory_offset,
)
from kernel_src.lib.arena import Arena, ArenaFull, alloc_slice
from kernel_src.runtime.imports import HostTable, Unlinkable, link_imports
from kernel_src.runtime.linear import Memory, MemoryUse
from kernel_src.runtime.tables import Table, TableUse
from kernel_src.runtime.traps import TrapRecord
from kernel_src.wasm.const_expr import ConstValues, evaluate, evaluate_at
from kernel_src.wasm.errors import Invalid, Malformed, Unsupported
from kernel_src.wasm.module import SEGMENT_PASSIVE, ElementSegment, Module
from kernel_src.wasm.reader import Reader
from kernel_src.wasm.types import KIND_TABLE
from pykern.lang import (
    Error,
    Ptr,
    Slice,
    address_of,
    load,
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


class NoMemory(Error):
    """No slot is left for a linear memory, or no frames for its first pages."""


@struct
class Instance:
    module: Ptr[Module]
    arena: Ptr[Arena]
    context: Ptr[Context]
    functions: Slice[FunctionRef] = zeroed()  # by function index
    signatures: Slice[u32] = zeroed()  # the kernel-wide number of each type of the module
    stack_words: Slice[u32] = zeroed()  # by signature: Signatures.stack_words
    enter: usize = 0  # addresses of the stubs in the instance's code (jit/stubs.py)
    host_stub: usize = 0
    tables: Slice[Ptr[Table]] = zeroed()
    memories: Slice[Ptr[Memory]] = zeroed()
    own_tables: Slice[Table] = zeroed()
    own_memories: Slice[Memory] = zeroed()
    table_uses: Slice[TableUse] = zeroed()  # of each table
    memory_uses: Slice[MemoryUse] = zeroed()  # of each memory
    shows: bool = False  # `show` has been called
    is_linked: bool = False  # it imports something of another instance
    known: ConstValues = zeroed()  # what constant expressions refer to
    # The items of passive element segments, as references; segments that have been dropped, and
    # those of other modes, are empty
    element_items: Slice[Slice[u64]] = zeroed()
    dropped_data: Slice[bool] = zeroed()
    trap: TrapRecord = zeroed()  # the last one

    def own_cell(self, index: u32) -> Ptr[u64]:
        """Of a global: for an import, it holds the address of the exporter's cell."""
        return ptr_at(u64, address_of(self.context) + global_offset(index))

    def memory_view(self, index: u32) -> Ptr[MemoryView]:
        place = memory_offset(u32(len(self.module.globals)), index)
        return ptr_at(MemoryView, address_of(self.context) + place)

    def global_cell(self, index: u32) -> Ptr[u64]:
        """The cell with the global's value, whose ever it is."""
        cell = self.own_cell(index)
        if index < self.module.imported_globals:
            return ptr_at(u64, usize(load(cell)))
        return cell


@raises(ArenaFull)
def alloc_context(arena: Ptr[Arena], module: Ptr[Module]) -> Ptr[Context]:
    """The context with the cells of the globals and the views of the memories."""
    size = context_bytes(u32(len(module.globals)), u32(len(module.memories)))
    return ptr_at(Context, arena.alloc_bytes(size, 16))


@raises(ArenaFull, NoMemory, Unlinkable, Malformed, Invalid, Unsupported)
def prepare(instance: Ptr[Instance], entries: Slice[usize], host: Ptr[HostTable]) -> None:
    """Links the imports and allocates functions, globals, tables and memories.

    `entries` has the address of the code of each function that is not imported. The stubs and the
    types' numbers are in the instance already.
    """
    module = instance.module
    instance.context.owner = address_of(instance)
    prepare_functions(instance, entries)
    alloc_slice(instance.arena, ref(instance.tables), len(module.tables))
    alloc_slice(instance.arena, ref(instance.memories), len(module.memories))
    link_imports(instance, host)
    prepare_globals(instance)
    prepare_elements(instance)
    alloc_slice(instance.arena, ref(instance.dropped_data), len(module.data))
    prepare_tables(instance)
    prepare_memories(instance)
    show(instance)


@raises(ArenaFull)
def prepare_functions(instance: Ptr[Instance], entries: Slice[usize]) -> None:
    """Fills the FunctionRefs, those of imports but for what linking finds out."""
    module = instance.module
    alloc_slice(instance.arena, ref(instance.functions), len(module.functions))
    instance.context.imports = address_of(instance.functions)
    for i, function in enumerate(instance.functions):
        function.signature = instance.signatures[module.functions[i].type]
        if i >= module.imported_functions:
            function.context = address_of(instance.context)
            function.code = entries[i - module.imported_functions]
            function.handler = address_of(function)


@raises(ArenaFull, Malformed, Invalid, Unsupported)
def prepare_globals(instance: Ptr[Instance]) -> None:
    """Computes the initial values in order, as each may use those before it."""
    module = instance.module
    known = instance.known
    known.functions = address_of(instance.functions)
    known.function_bytes = sizeof(FunctionRef)
    alloc_slice(instance.arena, ref(known.globals), len(module.globals))
    for i, entry in enumerate(module.globals):
        cell = instance.global_cell(u32(i))
        if i >= module.imported_globals:
            store(cell, evaluate_at(module, entry.init_start, known))
        known.globals[i] = load(cell)


@raises(ArenaFull, Malformed, Invalid, Unsupported)
def prepare_elements(instance: Ptr[Instance]) -> None:
    """Computes the items of the passive segments; those of active ones are computed when they are
    copied."""
    alloc_slice(instance.arena, ref(instance.element_items), len(instance.module.elements))
    for i, segment in enumerate(instance.module.elements):
        if segment.mode != SEGMENT_PASSIVE:
            continue
        items: Slice[u64] = zeroed()
        alloc_slice(instance.arena, ref(items), segment.count)
        read_items(instance, segment, items)
        instance.element_items[i] = items


@raises(Malformed, Invalid, Unsupported)
def read_items(
    instance: Ptr[Instance], segment: Ptr[ElementSegment], items: Slice[u64]
) -> None:
    """Computes the first items of a segment, as many as there is room for."""
    module = instance.module
    reader = Reader(
        bytes=module.bytes,
        position=segment.items_start,
        end=len(module.bytes),
        failure=module.failure,
    )
    known = instance.known
    for i in range(len(items)):
        if segment.expressions:
            items[i] = evaluate(reader, module, known)
        else:
            items[i] = known.functions + known.function_bytes * reader.read_u32()


@raises(ArenaFull, NoMemory)
def prepare_tables(instance: Ptr[Instance]) -> None:
    module = instance.module
    imported = module.imported_tables
    alloc_slice(instance.arena, ref(instance.own_tables), len(module.tables) - imported)
    for i, table in enumerate(instance.own_tables):
        index = imported + u32(i)
        home = address_of(instance.context)
        if module.exports_entity(KIND_TABLE, index):
            home = 0
        if not table.create(instance.arena, module.tables[index], home):
            raise NoMemory
        instance.tables[index] = table


@raises(ArenaFull, NoMemory)
def prepare_memories(instance: Ptr[Instance]) -> None:
    module = instance.module
    imported = module.imported_memories
    alloc_slice(instance.arena, ref(instance.own_memories), len(module.memories) - imported)
    for i, memory in enumerate(instance.own_memories):
        index = imported + u32(i)
        if not memory.create(module.memories[index]):
            raise NoMemory
        instance.memories[index] = memory


@raises(ArenaFull)
def show(instance: Ptr[Instance]) -> None:
    """Makes tables and memories visible to generated code. Nothing fails after the first of them,
    so an instance is known to an exporter either with all its uses or not at all."""
    views: Slice[TableView] = zeroed()
    alloc_slice(instance.arena, ref(views), len(instance.tables))
    alloc_slice(instance.arena, ref(instance.table_uses), len(instance.tables))
    alloc_slice(instance.arena, ref(instance.memory_uses), len(instance.memories))
    instance.context.tables = address_of(views)
    for i, use in enumerate(instance.table_uses):
        use.view = views[i]
        instance.tables[i].show(use)
    for i, memory_use in enumerate(instance.memory_uses):
        memory_use.view = instance.memory_view(u32(i))
        instance.memories[i].show(memory_use)
    instance.shows = True


def release(instance: Ptr[Instance]) -> None:
    """Gives tables and memories back. The rest goes with the owner's arena. The instances that
    import something of this one have been released before."""
    if instance.shows:
        for i, use in enumerate(instance.table_uses):
            instance.tables[i].hide(use)
        for i, memory_use in enumerate(instance.memory_uses):
            instance.memories[i].hide(memory_use)
        instance.shows = False
    for table in instance.own_tables:
        table.destroy()
    for memory in instance.own_memories:
        memory.destroy()
