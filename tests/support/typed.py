"""Typed trees by hand, lowered and called in this process: what the tests of the lowering are made
of.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm

from compiler import typed_tree as tt
from compiler import types as ty
from compiler.lower.module import LowerOptions, Runtime, lower_module
from compiler.lower.verify import verify_module
from compiler.machine.target import HOST_MACHINE, RELEASE, Profile, ir_header, optimise, parse_ir
from compiler.source import SourceFile

SOURCE = SourceFile(Path("sample.py"), "sample.py", "x = 1\n" * 50)
SPAN = SOURCE.span(12, 17)
USIZE = ty.HOST.usize
UNOPTIMISED = Profile("unoptimised", passes=0, codegen=0, debug=True)

CTYPES: dict[str, Any] = {
    "u8": ctypes.c_uint8, "u16": ctypes.c_uint16, "u32": ctypes.c_uint32, "u64": ctypes.c_uint64,
    "i8": ctypes.c_int8, "i16": ctypes.c_int16, "i32": ctypes.c_int32, "i64": ctypes.c_int64,
    "usize": ctypes.c_uint64, "isize": ctypes.c_int64, "bool": ctypes.c_bool,
    "f32": ctypes.c_float, "f64": ctypes.c_double,
}  # fmt: skip


def value_class(name: str, fields: dict[str, ty.Type], **options: Any) -> ty.ClassType:
    return _class(name, "value", fields, **options)


def struct_class(name: str, fields: dict[str, ty.Type], **options: Any) -> ty.ClassType:
    return _class(name, "struct", fields, **options)


def _class(name: str, kind: Any, fields: dict[str, ty.Type], **options: Any) -> ty.ClassType:
    listed = [ty.Field(n, t, None, SPAN) for n, t in fields.items()]
    return ty.ClassType(f"sample.{name}", name, kind, SPAN, fields=listed, **options)


def enum_class(name: str, base: ty.IntType, members: dict[str, int]) -> ty.ClassType:
    return ty.ClassType(f"sample.{name}", name, "enum", SPAN, members=members, base=[base])


CHECK = enum_class("Check", ty.U8, {"OVERFLOW": 0, "SHIFT": 1})
CHECK_SITE = struct_class(
    "CheckSite",
    {
        "file": ty.STR, "line": ty.U32, "column": ty.U32, "kind": CHECK, "signed": ty.U8,
        "operator": ty.STR, "type_name": ty.STR,
    },
)  # fmt: skip

# --- Nodes -------------------------------------------------------------------------------------


def local(name: str, type: ty.Type, index: int = 0, parameter: bool = False) -> tt.Local:
    return tt.Local(name, type, SPAN, index, parameter)


def num(type: ty.Type, value: int) -> tt.IntConst:
    return tt.IntConst(type, SPAN, value)


def place(variable: tt.Local) -> tt.LocalPlace:
    return tt.LocalPlace(variable.type, SPAN, variable)


def get(variable: tt.Local) -> tt.Load:
    return tt.Load(variable.type, SPAN, place(variable))


def put(variable: tt.Local, value: tt.Expr) -> tt.Store:
    return tt.Store(SPAN, place(variable), value)


def add(type: ty.Type, a: tt.Expr, b: tt.Expr, mode: tt.Mode = "wrapping") -> tt.Arithmetic:
    return tt.Arithmetic(type, SPAN, "+", a, b, mode)


def ret(value: tt.Expr | None = None) -> tt.Return:
    return tt.Return(SPAN, value)


def call(function: tt.Function, *arguments: tt.Expr) -> tt.CallFunction:
    return tt.CallFunction(function.result, SPAN, function, list(arguments))


def compare(op: Any, a: tt.Expr, b: tt.Expr) -> tt.Compare:
    return tt.Compare(ty.BOOL, SPAN, op, a, b)


def error(name: str, code: int) -> tt.ErrorClass:
    return tt.ErrorClass(f"sample.{name}", name, code, "", SPAN)


def function(
    name: str,
    parameters: Sequence[ty.Type],
    result: ty.Type,
    body: Callable[..., list[tt.Stmt]] | None,
    raises: Sequence[tt.ErrorClass] = (),
    locals: Sequence[tt.Local] = (),
    linkage: tt.Linkage = "internal",
    **options: Any,
) -> tt.Function:
    """`body` is given the parameters' locals."""
    made = [local(f"p{i}", t, i, parameter=True) for i, t in enumerate(parameters)]
    return tt.Function(
        name, name, "sample", SPAN, made, result, list(raises), linkage,
        locals=[*made, *locals], body=body(*made) if body else None, file=SOURCE, **options,
    )  # fmt: skip


