"""The ways a dialect program can run, and what it did on each.

A program is a module in tests/compiler/programs; its `@test` functions run in the order of their
lines and write lines through `support/output.py`.

    host-O0, host-O2   compiled into this process
    wasm               compiled to wasm32, run by wasmtime
    machine            compiled into the kernel, all programs into one, run by QEMU
    cpython            the file as it is, imported by CPython, where it means the same there
"""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import wasmtime

from compiler.build.cache import Cache
from compiler.build.interface import SourceTree
from compiler.build.project import BuildRequest, build_project
from compiler.build.units import Unit, UnitOptions, compile_units
from compiler.host.program import DialectPanic, HostProgram
from compiler.machine.link import ObjectFile, link_wasm
from pykern.kernel_tests import TEST_EVENT, read_tests, test_of
from pykern.machine import run_machine
from pykern.qemu import MachineConfig
from pykern.serial import SerialLog, event_of

ROOT = Path(__file__).resolve().parents[2]
SUPPORT = "tests.compiler.programs.support"
ON_WASM = f"{SUPPORT}.on_wasm"
ON_KERNEL = f"{SUPPORT}.on_kernel"

LINE_MARK = "> "
PANIC_MARK = "PANIC: "
PLACE_MARK = "  at "
"""How lines of a program and of a panic begin on the kernel's console."""

PATIENCE_SECONDS = 300
"""After which a machine counts as hung: far above what the slowest run takes."""


def make_root(folder: Path) -> Path:
    """A folder whose modules find those of the tests, as its own do."""
    link = folder / "tests"
    if not link.exists():
        link.symlink_to(ROOT / "tests")
    return folder


@dataclass
class Outcome:
    """What a function did: the lines it wrote, and the panic it ended with (`file:line:
    message`).
    """

    lines: list[str] = field(default_factory=list)
    panic: str | None = None


class Route(Protocol):
    """Runs functions of the modules it was made of."""

    def run(self, module: str, function: str) -> Outcome: ...


class HostRoute:
    """In this process. Lines are kept until the function ends."""

    def __init__(self, modules: Sequence[str], opt: int, root: Path = ROOT) -> None:
        self._lines: list[str] = []
        self.program = HostProgram(
            root, modules, opt=opt, tests=True, externs={"pk_write": self._write}
        )

    def _write(self, address: int, length: int) -> None:
        data = bytes(self.program.at(f"Array[u8, {length}]", address)) if length else b""
        self._lines.append(data.decode())

    def run(self, module: str, function: str) -> Outcome:
        self._lines.clear()
        panic = None
        try:
            self.program.module(module).tests[function]()
        except DialectPanic as failure:
            panic = str(failure)
        return Outcome(list(self._lines), panic)


class WasmPanicked(Exception):
    """Thrown through wasm code by the answer to `pk_panicked`."""


class WasmRoute:
    """Under wasmtime, each run in an instance of its own: a panic leaves the stack pointer where
    it was.
    """

    def __init__(
        self, modules: Sequence[str], folder: Path, profile: str = "debug", root: Path = ROOT
    ) -> None:
        units = compile_wasm(modules, profile, root)
        entries = {(u.module, t.name): t.symbol for u in units for t in u.tests}
        self._symbols = entries
        self._engine = wasmtime.Engine()
        linked = link_units(units, list(entries.values()), folder)
        self._module = wasmtime.Module(self._engine, linked)

    def run(self, module: str, function: str) -> Outcome:
        lines: list[str] = []
        panics: list[str] = []
        store = wasmtime.Store(self._engine)

        def write(address: int, length: int) -> None:
            lines.append(text(address, length))

        def panicked(address: int, length: int) -> None:
            panics.append(text(address, length))
            raise WasmPanicked

        def text(address: int, length: int) -> str:
            memory = instance.exports(store)["memory"]
            assert isinstance(memory, wasmtime.Memory)
            return bytes(memory.read(store, address, address + length)).decode()

        instance = wasm_instance(store, self._module, {"pk_write": write, "pk_panicked": panicked})
        start = instance.exports(store)[self._symbols[module, function]]
        assert isinstance(start, wasmtime.Func)
        try:
            start(store)
        except WasmPanicked:
            return Outcome(lines, panics[0])
        return Outcome(lines)


