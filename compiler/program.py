"""A program: the modules reachable from some roots, what their names mean, and their checked
bodies.

`Program.load` reads and declares modules; `Program.check` checks the bodies of one and gives its
typed tree. All diagnostics of a program go to one sink, so that one run reports every independent
error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from compiler import syntax_tree as st
from compiler.check.language import BUILTINS, LANGUAGE_NAMES, TYPING_NAMES
from compiler.check.symbols import (
    ClassDecl,
    FunctionInstance,
    ImportedName,
    LanguageSymbol,
    LostSymbol,
    MachineSymbol,
    Module,
    ModuleSymbol,
    Symbol,
)
from compiler.diagnostics import CompileError, DiagnosticSink, Note
from compiler.intrinsics import MACHINE
from compiler.messages import report
from compiler.module_files import LANGUAGE_MODULES, LIBRARY_ROOT, find_module
from compiler.read.parser import BrokenModule, parse_module
from compiler.source import SourceFile, Span
from compiler.typed_tree import ErrorClass, TypedModule
from compiler.types import ClassType, Target

RUNTIME_MODULES = ("pykern.rt.checks", "pykern.rt.format")
"""Loaded with every program: failed checks and f-strings use them."""


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """`debug` and `tests` are the dialect's DEBUG and TESTS."""

    debug: bool = True
    tests: bool = False


Parse = Callable[[SourceFile, str], st.Module]


class Program:
    """All that is known of one compilation for one target."""

    def __init__(
        self,
        root: Path,
        target: Target,
        options: CheckOptions | None = None,
        parse: Parse = parse_module,
    ) -> None:
        self.root = root.resolve()
        self.target = target
        self.options = options or CheckOptions()
        self.sink = DiagnosticSink()
        self.modules: dict[str, Module] = {}
        self.class_decls: dict[ClassType, ClassDecl] = {}
        self.completing: list[ClassType] = []
        self.instances: dict[int, FunctionInstance] = {}
        self.error_codes: dict[int, ErrorClass] = {}
        self.shared_uses: dict[int, list[FunctionInstance]] = {}
        self._parse = parse

    # --- Diagnostics -------------------------------------------------------------------------

    def report(
        self,
        name: str,
        span: Span,
        /,
        *,
        notes: Iterable[Note] = (),
        help: str | None = None,
        **values: object,
    ) -> None:
        self.sink.add(report(name, span, notes=list(notes), help=help, **values))

    # --- Loading -----------------------------------------------------------------------------

    def load(self, names: Iterable[str]) -> None:
        """Reads and declares these modules and all they import. Raises `CompileError` if a module
        can't be read.
        """
        from compiler.check.declare import declare_module

        wanted = [*names, *RUNTIME_MODULES]
        for name in wanted:
            if name not in self.modules and self.find(name) is None:
                raise CompileError([_missing_root(name, self.root)])
        while wanted:
            name = wanted.pop()
            if name in self.modules:
                continue
            path = self.find(name)
            assert path is not None
            module = self._read(name, path)
            self.modules[name] = module
            declare_module(self, module)
            wanted.extend(imported for imported in module.imports if imported not in self.modules)

    def find(self, name: str) -> Path | None:
        """The file of a module, or None."""
        return find_module(self.root, name)

    def _read(self, name: str, path: Path) -> Module:
        source = read_source(path, self._display(path))
        try:
            tree = self._parse(source, name)
        except BrokenModule as error:
            self.sink.extend(error.diagnostics)
            tree = error.module
        return Module(name, source, tree)

    def _display(self, path: Path) -> str:
        for root in (self.root, LIBRARY_ROOT):
            if path.is_relative_to(root):
                return path.relative_to(root).as_posix()
        return path.as_posix()

    # --- Names -------------------------------------------------------------------------------

    def look_up(self, module: Module, name: str, span: Span) -> Symbol | None:
        """What a module-level name means in `module`; None if nothing does (not reported)."""
        symbol = module.names.get(name)
        if symbol is None:
            if name in module.tree.lost:
                return LostSymbol(name)
            return LanguageSymbol(name) if name in BUILTINS else None
        if isinstance(symbol, ImportedName):
            return self.imported(symbol, span)
        return symbol

    def imported(self, symbol: ImportedName, span: Span) -> Symbol | None:
        """Follows `from module import name`, also through modules that pass the name on."""
        seen: set[tuple[str, str]] = set()
        while True:
            key = (symbol.module, symbol.name)
            if key in seen:
                return None
            seen.add(key)
            if symbol.module in LANGUAGE_MODULES:
                return self._language_name(symbol)
            module = self.modules.get(symbol.module)
            found = module.names.get(symbol.name) if module is not None else None
            if found is None:
                if module is not None and symbol.name in module.tree.lost:
                    return LostSymbol(symbol.name)
                submodule = f"{symbol.module}.{symbol.name}"
                return ModuleSymbol(submodule) if submodule in self.modules else None
            if not isinstance(found, ImportedName):
                return found
            symbol = found

    def _language_name(self, symbol: ImportedName) -> Symbol | None:
        allowed = TYPING_NAMES if symbol.module == "typing" else LANGUAGE_NAMES
        if symbol.name not in allowed:
            return None
        if symbol.name in MACHINE:
            return MachineSymbol(MACHINE[symbol.name])
        return LanguageSymbol(symbol.name)

    # --- Checking ----------------------------------------------------------------------------

    def check(self, name: str) -> TypedModule:
        """Checks the bodies of one module; diagnostics go to the sink, and the tree is only good
        without any.
        """
        from compiler.check.module import check_module

        return check_module(self, self.modules[name])

    def check_all(self) -> list[TypedModule]:
        """Checks every loaded module; raises `CompileError` with everything found."""
        typed = [self.check(name) for name in sorted(self.modules)]
        self.sink.raise_if_any()
        return typed

    def struct(self, qualified: str) -> ClassType:
        """A non-generic class by its qualified name; for the compiler's own use of `pykern.rt`."""
        from compiler.check.resolve_types import class_instance

        module, _, name = qualified.rpartition(".")
        decl = self.modules[module].names[name]
        assert isinstance(decl, ClassDecl)
        return class_instance(self, decl, (), decl.span)


def read_source(path: Path, display: str) -> SourceFile:
    """The text of a dialect file; what is not UTF-8 is a diagnostic."""
    try:
        data = path.read_bytes()
    except OSError as error:
        source = SourceFile(path, display, "")
        problem = error.strerror or str(error)
        raise CompileError(
            [report("unreadable-file", source.span(0, 0), path=display, problem=problem)]
        ) from None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        source = SourceFile(path, display, data.decode("utf-8", "replace"))
        place = len(data[: error.start].decode("utf-8"))
        raise CompileError([report("not-utf8", source.span(place, place + 1))]) from None
    return SourceFile(path, display, text.replace("\r\n", "\n").replace("\r", "\n"))


def _missing_root(name: str, root: Path):  # type: ignore[no-untyped-def]
    source = SourceFile(root, str(root), "")
    return report("no-such-module", source.span(0, 0), module=name)
