"""`pykern bench compile`: how fast large modules are compiled, and in how much memory.

Everything eager and in one thread, from bytes to code, by turns with wasmtime's two compilers. The
unit is nanoseconds of processor time for a byte of the code section: 100 are 10 MB/s. The lines
`memory` have the peak of the compiler's scratch memory in multiples of the largest body.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable
from typing import Any

from pykern.benches import Request
from pykern.benches._engines import is_wanted, wasmtime_engine
from pykern.benches._npm import MODULES, NpmModule, module_bytes
from pykern.benchmark import Result
from pykern.wasm import compiling
from pykern.wasm.engine import Engine, Refused
from pykern.wasm.modules import needed

PEERS = ("wasmtime", "cranelift", "winch")
ROUNDS = 3
CODE_SECTION = 10


def run(request: Request) -> list[Result]:
    engine = Engine(request.root, compiling.MODULES, debug=False)
    wanted = [name for name in ("cranelift", "winch") if is_wanted(request, name)]
    peers = {name: wasmtime_engine(winch=name == "winch") for name in wanted}
    return [result for module in MODULES for result in compare(engine, peers, module)]


def compare(engine: Engine, peers: dict[str, Any], module: NpmModule) -> list[Result]:
    wasm = module_bytes(module)
    try:
        compiled = compiling.compile_module(engine, wasm, listing=False)
    except Refused as refused:
        note = f"refused: {refused.refusal.value}: {refused}"
        return [Result(module.name, "ns", math.nan, 0, {}, note)]
    wasmtime = needed("wasmtime", "a comparison with wasmtime")
    times: dict[str, list[float]] = {"ours": []}
    for _ in range(ROUNDS):
        compiled = compiling.compile_module(engine, wasm, listing=False)
        times["ours"].append(compiled.seconds * 1e9)
        for name, peer in peers.items():
            compile_once = compiler(wasmtime, peer, wasm)
            if (taken := nanoseconds(wasmtime, compile_once)) is not None:
                times.setdefault(name, []).append(taken)
    size = code_bytes(wasm)
    ours, *others = ((name, statistics.median(each) / size) for name, each in times.items())
    memory = compiled.scratch_peak / max(largest_body(compiled.module), 1)
    return [
        Result(module.name, "ns", ours[1], ROUNDS, dict(others)),
        Result(f"{module.name} memory", "x", memory, 1, {}),
    ]


def compiler(wasmtime: Any, engine: Any, wasm: bytes) -> Callable[[], Any]:
    return lambda: wasmtime.Module(engine, wasm)


def nanoseconds(wasmtime: Any, run: Callable[[], object]) -> float | None:
    """None if the peer refuses the module."""
    start = time.thread_time_ns()
    try:
        run()
    except wasmtime.WasmtimeError:
        return None
    return time.thread_time_ns() - start


def largest_body(module: Any) -> int:
    return max((int(f.body_end) - int(f.body_start) for f in module.functions), default=0)


def code_bytes(wasm: bytes) -> int:
    """The size of the code section of a valid module."""
    position = 8
    while position < len(wasm):
        section = wasm[position]
        size, position = leb128(wasm, position + 1)
        if section == CODE_SECTION:
            return size
        position += size
    return 0


def leb128(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[position]
        value |= (byte & 0x7F) << shift
        position, shift = position + 1, shift + 7
        if byte < 0x80:
            return value, position
