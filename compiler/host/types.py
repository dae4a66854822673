"""Type names, as tests write them, to types: `u32`, `Array[u8, 16]`, `kernel_src.mm.frames.Run`."""

from __future__ import annotations

import ast

from compiler.check.resolve_types import class_instance
from compiler.check.symbols import ClassDecl
from compiler.program import Program
from compiler.types import (
    BOOL,
    F32,
    F64,
    FIXED_INTEGERS,
    HOST,
    STR,
    ArrayType,
    PtrType,
    SliceType,
    Type,
)

_PLAIN: dict[str, Type] = {
    **FIXED_INTEGERS,
    "usize": HOST.usize,
    "isize": HOST.isize,
    "bool": BOOL,
    "f32": F32,
    "f64": F64,
    "Str": STR,
}


def type_named(program: Program, name: str) -> Type:
    """The type of this name; a class is named with its module, and its type arguments if any."""
    try:
        tree = ast.parse(name, mode="eval").body
    except SyntaxError:
        raise TypeError(f"{name!r} is not the name of a type") from None
    return _type(program, tree)


def _type(program: Program, node: ast.expr) -> Type:
    match node:
        case ast.Name(id=plain) if plain in _PLAIN:
            return _PLAIN[plain]
        case ast.Subscript(ast.Name("Array"), ast.Tuple([element, ast.Constant(int(count))])):
            return ArrayType(_type(program, element), count)
        case ast.Subscript(ast.Name("Slice"), element):
            return SliceType(_type(program, element))
        case ast.Subscript(ast.Name("Ptr"), to):
            return PtrType(_type(program, to))
        case ast.BinOp(ast.Subscript(ast.Name("Ptr"), to), ast.BitOr(), ast.Constant(None)):
            return PtrType(_type(program, to), nullable=True)
        case ast.Subscript(owner, ast.Tuple(arguments)):
            return _class(program, owner, arguments)
        case ast.Subscript(owner, argument):
            return _class(program, owner, [argument])
    return _class(program, node, [])


def _class(program: Program, node: ast.expr, arguments: list[ast.expr]) -> Type:
    qualified = ast.unparse(node)
    module, _, short = qualified.rpartition(".")
    loaded = program.modules.get(module)
    decl = loaded.names.get(short) if loaded else None
    if not isinstance(decl, ClassDecl):
        raise TypeError(f"the program has no class {qualified!r}")
    if len(arguments) != len(decl.type_parameters):
        raise TypeError(f"{qualified} has {len(decl.type_parameters)} type parameters")
    given = tuple(_type(program, argument) for argument in arguments)
    return class_instance(program, decl, given, decl.span)
