"""DWARF: what gdb and backtraces know of a module, as LLVM debug metadata.

Files are named by their path in the project and the directory is `.`, so that an object file does
not depend on where it was built. The language is C: gdb knows no expressions of Python's, and C's
are what `print run.pages` is. Functions, variables, fields and types have the names of the source.
"""

from __future__ import annotations

from compiler.lower.debug_types import DebugTypes
from compiler.lower.metadata import Metadata, quoted
from compiler.lower.types import Types
from compiler.source import SourceFile, Span
from compiler.typed_tree import Function, Global, Local, TypedModule

LANGUAGE = "DW_LANG_C99"
DWARF_VERSION = 4
DEBUG_INFO_VERSION = 3  # of LLVM's metadata, fixed by LLVM
OVERRIDE, WARNING = 7, 2  # what LLVM does with module flags that differ when it links modules


class DebugInfo:
    """Makes the metadata of one module. File names are relative to `comp_dir`."""

    def __init__(
        self, module: TypedModule, types: Types, metadata: Metadata, comp_dir: str, optimised: bool
    ) -> None:
        self.metadata = metadata
        self.optimised = optimised
        self._comp_dir = comp_dir
        self._files: dict[SourceFile, str] = {}
        self._locations: dict[tuple[str, SourceFile, int], str] = {}
        self._globals: list[str] = []
        self._unit = metadata.reserve()
        self._unit_file = self.file(module.source)
        self.types = DebugTypes(types, metadata, self._unit_file)

    def finish(self) -> None:
        """Completes the compile unit, which lists the globals."""
        self.metadata.define(
            self._unit,
            f"distinct !DICompileUnit(language: {LANGUAGE}, file: {self._unit_file}, "
            f'producer: "pykern", isOptimized: {_flag(self.optimised)}, runtimeVersion: 0, '
            f"emissionKind: FullDebug, globals: {self.metadata.tuple(self._globals)})",
        )
        self.metadata.name("llvm.dbg.cu", [self._unit])
        flags = (
            (OVERRIDE, "Dwarf Version", DWARF_VERSION),
            (WARNING, "Debug Info Version", DEBUG_INFO_VERSION),
        )
        self.metadata.name(
            "llvm.module.flags",
            [self.metadata.add(f'!{{i32 {b}, !"{name}", i32 {v}}}') for b, name, v in flags],
        )

    def file(self, source: SourceFile) -> str:
        found = self._files.get(source)
        if found is None:
            found = self._files[source] = self.metadata.add(
                f"!DIFile(filename: {quoted(source.display)}, directory: {quoted(self._comp_dir)})"
            )
        return found

    def subprogram(self, function: Function) -> str:
        """The scope of a function's locations and variables."""
        file = self.file(function.span.file)
        line = function.span.line
        result = self.types.reference(function.result)
        parameters = [self.types.reference(p.type) for p in function.parameters]
        signature = self.metadata.tuple([result, *parameters])
        kind = self.metadata.add(f"!DISubroutineType(types: {signature})")
        flags = "DISPFlagDefinition" + (" | DISPFlagOptimized" if self.optimised else "")
        scope = self.metadata.reserve()
        self.metadata.define(
            scope,
            f"distinct !DISubprogram(name: {quoted(function.name)}, "
            f"linkageName: {quoted(function.symbol)}, scope: {file}, file: {file}, line: {line}, "
            f"type: {kind}, scopeLine: {line}, flags: DIFlagPrototyped, spFlags: {flags}, "
            f"unit: {self._unit})",
        )
        return scope

    def location(self, scope: str, span: Span) -> str:
        key = (scope, span.file, span.start)
        found = self._locations.get(key)
        if found is None:
            line, column = span.file.position(span.start)
            found = self._locations[key] = self.metadata.add(
                f"!DILocation(line: {line}, column: {column}, scope: {scope})"
            )
        return found

    def variable(self, scope: str, local: Local, argument: int) -> str:
        """A parameter (`argument` counts from 1) or variable (0)."""
        position = f"arg: {argument}, " if argument else ""
        return self.metadata.add(
            f"!DILocalVariable(name: {quoted(local.name)}, {position}scope: {scope}, "
            f"file: {self.file(local.span.file)}, line: {local.span.line}, "
            f"type: {self.types.reference(local.type)})"
        )

    def global_variable(self, variable: Global) -> str:
        file = self.file(variable.span.file)
        described = self.metadata.reserve()
        self.metadata.define(
            described,
            f"distinct !DIGlobalVariable(name: {quoted(variable.name)}, "
            f"linkageName: {quoted(variable.symbol)}, scope: {self._unit}, file: {file}, "
            f"line: {variable.span.line}, type: {self.types.reference(variable.type)}, "
            "isLocal: false, isDefinition: true)",
        )
        expression = self.metadata.add(
            f"!DIGlobalVariableExpression(var: {described}, expr: !DIExpression())"
        )
        self._globals.append(expression)
        return expression


def _flag(value: bool) -> str:
    return "true" if value else "false"
