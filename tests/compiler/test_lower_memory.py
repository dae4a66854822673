"""Places, initialisers, slices, values and static data."""

from __future__ import annotations

import ctypes
import itertools
import struct
from typing import Any

import pytest

from compiler import typed_tree as tt
from compiler import types as ty
from compiler.layout import align_of, field_offset, layout_of, size_of
from tests.support.typed import (
    SPAN,
    USIZE,
    add,
    both_ways,
    call,
    function,
    get,
    local,
    num,
    place,
    ret,
    struct_class,
    value_class,
)  # fmt: skip

INDEX, SLICE, LENGTHS, NULL, MEMBER = 4, 5, 6, 8, 7
POINT = value_class("Point", {"x": ty.U8, "y": ty.U32, "on": ty.BOOL, "z": ty.U64})
NODE = struct_class("Node", {"tag": ty.U8, "point": POINT, "data": ty.ArrayType(ty.U16, 3)})
BYTES = ty.SliceType(ty.U8)


class RawSlice(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("length", ctypes.c_uint64)]


def deref(pointer: tt.Local, type: ty.Type) -> tt.DerefPlace:
    return tt.DerefPlace(type, SPAN, get(pointer))


def field(base: tt.Place, index: int) -> tt.FieldPlace:
    assert isinstance(base.type, ty.ClassType)
    return tt.FieldPlace(base.type.fields[index].type, SPAN, base, index)


def item(value: tt.Expr, index: int) -> tt.GetField:
    assert isinstance(value.type, ty.ClassType)
    return tt.GetField(value.type.fields[index].type, SPAN, value, index)


# --- Layout ------------------------------------------------------------------------------------


def test_layout_is_cs() -> None:
    assert (size_of(POINT, ty.HOST), align_of(POINT, ty.HOST)) == (24, 8)
    assert [field_offset(POINT, i, ty.HOST) for i in range(4)] == [0, 4, 8, 16]
    assert [field_offset(NODE, i, ty.HOST) for i in range(3)] == [0, 8, 32]
    assert size_of(NODE, ty.HOST) == 40
    assert layout_of(NODE, ty.HOST).padded


def test_layout_options_and_targets() -> None:
    packed = struct_class("P", {"a": ty.U8, "b": ty.U64, "c": ty.U16}, packed=True)
    assert layout_of(packed, ty.HOST) == layout_of(packed, ty.WASM)
    assert (size_of(packed, ty.HOST), align_of(packed, ty.HOST)) == (11, 1)
    aligned = struct_class("A", {"a": ty.U8}, align=64)
    assert (size_of(aligned, ty.HOST), align_of(aligned, ty.HOST)) == (64, 64)
    holder = struct_class("H", {"p": ty.PtrType(ty.U8), "s": BYTES, "n": ty.U64})
    assert (size_of(holder, ty.HOST), size_of(holder, ty.WASM)) == (32, 24)
    assert field_offset(holder, 2, ty.WASM) == 16


# --- Values ------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"packed": True}, {"align": 32}], ids=str)
def test_values_pass_through_calls_memory_and_fields(options: dict[str, Any]) -> None:
    """Made, passed, stored, loaded and taken apart, with a bool among the fields."""
    point = value_class("V", {"x": ty.U8, "y": ty.U32, "on": ty.BOOL, "z": ty.U64}, **options)
    made = function(
        "make",
        [ty.U8, ty.BOOL],
        point,
        lambda x, on: [
            ret(
                tt.MakeValue(
                    point, SPAN, [get(x), num(ty.U32, 70000), get(on), num(ty.U64, 1 << 40)]
                )
            )
        ],
    )
    keep = function(
        "keep",
        [ty.PtrType(point), ty.U8, ty.BOOL],
        ty.NONE,
        lambda p, x, on: [tt.Store(SPAN, deref(p, point), call(made, get(x), get(on))), ret()],
    )

    def total(p: tt.Local) -> list[tt.Stmt]:
        v = tt.Load(point, SPAN, deref(p, point))
        wide = [tt.Convert(ty.U64, SPAN, "widen", item(v, i)) for i in range(3)]
        return [ret(add(ty.U64, add(ty.U64, wide[0], wide[1]), add(ty.U64, wide[2], item(v, 3))))]

    functions = [made, keep, function("total", [ty.PtrType(point)], ty.U64, total)]
    layout = layout_of(point, ty.HOST)
    for loaded, on in itertools.product(both_ways(functions), (False, True)):
        buffer = ctypes.create_string_buffer(b"\xee" * 64, 64)
        loaded("keep", ctypes.addressof(buffer), 9, on)
        parts = [
            int.from_bytes(buffer.raw[o : o + n], "little")
            for o, n in zip(layout.offsets, (1, 4, 1, 8), strict=True)
        ]
        assert parts == [9, 70000, int(on), 1 << 40]
        assert buffer.raw[layout.size :] == b"\xee" * (64 - layout.size)
        assert loaded("total", ctypes.addressof(buffer)) == 9 + 70000 + on + (1 << 40)


