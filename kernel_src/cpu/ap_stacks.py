"""The stacks of a processor that is about to start."""
from __future__ import annotations

import kernel_src.mm.platform as platform
from kernel_src.arch.percpu import of_processor
from kernel_src.arch.stacks import EXCEPTION_STACKS, Stack, Stacks, stacks
from kernel_src.limits import EXCEPTION_STACK_SIZE, IDLE_STACK_SIZE
from pykern.lang import Array, Error, Ptr, address_of, ptr_at, raises, struct, usize, zeroed


class OutOfStacks(Error):
    """There is no memory for them."""


@struct
class ApStacks:
    thread: Stack = zeroed()
    exceptions: Array[Stack, EXCEPTION_STACKS] = zeroed()

    def record(self, gs_base: usize) -> None:
        """Writes them into the per-CPU variables of the processor with this GS base."""
        own = ptr_at(Stacks, of_processor(address_of(stacks.ptr()), gs_base))
        own.thread.set(self.thread.start, self.thread.end)
        for index in range(EXCEPTION_STACKS):
            stack = self.exceptions[index]
            own.exceptions[index].set(stack.start, stack.end)


@raises(OutOfStacks)
def reserve_stacks(into: Ptr[ApStacks]) -> None:
    """They are kept for good. Each lies above a guard page: that of the block before."""
    reserve(into.thread, IDLE_STACK_SIZE)
    for index in range(EXCEPTION_STACKS):
        reserve(into.exceptions[index], EXCEPTION_STACK_SIZE)


@raises(OutOfStacks)
def reserve(stack: Ptr[Stack], size: usize) -> None:
    start = platform.reserve_block(size)
    if start == 0:
        raise OutOfStacks
    stack.set(start, start + size)
