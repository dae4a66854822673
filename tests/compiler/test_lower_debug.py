"""DWARF as gdb and backtraces read it: names, types, offsets, lines, with relative paths."""

from __future__ import annotations

import io
from typing import Any

import pytest
from elftools.dwarf.die import DIE
from elftools.elf.elffile import ELFFile

from compiler import typed_tree as tt
from compiler import types as ty
from compiler.machine.target import DEBUG, KERNEL_MACHINE, compile_ir
from tests.support.typed import (
    SOURCE,
    SPAN,
    call,
    enum_class,
    function,
    get,
    local,
    lowered,
    num,
    place,
    ret,
    struct_class,
    typed_module,
)  # fmt: skip

COLOUR = enum_class("Colour", ty.U8, {"RED": 0, "BLUE": 200})
NODE = struct_class("Node", {})
NODE.fields.extend(
    ty.Field(name, type, None, SPAN)
    for name, type in {
        "colour": COLOUR,
        "next": ty.PtrType(NODE, nullable=True),
        "text": ty.STR,
        "items": ty.ArrayType(ty.U16, 5),
        "lock": ty.AtomicType(ty.U32),
    }.items()
)


@pytest.fixture(scope="module")
def dwarf() -> Any:
    node, count = local("node", NODE, 5), local("count", ty.I32, 6)
    secret = local("secret", ty.U8, 7)
    secret.hidden = True
    at_line_7 = SOURCE.span(36, 41)

    def body(start: tt.Local) -> list[tt.Stmt]:
        return [
            tt.Let(SPAN, node, tt.ZeroInit(NODE)),
            tt.Let(SPAN, count, get(start)),
            tt.Let(SPAN, secret, num(ty.U8, 1)),
            tt.Store(at_line_7, place(count), num(ty.I32, 5)),
            ret(get(count)),
        ]

    walk = function("walk", [ty.I32], ty.I32, body, locals=[node, count, secret])
    walk.symbol = "sample.List.walk"
    caller = function("caller", [], ty.I32, lambda: [ret(call(walk, num(ty.I32, 1)))])
    head = tt.Global("head", "sample.head", "sample", SPAN, NODE, tt.ZeroInit(NODE))
    text = lowered(typed_module([walk, caller], [head]), ty.KERNEL)
    unoptimised = type(DEBUG)("unoptimised", passes=0, codegen=0, debug=True)
    code = compile_ir(text, "sample", KERNEL_MACHINE, unoptimised)
    return ELFFile(io.BytesIO(code)).get_dwarf_info()


def unit(dwarf: Any) -> DIE:
    return next(dwarf.iter_CUs()).get_top_DIE()


def text_of(die: DIE, name: str) -> str:
    return str(die.attributes[name].value.decode())


def find(dwarf: Any, tag: str, name: str) -> DIE:
    """The only entry of this kind and name."""
    (found,) = (
        die
        for die in next(dwarf.iter_CUs()).iter_DIEs()
        if die.tag == tag and "DW_AT_name" in die.attributes and text_of(die, "DW_AT_name") == name
    )
    return found


def type_of(die: DIE) -> DIE:
    return die.get_DIE_from_attribute("DW_AT_type")


def test_paths_do_not_depend_on_where_the_project_is(dwarf: Any) -> None:
    assert text_of(unit(dwarf), "DW_AT_name") == "sample.py"
    assert text_of(unit(dwarf), "DW_AT_comp_dir") == "."


def test_functions_have_both_names(dwarf: Any) -> None:
    walk = find(dwarf, "DW_TAG_subprogram", "walk")
    assert text_of(walk, "DW_AT_linkage_name") == "sample.List.walk"
    assert walk.attributes["DW_AT_decl_line"].value == SPAN.line
    assert text_of(type_of(walk), "DW_AT_name") == "i32"


def test_variables_are_found_where_they_are(dwarf: Any) -> None:
    walk = find(dwarf, "DW_TAG_subprogram", "walk")
    names = {
        text_of(child, "DW_AT_name"): child.tag
        for child in walk.iter_children()
        if "DW_AT_location" in child.attributes
    }
    variable = "DW_TAG_variable"
    assert names == {"p0": "DW_TAG_formal_parameter", "node": variable, "count": variable}
    head = find(dwarf, "DW_TAG_variable", "head")
    assert text_of(type_of(head), "DW_AT_name") == "Node"


def test_members_have_the_offsets_of_the_layout(dwarf: Any) -> None:
    node = find(dwarf, "DW_TAG_structure_type", "Node")
    members = {
        text_of(m, "DW_AT_name"): m.attributes["DW_AT_data_member_location"].value
        for m in node.iter_children()
    }
    assert members == {"colour": 0, "next": 8, "text": 16, "items": 32, "lock": 44}
    assert node.attributes["DW_AT_byte_size"].value == 48
    pointer = type_of(next(m for m in node.iter_children() if text_of(m, "DW_AT_name") == "next"))
    assert type_of(pointer).offset == node.offset


def test_types_are_described(dwarf: Any) -> None:
    colour = find(dwarf, "DW_TAG_enumeration_type", "Colour")
    values = {
        text_of(e, "DW_AT_name"): e.attributes["DW_AT_const_value"].value
        for e in colour.iter_children()
    }
    assert values == {"Colour.RED": 0, "Colour.BLUE": 200}
    text = find(dwarf, "DW_TAG_structure_type", "Str")
    assert [text_of(m, "DW_AT_name") for m in text.iter_children()] == ["data", "length"]
    assert text_of(type_of(find(dwarf, "DW_TAG_typedef", "Atomic[u32]")), "DW_AT_name") == "u32"


def test_statements_are_lines(dwarf: Any) -> None:
    program = dwarf.line_program_for_CU(next(dwarf.iter_CUs()))
    lines = {entry.state.line for entry in program.get_entries() if entry.state}
    assert {SPAN.line, 7} <= lines
