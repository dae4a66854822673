"""Pairing heaps in the test process, and a model: a sorted list of keys and places in time."""

from __future__ import annotations

import bisect
from typing import Any

from compiler.host.program import HostProgram
from compiler.host.proxies import address_of
from tests.support.host import host_program

PAIRING = "kernel_src.lib.pairing_heap"


class HeapQueueMachine:
    """`nodes` nodes, each in the heap or not."""

    def __init__(self, nodes: int, program: HostProgram | None = None) -> None:
        program = program or host_program(PAIRING)
        self.heap = program.module(PAIRING).Heap()
        self.nodes = program.zeroed(f"Array[{PAIRING}.HeapNode, {nodes}]")
        self.number = {address_of(node): index for index, node in enumerate(self.nodes)}
        self.queued: dict[int, tuple[int, int]] = {}  # number of a node: its key, when it was added
        self.order: list[tuple[int, int, int]] = []  # the same, first to last
        self.added = 0

    def add(self, index: int, key: int) -> None:
        self.heap.add(self.nodes[index], key)
        self.queued[index] = key, self.added
        bisect.insort(self.order, (key, self.added, index))
        self.added += 1
        self.compare()

    def remove(self, index: int) -> None:
        self.heap.remove(self.nodes[index])
        self.order.remove((*self.queued.pop(index), index))
        assert not self.nodes[index].is_queued
        self.compare()

    def least(self) -> int | None:
        node = self.heap.least()
        return None if node is None else self.number[address_of(node)]

    def compare(self) -> None:
        assert self.heap.count == len(self.order)
        assert self.least() == (self.order[0][2] if self.order else None)

    def drain(self) -> None:
        while self.order:
            self.remove(self.order[0][2])

    def run(self, script: bytes) -> None:
        """Two bytes an operation: which node, and its key. A node that is queued is removed."""
        for index, key in zip(script[::2], script[1::2], strict=False):
            index %= len(self.nodes)
            if index in self.queued:
                self.remove(self.order[0][2] if key & 1 else index)
            else:
                self.add(index, key // 4)

    def check_shape(self) -> None:
        """Every node is reached once from the root, through links that agree with each other."""
        seen: list[int] = []
        pending: list[tuple[Any, Any]] = [(self.heap.root, None)]
        while pending:
            node, before = pending.pop()
            if node is None:
                continue
            seen.append(self.number[address_of(node)])
            assert node.before == before
            pending += [(node.next, node), (node.child, node)]
        assert sorted(seen) == sorted(self.queued)
