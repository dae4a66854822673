"""Linking objects made from LLVM IR and assembly into images and wasm modules."""

from __future__ import annotations

from pathlib import Path

import pytest
import wasmtime

from compiler.machine.assemble import assemble
from compiler.machine.isolate import ChildFailed, run_isolated
from compiler.machine.link import LinkError, ObjectFile, check_image, link_elf, link_wasm
from compiler.machine.target import (
    DEBUG,
    KERNEL_MACHINE,
    RELEASE,
    WASM_MACHINE,
    AssemblyRefused,
    Machine,
    compile_ir,
)

SCRIPT = """
ENTRY(_start)
PHDRS { text PT_LOAD FLAGS(5); data PT_LOAD FLAGS(6); }
SECTIONS
{
    . = 0x100000;
    .text : { *(.text .text.*) } :text
    . = ALIGN(4K);
    .data : { *(.data .data.*) } :data
    .bss : { *(.bss .bss.*) } :data
}
"""

START = "    .text\n    .globl _start\n_start:\n    call kmain\n    hlt\n"
KMAIN = "@count = global i64 3\ndefine void @kmain() { store i64 4, ptr @count ret void }"


def elf(folder: Path, script: str = SCRIPT, **modules: str) -> Path:
    """Links a start routine with modules given as LLVM IR; the image."""
    objects = [ObjectFile("boot/start.S", folder / "start.S.o")]
    objects[0].path.write_bytes(assemble("boot/start.S", START, {}))
    for name, text in modules.items():
        objects.append(made(folder, f"kernel_src.{name}", text, KERNEL_MACHINE))
    (folder / "kernel.ld").write_text(script)
    link_elf(objects, folder / "kernel.ld", folder / "k.elf", folder / "k.map")
    return folder / "k.elf"


def made(folder: Path, name: str, text: str, machine: Machine) -> ObjectFile:
    path = folder / f"{name}.o"
    path.write_bytes(compile_ir(text, name, machine, RELEASE))
    return ObjectFile(name, path)


def test_an_image_has_the_sections_of_its_script(tmp_path: Path) -> None:
    image = elf(tmp_path, main=KMAIN)
    assert [(s.name, s.rights) for s in check_image(image)] == [(".text", "r-x"), (".data", "rw-")]
    assert "kernel_src.main.o" in (tmp_path / "k.map").read_text()


def test_linking_twice_in_two_places_gives_the_same_bytes(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "another-name"
    one.mkdir()
    two.mkdir()
    assert elf(one, main=KMAIN).read_bytes() == elf(two, main=KMAIN).read_bytes()
    assert (one / "k.map").read_bytes() == (two / "k.map").read_bytes()


def test_an_undefined_symbol_is_told_once_with_who_uses_it(tmp_path: Path) -> None:
    other = "define void @other() { call void @gone() ret void } declare void @gone()"
    main = """define void @kmain() { call void @gone() call void @other() ret void }
              declare void @gone() declare void @other()"""
    with pytest.raises(LinkError) as caught:
        elf(tmp_path, main=main, other=other)
    assert str(caught.value) == "undefined symbol: gone, used by kernel_src.main, kernel_src.other"


def test_a_missing_helper_says_where_it_belongs(tmp_path: Path) -> None:
    text = """define void @kmain() { call void @memcpy() call void @__adddf3() ret void }
              declare void @memcpy() declare void @__adddf3()"""
    with pytest.raises(LinkError) as caught:
        elf(tmp_path, main=text)
    assert "pykern/rt/copies.py" in str(caught.value)
    assert "USES_FLOAT" in str(caught.value)


def test_a_symbol_defined_twice_names_both_modules(tmp_path: Path) -> None:
    with pytest.raises(LinkError) as caught:
        elf(tmp_path, main=KMAIN, other="define void @kmain() { ret void }")
    assert "duplicate symbol: kmain" in str(caught.value)
    assert "kernel_src.main" in str(caught.value)
    assert "kernel_src.other" in str(caught.value)


def test_writable_code_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LinkError, match="writable and executable"):
        elf(tmp_path, SCRIPT.replace("FLAGS(5)", "FLAGS(7)"), main=KMAIN)


def test_kernel_code_uses_no_vector_registers(tmp_path: Path) -> None:
    text = """define void @kmain(ptr %a, ptr %b) noimplicitfloat {
        %v = load [8 x i64], ptr %a store [8 x i64] %v, ptr %b ret void }"""
    assert b"xmm" not in disassembly(elf(tmp_path, main=text))


def disassembly(image: Path) -> bytes:
    import capstone
    from elftools.elf.elffile import ELFFile

    with image.open("rb") as file:
        code = ELFFile(file).get_section_by_name(".text").data()
    engine = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_64)
    return "\n".join(f"{i.mnemonic} {i.op_str}" for i in engine.disasm(code, 0)).encode()


def test_a_wasm_module_exports_and_imports_what_it_says(tmp_path: Path) -> None:
    text = """
    @data = global [4 x i8] c"abcd"
    declare i32 @host_log(i32) "wasm-import-module"="log" "wasm-import-name"="write"
    define i32 @run(i32 %x) { %r = call i32 @host_log(i32 %x) ret i32 %r }
    define i32 @first() { %v = load i8, ptr @data %w = zext i8 %v to i32 ret i32 %w }
    define void @dropped() { ret void }
    """
    code = made(tmp_path, "servers.hello.main", text, WASM_MACHINE)
    link_wasm([code], ["run", "first"], tmp_path / "hello.wasm", tmp_path / "hello.map")
    engine = wasmtime.Engine()
    module = wasmtime.Module.from_file(engine, str(tmp_path / "hello.wasm"))
    assert sorted(e.name for e in module.exports) == ["first", "memory", "run"]
    assert [(i.module, i.name) for i in module.imports] == [("log", "write")]
    store = wasmtime.Store(engine)
    kind = wasmtime.FuncType([wasmtime.ValType.i32()], [wasmtime.ValType.i32()])
    answer = wasmtime.Func(store, kind, lambda x: x + 1)
    instance = wasmtime.Instance(store, module, [answer])
    exports = instance.exports(store)
    assert exports["run"](store, 41) == 42
    assert exports["first"](store) == ord("a")
    assert exports["memory"].size(store) == 2  # the stack's 64 KiB and the data's page


def test_an_import_nobody_declared_is_an_undefined_symbol(tmp_path: Path) -> None:
    text = "declare void @gone() define void @run() { call void @gone() ret void }"
    code = made(tmp_path, "servers.hello.main", text, WASM_MACHINE)
    with pytest.raises(LinkError) as caught:
        link_wasm([code], ["run"], tmp_path / "hello.wasm", tmp_path / "hello.map")
    assert str(caught.value) == "undefined symbol: gone, used by servers.hello.main"


def test_refused_inline_assembly_is_an_error_of_its_own() -> None:
    text = 'define void @f() { call void asm sideeffect "bogus", ""() ret void }'
    with pytest.raises(AssemblyRefused, match="kernel_src.x: .*\n.*invalid instruction mnemonic"):
        compile_ir(text, "kernel_src.x", KERNEL_MACHINE, DEBUG)


def test_a_child_gives_back_its_result_or_its_words() -> None:
    assert run_isolated(lambda: b"x" * 200_000) == b"x" * 200_000
    with pytest.raises(ChildFailed, match="ZeroDivisionError"):
        run_isolated(lambda: bytes(1 // 0))
