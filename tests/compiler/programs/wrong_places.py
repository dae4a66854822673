"""Places and members that are not there: each function panics at its marked line."""

from __future__ import annotations

from pykern.lang import (
    Array,
    Ptr,
    Slice,
    copy_slice,
    enum,
    load,
    panic,
    ptr_at,
    struct,
    test,
    u8,
    u32,
    u64,
    unreachable,
    usize,
)
from tests.compiler.programs.support.hidden import hidden
from tests.compiler.programs.support.output import write_line


@enum(u8)
class Kind:
    NONE = 0
    DATA = 5


@struct
class Node:
    value: u32 = 7
    next: Ptr[Node] | None = None


table: Array[u32, 4] = Array(1, 2, 3, 4)
loose: Node = Node()


@test
def past_an_array() -> None:
    write_line(f"{table[hidden(u8(4))]}")  # panics: index 4 out of range: length is 4


@test
def stored_past_an_array() -> None:
    table[hidden(u64(1) << 40)] = 1  # panics: index 1099511627776 out of range: length is 4


@test
def past_a_slice() -> None:
    values: Slice[u32] = table[1:3]
    write_line(f"{values[hidden(usize(2))]}")  # panics: index 2 out of range: length is 2


@test
def of_nothing() -> None:
    values: Slice[u32] = table[4:]
    write_line(f"{values[0]}")  # panics: index 0 out of range: length is 0


@test
def slice_past_the_end() -> None:
    values: Slice[u32] = table[: hidden(usize(5))]  # panics: slice bounds out of range: 5 with 4
    write_line(f"{len(values)}")


@test
def slice_backwards() -> None:
    a, b = hidden(usize(3)), hidden(usize(2))
    values: Slice[u32] = table[a:b]  # panics: slice bounds out of range: 3 with 2
    write_line(f"{len(values)}")


@test
def slice_from_past_the_end() -> None:
    values: Slice[u32] = table[hidden(usize(5)) :]  # panics: slice bounds out of range: 5 with 4
    write_line(f"{len(values)}")


@test
def lengths_differ() -> None:
    copy_slice(table[:2], table[1:])  # panics: lengths differ: 2 and 3


@test
def no_member() -> None:
    kind = Kind(hidden(u8(4)))  # panics: 4 is not a member of Kind
    write_line(f"{kind.value}")


@test
def address_zero() -> None:
    place = ptr_at(u32, hidden(usize(0)))  # panics: address 0 cannot be Ptr[u32]
    write_line(f"{load(place)}")


@test
def asserted() -> None:
    x = hidden(u32(5))
    assert x < 5, f"{x} is {'not'} small"  # panics: 5 is not small


@test
def asserted_without_words() -> None:
    x = hidden(u32(5))
    assert x < 5  # panics: assertion failed: x < 5


@test
def stopped() -> None:
    panic(f"stopped with {hidden(u32(3))}")  # panics: stopped with 3


@test
def not_reached() -> None:
    if hidden(u32(3)) == 3:
        unreachable()  # panics: reached code that cannot be reached


def emptied(node: Ptr[Node]) -> u32:
    node.next = None
    return 0


@test
def emptied_by_a_call() -> None:
    """What was known of a field may have been changed by a call: it is looked at again."""
    loose.next = loose
    emptied(loose)
    write_line(f"{loose.next.value}")  # panics: address 0 cannot be Ptr[Node]


@test
def in_a_finally() -> None:
    """A panic does not run what an error would run on its way."""
    try:
        table[0] = table[hidden(u8(9))]  # panics: index 9 out of range: length is 4
    finally:
        write_line("not run")
