"""The sizes the heap gives out, and which of them a request gets.

Up to 128 bytes a class every 16 bytes, then four to each doubling, so less than a fifth of a block
is wasted. From 4 KiB on classes are whole frames, and for what is larger than the last one
there is none.
"""
from __future__ import annotations

from typing import Final

from pykern.lang import Array, comptime, inline, static_assert, u8, u16, u32, usize

GRANULE: Final = 16
"""Every size is a multiple of it and every block aligned to it."""

SLAB_MAX: Final = 3584
"""The largest class that shares its frames with others of its kind."""

CLASS_MAX: Final = 256 << 10
CLASSES: Final = 47
LARGE_CLASS: Final = 27
"""The first class that is whole frames."""

FINE_MAX: Final = 1024
FINE_STEP: Final = 16
MIDDLE_MAX: Final = 4096
MIDDLE_STEP: Final = 256
COARSE_STEP: Final = 4096

MAGAZINE_MAX: Final = 64
MAGAZINE_BYTES: Final = 128 << 10
"""What a full magazine may hold, if that is two blocks or more."""


@comptime
def sizes() -> list[int]:
    """All classes, the smallest first."""
    found = list(range(16, 129, 16))
    step = 32
    while found[-1] < 2048:
        found += [found[-1] + step * n for n in range(1, 5)]
        step *= 2
    found += [2560, 3072, 3584]
    found += range(4096, 32769, 4096)
    step = 8192
    while found[-1] < 256 << 10:
        found += [found[-1] + step * n for n in range(1, 5)]
        step *= 2
    return found


@comptime
def class_by_step(step: int, greatest: int) -> list[int]:
    """The class for `n * step` bytes, from n = 0 to the greatest size."""
    all = sizes()
    wanted = range(0, greatest + 1, step)
    return [next(i for i, s in enumerate(all) if s >= size) for size in wanted]


@comptime
def magazine_sizes() -> list[int]:
    return [max(2, min(64, (128 << 10) // size)) for size in sizes()]


@comptime
def slab_orders() -> list[int]:
    """Frames of a slab, as an order: at least seven blocks, and little left over."""
    return [0 if s <= 256 else 1 if s <= 512 else 2 if s <= 1024 else 3 for s in sizes()]


SIZES: Final[Array[u32, CLASSES]] = sizes()
SLAB_ORDERS: Final[Array[u8, CLASSES]] = slab_orders()
MAGAZINE_SIZES: Final[Array[u16, CLASSES]] = magazine_sizes()
FINE: Final[Array[u8, FINE_MAX // FINE_STEP + 1]] = class_by_step(FINE_STEP, FINE_MAX)
MIDDLE: Final[Array[u8, MIDDLE_MAX // MIDDLE_STEP + 1]] = class_by_step(MIDDLE_STEP, MIDDLE_MAX)
COARSE: Final[Array[u8, CLASS_MAX // COARSE_STEP + 1]] = class_by_step(COARSE_STEP, CLASS_MAX)

static_assert(SIZES[LARGE_CLASS] == MIDDLE_MAX, "the classes of whole frames begin elsewhere")
static_assert(SIZES[LARGE_CLASS - 1] == SLAB_MAX, "the largest slab class is another one")
static_assert(SIZES[CLASSES - 1] == CLASS_MAX, "the last class is another one")


@inline
def class_of(size: usize) -> usize:
    """The class of a request of at most CLASS_MAX bytes."""
    if size <= FINE_MAX:
        return FINE[(size + (FINE_STEP - 1)) // FINE_STEP]
    if size <= MIDDLE_MAX:
        return MIDDLE[(size + (MIDDLE_STEP - 1)) // MIDDLE_STEP]
    return COARSE[(size + (COARSE_STEP - 1)) // COARSE_STEP]


def class_of_aligned(size: usize, align: usize) -> usize:
    """The least class in which every block is aligned like this; `align` is at most 4096."""
    found = class_of(max(size, align))
    while SIZES[found] & (align - 1) != 0:
        found += 1
    return found
