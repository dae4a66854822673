"""Pointers, nullable pointers, places and volatile memory."""

from __future__ import annotations

from pykern.lang import (
    Array,
    Fn,
    Ptr,
    Slice,
    TypeAlias,
    address_of,
    as_bytes,
    bitcast,
    copy,
    copy_slice,
    fill,
    load,
    offset,
    ptr_at,
    ptr_cast,
    ref,
    slice_at,
    store,
    struct,
    u8,
    u32,
    u64,
    usize,
    volatile_load,
    volatile_store,
    zero,
    zeroed,
)

Table: TypeAlias = Array[u64, 512]
Handler: TypeAlias = Fn[[u32, Ptr[u64]], bool]


@struct
class Node:
    next: Ptr[Node] | None
    value: u32 = 0
    counts: Array[u32, 4] = zeroed()

    def last(self) -> Ptr[Node]:
        node = self
        while node.next is not None:
            node = node.next
        return node


@struct
class Listener:
    handler: Handler
    context: Ptr[Node] | None = None

    def call(self, number: u32, out: Ptr[u64]) -> bool:
        return self.handler(number, out)


head: Ptr[Node] | None = None


def push(node: Ptr[Node]) -> None:
    global head
    node.next = head
    head = node


def find(wanted: u32) -> Ptr[Node] | None:
    node = head
    while node is not None and node.value != wanted:
        node = node.next
    return node


def value_or(node: Ptr[Node] | None, default: u32) -> u32:
    if node is None:
        return default
    return node.value


def value_of(node: Ptr[Node] | None) -> u32:
    assert node is not None, "an empty list"
    return node.value


def same(a: Ptr[Node], b: Ptr[Node]) -> bool:
    return a is b and not (a is not b)


def bump(place: Ptr[u32]) -> u32:
    store(place, load(place) + 1)
    return load(place)


def bump_all(node: Ptr[Node]) -> u32:
    local: u32 = 1
    return bump(ref(local)) + bump(ref(node.value)) + bump(ref(node.counts[3]))


def map_table(address: usize) -> u64:
    table = ptr_at(Table, address)
    other = ptr_at(Array[u64, 2 * 256], address)
    entry = ptr_cast(u32, table)
    words = slice_at(u64, address_of(table), len(table))
    volatile_store(offset(entry, -1), 7)
    return words[0] + other[1] + u64(volatile_load(entry))


def nullable(address: usize) -> Ptr[Node] | None:
    return None if address == 0 else ptr_at(Node, address)


def addresses(node: Ptr[Node], bytes: Slice[u8], handler: Handler) -> usize:
    return address_of(node) + address_of(bytes) + address_of(handler) + address_of(push)


def numbers(node: Ptr[Node]) -> usize:
    return bitcast(usize, node)


def copies(a: Ptr[Node], b: Ptr[Node]) -> None:
    copy(a, b)
    zero(b)
    copy_slice(a.counts[1:], b.counts[:3])
    fill(as_bytes(a.counts), 0xFF)
    fill(as_bytes(b), 0)
