"""What names in assembly files mean in a loaded program: fields, sizes and constants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from compiler import typed_tree as tt
from compiler.check.constants import constant_value
from compiler.check.resolve_types import class_instance
from compiler.check.symbols import ClassDecl, ConstantDecl
from compiler.layout import layout_of
from compiler.machine.assemble import StructOffsets, resolve_names, undefined_names
from compiler.program import Program


def assembly_symbols(program: Program, files: Mapping[str, str]) -> dict[str, dict[str, int]]:
    """For each file (its path in messages, its text) the values to define in front of it."""
    names = {display: undefined_names(text) for display, text in files.items()}
    wanted = {name for used in names.values() for name in used}
    structs = _structs(program, {name.split("_")[0] for name in wanted} | wanted)
    constants = _constants(program, wanted)
    return {
        display: resolve_names(display, used, structs, constants) for display, used in names.items()
    }


def _structs(program: Program, starts: set[str]) -> dict[str, list[StructOffsets]]:
    """The classes whose unqualified name could be the owner part of a name."""
    found: dict[str, list[StructOffsets]] = {}
    for decl in _sorted_classes(program):
        if decl.name.split("_")[0] in starts and decl.kind in ("struct", "value"):
            cls = class_instance(program, decl, (), decl.span)
            layout = layout_of(cls, program.target)
            offsets = dict(zip((f.name for f in cls.fields), layout.offsets, strict=True))
            found.setdefault(decl.name, []).append(
                StructOffsets(decl.qualified, layout.size, offsets)
            )
    return found


def _sorted_classes(program: Program) -> Iterable[ClassDecl]:
    for name in sorted(program.modules):
        yield from (d for d in program.modules[name].classes if not d.type_parameters)


def _constants(program: Program, wanted: set[str]) -> dict[str, list[tuple[str, int]]]:
    found: dict[str, list[tuple[str, int]]] = {}
    for name in sorted(program.modules):
        for decl in program.modules[name].constants:
            if decl.name in wanted:
                value = _integer(program, decl)
                if value is not None:
                    found.setdefault(decl.name, []).append((decl.qualified, value))
    return found


def _integer(program: Program, decl: ConstantDecl) -> int | None:
    value = constant_value(program, decl, decl.span)
    return value.value if isinstance(value, tt.IntConst) else None


def assembly_files(folder: Path) -> list[Path]:
    """The assembly files of a folder, in the order of their names."""
    return sorted(folder.glob("*.S"))
