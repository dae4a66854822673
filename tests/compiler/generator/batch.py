"""Many random programs in one module, and what each does on each route.

A program is called with a few pairs of numbers. What it leaves is its trace, or the message of
its panic.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import wasmtime

from compiler.build.cache import Cache
from compiler.build.interface import SourceTree
from compiler.build.units import UnitOptions, compile_units
from compiler.host.program import DialectPanic, HostProgram
from tests.compiler.generator.choices import Choices
from tests.compiler.generator.oracle import NAMES, run
from tests.compiler.generator.programs import write_program
from tests.support.routes import ON_WASM, WasmPanicked, link_units, make_root, wasm_instance

INPUTS = ((0, 0), (5, 0xFFFF_FFFF_FFFF_FFF3), (0x8000_0000_0000_0080, 0x1234_5678_9ABC_DEF7))
"""What each program is called with."""

Result = int | str
Results = list[list[Result]]
"""For each program, one for each of `INPUTS`."""

MODULE = "random_programs"
CALLER = "random_programs_caller"

HEAD = '''"""Random programs."""

from __future__ import annotations

from pykern.lang import (
    Array, bitcast, bswap, checked_add, checked_mul, checked_sub, clz, ctz,
    i8, i16, i32, i64, inline, is_member, noinline, popcount, raises, rotl, rotr,
    truncate, u8, u16, u32, u64, wrapping, wrapping_add, wrapping_mul, wrapping_neg,
    wrapping_shl, wrapping_sub,
)
import tests.compiler.generator.prelude as prelude
from tests.compiler.generator.prelude import (
    Bad, Cell, Colour, Guard, Pair, Worse, known, mixed, note, risky, seen, text,
)
'''

DRIVER = '''"""Calls random programs by their numbers."""

from __future__ import annotations

import tests.compiler.generator.prelude as prelude
from pykern.lang import Array, Final, Fn, export, u32, u64
from {module} import {names}

PROGRAMS: Final[Array[Fn[[u64, u64], None], {count}]] = Array({names})


@export("run")
def run(index: u32, x: u64, y: u64) -> u64:
    prelude.reset()
    program = PROGRAMS[index]
    program(x, y)
    return prelude.trace
'''


@dataclass(frozen=True)
class Program:
    """A random program in both forms."""

    numbers: tuple[int, ...]
    dialect: str
    python: str


def make_program(numbers: Sequence[int], name: str = "p") -> Program:
    dialect, python = write_program(Choices(numbers), name)
    return Program(tuple(numbers), "\n".join(dialect), "\n".join(python))


class Batch:
    """Programs by their number in the module."""

    def __init__(self, sequences: Sequence[Sequence[int]], folder: Path) -> None:
        """The modules are written into `folder`."""
        names = [f"p{number}" for number in range(len(sequences))]
        self.programs = [make_program(s, n) for s, n in zip(sequences, names, strict=True)]
        self.folder = make_root(folder)
        text = "\n".join([HEAD, *(p.dialect + "\n" for p in self.programs)])
        (folder / f"{MODULE}.py").write_text(text)
        listed = ", ".join(names)
        driver = DRIVER.format(count=len(names), names=listed, module=MODULE)
        (folder / f"{CALLER}.py").write_text(driver)

    def by_python(self) -> Results:
        names = dict(NAMES)
        exec("\n\n".join(p.python for p in self.programs), names)
        return [
            [run(names[f"p{number}"], x, y) for x, y in INPUTS]
            for number in range(len(self.programs))
        ]

    def on_host(self, opt: int, cache: Cache) -> Results:
        host = HostProgram(self.folder, [CALLER], opt=opt, cache=cache)
        try:
            function = host.module(CALLER).run
            return self._all(lambda number, x, y: host_result(function, number, x, y))
        finally:
            host.close()

    def on_wasm(self, profile: str, cache: Cache) -> Results:
        tree = SourceTree(self.folder, cache)
        units = compile_units(tree, [CALLER, ON_WASM], UnitOptions("wasm", profile)).units
        machine = WasmMachine(link_units(units, ["run"], self.folder))
        return self._all(machine.result)

    def _all(self, call: Callable[[int, int, int], Result]) -> Results:
        return [[call(number, x, y) for x, y in INPUTS] for number in range(len(self.programs))]


def host_result(function: Callable[[int, int, int], int], number: int, x: int, y: int) -> Result:
    try:
        return function(number, x, y)
    except DialectPanic as panic:
        return panic.message


class WasmMachine:
    """Calls `run` of a linked module. After a panic a new instance goes on."""

    def __init__(self, code: bytes) -> None:
        self._engine = wasmtime.Engine()
        self._module = wasmtime.Module(self._engine, code)
        self._message = ""
        self._start()

    def _start(self) -> None:
        self._store = store = wasmtime.Store(self._engine)
        answers = {"pk_panicked": self._panicked}
        exports = wasm_instance(store, self._module, answers).exports(store)
        memory, function = exports["memory"], exports["run"]
        assert isinstance(memory, wasmtime.Memory) and isinstance(function, wasmtime.Func)
        self._memory, self._function = memory, function

    def _panicked(self, address: int, length: int) -> None:
        data = self._memory.read(self._store, address, address + length)
        self._message = bytes(data).decode()
        raise WasmPanicked

    def result(self, number: int, x: int, y: int) -> Result:
        try:
            return int(self._function(self._store, number, x, y)) & (1 << 64) - 1
        except WasmPanicked:
            self._start()
            _, _, message = self._message.partition(": ")
            return message
