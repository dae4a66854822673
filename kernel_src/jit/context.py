"""What generated code addresses outside of its own frame: the instance's context and what hangs
on it.

r14 holds the address of the `Context` in all generated code. The offsets are taken from the
structs here, so generated code and runtime cannot disagree. The runtime allocates the context
with the globals' cells behind it:

    r14 -> Context | cell of global 0 | cell of global 1 | ... | view of memory 1 | ...

A cell is 16 bytes. That of an imported global holds the address of the exporter's cell instead of
a value. Memory 0 has its view in the context itself.
"""

from __future__ import annotations

from typing import Final

from pykern.lang import Array, offsetof, sizeof, static_assert, struct, u8, u32, u64, usize

# What went wrong, in trap maps and as the result of an entry: 0 is "nothing"
TRAP_NONE: Final[u8] = 0
TRAP_UNREACHABLE: Final[u8] = 1
TRAP_MEMORY: Final[u8] = 2  # a page fault at a load or store, or a bulk operation out of range
TRAP_DIVIDE_BY_ZERO: Final[u8] = 3
TRAP_OVERFLOW: Final[u8] = 4  # the quotient does not fit
TRAP_TABLE: Final[u8] = 5  # call_indirect with an index past the table's end
TRAP_NULL: Final[u8] = 6  # ... of an element that is null
TRAP_SIGNATURE: Final[u8] = 7  # ... of a function of another type
TRAP_STACK: Final[u8] = 8  # the stack is used up, or the thread is to be killed
TRAP_DIVIDE: Final[u8] = (
    9  # in trap maps only: #DE, zero divisor or overflow by what the divisor is
)
TRAP_HOST: Final[u8] = 10  # a host function ended the call
TRAP_CONVERSION: Final[u8] = 12  # of a NaN to an integer
TRAP_TABLE_ACCESS: Final[u8] = 11  # table.get, table.set or a bulk operation out of range

# Functions of the runtime that generated code calls, by their index in `Context.runtime`. They have
# the kernel's calling convention and the context as their first argument. What they return is a
# trap, 0 for none; those of grow return the old size, or 0xFFFFFFFF. `table_get` leaves the element
# in Context.value.
RUNTIME_MEMORY_GROW: Final[u32] = 0  # (context, memory, pages) -> old size
# (context, destination memory, source memory, destination, source, count) -> trap
RUNTIME_MEMORY_COPY: Final[u32] = 1
RUNTIME_MEMORY_FILL: Final[u32] = 2  # (context, memory, destination, byte, count) -> trap
# (context, memory, segment, destination, source, count) -> trap
RUNTIME_MEMORY_INIT: Final[u32] = 3
RUNTIME_DATA_DROP: Final[u32] = 4  # (context, segment) -> trap
RUNTIME_TABLE_GET: Final[u32] = 5  # (context, table, index) -> trap
RUNTIME_TABLE_SET: Final[u32] = 6  # (context, table, index, reference) -> trap
RUNTIME_TABLE_GROW: Final[u32] = 7  # (context, table, reference, count) -> old size
RUNTIME_TABLE_FILL: Final[u32] = 8  # (context, table, start, reference, count) -> trap
# (context, destination table, source table, destination, source, count) -> trap
RUNTIME_TABLE_COPY: Final[u32] = 9
# (context, table, segment, destination, source, count) -> trap
RUNTIME_TABLE_INIT: Final[u32] = 10
RUNTIME_ELEM_DROP: Final[u32] = 11  # (context, segment) -> trap
RUNTIME_COUNT: Final = 16

CELL_BYTES: Final[u32] = 16

# A frame that is no larger, in a function that calls nothing, is not checked against the limit:
# this much room below it is always there. So is the room that a runtime or host function needs.
UNCHECKED_FRAME: Final[u32] = 2048


@struct
class FunctionRef:
    """What a table's element and an import are: something to call. 32 bytes.

    Generated code calls `code` with the address of the FunctionRef in r11.
    """

    code: usize
    signature: u32  # equal numbers mean equal types; 0 is the null element
    padding: u32
    context: usize  # the instance that the function belongs to
    handler: usize  # for a host function, the function behind the stub at `code`


@struct
class TableView:
    elements: usize  # address of FunctionRefs
    length: u64


@struct
class MemoryView:
    """What generated code sees of a linear memory."""

    base: usize
    pages: u64  # present size


@struct
class Context:
    # The lowest value rsp may have. All ones makes the next call trap: that is how a thread is
    # killed.
    stack_limit: usize
    # rsp of the innermost entry from the kernel: what a trap unwinds to. See stubs.py.
    entry_rsp: usize
    memory: MemoryView  # memory 0
    tables: usize  # address of TableViews
    imports: usize  # address of FunctionRefs, one for each imported function
    # Address of the stub that ends the innermost entry. Whoever sends a thread there, with r14 as
    # it was, has put the cause into `trap`; the entry returns it.
    trap_exit: usize
    trap: u64
    value: u64  # what a function of the runtime hands back beside a trap
    tail_area: u64  # words that a caller from outside leaves for tail calls (frame.py)
    runtime: Array[usize, RUNTIME_COUNT]
    owner: usize  # the runtime's own


static_assert(sizeof(FunctionRef) == 32, "call_indirect scales by a shift of FUNCTION_REF_SHIFT")
FUNCTION_REF_SHIFT: Final[u8] = 5
GLOBALS: Final[u32] = (sizeof(Context) + 15) // 16 * 16

STACK_LIMIT: Final[u32] = offsetof(Context, "stack_limit")
ENTRY_RSP: Final[u32] = offsetof(Context, "entry_rsp")
VIEW_PAGES: Final[u32] = offsetof(MemoryView, "pages")
MEMORY_BASE: Final[u32] = offsetof(Context, "memory")
MEMORY_PAGES: Final[u32] = MEMORY_BASE + VIEW_PAGES
TABLES: Final[u32] = offsetof(Context, "tables")
IMPORTS: Final[u32] = offsetof(Context, "imports")
TRAP_EXIT: Final[u32] = offsetof(Context, "trap_exit")
TRAP: Final[u32] = offsetof(Context, "trap")
TAIL_AREA: Final[u32] = offsetof(Context, "tail_area")
VALUE: Final[u32] = offsetof(Context, "value")
RUNTIME: Final[u32] = offsetof(Context, "runtime")
REF_CODE: Final[u32] = offsetof(FunctionRef, "code")
REF_SIGNATURE: Final[u32] = offsetof(FunctionRef, "signature")
REF_HANDLER: Final[u32] = offsetof(FunctionRef, "handler")
VIEW_ELEMENTS: Final[u32] = offsetof(TableView, "elements")
VIEW_LENGTH: Final[u32] = offsetof(TableView, "length")


def global_offset(index: u32) -> u32:
    """Where the cell of a global is, counted from the context."""
    return GLOBALS + CELL_BYTES * index


def memory_offset(globals: u32, memory: u32) -> u32:
    """Where the MemoryView of a memory is, in the context of a module with so many globals."""
    if memory == 0:
        return MEMORY_BASE
    return global_offset(globals) + u32(sizeof(MemoryView)) * (memory - 1)


def context_bytes(globals: u32, memories: u32) -> usize:
    further = memories - 1 if memories > 1 else u32(0)
    return usize(global_offset(globals)) + sizeof(MemoryView) * further
