"""Structs: layout options, defaults, methods, embedding, static storage."""

from __future__ import annotations

from pykern.lang import (
    Array,
    Atomic,
    Final,
    Order,
    Ptr,
    Slice,
    i64,
    offsetof,
    sizeof,
    static_assert,
    struct,
    u8,
    u16,
    u32,
    u64,
    usize,
    zeroed,
)


@struct
class SpinLock:
    held: Atomic[bool] = Atomic(False)

    def acquire(self) -> None:
        while self.held.swap(True, Order.ACQUIRE):
            pass

    def release(self) -> None:
        self.held.store(False, Order.RELEASE)

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


@struct
class Run:
    """A run of free pages."""

    LIMIT: Final = 16
    SHIFT: Final[u32] = 12

    next: Ptr[Run] | None
    pages: u32 = 1
    lock: SpinLock = zeroed()
    marks: Array[u8, 3 * 4] = zeroed()

    def is_free(self) -> bool:
        return self.pages > 0 and self.pages < Run.LIMIT

    def size(self) -> usize:
        return usize(self.pages) << Run.SHIFT

    @staticmethod
    def bytes_of(pages: u32) -> usize:
        return usize(pages) << 12


@struct(packed=True)
class Gate:
    limit: u16
    base: u64


@struct(align=64)
class Line:
    words: Array[u64, 4] = zeroed()
    tail: i64 = -1


static_assert(sizeof(Gate) == 10, "the processor reads ten bytes")
static_assert(sizeof(Line) == 64 and offsetof(Line, "tail") == 32, "a cache line")
static_assert(sizeof(SpinLock) == 1, "one byte")
static_assert(offsetof(Run, "pages") == 8, "after the pointer")

first: Run = Run(next=None)
second: Run = Run(None, 2)
runs: Array[Run, 4] = zeroed()


def local_storage() -> u32:
    run = Run(next=None)
    other: Run = zeroed()
    other.pages = 3
    run.next = other
    alias = run
    alias.pages += 1
    with run.lock:
        run.marks[0] = 1
    return run.pages + other.pages + u32(run.size() + Run.bytes_of(2))


def elements(table: Slice[Run]) -> u32:
    count: u32 = 0
    for run in table:
        if run.is_free():
            count += run.pages
    table[0].next = table[1]
    runs[1].next = first
    return count


def locked(run: Ptr[Run]) -> u32:
    with run.lock:
        return run.pages
