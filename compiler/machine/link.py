"""Object files to a kernel image (ELF) or a server module (wasm), by LLD.

The same objects give the same bytes: no build id, no time, no path of this machine, one thread.
What LLD says is turned into `LinkError`s that name modules and functions; what it does not check
(`check_image`) is checked here.
"""

from __future__ import annotations

import importlib.util
import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from elftools.elf.constants import P_FLAGS, SH_FLAGS
from elftools.elf.elffile import ELFFile

from compiler.errors import BuildError

WASM_STACK_BYTES = 64 * 1024
PAGE_BYTES = 4096

_UNDEFINED = re.compile(r"error: (?:\S+: )?undefined symbol: (?P<name>.+)$")
_REFERENCE = re.compile(r"^>>> +referenced by (?P<where>.+?)(?: \(.*\))?$")
_IN_OBJECT = re.compile(r"^>>> +(?P<object>\S+\.o):\((?P<place>.+)\)$")
_WASM_UNDEFINED = re.compile(r"error: (?P<object>\S+\.o): undefined symbol: (?P<name>.+)$")

_FLOAT_HELPER = re.compile(
    r"__(add|sub|mul|div|neg|fix|float|extend|trunc|eq|ne|lt|le|gt|ge|unord)\w*[sdtx]f\w*"
)


class LinkError(BuildError):
    """The objects do not make a program; one line for each reason."""


@dataclass(frozen=True, slots=True)
class ObjectFile:
    """`name` is the dialect module's or the assembly file's; `path` where its bytes are."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    size: int
    rights: str


@cache
def _linker() -> Path:
    """The binary of the ziglang wheel; running it as a module would start a second Python."""
    found = importlib.util.find_spec("ziglang")
    if found is None or found.origin is None:
        raise LinkError("the linker is missing: install the package `ziglang`")
    return Path(found.origin).parent / "zig"


def link_elf(
    objects: list[ObjectFile], script: Path, output: Path, map_file: Path
) -> list[Section]:
    """Links the kernel. The sizes of its sections, in the order of their addresses."""
    arguments = [
        "ld.lld",
        "-static",
        "--no-dynamic-linker",
        "--build-id=none",
        "--gc-sections",
        "--threads=1",
        "--no-eh-frame-hdr",
        "-z",
        f"max-page-size={PAGE_BYTES}",
        "-z",
        "noexecstack",
        f"--script={script.resolve()}",
        f"--Map={map_file.resolve()}",
        "-o",
        str(output.resolve()),
    ]
    _run(arguments, objects)
    return check_image(output)


def link_wasm(objects: list[ObjectFile], exports: list[str], output: Path, map_file: Path) -> None:
    """Links a server, with no imports but those it declares and no more memory than its data needs.

    The stack lies first, below the data, so that a stack overflow runs into address 0 and traps
    instead of overwriting variables.
    """
    arguments = [
        "wasm-ld",
        "--no-entry",
        "--build-id=none",
        "--gc-sections",
        "--threads=1",
        "--stack-first",
        "-z",
        f"stack-size={WASM_STACK_BYTES}",
        "--strip-debug",
        *(f"--export={name}" for name in sorted(exports)),
        f"--Map={map_file.resolve()}",
        "-o",
        str(output.resolve()),
    ]
    _run(arguments, objects)


def _run(arguments: list[str], objects: list[ObjectFile]) -> None:
    """Runs the linker where the objects are: messages and the map hold no path of this machine."""
    folder = objects[0].path.parent.resolve()
    names = [
        o.path.name if o.path.parent.resolve() == folder else str(o.path.resolve()) for o in objects
    ]
    done = subprocess.run(
        [str(_linker()), *arguments, *names],
        cwd=folder,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        modules = {o.path.name: o.name for o in objects}
        raise LinkError(readable_errors(done.stderr, modules))


def readable_errors(output: str, modules: dict[str, str]) -> str:
    """LLD's messages, undefined symbols gathered by name and objects called by their modules."""
    users: dict[str, list[str]] = {}
    others: list[str] = []
    current: str | None = None
    for line in output.splitlines():
        if match := _WASM_UNDEFINED.search(line):
            users.setdefault(match["name"], []).append(_module_of(match["object"], modules))
            current = None
        elif match := _UNDEFINED.search(line):
            current = match["name"]
            users.setdefault(current, [])
        elif current is not None and (match := _REFERENCE.match(line)):
            users[current].append(match["where"])
        elif current is not None and (match := _IN_OBJECT.match(line)):
            where = _module_of(match["object"], modules)
            users[current][-1:] = [_joined(users[current][-1:], where)]
        elif line.startswith(">>>") or "error:" in line:
            others.append(line.removeprefix("ld.lld: ").removeprefix("wasm-ld: "))
    lines = [_undefined(name, where) for name, where in sorted(users.items())]
    return "\n".join(lines + others) or output.strip() or "the linker failed without a word"


def _joined(reference: list[str], module: str) -> str:
    """The module, and the place in it where LLD knows one (`frames.py:12`)."""
    if not reference or not re.search(r":\d+$", reference[0]):
        return module
    return f"{module} ({reference[0]})"


def _module_of(path: str, modules: dict[str, str]) -> str:
    name = path.rsplit("/", 1)[-1]
    return modules.get(name, name.removesuffix(".o"))


def _undefined(name: str, users: list[str]) -> str:
    used_by = ", ".join(dict.fromkeys(users)) or "the linker script"
    text = f"undefined symbol: {name}, used by {used_by}"
    if _FLOAT_HELPER.fullmatch(name):
        return f"{text}; floats need `USES_FLOAT: Final = True` in the module"
    if name in ("memcpy", "memmove", "memset", "memcmp"):
        return f"{text}; it is exported by pykern/rt/copies.py"
    return text


def check_image(path: Path) -> list[Section]:
    """The loaded sections of an ELF image. No part of it may be both writable and executable."""
    with path.open("rb") as file:
        elf = ELFFile(file)
        for segment in elf.iter_segments():
            flags = segment["p_flags"]
            if segment["p_type"] == "PT_LOAD" and flags & P_FLAGS.PF_W and flags & P_FLAGS.PF_X:
                where = f"{segment['p_vaddr']:#x}"
                raise LinkError(f"{path.name}: the segment at {where} is writable and executable")
        return [
            Section(section.name, section["sh_size"], _rights(section["sh_flags"]))
            for section in elf.iter_sections()
            if section["sh_flags"] & SH_FLAGS.SHF_ALLOC and section["sh_size"] > 0
        ]


def _rights(flags: int) -> str:
    write = "w" if flags & SH_FLAGS.SHF_WRITE else "-"
    execute = "x" if flags & SH_FLAGS.SHF_EXECINSTR else "-"
    return f"r{write}{execute}"