def compile_wasm(modules: Sequence[str], profile: str, root: Path) -> list[Unit]:
    tree = SourceTree(root, Cache.of_project(ROOT))
    options = UnitOptions("wasm", profile, tests=True)
    return compile_units(tree, [*modules, ON_WASM], options).units


def link_units(units: Sequence[Unit], exports: list[str], folder: Path) -> bytes:
    """The wasm module of these units."""
    objects = []
    for number, unit in enumerate(units):
        path = folder / f"{number}.o"
        path.write_bytes(unit.object)
        objects.append(ObjectFile(unit.module, path))
    output = folder / "programs.wasm"
    link_wasm(objects, exports, output, folder / "programs.map")
    return output.read_bytes()


def wasm_instance(
    store: wasmtime.Store, module: wasmtime.Module, answers: dict[str, Any]
) -> wasmtime.Instance:
    """An instance whose imports are answered by these Python functions."""
    imports = []
    for wanted in module.imports:
        assert isinstance(wanted.type, wasmtime.FuncType)
        imports.append(wasmtime.Func(store, wanted.type, answers[wanted.name or ""]))
    return wasmtime.Instance(store, module, imports)


class MachineRoute:
    """In the kernel. A machine runs the tests in the order of their names and ends at the first
    panic, so programs that panic cost a machine each, and are called what comes last.
    """

    def __init__(self, tests: Sequence[tuple[str, str]], root: Path = ROOT) -> None:
        """`tests` are modules and functions, of each module in the order of its lines."""
        modules = sorted({module for module, _ in tests})
        extra = (*modules, ON_KERNEL)
        built = build_project(
            BuildRequest(root, root / "build" / "programs", tests=True, extra=extra)
        )
        self._config = MachineConfig(built.elf, built.initrd)
        self._tests = [f"{m}.{f}" for m, f in sorted(tests, key=lambda test: test[0])]
        self._outcomes: dict[str, Outcome] = {}
        # Tests of the kernel's own come first in the table.
        self._before = len(read_tests(built.elf)) - len(self._tests)

    def run(self, module: str, function: str) -> Outcome:
        test = f"{module}.{function}"
        if not self._outcomes:
            self._boot(self._before)
        if test not in self._outcomes:
            self._boot(self._before + self._tests.index(test))
        assert test in self._outcomes, f"{test} did not begin; the machine printed:\n{self._text}"
        return self._outcomes[test]

    def _boot(self, first: int) -> None:
        """Keeps the outcomes of the tests from number `first` on, to the end or a panic."""
        log, text = SerialLog(show_events=True), []
        config = replace(self._config, append=f"tests={first}-")
        run_machine(config, lambda data: text.append(log.feed(data)), PATIENCE_SECONDS)
        self._text = "".join(text) + log.close()
        outcome = Outcome()
        for line in self._text.splitlines():
            event = event_of(line)
            if event is not None and event.name == TEST_EVENT:
                test = test_of(event)
                outcome = self._outcomes[test.name] = Outcome()
            elif line.startswith(LINE_MARK):
                outcome.lines.append(line.removeprefix(LINE_MARK))
            elif line.startswith(PANIC_MARK):
                outcome.panic = line.removeprefix(PANIC_MARK)
            elif line.startswith(PLACE_MARK) and outcome.panic is not None:
                outcome.panic = f"{line.removeprefix(PLACE_MARK)}: {outcome.panic}"


class CPythonRoute:
    """By CPython itself, with `pykern.lang`'s classes for what Python does not have."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def run(self, module: str, function: str) -> Outcome:
        output = types.ModuleType(f"{SUPPORT}.output")
        output.write_line = self._lines.append  # type: ignore[attr-defined]
        self._lines.clear()
        sys.modules[output.__name__] = output
        try:
            getattr(importlib.import_module(module), function)()
        finally:
            del sys.modules[output.__name__]
        return Outcome(list(self._lines))
