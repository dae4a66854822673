"""Arrays, slices, and everything a `for` goes over."""

from __future__ import annotations

from pykern.lang import Array, Final, Ptr, Slice, i64, raises, struct, test, u8, u16, u32, usize
from tests.compiler.programs.support.hidden import hidden
from tests.compiler.programs.support.output import write_line

PRIMES: Final[Array[u32, 5]] = Array(2, 3, 5, 7, 11)


@struct
class Countdown:
    left: u32

    def __iter__(self) -> Ptr[Countdown]:
        return self

    @raises(StopIteration)
    def __next__(self) -> u32:
        if self.left == 0:
            raise StopIteration
        self.left -= 1
        return self.left


@struct
class Pages:
    """Its iterator is another object."""

    first: u32
    count: u32
    cursor: Countdown = Countdown(0)

    def __iter__(self) -> Ptr[Countdown]:
        self.cursor.left = self.count
        return self.cursor


@test
def iterators() -> None:
    for number in Countdown(3):
        write_line(f"{number}")
    pages = Pages(7, 2)
    for number in pages:
        for other in Countdown(number + 1):
            write_line(f"{number} {other}")
    countdown = Countdown(5)
    for number in countdown:
        if number == 3:
            break
    else:
        write_line("never")
    write_line(f"{countdown.left}")
    for number in countdown:
        if number == 1:
            continue
        write_line(f"{number}")
    else:
        write_line("all seen")


@test
def next_by_hand() -> None:
    countdown = Countdown(2)
    for _ in range(3):
        try:
            write_line(f"{countdown.__next__()}")
        except StopIteration:
            write_line("over")


def joined(values: Slice[u32]) -> u32:
    result: u32 = 0
    for value in values:
        result = result * 10 + value
    return result


@test
def slices() -> None:
    values: Array[u32, 6] = Array(1, 2, 3, 4, 5, 6)
    a, b = hidden(usize(1)), hidden(usize(4))
    write_line(f"{joined(values)} {joined(values[a:b])} {joined(values[a:])} {joined(values[:b])}")
    write_line(f"{joined(values[b:b])} {joined(values[6:])} {len(values[a:b])} {len(values[6:])}")
    inner = values[a:][a:][:3]
    write_line(f"{joined(inner)} {inner[0]} {inner[2]} {len(inner)}")
    inner[1] = 9
    write_line(f"{joined(values)}")
    whole: Slice[u32] = values
    whole = whole[2:]
    write_line(f"{joined(whole)} {joined(PRIMES[:3])} {PRIMES[4]}")


@test
def arrays() -> None:
    grid: Array[Array[u8, 3], 2] = Array(Array(1, 2, 3), Array(4, 5, 6))
    for y in range(len(grid)):
        for x in range(len(grid[y])):
            grid[y][x] *= u8(x + 1)
    row = grid[1]
    row[0] = 100
    for line in grid:
        write_line(f"{line[0]} {line[1]} {line[2]} {len(line)}")
    i = hidden(u8(1))
    grid[i][i + 1], grid[0][0] = grid[0][0], grid[i][i + 1]
    write_line(f"{grid[0][0]} {grid[1][2]}")


@test
def enumerated() -> None:
    words: Array[u16, 3] = Array(10, 20, 30)
    total: usize = 0
    for i, word in enumerate(words):
        total += i * word
    for i, word in enumerate(words[1:]):
        write_line(f"{i} {word}")
        if i == 0:
            words[2] = 31
    write_line(f"{total}")


@test
def elements_are_read_when_they_are_reached() -> None:
    numbers: Array[i64, 4] = Array(1, 2, 3, 4)
    for i, number in enumerate(numbers):
        if i + 1 < len(numbers):
            numbers[i + 1] += number
    write_line(f"{numbers[0]} {numbers[1]} {numbers[2]} {numbers[3]}")


@test
def the_rest_of_a_slice() -> None:
    """A slice that is assigned to inside its loop does not change the loop."""
    values: Array[u32, 3] = Array(7, 8, 9)
    view: Slice[u32] = values
    for value in view:
        view = view[1:]
        write_line(f"{value} {len(view)}")


def bubble(values: Slice[u32]) -> u32:
    swaps: u32 = 0
    for end in range(len(values), 1, -1):
        for i in range(1, end):
            if values[i - 1] > values[i]:
                values[i - 1], values[i] = values[i], values[i - 1]
                swaps += 1
    return swaps


@test
def sorting() -> None:
    values: Array[u32, 7] = Array(5, 3, 9, 1, 7, 2, 8)
    write_line(f"{bubble(values)} {joined(values)}")
