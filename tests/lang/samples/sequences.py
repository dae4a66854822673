"""Arrays, slices and tuples."""

from __future__ import annotations

from pykern.lang import Array, Final, Ptr, Slice, load, ref, u8, u32, usize, zeroed

WIDTH: Final = 8
PRIMES: Final[Array[u32, 4]] = Array(2, 3, 5, 7)
HALVES: Final[Array[u8, 4 // 2]] = Array(1, 2)

buffer: Array[u8, 64] = zeroed()
grid: Array[Array[u8, WIDTH], WIDTH * 2] = zeroed()


def total(values: Slice[u32]) -> u32:
    sum: u32 = 0
    for value in values:
        sum += value
    return sum


def weighted(values: Slice[u32]) -> u32:
    sum: u32 = 0
    for i, value in enumerate(values):
        sum += truncate_index(i) * value
    return sum


def truncate_index(index: usize) -> u32:
    return u32(index)


def parts(values: Slice[u32], middle: usize) -> u32:
    left, right = values[:middle], values[middle:]
    return total(left) + total(right) + total(values[1 : len(values)]) + total(PRIMES)


def fill_grid() -> None:
    for y in range(len(grid)):
        for x in range(WIDTH):
            grid[y][x] = u8(x * y % 256)
    row = grid[3]
    row[0] += 1
    grid[0][1] = buffer[2]


def local_array() -> u32:
    local: Array[u32, 3] = Array(1, 2, 3)
    local[0], local[1] = local[1], local[0]
    return total(local) + local[2]


def min_max(values: Slice[u32]) -> tuple[u32, u32]:
    low, high = values[0], values[0]
    for value in values[1:]:
        low = min(low, value)
        high = max(high, value)
    return low, high


def shorten(place: Ptr[Slice[u32]], values: Slice[u32]) -> None:
    view: Slice[u32] = values[1:]
    out = ref(view)
    both: tuple[u32, bool] = (1, True)
    number, yes = both
    if yes and number == 1 and len(load(out)) > 0:
        view = values[:0]