def test_any_byte_but_zero_is_true() -> None:
    pointer = ty.PtrType(ty.BOOL)
    made = function(
        "f", [pointer], ty.BOOL, lambda p: [ret(tt.Load(ty.BOOL, SPAN, deref(p, ty.BOOL)))]
    )
    for loaded in both_ways([made]):
        for byte in (0, 1, 2, 0x80):
            cell = ctypes.c_uint8(byte)
            assert loaded("f", ctypes.addressof(cell)) == (byte != 0)


def test_pointers_need_not_be_aligned() -> None:
    made = function(
        "f", [ty.PtrType(ty.U64)], ty.U64, lambda p: [ret(tt.Load(ty.U64, SPAN, deref(p, ty.U64)))]
    )
    data = ctypes.create_string_buffer(bytes(range(20)))
    for loaded in both_ways([made]):
        got = loaded("f", ctypes.addressof(data) + 3)
        assert got == int.from_bytes(bytes(range(3, 11)), "little")


# --- Initialisers ------------------------------------------------------------------------------


def node_init(tag: tt.Expr, x: tt.Expr, elements: list[Any]) -> tt.StructInit:
    point = tt.MakeValue(
        POINT, SPAN, [x, num(ty.U32, 5), tt.BoolConst(ty.BOOL, SPAN, True), num(ty.U64, 6)]
    )
    return tt.StructInit(NODE, [tag, point, tt.ArrayInit(ty.ArrayType(ty.U16, 3), elements)])


def node_bytes(tag: int, x: int, *elements: int) -> bytes:
    return struct.pack("<B7xB3xIB7xQ3H2x", tag, x, 5, 1, 6, *elements)


@pytest.mark.parametrize("constant", [False, True])
def test_initialised_storage_has_no_undefined_byte(constant: bool) -> None:
    """Padding included: the stack below is filled with something else first."""
    variable = local("node", NODE, 5)
    dirt = local("dirt", ty.ArrayType(ty.U8, 400), 6)

    def body(x: tt.Local, out: tt.Local) -> list[tt.Stmt]:
        given = num(ty.U8, 77) if constant else get(x)
        copied = tt.CallIntrinsic(
            ty.NONE, SPAN, "copy", [get(out), tt.AddressOf(pointer, SPAN, place(variable))], NODE
        )
        initial = node_init(num(ty.U8, 3), given, [num(ty.U16, 1), num(ty.U16, 2)])
        return [tt.Let(SPAN, variable, initial), tt.Evaluate(SPAN, copied), ret()]

    def soil() -> list[tt.Stmt]:
        bytes_ = tt.BytesInit(dirt.type, b"\xa5" * 400)
        slice = tt.ArrayToSlice(BYTES, SPAN, place(dirt))
        shown = tt.CallIntrinsic(ty.NONE, SPAN, "fill", [slice, num(ty.U8, 0xA5)], ty.U8)
        return [tt.Let(SPAN, dirt, bytes_), tt.Evaluate(SPAN, shown), ret()]

    pointer = ty.PtrType(NODE)
    functions = [
        function("soil", [], ty.NONE, soil, locals=[dirt], attributes=frozenset({"noinline"})),
        function("f", [ty.U8, pointer], ty.NONE, body, locals=[variable]),
    ]
    for loaded in both_ways(functions):
        out = ctypes.create_string_buffer(40)
        loaded("soil")
        loaded("f", 77, ctypes.addressof(out))
        assert out.raw == node_bytes(3, 77, 1, 2, 0)


