"""A linear memory: pages in a slot of its own, shown to every instance that imports it.

The memory belongs to the instance that declares it. Generated code reads base and size from a
MemoryView in its own context, so each context that shows the memory has a `MemoryUse`, by which its
copy of the size follows when the memory grows. The base never changes.
"""
from __future__ import annotations

from typing import Final

import kernel_src.platform as platform
from kernel_src.jit.context import MemoryView
from kernel_src.wasm.limits import PAGE_BYTES
from kernel_src.wasm.module import MemoryType
from pykern.lang import Ptr, Slice, slice_at, struct, truncate, u8, u32, u64, usize

GROW_FAILED: Final[u32] = 0xFFFF_FFFF


@struct
class MemoryUse:
    """A view that shows the memory."""

    view: Ptr[MemoryView]
    next: Ptr[MemoryUse] | None


@struct
class Memory:
    base: usize = 0  # 0: none has been reserved
    pages: u32 = 0
    maximum: u32 = 0
    has_maximum: bool = False  # the module says so; else `maximum` is the engine's
    uses: Ptr[MemoryUse] | None = None

    def create(self, type: Ptr[MemoryType]) -> bool:
        """For a memory in zeroed storage. False if there is no slot, or no frames for its pages."""
        base = platform.reserve_memory()
        if base == 0:
            return False
        self.base = base
        self.maximum = type.maximum
        self.has_maximum = type.has_maximum
        return self.grow(type.minimum) != GROW_FAILED

    def destroy(self) -> None:
        """Nobody may show it any more. Does nothing for a memory that was never reserved."""
        assert self.uses is None, f"the memory at {self.base:#x} is still in use"
        if self.base != 0:
            platform.release_memory(self.base, usize(self.pages) * PAGE_BYTES)
            self.base = 0

    def size(self) -> u64:
        return u64(self.pages) * PAGE_BYTES

    def range(self, start: u32, count: u32) -> Slice[u8]:
        """Bytes that have been found to be there."""
        return slice_at(u8, self.base + start, count)

    def grow(self, pages: u32) -> u32:
        """Adds zeroed pages. The old number, or GROW_FAILED: then nothing has changed."""
        old = self.pages
        if u64(old) + pages > self.maximum:
            return GROW_FAILED
        end = self.base + usize(old) * PAGE_BYTES
        if pages != 0 and not platform.commit_memory(end, usize(pages) * PAGE_BYTES):
            return GROW_FAILED
        self.pages = truncate(u32, u64(old) + pages)
        use = self.uses
        while use is not None:
            use.view.pages = self.pages
            use = use.next
        return old

    def show(self, use: Ptr[MemoryUse]) -> None:
        """From here on the use's view shows this memory."""
        use.view.base = self.base
        use.view.pages = self.pages
        use.next = self.uses
        self.uses = use

    def hide(self, used: Ptr[MemoryUse]) -> None:
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
