"""Assembly files: objects, the names they share with the dialect, messages."""

from __future__ import annotations

import pytest

from compiler.machine.assemble import (
    AssemblyError,
    StructOffsets,
    assemble,
    resolve_names,
    undefined_names,
)
from tests.support.objects import section_bytes

MIXED = """
# BootInfo_commented is not code
    .set LOCAL_SIZE, 16
OTHER = 4
    .macro twice value
    .byte \\value, \\value
    .endm
    .text
    .code16
start: ljmp $0, $wide
    .code32
wide: mov $BootInfo_base, %eax   // BootInfo_also is not
    .code64
    mov Frame_size(%rax), %rbx
    .ascii "Frame_in_text"
    .byte '#', OTHER
    twice LOCAL_SIZE
    jmp elsewhere
"""


def test_code_of_three_widths_in_one_file() -> None:
    text = ".code16\nmov %ax, %bx\n.code32\nmov %eax, %ebx\n.code64\nmov %rax, %rbx\n"
    code = section_bytes(assemble("boot/a.S", text, {}), ".text")
    assert code == bytes.fromhex("89c3 89c3 4889c3")


def test_defined_symbols_are_constants() -> None:
    text = ".quad KERNEL_BASE\n.byte Frame_rax\n"
    symbols = {"KERNEL_BASE": 0xFFFF_FFFF_8000_0000, "Frame_rax": 112}
    code = section_bytes(assemble("boot/a.S", text, symbols), ".text")
    assert code == bytes.fromhex("00000080ffffffff 70")


def test_same_text_gives_same_bytes() -> None:
    assert assemble("boot/a.S", "nop\n", {"A": 1}) == assemble("boot/a.S", "nop\n", {"A": 1})


def test_undefined_names_are_those_used_and_not_defined() -> None:
    names = undefined_names(MIXED)
    assert {"BootInfo_base", "Frame_size", "elsewhere"} <= set(names)
    assert not {"BootInfo_commented", "BootInfo_also", "Frame_in_text"} & set(names)
    assert not {"LOCAL_SIZE", "OTHER", "start", "wide", "value", "rax", "text"} & set(names)
    assert names["BootInfo_base"] == 12


def test_names_mean_fields_sizes_and_constants() -> None:
    names = {"BootInfo_base": 3, "Boot_Info_x": 4, "Frame_size": 5, "PAGE": 6, "mov": 7}
    structs = {
        "BootInfo": [StructOffsets("k.boot.BootInfo", 32, {"base": 24})],
        "Boot": [StructOffsets("k.boot.Boot", 8, {"Info_x": 4})],
        "Frame": [StructOffsets("k.trap.Frame", 176, {"rax": 112})],
    }
    values = resolve_names("boot/a.S", names, structs, {"PAGE": [("k.limits.PAGE", 4096)]})
    assert values == {"BootInfo_base": 24, "Boot_Info_x": 4, "Frame_size": 176, "PAGE": 4096}


def test_a_field_named_size_wins_over_the_size() -> None:
    structs = {"Frame": [StructOffsets("k.Frame", 176, {"size": 8})]}
    assert resolve_names("a.S", {"Frame_size": 1}, structs, {}) == {"Frame_size": 8}


def test_a_name_of_two_modules_is_refused() -> None:
    constants = {"PAGE": [("a.PAGE", 1), ("b.PAGE", 2)]}
    with pytest.raises(AssemblyError, match=r"boot/x.S:9: error: PAGE .*a\.PAGE, b\.PAGE"):
        resolve_names("boot/x.S", {"PAGE": 9}, {}, constants)


def test_equal_values_of_two_modules_are_one() -> None:
    constants = {"PAGE": [("a.PAGE", 1), ("b.PAGE", 1)]}
    assert resolve_names("boot/x.S", {"PAGE": 9}, {}, constants) == {"PAGE": 1}


def test_a_mistake_is_told_with_file_line_and_column() -> None:
    with pytest.raises(AssemblyError) as caught:
        assemble("boot/a.S", "\n    nop\n\n    bogus %rax\n", {"A": 1, "B": 2})
    assert str(caught.value).startswith("boot/a.S:4:5: error: invalid instruction mnemonic 'bogus'")
    assert "inline asm" not in str(caught.value)