def test_static_data() -> None:
    array = ty.ArrayType(ty.U32, 4)
    text = tt.StrConst(ty.STR, SPAN, "héllo")
    variables = [
        variable("node", NODE, node_init(num(ty.U8, 1), num(ty.U8, 2), [num(ty.U16, 3)] * 3)),
        variable("text", ty.STR, text),
        variable(
            "table", array, tt.BytesInit(array, struct.pack("<4I", 1, 2, 3, 4)), constant=True
        ),
        variable("empty", NODE, tt.ZeroInit(NODE)),
        variable("cell", ty.AtomicType(ty.BOOL), cell(ty.BOOL)),
    ]
    table = tt.GlobalPlace(array, SPAN, variables[2])
    element = tt.ElementPlace(ty.U32, SPAN, table, num(USIZE, 2), True)
    third = tt.AddressOf(ty.PtrType(ty.U32), SPAN, element)
    hidden = tt.Temporary(array, SPAN, tt.ArrayInit(array, [num(ty.U32, 9)]))
    variables += [
        variable("third", ty.PtrType(ty.U32), third),
        variable(
            "whole", ty.SliceType(ty.U32), tt.ArrayToSlice(ty.SliceType(ty.U32), SPAN, hidden)
        ),
        variable("call", ty.FnType((), ty.U8), None),
    ]
    answer = function("answer", [], ty.U8, lambda: [ret(num(ty.U8, 42))])
    variables[-1].initial = tt.FunctionAddress(variables[-1].type, SPAN, answer)
    for loaded in both_ways([answer], variables):
        assert ctypes.string_at(loaded.variable("node"), 40) == node_bytes(1, 2, 3, 3, 3)
        raw = RawSlice.from_address(loaded.variable("text"))
        assert ctypes.string_at(raw.data, raw.length).decode() == "héllo"
        assert ctypes.string_at(loaded.variable("empty"), 40) == bytes(40)
        pointed = ctypes.c_uint64.from_address(loaded.variable("third")).value
        assert ctypes.c_uint32.from_address(pointed).value == 3
        whole = RawSlice.from_address(loaded.variable("whole"))
        assert ctypes.string_at(whole.data, 16) == struct.pack("<4I", 9, 0, 0, 0)
        entry = ctypes.c_uint64.from_address(loaded.variable("call")).value
        assert ctypes.CFUNCTYPE(ctypes.c_uint8)(entry)() == 42
        assert ctypes.string_at(loaded.variable("cell"), 1) == b"\1"


def variable(name: str, type: ty.Type, initial: Any, constant: bool = False) -> tt.Global:
    return tt.Global(name, name, "sample", SPAN, type, initial, constant=constant)


def cell(type: ty.Type) -> tt.CellInit:
    return tt.CellInit(ty.AtomicType(type), tt.BoolConst(ty.BOOL, SPAN, True))


# --- Slices ------------------------------------------------------------------------------------


def slice_of(data: tt.Local, length: tt.Local) -> tt.MakeSlice:
    return tt.MakeSlice(ty.SliceType(ty.U16), SPAN, get(data), get(length))


def test_slice_elements_are_checked() -> None:
    def body(data: tt.Local, length: tt.Local, index: tt.Local) -> list[tt.Stmt]:
        where = tt.SliceElementPlace(ty.U16, SPAN, slice_of(data, length), get(index), True)
        return [ret(tt.Load(ty.U16, SPAN, where))]

    made = function("f", [ty.PtrType(ty.U16), USIZE, ty.U8], ty.U16, body)
    data = (ctypes.c_uint16 * 3)(5, 6, 7)
    for loaded in both_ways([made]):
        assert [loaded("f", ctypes.addressof(data), 3, i) for i in range(3)] == [5, 6, 7]
        failure = loaded.failure("f", ctypes.addressof(data), 3, 3)
        assert (failure.kind, failure.a, failure.b) == (INDEX, 3, 3)


def test_array_elements_are_checked() -> None:
    values = local("values", ty.ArrayType(ty.U16, 3), 5)

    def body(index: tt.Local) -> list[tt.Stmt]:
        initial = tt.ArrayInit(values.type, [num(ty.U16, n) for n in (5, 6, 7)])
        where = tt.ElementPlace(ty.U16, SPAN, place(values), get(index), True)
        return [tt.Let(SPAN, values, initial), ret(tt.Load(ty.U16, SPAN, where))]

    for loaded in both_ways([function("f", [ty.U64], ty.U16, body, locals=[values])]):
        assert [loaded("f", i) for i in range(3)] == [5, 6, 7]
        for index in (3, 1 << 63):
            failure = loaded.failure("f", index)
            assert (failure.kind, failure.a, failure.b) == (INDEX, index, 3)


