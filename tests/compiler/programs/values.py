"""Values: frozen, copied, with operators; tuples."""

from __future__ import annotations

from pykern.lang import Array, Final, Ptr, i32, i64, struct, test, u8, u32, u64, usize, value
from tests.compiler.programs.support.hidden import hidden
from tests.compiler.programs.support.output import write_line


@value
class Vector:
    ZERO: Final = 0
    LIMIT: Final[i64] = 1 << 40

    x: i64
    y: i64 = 1

    def __add__(self, other: Vector) -> Vector:
        return Vector(self.x + other.x, self.y + other.y)

    def __sub__(self, other: Vector) -> Vector:
        return Vector(self.x - other.x, self.y - other.y)

    def __mul__(self, factor: i64) -> Vector:
        return Vector(self.x * factor, self.y * factor)

    def __floordiv__(self, factor: i64) -> Vector:
        return Vector(self.x // factor, self.y // factor)

    def __mod__(self, factor: i64) -> i64:
        return self.x % factor

    def __and__(self, other: Vector) -> Vector:
        return Vector(self.x & other.x, self.y & other.y)

    def __or__(self, other: Vector) -> Vector:
        return Vector(self.x | other.x, self.y | other.y)

    def __xor__(self, other: Vector) -> Vector:
        return Vector(self.x ^ other.x, self.y ^ other.y)

    def __lshift__(self, count: u32) -> Vector:
        return Vector(self.x << count, self.y << count)

    def __rshift__(self, count: u32) -> Vector:
        return Vector(self.x >> count, self.y >> count)

    def __neg__(self) -> Vector:
        return Vector(-self.x, -self.y)

    def __invert__(self) -> Vector:
        return Vector(~self.x, ~self.y)

    def __lt__(self, other: Vector) -> bool:
        return self.size() < other.size()

    def __le__(self, other: Vector) -> bool:
        return self.size() <= other.size()

    def __gt__(self, other: Vector) -> bool:
        return self.size() > other.size()

    def __ge__(self, other: Vector) -> bool:
        return self.size() >= other.size()

    def __contains__(self, number: i64) -> bool:
        return self.x == number or self.y == number

    def __len__(self) -> usize:
        return 2

    def __getitem__(self, index: usize) -> i64:
        return self.x if index == 0 else self.y

    def size(self) -> i64:
        return self.x * self.x + self.y * self.y

    def show(self) -> None:
        write_line(f"<{self.x}, {self.y}>")


@value
class Near:
    """Equal if not far apart."""

    number: i32

    def __eq__(self, other: Near) -> bool:
        return abs(self.number - other.number) < 3


@value
class Pair:
    left: Vector
    right: Near
    small: u8 = 9


@struct
class Holder:
    vector: Vector = Vector(7, 8)
    pair: Pair = Pair(Vector(1), Near(2))


ORIGIN: Final[Vector] = Vector(0, 0)
kept: Vector = Vector(3, 4)


@test
def operators() -> None:
    a, b = hidden(Vector(12, 10)), hidden(Vector(5, -3))
    (a + b).show()
    (a - b).show()
    (b * 3).show()
    (a // 5).show()
    (b // 2).show()
    (a & b).show()
    (a | b).show()
    (a ^ b).show()
    (a << 4).show()
    (b >> 1).show()
    (-a).show()
    (~a).show()
    (a + b * 2 - -a).show()
    write_line(f"{a % 7} {a < b} {a <= b} {a > b} {a >= b} {a == b} {a != b}")
    write_line(f"{12 in a} {13 in a} {13 not in a} {len(a)} {a[0]} {a[1]}")


@test
def augmented() -> None:
    v = Vector(1, 2)
    v += Vector(10, 20)
    v *= 2
    v <<= 1
    v.show()


@test
def equality() -> None:
    write_line(f"{Vector(1) == Vector(1, 1)} {Vector(1) == Vector(1, 2)} {Vector(1) != Vector(2)}")
    write_line(f"{Near(5) == Near(7)} {Near(5) == Near(8)} {Near(5) != Near(7)}")
    one = Pair(Vector(1), Near(1))
    write_line(f"{one == Pair(Vector(1), Near(2))} {one == Pair(Vector(2), Near(1))}")
    write_line(f"{one == Pair(Vector(1), Near(1), 8)} {one != Pair(Vector(1), Near(1), small=9)}")


@test
def constants() -> None:
    ORIGIN.show()
    write_line(f"{i64(Vector.ZERO + 5)} {Vector.LIMIT}")


@test
def copies_are_independent() -> None:
    global kept
    first = kept
    kept = Vector(5, 6)
    first.show()
    kept.show()
    holder = Holder()
    inside = holder.vector
    holder.vector = inside + inside
    inside.show()
    holder.vector.show()
    holder.pair = Pair(holder.vector, Near(1))
    write_line(f"{holder.pair.left.x} {holder.pair.right.number} {holder.pair.small}")
    vectors: Array[Vector, 3] = Array(Vector(1), Vector(2), kept)
    vectors[1] = vectors[2]
    vectors[2] = vectors[0] + vectors[2]
    for vector in vectors:
        vector.show()


def minmax(a: i64, b: i64) -> tuple[i64, i64]:
    return (a, b) if a < b else (b, a)


def three(n: u32) -> tuple[u32, bool, Vector]:
    return n + 1, n > 3, Vector(i64(n))


@test
def tuples() -> None:
    low, high = minmax(9, 4)
    write_line(f"{low} {high}")
    low, high = high, low
    write_line(f"{low} {high}")
    for n in range(3, 5):
        number, big, vector = three(u32(n))
        write_line(f"{number} {big} {vector.x}")
    both = minmax(1, 2)
    a, b = both
    write_line(f"{a} {b} {both == minmax(2, 1)} {both != (1, 3)}")
    x, y, z = u32(1), u64(2), hidden(i64(3))
    x, y, z = u32(y), u64(z), i64(x)
    write_line(f"{x} {y} {z}")


def doubled(holder: Ptr[Holder]) -> Vector:
    holder.vector = holder.vector * 2
    return holder.vector


@test
def order_of_evaluation() -> None:
    holder = Holder(Vector(1, 1))
    sum = doubled(holder) + doubled(holder) * 10
    sum.show()
