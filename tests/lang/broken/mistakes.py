"""Mistakes that mypy must see in a dialect file. A comment gives a part of the report on its line."""

from __future__ import annotations

from pykern.lang import (  # has no attribute "misspelt"
    Array,
    Atomic,
    Fn,
    Generic,
    Order,
    PerCpu,
    Protocol,
    Ptr,
    Slice,
    Str,
    TypeVar,
    enum,
    extern,
    flags,
    load,
    misspelt,
    ptr_at,
    ref,
    sizeof,
    slice_at,
    store,
    struct,
    u8,
    u32,
    u64,
    value,
    zeroed,
)


class HasKey(Protocol):
    def key(self) -> u64: ...


T = TypeVar("T")
K = TypeVar("K", bound=HasKey)


@struct
class Node:
    next: Ptr[Node] | None
    value: u32 = 0
    handler: Fn[[u32], bool] | None = None

    def bump(self, by: u32) -> u32:
        return self.valeu + by  # has no attribute "valeu"


@value
class Range:
    start: u64
    end: u64


@enum(u8)
class Kind:
    NONE = 0
    DATA = 1


@flags(u32)
class Rights:
    READ = 1


@struct
class Ring(Generic[T]):
    items: Array[T, 4] = zeroed()

    def first(self) -> T:
        return self.itmes[0]  # has no attribute "itmes"


nodes: Array[Node, 4] = zeroed()
table: Array[u8] = zeroed()  # "Array" takes an element type and a length
count: Atomic[u32] = Atomic(0)
current: PerCpu[Ptr[Node] | None] = PerCpu(None)
ring: Ring[Node] = zeroed()


@extern("elsewhere")
def elsewhere(number: u32) -> u32: ...


def fields(node: Ptr[Node], range: Range, slice: Slice[Node], address: u64) -> None:
    node.vlaue = 1  # has no attribute "vlaue"
    node.next.value = 1  # "None" of "Node | None" has no attribute "value"
    nodes[0].vlaue = 1  # has no attribute "vlaue"
    slice[0].vlaue = 1  # has no attribute "vlaue"
    ptr_at(Node, address).vlaue = 1  # has no attribute "vlaue"
    ptr_at(Array[Node, 2 * 2], address)[0].vlaue = 1  # has no attribute "vlaue"
    slice_at(Node, address, 1)[0].vlaue = 1  # has no attribute "vlaue"
    ring.items[0].vlaue = 1  # has no attribute "vlaue"
    ring.first().vlaue = 1  # has no attribute "vlaue"
    range.start = 1  # is read-only
    range.strat + 1  # has no attribute "strat"
    for other in slice:
        other.vlaue = 1  # has no attribute "vlaue"
    found = current.get()
    found.value = 1  # "None" of "Node | None" has no attribute "value"


def arguments(node: Ptr[Node], slice: Slice[u32]) -> None:
    node.bump()  # Missing positional argument "by"
    node.bump(1, 2)  # Too many arguments
    node.bump("1")  # incompatible type "str"
    Node()  # Missing positional argument "next"
    Node(None, 1, None, 2)  # Too many arguments
    Node(next=None, vlaue=2)  # Unexpected keyword argument "vlaue"
    Range(1)  # Missing positional argument "end"
    elsewhere()  # Missing positional argument "number"
    count.load()  # Missing positional argument "order"
    count.store("1", Order.RELEASE)  # incompatible type "str"
    store(ref(slice))  # Missing positional argument "value"
    load(ref(slice)).vlaue  # has no attribute "vlaue"
    sizeof()  # Missing positional argument "kind"
    sizeof(Nide)  # "Nide" is not defined
    slice["a"]  # No overload variant
    if node.handler is not None:
        node.handler()  # Too few arguments


def types(kind: Kind, rights: Rights, name: Str) -> u32:
    number: u32 = "1"  # Incompatible types in assignment
    number = kind  # Incompatible types in assignment
    number = Kind.DTAA.value  # has no attribute "DTAA"
    rights |= Rights.WRITE  # has no attribute "WRITE"
    kind = Rights.READ  # Incompatible types in assignment
    name.start()  # has no attribute "start"
    number += unknown  # "unknown" is not defined
    return kind  # Incompatible return value type


def unfinished(kind: Kind) -> u32:  # Missing return statement
    match kind:
        case Kind.NONE:
            return 0


def bounded(item: K, other: T) -> u64:
    other.key()  # has no attribute "key"
    return item.kye()  # has no attribute "kye"


def untyped(number):  # missing a type annotation
    return number
