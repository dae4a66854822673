"""Who runs the kernels: our engine, wasmtime's two compilers, V8's two in node, native code.

A peer loads a kernel and gives back a function of the seed: (checksum, nanoseconds of processor
time).
"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from pykern.benches import Request
from pykern.benches._kernels import Kernel
from pykern.errors import ToolError
from pykern.wasm.engine import Engine, Store
from pykern.wasm.modules import needed

Timed = Callable[[int], tuple[int, int]]
FAMILIES = {"wasmtime": ("cranelift", "winch"), "node": ("turbofan", "liftoff")}
WORD = 0xFFFF_FFFF_FFFF_FFFF
WINCH = 2  # wasmtime.h: WASMTIME_STRATEGY_WINCH, for which wasmtime-py has no name


class Peer(Protocol):
    def load(self, kernel: Kernel) -> Timed: ...

    def close(self) -> None: ...


def timed(run: Callable[[int], int]) -> Timed:
    """Measures a function that runs in this thread."""

    def measured(seed: int) -> tuple[int, int]:
        start = time.thread_time_ns()
        result = run(seed)
        return result & WORD, time.thread_time_ns() - start

    return measured


class Ours:
    def __init__(self, engine: Engine) -> None:
        self.store = Store(engine)

    def load(self, kernel: Kernel) -> Timed:
        instance = self.store.instantiate(kernel.wasm.read_bytes())
        return timed(lambda seed: instance.call("run", [seed])[0])

    def close(self) -> None:
        self.store.close()


class Native:
    def load(self, kernel: Kernel) -> Timed:
        return timed(kernel.load_native())

    def close(self) -> None:
        pass


def wasmtime_engine(winch: bool) -> Any:
    """A wasmtime engine that compiles in one thread, with Cranelift at `speed` or with Winch."""
    wasmtime = needed("wasmtime", "a comparison with wasmtime")
    config = wasmtime.Config()
    config.cranelift_opt_level = "speed"
    config.parallel_compilation = False
    if winch:
        wasmtime._ffi.wasmtime_config_strategy_set(config.ptr(), WINCH)
    return wasmtime.Engine(config)


class Wasmtime:
    def __init__(self, winch: bool = False) -> None:
        self.wasmtime = needed("wasmtime", "a comparison with wasmtime")
        self.engine = wasmtime_engine(winch)
        self.store = self.wasmtime.Store(self.engine)

    def load(self, kernel: Kernel) -> Timed:
        module = self.wasmtime.Module(self.engine, kernel.wasm.read_bytes())
        run = self.wasmtime.Instance(self.store, module, []).exports(self.store)["run"]
        return timed(lambda seed: run(self.store, seed))

    def close(self) -> None:
        self.store.close()


class Node:
    """node in a process of its own, with one of V8's compilers."""

    def __init__(self, root: Path, *flags: str) -> None:
        script = root / "bench" / "jit" / "node_peer.js"
        self.process = subprocess.Popen(
            ["node", *flags, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, *words: str) -> str:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write("\t".join(words) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise ToolError(f"node ended after {' '.join(words)!r}")
        return answer

    def load(self, kernel: Kernel) -> Timed:
        self.ask("load", kernel.name, str(kernel.wasm))

        def measured(seed: int) -> tuple[int, int]:
            result, nanoseconds = self.ask("run", kernel.name, str(seed)).split()
            return int(result), int(nanoseconds)

        return measured

    def close(self) -> None:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def is_wanted(request: Request, peer: str) -> bool:
    """By its name, or by that of its family."""
    return request.wants(peer) or any(request.wants(f) for f, of in FAMILIES.items() if peer in of)


def open_peers(request: Request, engine: Engine) -> dict[str, Peer]:
    """Ours, then those that are wanted and there."""
    root = request.root
    makers: dict[str, Callable[[], Peer]] = {
        "cranelift": Wasmtime,
        "winch": lambda: Wasmtime(winch=True),
        "turbofan": lambda: Node(root, "--no-liftoff", "--no-wasm-lazy-compilation"),
        "liftoff": lambda: Node(root, "--liftoff-only", "--no-wasm-lazy-compilation"),
        "clang": Native,
    }
    if shutil.which("node") is None:
        del makers["turbofan"], makers["liftoff"]
    wanted = {name: make() for name, make in makers.items() if is_wanted(request, name)}
    return {"ours": Ours(engine), **wanted}
