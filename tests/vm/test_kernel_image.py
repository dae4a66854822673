"""The linked kernel: its segments, its symbols, and the registers its code uses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import capstone
import pytest
from elftools.elf.constants import P_FLAGS
from elftools.elf.elffile import ELFFile

from tests.support.built import Built

KERNEL_BASE = 0xFFFF_FFFF_8000_0000
PAGE = 4096
XEN_PHYS32_ENTRY = 18

VECTOR_REGISTER = re.compile(r"\b([xyz]mm\d+|mm\d|st\(\d\)|k[0-7])\b")
X87 = re.compile(r"f(ld|st|add|sub|mul|div|ild|ist|xch|init|n?clex|wait)\w*")


@pytest.fixture(params=["built", "built_tests"])
def image(request: pytest.FixtureRequest) -> Iterator[ELFFile]:
    built: Built = request.getfixturevalue(request.param)
    with built.kernel.open("rb") as file:
        yield ELFFile(file)


def section(image: ELFFile, name: str) -> Any:
    found = image.get_section_by_name(name)
    assert found is not None, name
    return found


def test_no_segment_is_writable_and_executable(image: ELFFile) -> None:
    segments = [s for s in image.iter_segments() if s["p_type"] == "PT_LOAD"]
    rights = [s["p_flags"] & 7 for s in segments]
    assert P_FLAGS.PF_X | P_FLAGS.PF_R in rights and P_FLAGS.PF_W | P_FLAGS.PF_R in rights
    assert not any(r & P_FLAGS.PF_W and r & P_FLAGS.PF_X for r in rights)


def test_segments_share_no_page_and_lie_at_the_kernel_base(image: ELFFile) -> None:
    end = 0
    for segment in image.iter_segments():
        if segment["p_type"] == "PT_LOAD":
            assert segment["p_paddr"] % PAGE == 0 and segment["p_paddr"] >= end
            end = segment["p_paddr"] + segment["p_memsz"]
            assert segment["p_vaddr"] - segment["p_paddr"] in (0, KERNEL_BASE)


def test_no_symbol_is_undefined(image: ELFFile) -> None:
    symbols = section(image, ".symtab").iter_symbols()
    undefined = [s.name for s in symbols if s["st_shndx"] == "SHN_UNDEF"]
    assert [name for name in undefined if name] == []


def test_the_pvh_note_names_the_entry(image: ELFFile) -> None:
    (note,) = section(image, ".note.pvh").iter_notes()
    assert note["n_name"] == "Xen" and note["n_type"] == XEN_PHYS32_ENTRY
    assert int.from_bytes(note["n_descdata"], "little") == image["e_entry"]


def filling_registers(image: ELFFile) -> list[range]:
    """The tests of threads fill vector registers on purpose."""
    symbols = section(image, ".symtab").iter_symbols()
    return [
        range(s["st_value"], s["st_value"] + s["st_size"])
        for s in symbols
        if s.name.startswith("kernel_src.selftest.")
    ]


def test_kernel_code_uses_no_float_or_vector_register(image: ELFFile) -> None:
    text = section(image, ".text")
    machine = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_64)
    code = text.data()
    found = []
    allowed = filling_registers(image)
    reached = 0
    for address, size, mnemonic, operands in machine.disasm_lite(code, text["sh_addr"]):
        reached = address + size - text["sh_addr"]
        uses = VECTOR_REGISTER.search(operands) or X87.fullmatch(mnemonic)
        if uses and not any(address in where for where in allowed):
            found.append(f"{address:#x}: {mnemonic} {operands}")
    assert found == []
    assert reached == len(code), "the disassembler stopped"
