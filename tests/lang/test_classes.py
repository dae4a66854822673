"""Structs, values, enums, flags, sequences and cells under CPython."""

from __future__ import annotations

import pytest

import pykern.lang as lang
from compiler.check.language import BUILTINS, LANGUAGE_NAMES
from pykern.lang import NeedsMachineError, PanicError, enum, flags, struct, u8, u16, u32, value
from tests.lang.samples import build, cells, enums, generics, structs, values


def test_the_compiler_knows_the_same_names() -> None:
    cpython_only = {"NeedsMachineError", "PanicError"}
    assert set(lang.__all__) - cpython_only == LANGUAGE_NAMES - set(BUILTINS)


def test_fields_keep_their_types() -> None:
    run = structs.Run(next=None)
    assert type(run.pages) is lang.u32
    run.pages = 7
    assert type(run.pages) is lang.u32
    with pytest.raises(PanicError, match="does not fit u32"):
        run.pages = -1
    with pytest.raises(AttributeError):
        run.page = 1  # type: ignore[attr-defined]


def test_defaults_are_not_shared() -> None:
    a, b = structs.Run(None), structs.Run(None)
    a.marks[0] = 5
    a.lock.acquire()
    assert b.marks[0] == 0 and not b.lock.held.load(lang.Order.RELAXED)
    assert len(a.marks) == 12 and a is not b and a != b


def test_class_constants_are_no_fields() -> None:
    assert structs.Run.LIMIT == 16 and values.Range.PAGE == 4096
    assert values.Range(1, 2) == values.Range(1, 2)
    with pytest.raises(AttributeError):
        values.Range(1, 2).start = 3  # type: ignore[misc]


def test_copy_and_zero() -> None:
    a, b = structs.Run(None, 5), structs.Run(None)
    a.marks[1], a.next = 9, b
    kept = b.marks
    lang.copy(b, a)
    assert (b.pages, b.marks[1], b.next) == (5, 9, b) and b.marks is kept
    a.marks[1] = 1
    assert b.marks[1] == 9
    lang.zero(b)
    assert (b.pages, b.marks[1], b.next) == (0, 0, None)


def test_generic_struct() -> None:
    ring: generics.Ring[int] = generics.Ring()
    assert ring.push(3) and ring.push(4) and ring.pop() == 3 and ring.used == 1
    assert lang.sizeof(generics.Ring[u16]) == 16 * 2 + 16
    assert lang.sizeof(generics.Pair[generics.Pair[u8]]) == 4


def test_enums() -> None:
    assert enums.Kind(2) is enums.Kind.CODE and type(enums.Kind.CODE.value) is lang.u8
    assert enums.from_number(1) is enums.Kind.DATA and enums.from_number(9) is enums.Kind.NONE
    assert enums.every_member(enums.Kind.DATA) == 1 and not enums.with_rest(enums.Kind.NONE)
    with pytest.raises(PanicError, match="9 is no member of Kind"):
        enums.Kind(9)
    with pytest.raises(PanicError, match="256 does not fit u8"):

        @enum(u8)
        class TooGreat:
            MEMBER = 256


def test_flags() -> None:
    rights = enums.Rights
    both = rights.READ | rights.WRITE
    assert rights.READ in both and rights.EXECUTE not in both and both.value == 3
    assert ~both == rights.EXECUTE and both ^ rights.READ == rights.WRITE
    assert both & rights.READ == rights(1) and rights(0) in both

    @flags(u8)
    class Other:
        READ = 1

    assert Other.READ != rights.READ  # type: ignore[comparison-overlap]
    with pytest.raises(TypeError):
        Other.READ | rights.READ  # type: ignore[operator]


def test_slices_are_checked() -> None:
    numbers = lang.Array(1, 2, 3, 4)
    middle = numbers[1:3]
    middle[0] = 9
    assert list(numbers) == [1, 9, 3, 4] and len(middle) == 2 and len(numbers[4:]) == 0
    for broken in (lambda: middle[2], lambda: middle[-1], lambda: numbers[3:1], lambda: middle[:3]):
        with pytest.raises(PanicError):
            broken()
    lang.copy_slice(numbers[1:], numbers[:3])
    assert list(numbers) == [1, 1, 9, 3]
    with pytest.raises(PanicError, match="copy of 4 elements to 2"):
        lang.copy_slice(middle, numbers)


def test_text() -> None:
    buffer = lang.Array(*[0] * 4)
    assert lang.format(buffer, f"{10:#x}!") == 4 and bytes(buffer) == b"0xa!"
    assert lang.format(buffer, "cut off") == 4 and bytes(buffer) == b"cut "
    assert bytes(lang.utf8("é")) == b"\xc3\xa9"
    with pytest.raises(PanicError, match="code 3"):
        lang.panic("code 3")


def test_cells() -> None:
    count = lang.Atomic(lang.u8(250))
    assert count.fetch_add(10, lang.Order.RELAXED) == 250
    assert count.load(lang.Order.RELAXED) == 4
    assert count.compare_exchange(5, 6, lang.Order.RELAXED) == (4, False)
    assert count.compare_exchange(4, 6, lang.Order.RELAXED) == (4, True)
    thread = cells.Thread(1)
    cells.per_cpu(thread)
    assert cells.current.get() is thread and cells.cpu.ptr().ticks == 1


def test_layout() -> None:
    @struct(packed=True)
    class Packed:
        a: u8
        b: u32

    @struct(align=16)
    class Aligned:
        a: u8

    @value
    class Mixed:
        a: u8
        b: u16
        c: u8

    assert (lang.sizeof(Packed), lang.alignof(Packed), lang.offsetof(Packed, "b")) == (5, 1, 1)
    assert (lang.sizeof(Aligned), lang.alignof(Aligned)) == (16, 16)
    assert (lang.sizeof(Mixed), lang.alignof(Mixed), lang.offsetof(Mixed, "c")) == (6, 2, 4)
    with pytest.raises(TypeError, match="no field 'd'"):
        lang.offsetof(Mixed, "d")
    with pytest.raises(PanicError, match="static_assert: why"):
        lang.static_assert(lang.sizeof(Mixed) == 1, "why")


def test_pure_code_runs() -> None:
    assert build.checksum(lang.utf8("123456789")) == 0xCBF43926
    assert bytes(build.SELF).startswith(b'"""Compile time')


def test_the_machine_is_named() -> None:
    with pytest.raises(NeedsMachineError, match=r"rdtsc\(\) needs compiled code"):
        lang.rdtsc()
    with pytest.raises(NeedsMachineError, match=r"ptr_at\(\)"):
        lang.ptr_at(structs.Run, 4096)
