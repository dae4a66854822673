"""Blocks by size class: the kernel's heap beside the C library's malloc and mimalloc."""

from __future__ import annotations

from pykern.benches import Request
from pykern.benches._allocators import PEERS as PEERS
from pykern.benches._allocators import Loops
from pykern.benchmark import Result

SMALL_SIZES = (16, 32, 48, 64, 96, 128, 256, 512, 1024, 2048, 3072, 4096)
LARGE_SIZES = (8 << 10, 16 << 10, 32 << 10, 64 << 10)


def run(request: Request) -> list[Result]:
    loops = Loops.load(request)
    return [r for size in SMALL_SIZES + LARGE_SIZES for r in loops.compare("HEAP", "heap", size)]
