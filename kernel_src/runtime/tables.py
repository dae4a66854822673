"""A table of references, shown to every instance that imports it.

The table belongs to the instance that declares it. Generated code reads its elements and its length
from a TableView, of which each instance has one for each of its tables; a `TableUse` makes the view
follow when the table grows.

The elements of a new table lie in its instance's arena; when the table outgrows them they move to a
block of their own, which at least doubles each time.
"""
from __future__ import annotations

from typing import Final

import kernel_src.platform as platform
from kernel_src.jit.context import FunctionRef, TableView
from kernel_src.lib.arena import Arena, ArenaFull
from kernel_src.runtime.references import make_element
from kernel_src.wasm.limits import MAX_TABLE_ENTRIES
from kernel_src.wasm.module import TableType
from kernel_src.wasm.types import FUNCREF
from pykern.lang import (
    Ptr,
    Slice,
    alignof,
    copy,
    copy_slice,
    offset,
    ptr_at,
    raises,
    sizeof,
    slice_at,
    struct,
    u8,
    u32,
    u64,
    usize,
    zero,
)

PAGE: Final[usize] = 4096
GROW_FAILED: Final[u32] = 0xFFFF_FFFF


@struct
class TableUse:
    """A view that shows the table."""

    view: Ptr[TableView]
    next: Ptr[TableUse] | None


@struct
class Table:
    elements: usize = 0  # address of FunctionRefs
    length: u32 = 0
    capacity: u32 = 0
    maximum: u32 = 0
    has_maximum: bool = False
    type: u8 = 0  # of the elements
    home: usize = 0  # context of the one instance that can reach the table; 0: there are several
    block_bytes: usize = 0  # of the block that the elements are in; 0: they are in the arena
    uses: Ptr[TableUse] | None = None

    @raises(ArenaFull)
    def create(self, arena: Ptr[Arena], type: Ptr[TableType], home: usize) -> bool:
        """For a table in zeroed storage. False if the engine has no room for so many elements."""
        length = type.minimum
        if length > MAX_TABLE_ENTRIES:
            return False
        if length > arena.available() // sizeof(FunctionRef):
            raise ArenaFull
        size = length * sizeof(FunctionRef)
        self.elements = arena.alloc_bytes(size, alignof(FunctionRef))
        self.length = length
        self.capacity = length
        self.maximum = type.maximum
        self.has_maximum = type.has_maximum
        self.type = type.element
        self.home = home
        return True

    def destroy(self) -> None:
        """Nobody may show it any more."""
        assert self.uses is None, f"the table at {self.elements:#x} is still in use"
        if self.block_bytes != 0:
            platform.release_block(self.elements, self.block_bytes)
            self.block_bytes = 0

    def has(self, start: u32, count: u32) -> bool:
        return u64(start) + count <= self.length

    def element(self, index: u32) -> Ptr[FunctionRef]:
        assert index < self.length, f"element {index} of {self.length}"
        return offset(ptr_at(FunctionRef, self.elements), index)

    def get(self, index: u32) -> u64:
        return self.element(index).handler

    def set(self, index: u32, reference: u64) -> None:
        place = self.element(index)
        if self.type == FUNCREF:
            make_element(place, reference, self.home)
        else:
            zero(place)
            place.handler = usize(reference)

    def fill(self, start: u32, reference: u64, count: u32) -> None:
        """Elements that have been found to be there."""
        if count == 0:
            return
        self.set(start, reference)
        first = self.element(start)
        for i in range(1, count):
            copy(self.element(start + i), first)

    def copy_within(self, destination: u32, source: u32, count: u32) -> None:
        all = slice_at(FunctionRef, self.elements, self.length)
        copy_slice(
            all[destination : usize(destination) + count], all[source : usize(source) + count]
        )

    def grow(self, count: u32, reference: u64) -> u32:
        """Adds elements. The old number, or GROW_FAILED: then nothing has changed."""
        old = self.length
        length = u64(old) + count
        if length > self.maximum or length > MAX_TABLE_ENTRIES:
            return GROW_FAILED
        if length > self.capacity and not self.move(max(usize(length), 2 * usize(old))):
            return GROW_FAILED
        self.length = u32(length)
        self.fill(old, reference, count)
        use = self.uses
        while use is not None:
            self.update(use.view)
            use = use.next
        return old

    def move(self, capacity: usize) -> bool:
        """To a block of its own with room for so many elements."""
        size = (capacity * sizeof(FunctionRef) + PAGE - 1) // PAGE * PAGE
        start = platform.reserve_block(size)
        if start == 0:
            return False
        moved = slice_at(FunctionRef, start, self.length)
        copy_slice(moved, slice_at(FunctionRef, self.elements, self.length))
        if self.block_bytes != 0:
            platform.release_block(self.elements, self.block_bytes)
        self.elements = start
        self.block_bytes = size
        self.capacity = u32(size // sizeof(FunctionRef))
        return True

    def update(self, view: Ptr[TableView]) -> None:
        view.elements = self.elements
        view.length = self.length

    def show(self, use: Ptr[TableUse]) -> None:
        """From here on the use's view shows this table."""
        self.update(use.view)
        use.next = self.uses
        self.uses = use

    def hide(self, used: Ptr[TableUse]) -> None:
        """Ends what `show` began."""
        if self.uses is used:
            self.uses = used.next
            return
        before = self.uses
        while before is not None:
            if before.next is used:
                before.next = used.next
                return
            before = before.next


def copy_elements(
    target: Ptr[Table], destination: u32, origin: Ptr[Table], source: u32, count: u32
) -> None:
    """Between ranges that have been found to be there; within one table they may overlap."""
    if target is origin:
        target.copy_within(destination, source, count)
        return
    for i in range(count):
        target.set(destination + i, origin.get(source + i))


def set_elements(target: Ptr[Table], destination: u32, references: Slice[u64]) -> None:
    for i, reference in enumerate(references):
        target.set(destination + u32(i), reference)
