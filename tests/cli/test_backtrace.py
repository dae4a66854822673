"""Addresses of a small program, compiled with line information, become functions and lines."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import llvmlite.binding as llvm
import pytest
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from pykern.backtrace import Place, Symboliser
from tests.support.tiny_kernel import assemble, initialise_llvm

# `outer` in a.py, line 10; its line 12 calls `inner` of b.py, which was compiled into it.
PROGRAM = """
target triple = "x86_64-unknown-none-elf"

define i64 @outer(i64 %x) noinline !dbg !10 {
  %first = add i64 %x, 1, !dbg !20
  call void asm sideeffect "nop", ""(), !dbg !21
  %second = mul i64 %first, %x, !dbg !22
  ret i64 %second, !dbg !23
}

!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!3, !4}

!0 = distinct !DICompileUnit(language: DW_LANG_Python, file: !1, producer: "test",
    isOptimized: true, runtimeVersion: 0, emissionKind: FullDebug)
!1 = !DIFile(filename: "pkg/a.py", directory: "/project")
!2 = !DIFile(filename: "pkg/b.py", directory: "/project")
!3 = !{i32 7, !"Dwarf Version", i32 DWARF_VERSION}
!4 = !{i32 2, !"Debug Info Version", i32 3}
!6 = !DISubroutineType(types: !{})
!10 = distinct !DISubprogram(name: "outer", linkageName: "pkg.a.outer", file: !1, line: 10,
    type: !6, scopeLine: 10, spFlags: DISPFlagDefinition, unit: !0)
!11 = distinct !DISubprogram(name: "inner", linkageName: "pkg.b.inner", file: !2, line: 40,
    type: !6, scopeLine: 40, spFlags: DISPFlagDefinition, unit: !0)
!20 = !DILocation(line: 11, scope: !10)
!21 = !DILocation(line: 41, scope: !11, inlinedAt: !30)
!22 = !DILocation(line: 13, scope: !10)
!23 = !DILocation(line: 14, scope: !10)
!30 = distinct !DILocation(line: 12, scope: !10)
"""

ASSEMBLY = """
    .text
    .globl by_hand
by_hand:
    nop
    ret
"""


@pytest.fixture(scope="module", params=[4, 5])
def program(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("program")
    initialise_llvm()
    module = llvm.parse_assembly(PROGRAM.replace("DWARF_VERSION", str(request.param)))
    machine = llvm.Target.from_triple(module.triple).create_target_machine()
    (folder / "a.o").write_bytes(machine.emit_object(module))
    (folder / "b.o").write_bytes(assemble(ASSEMBLY))
    linked = folder / "program.elf"
    command = [sys.executable, "-m", "ziglang", "ld.lld", "-m", "elf_x86_64", "-e", "outer"]
    command += ["-o", str(linked), str(folder / "a.o"), str(folder / "b.o")]
    subprocess.run(command, check=True)
    return linked


def symbols(elf: Path) -> dict[str, int]:
    with elf.open("rb") as stream:
        table = ELFFile(stream).get_section_by_name(".symtab")
        assert isinstance(table, SymbolTableSection)
        return {symbol.name: symbol["st_value"] for symbol in table.iter_symbols()}


def all_places(elf: Path, start: int, count: int) -> list[list[Place]]:
    symboliser = Symboliser(elf)
    return [symboliser.places(start + at) for at in range(count)]


def test_a_line_of_a_function(program: Path) -> None:
    start = symbols(program)["outer"]
    assert Symboliser(program).places(start)[0].function == "outer"
    found = {places[0] for places in all_places(program, start, 8)}
    assert Place("outer", "pkg/a.py", 11) in found


def test_an_inlined_call_shows_both_functions(program: Path) -> None:
    found = all_places(program, symbols(program)["outer"], 16)
    inner = Place("inner", "pkg/b.py", 41, inlined=True)
    assert [inner, Place("outer", "pkg/a.py", 12)] in found


def test_assembly_has_a_symbol_and_no_line(program: Path) -> None:
    start = symbols(program)["by_hand"]
    assert Symboliser(program).places(start + 1) == [Place("by_hand")]


def test_an_address_outside_is_nowhere(program: Path) -> None:
    assert Symboliser(program).places(0) == []
    assert Symboliser(program).places(symbols(program)["by_hand"] + 100) == []
    assert Symboliser(program).places(2**64 - 1) == []


def test_files_that_are_no_elf_have_no_answers(tmp_path: Path) -> None:
    broken = tmp_path / "broken.elf"
    broken.write_bytes(b"\x7fELF but not really")
    assert Symboliser(broken).places(0x1000) == []
    assert Symboliser(tmp_path / "absent.elf").places(0x1000) == []
