"""Single frames through a processor's cache, beside blocks of 4096 bytes of malloc and mimalloc."""

from __future__ import annotations

from pykern.benches import Request
from pykern.benches._allocators import PAGE, Loops
from pykern.benches._allocators import PEERS as PEERS
from pykern.benchmark import Result


def run(request: Request) -> list[Result]:
    return list(Loops.load(request).compare("FRAMES", "frames", PAGE))
