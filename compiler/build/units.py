"""Dialect modules to object files, each once: a *unit* is one module compiled for one target.

What a unit's object may depend on is hashed into its key (`unit_key`): the compiler, the target,
the profile, the module's text, and the interfaces of everything it imports, directly or not. A unit
whose key is in the cache is not looked at again. The others are loaded together, then checked,
lowered and compiled each for itself, by several processes where there is enough to do: they are
forked when everything is declared, so nothing is declared twice.
"""

from __future__ import annotations

import concurrent.futures
import concurrent.futures.process
import json
import multiprocessing
import pickle
import signal
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Literal

from compiler.build.cache import Cache, compiler_digest, digest_of
from compiler.build.interface import SourceTree

if TYPE_CHECKING:
    from compiler.diagnostics import Diagnostic
    from compiler.program import Program
    from compiler.source import SourceFile
    from compiler.syntax_tree import Module
    from compiler.typed_tree import TypedModule

WORTH_A_PROCESS = 3
"""Units each process must have to compile before a second one pays for its start."""

TargetKind = Literal["kernel", "wasm", "host"]
RUNTIME: tuple[str, ...] = ("pykern.rt.checks", "pykern.rt.format")
HELPERS: dict[TargetKind, tuple[str, ...]] = {
    "kernel": (*RUNTIME, "pykern.rt.copies"),
    "wasm": (*RUNTIME, "pykern.rt.wide"),
    "host": (*RUNTIME, "pykern.rt.host"),
}
"""Part of every program of a target: the compiler and LLVM call what they export."""


@dataclass(frozen=True, slots=True)
class UnitOptions:
    """How modules are compiled. `profile` is a name in `target.PROFILES`."""

    target: TargetKind
    profile: str
    tests: bool = False


@dataclass(frozen=True, slots=True)
class TestEntry:
    """A `@test` function."""

    name: str
    symbol: str
    line: int


@dataclass(frozen=True, slots=True)
class Unit:
    """A compiled module. `exports`: symbols of its `@export`s; `file`: its path for people."""

    module: str
    file: str
    object: bytes = field(repr=False)
    exports: tuple[str, ...] = ()
    tests: tuple[TestEntry, ...] = ()

    def pack(self) -> bytes:
        head = {
            "file": self.file,
            "exports": self.exports,
            "tests": [asdict(t) for t in self.tests],
        }
        return json.dumps(head).encode() + b"\n" + self.object

    @staticmethod
    def unpack(module: str, data: bytes) -> Unit:
        head, _, code = data.partition(b"\n")
        row = json.loads(head)
        tests = tuple(TestEntry(**test) for test in row["tests"])
        return Unit(module, row["file"], code, tuple(row["exports"]), tests)


@dataclass(slots=True)
class Units:
    """The units of a program. `compiled` names those that were not in the cache."""

    units: list[Unit]
    compiled: list[str]
    program: Program | None = None
    """Loaded if anything had to be compiled."""


class Progress:
    """Told what the build does; this one says nothing. `done` and `total` count modules."""

    def stage(self, name: str) -> None:
        """A stage begins."""

    def step(self, item: str, done: int, total: int) -> None:
        """A part of the stage is done."""


def unit_key(tree: SourceTree, name: str, options: UnitOptions) -> str:
    parts = ["unit", compiler_digest(), options.target, options.profile, str(options.tests)]
    parts += [name, tree.content_digest(name)]
    for imported in tree.reachable([name, *RUNTIME]):
        if imported != name:
            parts += [imported, tree.interface_digest(imported)]
    return digest_of(parts)


