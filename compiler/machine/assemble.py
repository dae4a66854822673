"""Assembly files (`boot/*.S`) to object files, by the assembler inside LLVM.

A file is AT&T syntax with `#` comments, 16, 32 and 64-bit code mixed as it likes (`.code16` …). It
never holds the offset of a field or the value of a constant that dialect code also knows: it writes
`BootInfo_command_line`, `PerCpu_size` or `KERNEL_BASE`, and the build works out each name the file
uses without defining it (`undefined_names`, `resolve_names`) and defines it in front of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from compiler.errors import BuildError
from compiler.machine.isolate import ChildFailed, run_isolated
from compiler.machine.target import ASSEMBLER_MACHINE, ir_header, parse_ir, target_machine

SIZE_SUFFIX = "size"
"""`Struct_size` is the size of a struct, unless it has a field of that name."""

_NOT_CODE = re.compile(
    r""""(?:[^"\\\n]|\\.)*"|'(?:\\.|[^\n])'?|(?:\#|//)[^\n]*|/\*.*?\*/""", re.DOTALL
)
"""Strings, character constants and comments."""

_IDENTIFIER = re.compile(r"(?<![\w.%\\@])[A-Za-z_]\w*")
_DEFINITION = re.compile(
    r"^[ \t]*(?:(?P<label>[A-Za-z_]\w*):|(?P<assigned>[A-Za-z_]\w*)[ \t]*=(?!=)"
    r"|\.(?:set|equ|equiv|comm|lcomm)[ \t]+(?P<set>[A-Za-z_]\w*)"
    r"|\.macro[ \t]+(?P<macro>[A-Za-z_][^\n]*))",
    re.MULTILINE,
)
_MESSAGE = re.compile(r"^(?:error: )?<inline asm>:(\d+):(\d+): (?:error: )?(.*)$", re.MULTILINE)


class AssemblyError(BuildError):
    """Something is wrong in an assembly file; the text says file, line and what."""


@dataclass(frozen=True, slots=True)
class StructOffsets:
    """What assembly may ask about a struct. `name` is qualified, for messages."""

    name: str
    size: int
    offsets: Mapping[str, int]


def assemble(display: str, text: str, symbols: Mapping[str, int]) -> bytes:
    """The object file of an assembly file. `display` is its path in messages."""
    definitions = "; ".join(f".set {name}, {value}" for name, value in sorted(symbols.items()))
    lines = [definitions, *text.replace("\r\n", "\n").split("\n")]
    # LLVM drops an empty line, and lines would be counted wrongly.
    quoted = "\n".join(f'module asm "{_quoted(line or " ")}"' for line in lines)
    machine = target_machine(ASSEMBLER_MACHINE, 0)
    head = f'source_filename = "{display}"\n{ir_header(ASSEMBLER_MACHINE, 0)}'
    module = parse_ir(f"{head}{quoted}\n", display)
    try:
        return run_isolated(lambda: machine.emit_object(module))
    except ChildFailed as failure:
        raise AssemblyError(_readable(display, failure.output)) from failure
    finally:
        module.close()


def _quoted(line: str) -> str:
    return "".join(
        chr(byte) if 0x20 <= byte < 0x7F and byte not in b'"\\' else f"\\{byte:02X}"
        for byte in line.encode()
    )


def _readable(display: str, output: str) -> str:
    """LLVM's messages with the file's line numbers; line 1 of what LLVM read is the definitions."""

    def place(match: re.Match[str]) -> str:
        return f"{display}:{int(match[1]) - 1}:{match[2]}: error: {match[3]}"

    return _MESSAGE.sub(place, output).strip()


def undefined_names(text: str) -> dict[str, int]:
    """Each identifier an assembly file uses and does not define, with the line of its first use."""
    blank = _NOT_CODE.sub(_blank, text)
    defined: set[str] = set()
    for match in _DEFINITION.finditer(blank):
        words = match["label"] or match["assigned"] or match["set"] or match["macro"]
        defined.update(re.findall(r"\w+", words))
    names: dict[str, int] = {}
    for match in _IDENTIFIER.finditer(blank):
        if match[0] not in defined and match[0] not in names:
            names[match[0]] = blank.count("\n", 0, match.start()) + 1
    return names


def _blank(match: re.Match[str]) -> str:
    """As many lines as the match has, and nothing else."""
    return " " + "\n" * match[0].count("\n")


def resolve_names(
    display: str,
    names: Mapping[str, int],
    structs: Mapping[str, Iterable[StructOffsets]],
    constants: Mapping[str, Iterable[tuple[str, int]]],
) -> dict[str, int]:
    """The value of each name that is a field, a size or a constant of the dialect's modules.

    `structs` and `constants` are by unqualified name, since that is what assembly can write: a name
    that two modules could mean is an error. Other names (instructions, registers, functions) are
    left alone.
    """
    values: dict[str, int] = {}
    for name, line in names.items():
        meanings = dict(constants.get(name, ()))
        meanings.update(_struct_meanings(name, structs))
        if len(set(meanings.values())) > 1:
            owners = ", ".join(sorted(meanings))
            raise AssemblyError(f"{display}:{line}: error: {name} could mean any of {owners}")
        for value in meanings.values():
            values[name] = value
    return values


def _struct_meanings(
    name: str, structs: Mapping[str, Iterable[StructOffsets]]
) -> Iterable[tuple[str, int]]:
    for at in (m.start() for m in re.finditer("_", name)):
        owner, field = name[:at], name[at + 1 :]
        for struct in structs.get(owner, ()):
            if field in struct.offsets:
                yield f"{struct.name}.{field}", struct.offsets[field]
            elif field == SIZE_SUFFIX:
                yield f"sizeof({struct.name})", struct.size
