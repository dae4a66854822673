"""Places and memory: pointers to scalars, copies, bytes, casts."""

from __future__ import annotations

from pykern.lang import (
    Array,
    Final,
    Ptr,
    Slice,
    TypeVar,
    address_of,
    as_bytes,
    bitcast,
    copy,
    copy_slice,
    fill,
    i32,
    load,
    offset,
    ptr_at,
    ptr_cast,
    ref,
    slice_at,
    store,
    struct,
    test,
    u8,
    u16,
    u32,
    u64,
    usize,
    volatile_load,
    volatile_store,
    zero,
    zeroed,
)
from tests.compiler.programs.support.hidden import hidden
from tests.compiler.programs.support.output import write_line

# routes: host wasm machine (CPython has no addresses)

T = TypeVar("T")

WORDS: Final = 4


@struct
class Inner:
    a: u8 = 1
    b: u32 = 2


@struct
class Outer:
    inner: Inner = Inner(7, 8)
    words: Array[u16, WORDS] = Array(1, 2, 3, 4)
    next: Ptr[Outer] | None = None
    wide: u64 = 0x0102_0304_0506_0708


@struct(packed=True)
class Packed:
    tag: u8
    wide: u64
    half: u16
    last: u8 = 9


@struct(align=64)
class Line:
    count: u32 = 3


counter: u32 = 10
numbers: Array[u32, WORDS] = zeroed()
outer: Outer = Outer()
blank: Outer = zeroed()


def bump(place: Ptr[u32], by: u32 = 1) -> u32:
    store(place, load(place) + by)
    return load(place)


def exchange(a: Ptr[T], b: Ptr[T]) -> None:
    old = load(a)
    store(a, load(b))
    store(b, old)


@test
def scalars() -> None:
    local: u32 = 5
    write_line(f"{bump(ref(local))} {local} {bump(ref(counter), 5)} {counter}")
    write_line(
        f"{bump(ref(numbers[2]), 3)} {numbers[2]} {bump(ref(outer.inner.b))} {outer.inner.b}"
    )
    exchange(ref(local), ref(numbers[2]))
    write_line(f"{local} {numbers[2]}")
    yes, no = True, False
    exchange(ref(yes), ref(no))
    write_line(f"{yes} {no}")


@test
def copies() -> None:
    a = Outer()
    b = Outer(next=a)
    a.words[1] = 99
    a.inner.a = 50
    copy(b, a)
    a.inner.a = 51
    write_line(f"{b.words[1]} {b.inner.a} {b.next is None} {a.inner.a}")
    copy(a.inner, Inner(3))
    write_line(f"{a.inner.a} {a.inner.b} {a.words[1]}")
    zero(b)
    write_line(f"{b.words[0]} {b.inner.b} {b.wide} {b.next is None}")
    write_line(f"{blank.inner.b} {blank.wide} {blank.words[3]}")
    copy(blank, a)
    write_line(f"{blank.inner.a} {blank.wide:#x}")


def show(values: Slice[u8]) -> None:
    write_line(f"{values[0]} {values[1]} {values[2]} {values[3]} {values[4]} {values[5]}")


@test
def elements() -> None:
    bytes: Array[u8, 6] = Array(1, 2, 3, 4, 5, 6)
    copy_slice(bytes[2:], bytes[:4])
    show(bytes)
    copy_slice(bytes[:4], bytes[2:])
    show(bytes)
    copy_slice(bytes[:0], bytes[6:])
    fill(bytes[1:3], 0xAA)
    show(bytes)
    words: Array[u64, 3] = zeroed()
    fill(words, 0x1234_5678_9ABC)
    write_line(f"{words[0]:#x} {words[2]:#x}")
    fill(words[:0], 1)
    write_line(f"{words[0]:#x}")


@test
def bytes_of_things() -> None:
    packed = Packed(1, 0x0203_0405_0607_0809, 0x0A0B)
    bytes = as_bytes(packed)
    write_line(f"{len(bytes)}")
    for byte in bytes:
        write_line(f"  {byte:02x}")
    bytes[0] = 0x77
    write_line(f"{packed.tag:#x} {packed.wide:#x} {packed.half:#x} {packed.last}")
    words: Array[u16, 3] = Array(0x0102, 0x0304, 0x0506)
    write_line(f"{len(as_bytes(words))} {len(as_bytes(words[1:]))} {as_bytes(words[1:])[0]}")
    fill(as_bytes(words[1:]), 0xFF)
    write_line(f"{words[0]:#x} {words[1]:#x} {words[2]:#x}")


@test
def addresses() -> None:
    words: Array[u32, 4] = Array(10, 20, 30, 40)
    first = ref(words[0])
    write_line(f"{load(offset(first, 3))} {load(offset(offset(first, 2), -1))}")
    start = address_of(words)
    write_line(f"{load(ptr_at(u32, start + 8))} {address_of(words[2:]) - start}")
    view = slice_at(u32, start + 4, 2)
    view[0] = 21
    write_line(f"{len(view)} {view[1]} {words[1]} {len(slice_at(u64, 0, 0))}")
    node = ptr_at(Outer, address_of(outer))
    write_line(f"{node is outer} {node.inner.a} {bitcast(usize, node) == address_of(outer)}")
    whole = ptr_at(Array[u32, 4], start)
    write_line(f"{whole[3]} {len(whole)}")
    line = Line()
    write_line(f"{address_of(line) % 64} {line.count} {address_of(scalars) == address_of(copies)}")


@test
def casts() -> None:
    word: u32 = 0xAABB_CCDD
    first = ptr_cast(u8, ref(word))
    write_line(f"{load(first):#x} {load(offset(first, 3)):#x}")
    store(offset(first, 1), 0)
    write_line(f"{word:#x}")
    signed: i32 = -2
    write_line(f"{load(ptr_cast(u32, ref(signed)))}")


@test
def volatile() -> None:
    word: u64 = 5
    place = ref(word)
    volatile_store(place, volatile_load(place) + hidden(u64(1)))
    write_line(f"{volatile_load(place)} {word}")


@test
def loops_begin_with_fresh_storage() -> None:
    for round in range(u8(3)):
        buffer: Array[u8, 4] = zeroed()
        write_line(f"{buffer[round]}")
        fill(buffer, 9)
