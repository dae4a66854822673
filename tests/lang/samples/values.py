"""Values: frozen classes, their operators and constants, and patterns over them."""

from __future__ import annotations

from pykern.lang import Final, Slice, f64, struct, u32, u64, usize, value

USES_FLOAT: Final = True


@value
class Range:
    PAGE: Final = 4096
    LIMIT: Final[u64] = 1 << 47

    start: u64
    end: u64 = 0

    def size(self) -> u64:
        return self.end - self.start

    def __len__(self) -> usize:
        return usize(self.size())

    def __contains__(self, address: u64) -> bool:
        return self.start <= address < self.end

    def __getitem__(self, index: usize) -> u64:
        return self.start + u64(index) * Range.PAGE

    def __add__(self, other: Range) -> Range:
        return Range(min(self.start, other.start), max(self.end, other.end))

    def __eq__(self, other: Range) -> bool:
        return self.start == other.start and self.end == other.end

    def __lt__(self, other: Range) -> bool:
        return self.end <= other.start

    def __le__(self, other: Range) -> bool:
        return self.start <= other.start

    def __gt__(self, other: Range) -> bool:
        return other < self

    def __ge__(self, other: Range) -> bool:
        return other <= self


@value
class Fixed:
    raw: u32

    def __sub__(self, other: Fixed) -> Fixed:
        return Fixed(self.raw - other.raw)

    def __mul__(self, factor: u32) -> Fixed:
        return Fixed(self.raw * factor)

    def __floordiv__(self, factor: u32) -> Fixed:
        return Fixed(self.raw // factor)

    def __mod__(self, factor: u32) -> u32:
        return self.raw % factor

    def __and__(self, other: Fixed) -> Fixed:
        return Fixed(self.raw & other.raw)

    def __or__(self, other: Fixed) -> Fixed:
        return Fixed(self.raw | other.raw)

    def __xor__(self, other: Fixed) -> Fixed:
        return Fixed(self.raw ^ other.raw)

    def __lshift__(self, count: u32) -> Fixed:
        return Fixed(self.raw << count)

    def __rshift__(self, count: u32) -> Fixed:
        return Fixed(self.raw >> count)

    def __neg__(self) -> Fixed:
        return Fixed(0) - self

    def __invert__(self) -> Fixed:
        return Fixed(~self.raw)


@value
class Point:
    x: f64
    y: f64


@struct
class Region:
    range: Range
    origin: Point = Point(0.0, 0.0)


EMPTY: Final[Range] = Range(0, 0)


def use(ranges: Slice[Range], address: u64) -> u64:
    whole = EMPTY
    for range in ranges:
        whole = whole + range
        if address in range and range != EMPTY:
            return range[0] + u64(len(range))
    return whole.size()


def operate(a: Fixed, b: Fixed) -> u32:
    c = ((a - b) * 3 // 2 & b | a ^ b) << 1 >> 1
    c = ~-c
    return c.raw + c % 5


def describe(range: Range, limit: u64) -> u64:
    match range:
        case Range(start=0, end=0):
            return 0
        case Range(start=0, end=end) if end < limit:
            return end
        case Range(start=start):
            return start


def same_point(a: Point, b: Point) -> bool:
    return a == b


def region(range: Range) -> u64:
    place = Region(range)
    place.range = Range(1, 2)
    place.origin = Point(x=1.0, y=2.0)
    return place.range.size()
