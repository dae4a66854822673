"""A queue by key of nodes that lie inside what is queued: a pairing heap.

The least key comes first, and of equal keys the one that was added first. Whoever queues a struct
makes a `HeapNode` its first field and gets from the node back to the struct with `ptr_cast`, so
nothing is allocated. A node is in one heap at a time.

A tree in which no node comes before the one above it. The children of a node are a list:

    root
     | child
     a <-> b <-> c        next, and back: before. The first one's `before` is the parent
     |
     d

`add` and `least` take constant time, `remove` logarithmic time on average over the operations that
led there (Fredman, Sedgewick, Sleator, Tarjan: The pairing heap, 1986). The caller keeps other
processors out.
"""
from __future__ import annotations

from pykern.lang import Ptr, struct, u64, usize


@struct
class HeapNode:
    key: u64 = 0
    order: u64 = 0  # when it was added: decides between equal keys
    child: Ptr[HeapNode] | None = None
    next: Ptr[HeapNode] | None = None
    before: Ptr[HeapNode] | None = None
    is_queued: bool = False

    def precedes(self, other: Ptr[HeapNode]) -> bool:
        return self.key < other.key or (self.key == other.key and self.order < other.order)


@struct
class Heap:
    root: Ptr[HeapNode] | None = None
    count: usize = 0
    added: u64 = 0  # since the beginning: 2**64 are never reached

    def add(self, node: Ptr[HeapNode], key: u64) -> None:
        assert not node.is_queued, "the node is in a heap already"
        node.key = key
        node.order = self.added
        node.child = None
        node.next = None
        node.before = None
        node.is_queued = True
        self.added += 1
        self.count += 1
        self.root = node if self.root is None else meld(self.root, node)

    def least(self) -> Ptr[HeapNode] | None:
        return self.root

    def remove(self, node: Ptr[HeapNode]) -> None:
        """Takes out a node of this heap, wherever in it."""
        assert node.is_queued and self.count > 0, "the node is in no heap"
        below = combine(node.child)
        if self.root is node:
            self.root = below
        else:
            unlink(node)
            if below is not None and self.root is not None:
                self.root = meld(self.root, below)
        node.child = None
        node.next = None
        node.before = None
        node.is_queued = False
        self.count -= 1


def unlink(node: Ptr[HeapNode]) -> None:
    """Takes a node that is not a root, with all below it, out of its parent's list."""
    before = node.before
    after = node.next
    assert before is not None, "the node is the root of another heap"
    if before.child is node:
        before.child = after
    else:
        before.next = after
    if after is not None:
        after.before = before


def meld(a: Ptr[HeapNode], b: Ptr[HeapNode]) -> Ptr[HeapNode]:
    """Two trees become one, whose root is the one that comes first."""
    if b.precedes(a):
        return adopt(b, a)
    return adopt(a, b)


def adopt(parent: Ptr[HeapNode], node: Ptr[HeapNode]) -> Ptr[HeapNode]:
    first = parent.child
    node.next = first
    node.before = parent
    if first is not None:
        first.before = node
    parent.child = node
    parent.next = None
    parent.before = None
    return parent


def combine(first: Ptr[HeapNode] | None) -> Ptr[HeapNode] | None:
    """The trees of a list become one: in pairs from the left, then the pairs from the right.

    The order is what the bound on the time rests on.
    """
    pairs: Ptr[HeapNode] | None = None
    node = first
    while node is not None:
        partner = node.next
        if partner is None:
            pair = node
            rest = partner
        else:
            rest = partner.next
            pair = meld(node, partner)
        pair.next = pairs
        pairs = pair
        node = rest
    return meld_all(pairs)


def meld_all(pairs: Ptr[HeapNode] | None) -> Ptr[HeapNode] | None:
    if pairs is None:
        return None
    whole = pairs
    node = whole.next
    whole.next = None
    whole.before = None
    while node is not None:
        rest = node.next
        whole = meld(whole, node)
        node = rest
    return whole