def compile_units(
    tree: SourceTree,
    roots: list[str],
    options: UnitOptions,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Units:
    """The units of `roots` and of all they import, or a `CompileError` with every diagnostic."""
    names = tree.reachable([*roots, *HELPERS[options.target]])
    keys = {name: unit_key(tree, name, options) for name in names}
    stored = {name: tree.cache.load("unit", keys[name]) for name in names}
    missing = [r for r in roots if r not in names]
    stale = sorted([*missing, *(name for name in names if stored[name] is None)])
    units = {n: Unit.unpack(n, data) for n, data in stored.items() if data is not None}
    program = None
    if stale:
        program = load_program(tree, stale, options, progress)
        for unit in _compile(program, stale, options, jobs, progress or Progress()):
            units[unit.module] = unit
            if unit.module in keys:
                tree.cache.store("unit", keys[unit.module], unit.pack())
    return Units([units[name] for name in sorted(units)], stale, program)


def load_program(
    tree: SourceTree, names: list[str], options: UnitOptions, progress: Progress | None = None
) -> Program:
    """The declared program of these modules, with parsed trees from the cache where it has them."""
    from compiler import types
    from compiler.machine.target import PROFILES
    from compiler.program import CheckOptions, Program

    if progress:
        progress.stage("parse")
    targets = {t.kind: t for t in (types.KERNEL, types.WASM, types.HOST)}
    checks = CheckOptions(debug=PROFILES[options.profile].debug, tests=options.tests)
    program = Program(tree.root, targets[options.target], checks, parse=_cached_parse(tree.cache))
    program.load(names)
    return program


def _cached_parse(cache: Cache) -> Callable[[SourceFile, str], Module]:
    from compiler.read.parser import parse_module

    def parse(source: SourceFile, name: str) -> Module:
        key = digest_of(
            ["tree", compiler_digest(), name, str(source.path), source.display, source.text]
        )
        stored = cache.load("tree", key)
        if stored is not None:
            found: Module = pickle.loads(stored)
            return found
        tree = parse_module(source, name)
        cache.store("tree", key, pickle.dumps(tree, pickle.HIGHEST_PROTOCOL))
        return tree

    return parse


@dataclass(slots=True)
class _Outcome:
    """What became of one module: a unit, or the reasons why there is none."""

    module: str
    unit: Unit | None
    diagnostics: list[Diagnostic]


def _compile(
    program: Program, names: list[str], options: UnitOptions, jobs: int, progress: Progress
) -> list[Unit]:
    """Compiles these modules; one `CompileError` with the diagnostics of all if there are any."""
    from compiler.diagnostics import CompileError, DiagnosticSink

    progress.stage("compile")
    processes = min(jobs, len(names) // WORTH_A_PROCESS)
    outcomes = (
        _in_processes(program, names, options, processes)
        if processes > 1
        else (_outcome(program, name, options) for name in names)
    )
    sink, units = DiagnosticSink(), []
    for done, outcome in enumerate(outcomes, 1):
        sink.extend(outcome.diagnostics)
        if outcome.unit is not None:
            units.append(outcome.unit)
        progress.step(outcome.module, done, len(names))
    if len(sink):
        raise CompileError(sink.diagnostics)
    return units


def _outcome(program: Program, name: str, options: UnitOptions) -> _Outcome:
    typed = program.check(name)
    found = program.sink.diagnostics
    return _Outcome(name, None if found else compile_typed(typed, options, program), found)


def compile_typed(typed: TypedModule, options: UnitOptions, program: Program) -> Unit:
    """The unit of a checked module."""
    from compiler.machine.target import PROFILES, compile_ir, machine_for

    text = lowered_text(typed, options, program)
    machine = machine_for(program.target, typed.uses_float)
    code = compile_ir(text, typed.name, machine, PROFILES[options.profile])
    exports = sorted(f.symbol for f in typed.functions if f.linkage == "export")
    tests = tuple(TestEntry(f.name, f.symbol, f.span.line) for f in typed.tests)
    return Unit(typed.name, typed.source.display, code, tuple(exports), tests)


def lowered_text(typed: TypedModule, options: UnitOptions, program: Program) -> str:
    """The LLVM IR text of a checked module, before optimisation; its tree is verified first."""
    from compiler.lower.module import LowerOptions, Runtime, lower_module
    from compiler.lower.verify import verify_module
    from compiler.machine.target import PROFILES

    verify_module(typed)
    lowering = LowerOptions(program.target, optimised=PROFILES[options.profile].passes > 0)
    return lower_module(typed, lowering, Runtime(program.struct("pykern.rt.checks.CheckSite")))


_inherited: list[tuple[Program, UnitOptions]] = []
"""What the children of `_in_processes` find in their memory: a program can't be sent."""


def _in_processes(
    program: Program, names: list[str], options: UnitOptions, processes: int
) -> Iterator[_Outcome]:
    """The longest modules first, so that no child is left alone with one at the end."""
    from compiler.diagnostics import InternalError

    modules = program.modules
    ordered = sorted(names, key=lambda name: (-len(modules[name].source.text), name))
    _inherited.append((program, options))
    try:
        pool = concurrent.futures.ProcessPoolExecutor(
            processes, multiprocessing.get_context("fork"), _begin_child
        )
        try:
            futures = [pool.submit(_in_child, name) for name in ordered]
            for future in concurrent.futures.as_completed(futures):
                yield future.result()
        except concurrent.futures.process.BrokenProcessPool:
            raise InternalError(
                "a process of the compiler ended in the middle of its work"
            ) from None
        finally:
            pool.shutdown(cancel_futures=True)
    finally:
        _inherited.pop()


def _begin_child() -> None:
    """Ctrl-C goes to every process of the terminal: the parent answers it for all."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _in_child(name: str) -> _Outcome:
    program, options = _inherited[-1]
    return _outcome(program, name, options)
