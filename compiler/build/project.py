"""A project to what boots: the kernel (ELF) and the initrd with its servers (wasm).

    source files -> units (`units`) -> link (`link`) -> pykern.elf, servers/*.wasm -> initrd.tar

A build that finished leaves a record of every file it read and wrote. If all of them are as they
were, the next one ends there, before the compiler's libraries are imported. Otherwise what changed
is found module by module in the cache. The same input gives the same bytes, whatever was cached and
however many processes worked.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.build.cache import Cache, compiler_digest, digest_of, write_if_changed
from compiler.build.interface import SourceTree
from compiler.build.record import Record
from compiler.build.servers import link_servers, server_roots
from compiler.build.units import (
    Progress,
    TargetKind,
    Unit,
    UnitOptions,
    Units,
    compile_units,
    load_program,
)
from compiler.errors import BuildError

if TYPE_CHECKING:
    from compiler.machine.link import ObjectFile

KERNEL = "kernel_src"
KERNEL_ROOT = "kernel_src.main"
BOOT = "boot"
SCRIPT = "boot/kernel.ld"
TEST_MARK = re.compile(rb"^@test\b", re.MULTILINE)

Pack = Callable[[Mapping[str, bytes]], bytes]


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """`out` is where the results go; `profile` "debug" or "release"; `tests` compiles the `@test`
    functions in; `extra` names modules to link that the kernel does not import.
    """

    root: Path
    out: Path
    profile: str = "debug"
    tests: bool = False
    jobs: int = 1
    extra: tuple[str, ...] = ()


@dataclass(slots=True)
class BuildResult:
    """`compiled`: units not found in the cache; `sizes`: (section, bytes, rights) of the kernel."""

    elf: Path
    initrd: Path
    map: Path
    timings: dict[str, float] = field(default_factory=dict)
    sizes: list[tuple[str, int, str]] = field(default_factory=list)
    compiled: list[str] = field(default_factory=list)
    unchanged: bool = False


def build_project(
    request: BuildRequest, progress: Progress | None = None, pack: Pack | None = None
) -> BuildResult:
    """Builds what changed. Mistakes in the dialect are `CompileError`s, others `BuildError`s."""
    return _Build(request, progress or Progress(), pack or _pack_initrd).run()


def _pack_initrd(files: Mapping[str, bytes]) -> bytes:
    from pykern.image import pack_initrd

    return pack_initrd(files)


class _Build:
    def __init__(self, request: BuildRequest, progress: Progress, pack: Pack) -> None:
        self.request = request
        self.progress = progress
        self.pack = pack
        self.root = request.root.resolve()
        self.out = request.out.resolve()
        self.tree = SourceTree(self.root, Cache.of_project(self.root))
        self.result = BuildResult(
            self.out / "pykern.elf", self.out / "initrd.tar", self.out / "pykern.map"
        )

    def run(self) -> BuildResult:
        record = Record(self.request, self.root, self.out)
        with self._stage("compare"):
            if record.holds():
                self.result.sizes = record.sizes
                self.result.unchanged = True
                return self.result
        kernel, servers = self._units()
        with self._stage("assemble"):
            assembled = self._assemble(kernel)
        with self._stage("link"):
            self._link_kernel(kernel.units, assembled)
            modules = link_servers(self.tree, servers, self.out)
        with self._stage("initrd"):
            write_if_changed(self.result.initrd, self.pack(modules))
        outputs = [self.result.elf, self.result.map, self.result.initrd]
        record.write(self.tree.files, outputs, self.result.sizes)
        self.tree.cache.prune_sometimes()
        return self.result

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        self.progress.stage(name)
        start = time.perf_counter()
        try:
            yield
        finally:
            self.result.timings[name] = time.perf_counter() - start

    def _units(self) -> tuple[Units, Units]:
        """Kernel and servers; what is wrong in either is reported together."""
        if not (self.root / KERNEL / "main.py").is_file():
            raise BuildError(f"{self.root}: nothing to build: there is no kernel_src/main.py")
        wanted = {
            "kernel": (self._kernel_roots(), self._options("kernel")),
            "servers": (server_roots(self.root), self._options("wasm")),
        }
        done: dict[str, Units] = {}
        failures: list[Exception] = []
        for stage, (roots, options) in wanted.items():
            with self._stage(stage):
                try:
                    done[stage] = compile_units(
                        self.tree, roots, options, self.request.jobs, self.progress
                    )
                except Exception as failure:
                    failures.append(failure)
        if failures:
            raise _joined(failures)
        for units in done.values():
            self.result.compiled += units.compiled
        return done["kernel"], done["servers"]

    def _options(self, target: TargetKind) -> UnitOptions:
        return UnitOptions(target, self.request.profile, self.request.tests)

    def _kernel_roots(self) -> list[str]:
        """What is linked: `main`, what was asked for and, for tests, every module that has one."""
        roots = [KERNEL_ROOT, *self.request.extra]
        if self.request.tests:
            for path in sorted((self.root / KERNEL).rglob("*.py")):
                if TEST_MARK.search(self.tree.read(path)):
                    roots.append(".".join(path.relative_to(self.root).with_suffix("").parts))
        return roots

    def _assemble(self, kernel: Units) -> list[ObjectFile]:
        files = {
            path.relative_to(self.root).as_posix(): self.tree.read(path).decode("utf-8", "replace")
            for path in sorted((self.root / BOOT).glob("*.S"))
        }
        symbols = self._assembly_symbols(files, kernel)
        objects = []
        for display, text in files.items():
            objects.append(self._assembled(display, text, symbols[display]))
        return objects

    def _assembled(self, display: str, text: str, symbols: dict[str, int]) -> ObjectFile:
        parts = ["assembly", compiler_digest(), display, text, json.dumps(symbols, sort_keys=True)]
        code = self._cached("assembly", parts, lambda: _assembler()(display, text, symbols))
        return self._object(display, code)

    def _assembly_symbols(self, files: dict[str, str], kernel: Units) -> dict[str, dict[str, int]]:
        """What assembly knows of the dialect's modules depends on their interfaces only."""
        modules = [unit.module for unit in kernel.units]
        interfaces = [self.tree.interface_digest(name) for name in modules]
        parts = ["symbols", compiler_digest(), *interfaces, *files, *files.values()]

        def look_up() -> bytes:
            from compiler.machine.assembly_names import assembly_symbols

            options = self._options("kernel")
            program = kernel.program or load_program(self.tree, modules, options)
            program.load(modules)
            return json.dumps(assembly_symbols(program, files)).encode()

        found: dict[str, dict[str, int]] = json.loads(self._cached("symbols", parts, look_up))
        return found

    def _cached(self, kind: str, parts: list[str], make: Callable[[], bytes]) -> bytes:
        key = digest_of(parts)
        data = self.tree.cache.load(kind, key)
        if data is None:
            data = make()
            self.tree.cache.store(kind, key, data)
        return data

    def _object(self, name: str, code: bytes) -> ObjectFile:
        from compiler.machine.link import ObjectFile

        path = self.out / "obj" / "kernel" / f"{name.replace('/', '.')}.o"
        write_if_changed(path, code)
        return ObjectFile(name, path)

    def _link_kernel(self, units: list[Unit], assembled: list[ObjectFile]) -> None:
        from compiler.machine.link import link_elf

        objects = [*assembled, *(self._object(unit.module, unit.object) for unit in units)]
        if self.request.tests:
            from compiler.build.test_table import test_table_object

            code = test_table_object(units, self.request.profile)
            objects.append(self._object("pk_test_table", code))
        script = self.root / SCRIPT
        self.tree.read(script)
        sections = link_elf(objects, script, self.result.elf, self.result.map)
        self.result.sizes = [(s.name, s.size, s.rights) for s in sections]


def _assembler() -> Callable[[str, str, Mapping[str, int]], bytes]:
    from compiler.machine.assemble import assemble

    return assemble


def _joined(failures: list[Exception]) -> Exception:
    """One exception for what went wrong in kernel and servers."""
    from compiler.diagnostics import CompileError

    mistakes = [f for f in failures if isinstance(f, CompileError)]
    if len(mistakes) == len(failures):
        return CompileError(d for f in mistakes for d in f.diagnostics)
    return next(f for f in failures if not isinstance(f, CompileError))
