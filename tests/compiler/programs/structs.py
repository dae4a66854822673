"""Structs: identity, embedding, defaults, methods, storage."""

from __future__ import annotations

from pykern.lang import Array, Final, Ptr, Slice, i64, struct, test, u8, u16, u32, u64, usize
from tests.compiler.programs.support.hidden import hidden
from tests.compiler.programs.support.output import write_line


@struct
class Point:
    x: i64 = 0
    y: i64 = 0

    def move(self, x: i64, y: i64 = 0) -> Ptr[Point]:
        self.x += x
        self.y += y
        return self

    def show(self) -> None:
        write_line(f"({self.x}, {self.y})")

    def __len__(self) -> usize:
        return usize(self.x + self.y)


@struct
class Box:
    SIDES: Final = 4
    DEPTH: Final[u32] = 3

    name: u8
    corner: Point
    other: Point = Point(5, 6)
    marks: Array[u16, 3] = Array(7, 8, 9)
    next: Ptr[Box] | None = None

    def sides(self) -> u32:
        return Box.SIDES * Box.DEPTH

    @staticmethod
    def area(width: u32, height: u32 = 2) -> u32:
        return width * height


stored: Point = Point(1, 2)
boxes: Array[Box, 2] = Array(Box(1, Point()), Box(2, Point(3)))


@test
def a_name_is_the_object() -> None:
    first = Point(1, 2)
    second = first
    second.x = 10
    first.show()
    write_line(f"{first is second} {first is not second}")
    third = Point(10, 2)
    write_line(f"{first is third}")


@test
def methods_change_the_object() -> None:
    point = Point()
    point.move(3).move(4, y=5).show()
    point.move(y=-1, x=hidden(i64(1)))
    point.show()
    write_line(f"{len(point)}")


@test
def embedded() -> None:
    box = Box(1, Point(2, 3))
    box.corner.move(1, 1)
    inner = box.other
    inner.move(10)
    box.corner.show()
    box.other.show()
    write_line(f"{inner is box.other} {inner is box.corner}")
    write_line(f"{box.marks[0]} {box.marks[1]} {box.marks[2]} {len(box.marks)}")
    box.marks[1] += 100
    write_line(f"{box.marks[1]} {box.next is None}")
    write_line(f"{box.sides()} {Box.area(3)} {Box.area(3, height=7)}")


@test
def static_storage() -> None:
    stored.show()
    stored.move(1)
    stored.show()
    boxes[1].corner.move(7)
    boxes[1].next = boxes[0]
    boxes[1].corner.show()
    boxes[0].corner.show()
    write_line(f"{boxes[1].next is boxes[0]} {boxes[0].next is None}")
    write_line(f"{boxes[1].marks[2]} {boxes[1].name}")


def total(points: Slice[Point]) -> i64:
    sum: i64 = 0
    for point in points:
        sum += point.x * point.y
        point.x += 1
    return sum


@test
def elements_are_objects() -> None:
    points: Array[Point, 3] = Array(Point(1, 2), Point(3, 4), Point(5, 6))
    write_line(f"{total(points)} {total(points)} {total(points[1:])}")
    second = points[1]
    second.y = 0
    points[1].show()
    for i in range(len(points)):
        points[i].move(i64(i) * 100)
    for point in points:
        point.show()


@test
def each_run_has_its_own() -> None:
    """A local struct begins anew each time its line is reached."""
    for round in range(3):
        point = Point()
        point.move(i64(round) + 1)
        point.show()


def counted(depth: u32, above: Ptr[Point]) -> u64:
    own = Point(above.x + 1)
    if depth == 0:
        return u64(own.x)
    below = counted(depth - 1, own)
    return below * 100 + u64(own.x)


@test
def each_call_has_its_own() -> None:
    start = Point()
    write_line(f"{counted(4, start)}")


@test
def aliases_see_changes() -> None:
    a, b = Point(1, 1), Point(2, 2)
    left, right = a, b
    left, right = right, left
    left.move(10)
    a.show()
    b.show()
    a.x, a.y = a.y + 5, a.x
    a.show()
