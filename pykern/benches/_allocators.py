"""The kernel's heap and frames against the C library's malloc and mimalloc, in this process."""

from __future__ import annotations

import ctypes
import mmap
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from compiler.host.program import HostProgram
from pykern.benches import Request
from pykern.benchmark import Result, nanoseconds_each

LOOPS = "bench.allocators"
FRAMES = "kernel_src.mm.frames"
PAGE = 4096
MEMORY_FRAMES = 1 << 16
MEMORY_ALIGNMENT = 1 << 21

MIMALLOC = "libmimalloc.so.2"
"""Of the Debian package libmimalloc2.0."""

PEERS = ("glibc", "mimalloc")
PAIRS = 200_000
TURNS = 50_000
BLOCKS = 200
"""How many blocks are in use at a time, apart from the pairs."""


@dataclass
class Loops:
    """The compiled loops, with memory for our allocators."""

    module: Any
    room: Any
    order: Any
    peers: dict[str, str]  # how a peer is shown: its name in the loops
    keep: tuple[Any, ...]

    @classmethod
    def load(cls, request: Request) -> Loops:
        """Compiles without the checks of debug builds, as kernels are released."""
        root = request.root
        has_mimalloc = request.wants("mimalloc") and load_mimalloc()
        program = HostProgram(root, [LOOPS], debug=False)
        memory = mmap.mmap(-1, MEMORY_FRAMES * PAGE + MEMORY_ALIGNMENT)
        start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
        base = -(-start // MEMORY_ALIGNMENT) * MEMORY_ALIGNMENT
        size = MEMORY_FRAMES * PAGE
        metadata = program.array("u64", program.module(FRAMES).words_for(size))
        owners = program.array("u32", MEMORY_FRAMES)
        module = program.module(LOOPS)
        module.initialise(metadata, owners, base, size)
        order = list(range(BLOCKS))
        random.Random(0).shuffle(order)
        return cls(
            module=module,
            room=program.array("usize", BLOCKS),
            order=program.array("u32", order),
            peers=({"glibc": "GLIBC"} if request.wants("glibc") else {})
            | ({"mimalloc": "MIMALLOC"} if has_mimalloc else {}),
            keep=(memory, metadata, owners),
        )

    def compare(self, ours: str, name: str, size: int) -> Iterator[Result]:
        """Our allocator and the others, each in the three loops."""
        allocators = {"ours": ours} | self.peers
        module, peer = self.module, self.module.Peer
        yield nanoseconds_each(
            f"{name} {size} pairs",
            {each: partial(module.pairs, peer[n], size, PAIRS) for each, n in allocators.items()},
            PAIRS,
        )
        for what in ("batches", "replacements"):
            loop = getattr(module, what)
            loops = {
                each: partial(loop, peer[n], size, TURNS, self.order, self.room)
                for each, n in allocators.items()
            }
            yield nanoseconds_each(f"{name} {size} {what}", loops, TURNS)


def load_mimalloc() -> bool:
    """Makes its functions known to the process, if it is installed."""
    try:
        ctypes.CDLL(MIMALLOC, mode=ctypes.RTLD_GLOBAL)
    except OSError:
        return False
    return True
