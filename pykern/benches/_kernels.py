"""The kernels of bench/jit, each compiled by one clang to wasm and to native code."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pykern.errors import ToolError

CLANG = (sys.executable, "-m", "ziglang", "cc", "-O2", "-Wall", "-Wextra", "-nostdlib")
WASM = ("--target=wasm32-freestanding", "-Wl,--no-entry", "-Wl,--strip-all")
# Nothing has vectors but native code, which has them everywhere: that would compare instruction
# sets. Neither has it what not every x86-64 processor has.
NATIVE = (
    "--target=x86_64-linux-gnu",
    "-mcpu=x86_64",
    "-fno-vectorize",
    "-fno-slp-vectorize",
    "-shared",
    "-fPIC",
    "-fvisibility=hidden",
)


@dataclass(frozen=True)
class Kernel:
    name: str
    wasm: Path
    native: Path

    def load_native(self) -> Callable[[int], int]:
        run = ctypes.CDLL(str(self.native)).run
        run.argtypes = [ctypes.c_uint32]
        run.restype = ctypes.c_uint64
        return run


def build_kernels(root: Path, folder: Path) -> list[Kernel]:
    """Compiles every kernel into `folder`."""
    sources = sorted((root / "bench" / "jit").glob("*.c"))
    if not sources:
        raise ToolError(f"{root / 'bench' / 'jit'}: there are no kernels")
    return [build_kernel(source, folder) for source in sources]


def build_kernel(source: Path, folder: Path) -> Kernel:
    kernel = Kernel(source.stem, folder / f"{source.stem}.wasm", folder / f"{source.stem}.so")
    for options, output in ((WASM, kernel.wasm), (NATIVE, kernel.native)):
        command = [*CLANG, *options, "-o", str(output), str(source)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise ToolError(f"{source}: clang refuses it:\n{done.stderr.strip()}")
    return kernel