def binary(name: str, type: ty.Type, make: Callable[[tt.Expr, tt.Expr], tt.Expr]) -> tt.Function:
    """A function of two parameters of a type that returns an expression of them."""
    probe = make(num(type, 0), num(type, 0))
    return function(name, [type, type], probe.type, lambda a, b: [ret(make(get(a), get(b)))])


def typed_module(
    functions: Iterable[tt.Function], globals: Iterable[tt.Global] = ()
) -> tt.TypedModule:
    return tt.TypedModule("sample", SOURCE, list(functions), list(globals), [], [])


def lowered(module: tt.TypedModule, target: ty.Target = ty.HOST) -> str:
    verify_module(module)
    return lower_module(module, LowerOptions(target), Runtime(CHECK_SITE))


# --- Running -----------------------------------------------------------------------------------

_SITE_PARTS = struct.Struct("<QQIIBB")


class Failure(Exception):
    """A check failed: its kind, the two values, and the operator and type of its site."""

    def __init__(self, kind: int, a: int, b: int, operator: str, type_name: str) -> None:
        super().__init__(kind, a, b, operator, type_name)
        self.kind, self.a, self.b = kind, a, b
        self.operator, self.type_name = operator, type_name


class Loaded:
    """A module's machine code. Failing checks end a child process, so `failure` calls in one."""

    def __init__(self, module: tt.TypedModule, profile: Profile = UNOPTIMISED) -> None:
        text = lowered(module)
        self._functions = {f.symbol: f for f in module.functions}
        header = ir_header(HOST_MACHINE, profile.codegen)
        parsed = parse_ir(header + text, module.name)
        optimise(parsed, HOST_MACHINE, profile)
        llvm.add_symbol("pk_check_failed", ctypes.cast(_ON_FAILURE, ctypes.c_void_p).value)
        self._engine = llvm.create_mcjit_compiler(parsed, _machine(profile))
        self._engine.finalize_object()

    def address(self, symbol: str) -> int:
        return int(self._engine.get_function_address(symbol))

    def variable(self, symbol: str) -> int:
        return int(self._engine.get_global_value_address(symbol))

    def __call__(self, symbol: str, *arguments: Any) -> Any:
        made = self._functions[symbol]
        kinds = [_ctype(p.type) for p in made.parameters]
        result = ctypes.c_int32 if made.raises else _ctype(made.result)
        return ctypes.CFUNCTYPE(result, *kinds)(self.address(symbol))(*arguments)

    def failure(self, symbol: str, *arguments: Any) -> Failure:
        """The check that a call fails; an assertion fails if it returns."""
        reader, _PIPE[0] = os.pipe()
        child = os.fork()
        if child == 0:
            self(symbol, *arguments)
            os._exit(1)
        os.close(_PIPE[0])
        report = os.read(reader, 1000).decode()
        os.close(reader)
        _, status = os.waitpid(child, 0)
        assert report, f"{symbol}{arguments} failed no check (status {status})"
        kind, a, b, operator, type_name = report.split("\0")
        return Failure(int(kind), int(a), int(b), operator, type_name)


def _machine(profile: Profile) -> llvm.TargetMachine:
    """MCJIT owns its target machine, so each gets its own."""
    return llvm.Target.from_triple(HOST_MACHINE.triple).create_target_machine(
        cpu=HOST_MACHINE.cpu, features=HOST_MACHINE.features, opt=profile.codegen,
        reloc=HOST_MACHINE.relocation, codemodel="jitdefault", jit=True,
    )  # fmt: skip


def _ctype(type: ty.Type) -> Any:
    return None if isinstance(type, ty.NoneType) else CTYPES.get(str(type), ctypes.c_void_p)


_PIPE = [-1]


def _report(site: int, a: int, b: int) -> None:
    raw = ctypes.string_at(site, 64)
    _, _, line, _, kind, _ = _SITE_PARTS.unpack_from(raw)
    assert line == SPAN.line
    operator, type_name = (
        ctypes.string_at(*struct.unpack_from("<QQ", raw, at)).decode() for at in (32, 48)
    )
    os.write(_PIPE[0], f"{kind}\0{a}\0{b}\0{operator}\0{type_name}".encode())
    os._exit(0)


_ON_FAILURE = ctypes.CFUNCTYPE(None, ctypes.c_uint64, ctypes.c_uint64, ctypes.c_uint64)(_report)


def both_ways(functions: Iterable[tt.Function], globals: Iterable[tt.Global] = ()) -> list[Loaded]:
    """The same module without optimisation and with all of it."""
    module = typed_module(functions, globals)
    return [Loaded(module, profile) for profile in (UNOPTIMISED, RELEASE)]
