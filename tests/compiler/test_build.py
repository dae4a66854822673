"""Whole builds of a small project: what is built again after which change, and what comes out."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path

import pytest
import wasmtime
from elftools.elf.elffile import ELFFile

from compiler.diagnostics import CompileError
from compiler.errors import BuildError
from pykern.image import read_initrd
from tests.support.project import Project


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project as it is written, built once."""
    project = Project(tmp_path_factory.mktemp("built"))
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYKERN_CACHE", raising=False)
        project.build()
    return project


@pytest.fixture
def project(tmp_path: Path, built: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project of the test's own, not built yet, with the cache of one that was."""
    monkeypatch.delenv("PYKERN_CACHE", raising=False)
    cache = Path("build/.cache")
    shutil.copytree(built.root / cache, tmp_path / cache)
    return Project(tmp_path)


def symbol(elf: ELFFile, name: str) -> int:
    (found,) = elf.get_section_by_name(".symtab").get_symbol_by_name(name)
    return int(found["st_value"])


def bytes_at(elf: ELFFile, address: int, count: int) -> bytes:
    for segment in elf.iter_segments("PT_LOAD"):
        start = address - segment["p_vaddr"]
        if 0 <= start < segment["p_filesz"]:
            return bytes(segment.data()[start : start + count])
    raise AssertionError(f"nothing is loaded at {address:#x}")


def outputs(project: Project) -> dict[str, bytes]:
    out = project.root / "build"
    names = ("pykern.elf", "pykern.map", "initrd.tar")
    return {name: (out / name).read_bytes() for name in names}


def test_a_build_makes_an_image_a_map_and_an_initrd(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYKERN_CACHE", raising=False)
    result = Project(tmp_path).build()
    assert "kernel_src.main" in result.compiled
    assert "servers.hello.main" in result.compiled
    assert ".text" in [name for name, _, _ in result.sizes]
    assert "kernel_src.counter" in result.map.read_text()
    assert set(result.timings) >= {"kernel", "servers", "assemble", "link", "initrd"}
    with result.elf.open("rb") as file:
        elf = ELFFile(file)
        assert elf["e_entry"] == symbol(elf, "_start") == 0x100000
    (module,) = read_initrd(result.initrd).values()
    assert module.startswith(b"\0asm")


def test_an_unchanged_project_is_left_alone(project: Project) -> None:
    first = project.build()
    before = {p: p.stat().st_mtime_ns for p in (project.root / "build").rglob("*.o")}
    second = project.build()
    assert second.unchanged
    assert not first.unchanged
    assert second.sizes == first.sizes
    assert second.compiled == []
    assert before == {p: p.stat().st_mtime_ns for p in (project.root / "build").rglob("*.o")}


def test_an_edited_body_is_one_module(project: Project) -> None:
    project.build()
    project.edit("kernel_src/counter.py", "COUNTER.hits += 1", "COUNTER.hits += 2")
    assert project.build().compiled == ["kernel_src.counter"]


def test_an_edited_interface_is_also_those_who_import_it(project: Project) -> None:
    project.build()
    project.edit("kernel_src/counter.py", "hits: u32 = 0", "hits: u32 = 5")
    assert project.build().compiled == ["kernel_src.counter", "kernel_src.main"]


def test_an_edited_assembly_file_compiles_nothing(project: Project) -> None:
    project.build()
    before = outputs(project)
    project.edit("boot/start.S", "hlt", "cli\n    hlt")
    result = project.build()
    assert result.compiled == []
    assert not result.unchanged
    assert outputs(project)["pykern.elf"] != before["pykern.elf"]


def test_going_back_finds_everything_in_the_cache(project: Project) -> None:
    project.build()
    before = outputs(project)
    project.edit("kernel_src/counter.py", "hits: u32 = 0", "hits: u32 = 5")
    project.build()
    project.edit("kernel_src/counter.py", "hits: u32 = 5", "hits: u32 = 0")
    assert project.build().compiled == []
    assert outputs(project) == before


def test_a_lost_or_changed_result_is_made_again(project: Project) -> None:
    result = project.build()
    before = outputs(project)
    result.elf.unlink()
    result.initrd.write_bytes(b"something else")
    again = project.build()
    assert not again.unchanged
    assert again.compiled == []
    assert outputs(project) == before


def test_a_damaged_cache_is_made_again(project: Project) -> None:
    """In the same process, which has run LLVM for both targets by then."""
    project.build()
    before = outputs(project)
    for entry in (project.root / "build" / ".cache").glob("*/??/*"):
        entry.write_bytes(entry.read_bytes()[:-1])
    (project.root / "build" / "build.json").unlink()
    assert "kernel_src.main" in project.build().compiled
    assert outputs(project) == before


def test_the_same_sources_give_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In another folder, with another number of processes, in another order of what was cached."""
    monkeypatch.delenv("PYKERN_CACHE", raising=False)
    one, two = Project(tmp_path / "one"), Project(tmp_path / "a-longer-name" / "two")
    one.build(jobs=1)
    two.edit("kernel_src/counter.py", "COUNTER.hits += 1", "COUNTER.hits += 2")
    two.build(jobs=2)
    two.edit("kernel_src/counter.py", "COUNTER.hits += 2", "COUNTER.hits += 1")
    two.build(jobs=2)
    assert outputs(one) == outputs(two)


def test_profiles_differ_and_do_not_disturb_each_other(project: Project) -> None:
    project.build("debug")
    debug = outputs(project)
    assert "kernel_src.main" in project.build("release").compiled
    assert outputs(project) != debug
    assert project.build("debug").compiled == []
    assert outputs(project) == debug


def test_assembly_sees_offsets_and_constants_of_the_dialect(project: Project) -> None:
    result = project.build()
    with result.elf.open("rb") as file:
        elf = ELFFile(file)
        code = bytes_at(elf, symbol(elf, "_start"), 12)
    assert code == bytes.fromhex("b800400000 c7470401000000".replace(" ", ""))
    project.edit("kernel_src/counter.py", "    spare: u32 = 0\n", "")
    project.edit("kernel_src/counter.py", "0x4000", "0x8000")
    with project.build().elf.open("rb") as file:
        elf = ELFFile(file)
        code = bytes_at(elf, symbol(elf, "_start"), 11)
    assert code == bytes.fromhex("b800800000 c70701000000".replace(" ", ""))


def test_mistakes_of_kernel_and_servers_are_told_together(project: Project) -> None:
    project.edit("kernel_src/counter.py", "COUNTER.hits += 1", "COUNTER.misses += 1")
    project.edit("kernel_src/main.py", "return COUNTER.hits", "return nothing")
    project.edit("servers/hello/main.py", "return a * b", "return a * c")
    with pytest.raises(CompileError) as caught:
        project.build(jobs=2)
    assert {d.span.file.display for d in caught.value.diagnostics} == {
        "kernel_src/counter.py",
        "kernel_src/main.py",
        "servers/hello/main.py",
    }


def test_a_mended_mistake_builds(project: Project) -> None:
    project.edit("kernel_src/main.py", "return COUNTER.hits", "return nothing")
    with pytest.raises(CompileError):
        project.build()
    project.edit("kernel_src/main.py", "return nothing", "return COUNTER.hits")
    assert project.build().elf.is_file()


def test_a_mistake_in_assembly_says_where(project: Project) -> None:
    project.edit("boot/start.S", "hlt", "halt")
    with pytest.raises(BuildError, match=r"boot/start.S:8:5: error: invalid instruction"):
        project.build()


def test_a_function_nobody_defines_says_who_calls_it(project: Project) -> None:
    project.edit("boot/start.S", "call kmain", "call main")
    with pytest.raises(BuildError, match=r"undefined symbol: main, used by boot/start.S"):
        project.build()


def test_nothing_to_build_is_said(tmp_path: Path) -> None:
    project = Project(tmp_path)
    (tmp_path / "kernel_src" / "main.py").unlink()
    with pytest.raises(BuildError, match="there is no kernel_src/main.py"):
        project.build()


def test_a_new_server_is_noticed(project: Project) -> None:
    project.build()
    text = (project.root / "servers/hello/main.py").read_text()
    project.write("servers/second/main.py", text)
    result = project.build()
    assert result.compiled == ["servers.second.main"]
    assert len(read_initrd(result.initrd)) == 2


def test_a_server_multiplies_and_checks(project: Project) -> None:
    """A checked 64-bit product is a call of `__multi3` in wasm."""
    for profile in ("debug", "release"):
        project.build(profile)
        store = wasmtime.Store()
        path = project.root / "build" / "servers" / "hello.wasm"
        module = wasmtime.Module.from_file(store.engine, str(path))
        assert [e.name for e in module.exports] == ["memory", "_start", "product"]
        product = wasmtime.Instance(store, module, []).exports(store)["product"]
        for a, b in ((3, 5), (0xFFFF_FFFF, 0xFFFF_FFFF), (1 << 63, 1), (0x1234_5678_9ABC, 0xFFFF)):
            assert product(store, a, b) % (1 << 64) == a * b


def test_a_test_build_has_a_table_of_its_tests(project: Project) -> None:
    project.write(
        "kernel_src/selftest/counting.py",
        '''"""Tests."""

from __future__ import annotations

from kernel_src.counter import COUNTER, count
from pykern.lang import test


@test
def test_counts() -> None:
    count()
    assert COUNTER.hits == 1


@test
def test_nothing() -> None:
    pass
''',
    )
    project.edit("kernel_src/main.py", "    count()\n", "    count()\n    tests()\n")
    project.edit(
        "kernel_src/main.py",
        "def unused",
        '@extern("pk_test_table")\ndef table() -> None: ...\n\n\n'
        '@extern("pk_test_count")\ndef number() -> None: ...\n\n\n'
        "def tests() -> usize:\n    return address_of(table) + address_of(number)\n\n\ndef unused",
    )
    project.edit("kernel_src/main.py", "import export", "import address_of, export, extern, usize")
    project.edit("kernel_src/main.py", "    tests()\n", "    assert tests() != 0\n")
    with project.build(tests=True).elf.open("rb") as file:
        elf = ELFFile(file)
        (count,) = struct.unpack("<Q", bytes_at(elf, symbol(elf, "pk_test_count"), 8))
        table = bytes_at(elf, symbol(elf, "pk_test_table"), 48 * count)
        rows = [row(elf, table[at : at + 48]) for at in range(0, len(table), 48)]
    file_name = "kernel_src/selftest/counting.py"
    assert rows == [
        ("kernel_src.selftest.counting.test_counts", file_name, 10),
        ("kernel_src.selftest.counting.test_nothing", file_name, 16),
    ]


def row(elf: ELFFile, data: bytes) -> tuple[str, str, int]:
    """Name, file and line of an entry, whose function is the symbol of that name."""
    name, name_size, function, file, file_size, line = struct.unpack("<QQQQQI4x", data)
    text = bytes_at(elf, name, name_size).decode()
    assert function == symbol(elf, text)
    return text, bytes_at(elf, file, file_size).decode(), line