@pytest.mark.parametrize(
    ("has_lower", "has_upper"), list(itertools.product((False, True), repeat=2))
)
def test_sub_slices(has_lower: bool, has_upper: bool) -> None:
    def body(data: tt.Local, n: tt.Local, a: tt.Local, b: tt.Local, out: tt.Local) -> list[tt.Stmt]:
        part = tt.SubSlice(
            ty.SliceType(ty.U16), SPAN, slice_of(data, n), get(a) if has_lower else None,
            get(b) if has_upper else None, True,
        )  # fmt: skip
        return [tt.Store(SPAN, deref(out, part.type), part), ret()]

    types = [ty.PtrType(ty.U16), USIZE, USIZE, USIZE, ty.PtrType(ty.SliceType(ty.U16))]
    for loaded in both_ways([function("f", types, ty.NONE, body)]):
        for a, b in itertools.product((0, 1, 4, 5, 1 << 63), repeat=2):
            raw = RawSlice()
            arguments = (0x1000, 4, a, b, ctypes.addressof(raw))
            lower, upper = a if has_lower else 0, b if has_upper else 4
            if lower <= upper <= 4:
                loaded("f", *arguments)
                assert (raw.data, raw.length) == (0x1000 + 2 * lower, upper - lower)
            else:
                assert loaded.failure("f", *arguments).kind == SLICE


def test_texts_compare_by_content() -> None:
    pointer = ty.PtrType(ty.STR)
    made = function(
        "f",
        [pointer, pointer],
        ty.BOOL,
        lambda a, b: [
            ret(
                tt.StrEqual(
                    ty.BOOL, SPAN, *(tt.Load(ty.STR, SPAN, deref(x, ty.STR)) for x in (a, b))
                )
            )
        ],
    )
    texts = [b"", b"a", b"ab", b"abc", b"abd"]
    for loaded, (a, b) in itertools.product(both_ways([made]), itertools.product(texts, texts)):
        buffers = [ctypes.create_string_buffer(text) for text in (a, b)]
        raws = [RawSlice(ctypes.addressof(x), len(x.raw) - 1) for x in buffers]
        assert loaded("f", *(ctypes.addressof(raw) for raw in raws)) == (a == b)


# --- Pointers ----------------------------------------------------------------------------------


def test_addresses() -> None:
    pointer = ty.PtrType(ty.U8)
    there = function(
        "there",
        [USIZE],
        pointer,
        lambda a: [ret(tt.Convert(pointer, SPAN, "from_address", get(a)))],
    )
    back = function(
        "back", [pointer], USIZE, lambda p: [ret(tt.Convert(USIZE, SPAN, "to_address", get(p)))]
    )
    for loaded in both_ways([there, back]):
        assert loaded("there", 0x1234) == 0x1234
        assert loaded("back", 0xFFFF_8000_0000_0000) == 0xFFFF_8000_0000_0000
        failure = loaded.failure("there", 0)
        assert (failure.kind, failure.type_name) == (NULL, "Ptr[u8]")


@pytest.mark.parametrize("members", [[0, 1, 2], [3, 4], [1, 7, 200], list(range(256))], ids=len)
def test_enum_members(members: list[int]) -> None:
    kind = ty.ClassType(
        "sample.Kind", "Kind", "enum", SPAN, members={f"M{n}": n for n in members}, base=[ty.U8]
    )
    made = function(
        "f",
        [ty.U8],
        ty.U8,
        lambda n: [ret(tt.Convert(ty.U8, SPAN, "bits", tt.Convert(kind, SPAN, "to_enum", get(n))))],
    )
    for loaded in both_ways([made]):
        for number in range(256):
            if number in members:
                assert loaded("f", number) == number
        for number in [n for n in (0, 2, 5, 8, 255) if n not in members]:
            failure = loaded.failure("f", number)
            assert (failure.kind, failure.a, failure.type_name) == (MEMBER, number, "Kind")
