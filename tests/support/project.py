"""A small project: a kernel of three modules, an assembly file, one server."""

from __future__ import annotations

from pathlib import Path

from compiler.build.project import BuildRequest, BuildResult, build_project

SCRIPT = """
ENTRY(_start)
PHDRS { text PT_LOAD FLAGS(5); rodata PT_LOAD FLAGS(4); data PT_LOAD FLAGS(6); }
SECTIONS
{
    . = 0x100000;
    .text : { *(.text .text.*) } :text
    . = ALIGN(4K);
    .rodata : { *(.rodata .rodata.*) } :rodata
    . = ALIGN(4K);
    .data : { *(.data .data.*) } :data
    .bss : { *(.bss .bss.*) } :data
}
"""

FILES = {
    "boot/kernel.ld": SCRIPT,
    "boot/start.S": """
    .text
    .globl _start
_start:
    mov $STACK_SIZE, %eax
    movl $1, Counter_hits(%rdi)
    call kmain
    hlt
""",
    "kernel_src/main.py": '''"""The kernel."""

from __future__ import annotations

from kernel_src.counter import COUNTER, count
from kernel_src.panic import pk_panic
from pykern.lang import export, u32


@export("kmain")
def kmain() -> u32:
    count()
    return COUNTER.hits


def unused() -> None:
    pk_panic("main.py", 1, "unused")
''',
    "kernel_src/counter.py": '''"""A counter."""

from __future__ import annotations

from typing import Final

from pykern.lang import struct, u32

STACK_SIZE: Final = 0x4000


@struct
class Counter:
    spare: u32 = 0
    hits: u32 = 0


COUNTER: Counter = Counter()


def count() -> None:
    COUNTER.hits += 1
''',
    "kernel_src/panic.py": '''"""Panics."""

from __future__ import annotations

from pykern.lang import Format, NoReturn, Str, export, hlt, u32


@export("pk_panic")
def pk_panic(file: Str, line: u32, message: Format) -> NoReturn:
    while True:
        hlt()
''',
    "servers/hello/main.py": '''"""A server."""

from __future__ import annotations

from pykern.lang import Format, NoReturn, Str, export, u32, u64, unreachable


@export("_start")
def start() -> None:
    pass


@export("product")
def product(a: u64, b: u64) -> u64:
    return a * b


@export("pk_panic")
def pk_panic(file: Str, line: u32, message: Format) -> NoReturn:
    while True:
        pass
''',
}


class Project:
    """A copy of the small project in a folder of its own, with its own cache."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name, text in FILES.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def edit(self, name: str, old: str, new: str) -> None:
        text = (self.root / name).read_text()
        assert old in text
        self.write(name, text.replace(old, new))

    def build(self, profile: str = "debug", tests: bool = False, jobs: int = 1) -> BuildResult:
        out = self.root / "build"
        return build_project(BuildRequest(self.root, out, profile, tests, jobs))
