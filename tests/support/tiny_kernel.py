"""Kernels of a few instructions, for QEMU's PVH loader: they write to the serial port and end.

They let the tools be tested (spawning, reading, time-outs, statuses) without the real kernel.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import llvmlite.binding as llvm

SERIAL_PORT = 0x3F8
EXIT_PORT = 0xF4
LOAD_ADDRESS = 0x100000

# XEN_ELFNOTE_PHYS32_ENTRY: the note in which a PVH loader looks for the 32-bit entry point.
PVH_NOTE_TYPE = 18

PROGRAM = """
    .section .note.pvh, "a", @note
    .balign 4
    .long 4, 4, {note_type}
    .asciz "Xen"
    .long _start

    .text
    .code32
    .globl _start
_start:
    cld
    mov $message, %esi
    mov $message_end - message, %ecx
    mov ${serial}, %dx
1:  test %ecx, %ecx
    jz 2f
    lodsb
    out %al, %dx
    dec %ecx
    jmp 1b
2:
{ending}

    .section .rodata
message:
    {message}
message_end:
"""

HALT_FOR_EVER = """
3:  cli
    hlt
    jmp 3b
"""

# An empty interrupt table and a breakpoint: the processor has nowhere left to go and resets.
TRIPLE_FAULT = """
    lidt empty_table
    int3
    .balign 4
empty_table:
    .long 0, 0
"""

# Sends every received byte back; an "x" ends the machine with the value 9.
ECHO = f"""
3:  mov ${SERIAL_PORT} + 5, %dx
    in %dx, %al
    test $1, %al
    jz 3b
    mov ${SERIAL_PORT}, %dx
    in %dx, %al
    out %al, %dx
    cmp $'x', %al
    jne 3b
    mov $9, %al
    out %al, ${EXIT_PORT}
    jmp 3b
"""


def exit_with(value: int) -> str:
    """The ending that writes `value` to the exit device."""
    return f"    mov ${value}, %al\n    out %al, ${EXIT_PORT}\n" + HALT_FOR_EVER


def table_of_tests(tests: Sequence[str]) -> str:
    """The table of a test build (compiler/build/test_table.py); each test is at line 3 of a.py."""
    rows = "".join(
        f"    .quad name{i}, {len(name)}, 0, file, 4\n    .long 3, 0\n"
        for i, name in enumerate(tests)
    )
    names = "".join(f'name{i}: .ascii "{name}"\n' for i, name in enumerate(tests))
    return (
        "    .globl pk_test_table, pk_test_count\n    .balign 8\npk_test_table:\n"
        f'{rows}pk_test_count: .quad {len(tests)}\n{names}file: .ascii "a.py"\n'
    )


def build_tiny_kernel(
    folder: Path,
    message: bytes,
    ending: str,
    name: str = "tiny.elf",
    tests: Sequence[str] | None = None,
) -> Path:
    """Assembles and links a kernel that prints `message` and then does `ending`; `tests` are the
    names in its table of tests, if it has one.
    """
    listed = ", ".join(str(byte) for byte in message)
    text = PROGRAM.format(
        note_type=PVH_NOTE_TYPE,
        serial=SERIAL_PORT,
        ending=ending,
        message=f".byte {listed}" if listed else "",
    )
    text += table_of_tests(tests) if tests is not None else ""
    object_file = folder / f"{name}.o"
    object_file.write_bytes(assemble(text))
    kernel = folder / name
    command = [sys.executable, "-m", "ziglang", "ld.lld", "-m", "elf_x86_64", "--no-pie"]
    command += [f"--image-base={LOAD_ADDRESS:#x}", "-e", "_start", "-o", str(kernel)]
    subprocess.run([*command, str(object_file)], check=True)
    return kernel


def assemble(text: str) -> bytes:
    """An x86_64 object made from assembly text by LLVM's own assembler."""
    initialise_llvm()
    quoted = text.replace("\\", "\\\\").replace('"', "\\22").replace("\n", "\\0A")
    module = llvm.parse_assembly(
        f'target triple = "x86_64-unknown-none-elf"\nmodule asm "{quoted}"\n'
    )
    machine = llvm.Target.from_triple("x86_64-unknown-none-elf").create_target_machine()
    return bytes(machine.emit_object(module))


def initialise_llvm() -> None:
    """What LLVM wants to be told before it is asked for an object."""
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    llvm.initialize_native_asmparser()
