"""`pykern bench jit`: how fast the engine's code is, beside that of other compilers.

Every peer must give the same checksums before anything is timed, and again with every run.
"""

from __future__ import annotations

import contextlib
import statistics
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pykern.benches import Request
from pykern.benches._engines import FAMILIES, Peer, Timed, open_peers
from pykern.benches._kernels import Kernel, build_kernels
from pykern.benchmark import ROUNDS, WARM_UP_ROUNDS, Result
from pykern.errors import ToolError
from pykern.wasm.engine import Engine

PEERS = (*FAMILIES, "cranelift", "winch", "turbofan", "liftoff", "clang")
NOTHING = "nothing"  # the kernel that only returns
SEEDS = (1, 4242)


def run(request: Request) -> list[Result]:
    engine = Engine(request.root, debug=False)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        kernels = build_kernels(request.root, folder)
        peers = open_peers(request, engine)
        for peer in peers.values():
            stack.callback(peer.close)
        calls = medians(peers, next(each for each in kernels if each.name == NOTHING))
        return [compare(kernel, peers, calls) for kernel in kernels if kernel.name != NOTHING]


def compare(kernel: Kernel, peers: Mapping[str, Peer], calls: Mapping[str, float]) -> Result:
    """Microseconds, without what a call from Python costs."""
    times = medians(peers, kernel)
    ours, *others = ((name, (times[name] - calls[name]) / 1000) for name in times)
    return Result(kernel.name, "us", ours[1], ROUNDS, dict(others))


def medians(peers: Mapping[str, Peer], kernel: Kernel) -> dict[str, float]:
    """Nanoseconds of each peer, by turns."""
    runs = {name: peer.load(kernel) for name, peer in peers.items()}
    sums = {seed: agreed(kernel, runs, seed) for seed in SEEDS}
    times: dict[str, list[int]] = {name: [] for name in runs}
    for turn in range(WARM_UP_ROUNDS + ROUNDS):
        for name, run in runs.items():
            checksum, nanoseconds = run(SEEDS[0])
            if checksum != sums[SEEDS[0]]:
                raise ToolError(f"{kernel.name}: {name} gives another result in round {turn}")
            if turn >= WARM_UP_ROUNDS:
                times[name].append(nanoseconds)
    return {name: statistics.median(each) for name, each in times.items()}


def agreed(kernel: Kernel, runs: Mapping[str, Timed], seed: int) -> int:
    """What everybody computes from the seed."""
    sums = {name: run(seed)[0] for name, run in runs.items()}
    if len(set(sums.values())) != 1:
        text = ", ".join(f"{name} {value:#x}" for name, value in sums.items())
        raise ToolError(f"{kernel.name}: the results for seed {seed} differ: {text}")
    return next(iter(sums.values()))
