"""The two kinds of locks.

    with lock:      # SpinLock: with interrupts off; PreemptLock: without a switch of threads
        ...

A SpinLock may be taken by interrupt handlers. Interrupts come back on when the last one is given
back, whatever the order. On the host both are the bare word.
"""
from __future__ import annotations

import kernel_src.sync.preempt as preempt
from kernel_src.arch.interrupts import interrupts_off, restore_interrupts
from kernel_src.sync.lock_word import LockWord
from pykern.lang import TARGET, PerCpu, noinline, return_address, struct, u32

off_depth: PerCpu[u32] = PerCpu(0)  # of open `hold_interrupts` calls
were_on: PerCpu[bool] = PerCpu(False)  # before the outermost


def hold_interrupts() -> None:
    """Keeps interrupts off up to the matching `release_interrupts`; calls nest."""
    on = interrupts_off()
    if off_depth.get() == 0:
        were_on.set(on)
    off_depth.set(off_depth.get() + 1)


def release_interrupts() -> None:
    off_depth.set(off_depth.get() - 1)
    if off_depth.get() == 0 and were_on.get():
        preempt.switch_if_wanted()  # which a wake-up may have asked for meanwhile
        restore_interrupts(True)


@struct
class SpinLock:
    word: LockWord

    @noinline
    def __enter__(self) -> None:
        if TARGET == "kernel":
            hold_interrupts()
        self.word.take(return_address())

    def __exit__(self, *_: object) -> None:
        self.release()

    @noinline
    def acquire(self) -> None:
        if TARGET == "kernel":
            hold_interrupts()
        self.word.take(return_address())

    def release(self) -> None:
        self.word.give()
        if TARGET == "kernel":
            release_interrupts()

    @noinline
    def try_acquire(self) -> bool:
        """Takes it if nobody has it; against the order of ranks, too."""
        if TARGET == "kernel":
            hold_interrupts()
        if self.word.try_take():
            self.word.note(return_address())
            return True
        if TARGET == "kernel":
            release_interrupts()
        return False


@struct
class PreemptLock:
    """For what takes too long to keep interrupts waiting. Interrupt handlers must not take it."""

    word: LockWord

    @noinline
    def __enter__(self) -> None:
        if TARGET == "kernel":
            preempt.disable()
        self.word.take(return_address())

    def __exit__(self, *_: object) -> None:
        self.word.give()
        if TARGET == "kernel":
            preempt.enable()
