"""Nullable pointers, and what the compiler knows after a test."""

from __future__ import annotations

from pykern.lang import Array, Ptr, Slice, struct, test, u32, u64
from tests.compiler.programs.support.hidden import hidden
from tests.compiler.programs.support.output import write_line


@struct
class Node:
    value: u32
    next: Ptr[Node] | None = None
    left: Ptr[Node] | None = None
    right: Ptr[Node] | None = None

    def last(self) -> Ptr[Node]:
        node = self
        while node.next is not None:
            node = node.next
        return node


head: Ptr[Node] | None = None


def push(node: Ptr[Node]) -> None:
    global head
    node.next = head
    head = node


def pop() -> Ptr[Node] | None:
    global head
    first = head
    if first is None:
        return None
    head = first.next
    first.next = None
    return first


def find(wanted: u32) -> Ptr[Node] | None:
    node = head
    while node is not None and node.value != wanted:
        node = node.next
    return node


def value_or(node: Ptr[Node] | None, default: u32 = 99) -> u32:
    return default if node is None else node.value


def reversed_list(node: Ptr[Node] | None) -> Ptr[Node] | None:
    result: Ptr[Node] | None = None
    while node is not None:
        rest = node.next
        node.next = result
        result = node
        node = rest
    return result


@test
def lists() -> None:
    a, b, c = Node(1), Node(2), Node(3)
    push(a)
    push(b)
    push(c)
    write_line(f"{value_or(head)} {value_or(find(1))} {value_or(find(7))} {value_or(None, 5)}")
    write_line(f"{c.last() is a} {b.next is a} {a.next is None} {head is c}")
    turned = reversed_list(head)
    node = turned
    while node is not None:
        write_line(f"  {node.value}")
        node = node.next
    push(Node(0, turned).last())
    write_line(f"{value_or(pop())}")


def insert(root: Ptr[Node] | None, node: Ptr[Node]) -> Ptr[Node]:
    if root is None:
        return node
    if node.value < root.value:
        root.left = insert(root.left, node)
    else:
        root.right = insert(root.right, node)
    return root


def walk(root: Ptr[Node] | None, depth: u32) -> u64:
    if root is None:
        return 0
    left = walk(root.left, depth + 1)
    write_line(f"  {root.value} at {depth}")
    return left + root.value + walk(root.right, depth + 1)


@test
def trees() -> None:
    nodes: Array[Node, 5] = Array(Node(30), Node(10), Node(50), Node(20), Node(40))
    root: Ptr[Node] | None = None
    for node in nodes:
        root = insert(root, node)
    write_line(f"{walk(root, 0)}")


def both(a: Ptr[Node] | None, b: Ptr[Node] | None) -> u32:
    if a is None or b is None:
        return 0
    return a.value + b.value


def either(a: Ptr[Node] | None, b: Ptr[Node] | None) -> u32:
    if a is not None:
        return a.value
    elif b is not None:
        return b.value
    return 0


def asserted(a: Ptr[Node] | None) -> u32:
    assert a is not None, "a node"
    return a.value


def through_fields(node: Ptr[Node]) -> u32:
    if node.left is not None and node.left.right is not None:
        return node.left.right.value
    return 0


@test
def narrowing() -> None:
    a = Node(4)
    b = Node(5)
    write_line(f"{both(a, b)} {both(a, None)} {both(None, b)} {either(a, b)} {either(None, b)}")
    write_line(f"{either(None, None)} {asserted(a)}")
    top = Node(1)
    write_line(f"{through_fields(top)}")
    top.left = a
    write_line(f"{through_fields(top)}")
    a.right = b
    write_line(f"{through_fields(top)}")


def first(nodes: Slice[Node], wanted: u32) -> Ptr[Node] | None:
    for node in nodes:
        if node.value == wanted:
            return node
    return None


@test
def found_in_arrays() -> None:
    nodes: Array[Node, 3] = Array(Node(1), Node(2), Node(1))
    found = first(nodes, hidden(u32(1)))
    write_line(f"{found is nodes[0]} {found is nodes[2]} {first(nodes, 3) is None}")
    while found is not None:
        found.value += 1
        found = first(nodes, 1)
    write_line(f"{nodes[0].value} {nodes[1].value} {nodes[2].value}")
