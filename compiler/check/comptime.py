"""`@comptime` functions: run by CPython while compiling, their results turned into typed constants.

The function sees the constants and other `@comptime` functions of its module and Python's harmless
builtins. It is counted line by line, so that one that never ends is a diagnostic and not a hang.
"""

from __future__ import annotations
import __future__

import builtins
import sys
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

from compiler import syntax_tree as st
from compiler import typed_tree as tt
from compiler.check.body import Body
from compiler.check.convert import error_expr
from compiler.check.symbols import ConstantDecl, FunctionDecl, Module
from compiler.program import Program
from compiler.source import Span
from compiler.types import (
    BOOL,
    ERROR,
    LITERAL_INT,
    STR,
    ArrayType,
    BoolType,
    ClassType,
    IntType,
    SliceType,
    Type,
)

LINE_BUDGET = 20_000_000
"""Lines a call may execute: seconds, and far more than any table needs."""

SAFE_BUILTINS = {
    name: getattr(builtins, name)
    for name in [
        "abs",
        "all",
        "any",
        "bin",
        "bool",
        "bytes",
        "chr",
        "dict",
        "divmod",
        "enumerate",
        "filter",
        "float",
        "hex",
        "int",
        "isinstance",
        "iter",
        "len",
        "list",
        "map",
        "max",
        "min",
        "next",
        "oct",
        "ord",
        "pow",
        "range",
        "repr",
        "reversed",
        "round",
        "set",
        "sorted",
        "str",
        "sum",
        "tuple",
        "zip",
        "ArithmeticError",
        "AssertionError",
        "IndexError",
        "KeyError",
        "StopIteration",
        "ValueError",
        "ZeroDivisionError",
        "Exception",
    ]
}


class BudgetExceeded(Exception):
    pass


def call_comptime(body: Body, decl: FunctionDecl, call: st.Call) -> tuple[bool, Any]:
    """(True, result), or (False, None) after a report."""
    from compiler.check.constants import constant_expr

    arguments: list[Any] = []
    keywords: dict[str, Any] = {}
    for argument in call.args:
        value = to_python(constant_expr(body, argument.value, None))
        if value is None:
            body.report("comptime-argument", argument.span)
            return False, None
        if argument.keyword is None:
            arguments.append(value)
        else:
            keywords[argument.keyword] = value
    try:
        function = python_function(body.program, decl)
        return True, _counted(lambda: function(*arguments, **keywords))
    except BudgetExceeded:
        body.report("comptime-too-long", call.span, name=decl.name)
    except RecursionError:
        body.report("comptime-failed", call.span, name=decl.name, problem="it recurses too deeply")
    except Exception as error:
        problem = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        body.report("comptime-failed", call.span, name=decl.name, problem=problem)
    return False, None


def _counted(run: Callable[[], Any]) -> Any:
    left = LINE_BUDGET

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise BudgetExceeded
        return trace

    previous = sys.gettrace()
    sys.settrace(trace)
    try:
        return run()
    finally:
        sys.settrace(previous)


def python_function(program: Program, decl: FunctionDecl) -> Callable[..., Any]:
    """The function as CPython runs it, with the names it uses bound to constants and other such
    functions.
    """
    node = decl.node
    start = node.span.start
    source = node.span.file.text[start : node.span.end]
    line_start = node.span.file.text.rfind("\n", 0, start) + 1
    indent = " " * (start - line_start)
    text = "\n".join(line.removeprefix(indent) for line in source.split("\n"))
    text = text[text.index("def ") :] if not text.startswith("def ") else text
    flags = __future__.annotations.compiler_flag
    code = compile(
        "\n" * (node.span.line - 1) + text, node.span.file.display, "exec", flags, dont_inherit=True
    )
    namespace: dict[str, Any] = {"__builtins__": SAFE_BUILTINS}
    for name in sorted(_global_names(code)):
        _bind(program, decl.module, name, namespace)
    exec(code, namespace)
    result: Callable[..., Any] = namespace[node.name]
    return result


def _global_names(code: CodeType) -> set[str]:
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _global_names(constant)
    return names


def _bind(program: Program, module: Module, name: str, namespace: dict[str, Any]) -> None:
    from compiler.check.constants import constant_value

    symbol = (
        program.look_up(module, name, module.source.span(0, 0)) if name in module.names else None
    )
    if isinstance(symbol, ConstantDecl):
        value = to_python(constant_value(program, symbol, symbol.span))
        if value is not None:
            namespace[name] = value
    elif isinstance(symbol, FunctionDecl) and symbol.is_comptime:

        def call(*arguments: Any, **keywords: Any) -> Any:
            return python_function(program, symbol)(*arguments, **keywords)

        namespace.setdefault(name, call)


def to_python(value: tt.Expr) -> Any:
    """A constant as a Python object; None for what has no such form."""
    match value:
        case tt.IntConst() | tt.BoolConst() | tt.FloatConst():
            return value.value
        case tt.StrConst():
            return value.text
        case tt.BytesConst():
            return value.data
        case _:
            return None


# --- From Python -------------------------------------------------------------------------------


def from_python(body: Body, value: Any, wanted: Type | None, span: Span) -> tt.Expr:
    """A Python result as a constant of type `wanted`, or of its natural type."""
    if isinstance(value, bool) and (wanted is None or isinstance(wanted, BoolType)):
        return tt.BoolConst(BOOL, span, value)
    if isinstance(value, int) and not isinstance(value, bool):
        return _integer(body, value, wanted, span)
    if isinstance(value, str) and wanted in (None, STR):
        return tt.StrConst(STR, span, value)
    if isinstance(value, bytes | bytearray) and isinstance(wanted, SliceType):
        return tt.BytesConst(wanted, span, bytes(value))
    body.report("comptime-result", span, found=type(value).__name__, wanted=wanted or "a constant")
    return error_expr(span)


def _integer(body: Body, value: int, wanted: Type | None, span: Span) -> tt.Expr:
    if wanted is None:
        return tt.IntConst(LITERAL_INT, span, value)
    kind = (
        wanted.integer
        if isinstance(wanted, ClassType) and wanted.kind in ("enum", "flags")
        else wanted
    )
    if isinstance(kind, IntType) and kind.holds(value):
        return tt.IntConst(wanted, span, value)
    if isinstance(kind, IntType):
        body.report("literal-does-not-fit", span, value=value, type=kind)
    else:
        body.report("comptime-result", span, found="int", wanted=wanted)
    return error_expr(span)


def initializer_from_python(body: Body, value: Any, wanted: Type, span: Span) -> tt.Initializer:
    """A Python list as the contents of an array."""
    if (
        wanted is ERROR
        or not isinstance(wanted, ArrayType)
        or not isinstance(value, list | tuple | bytes | bytearray)
    ):
        body.report("comptime-result", span, found=type(value).__name__, wanted=wanted)
        return tt.ZeroInit(wanted)
    if len(value) != wanted.count:
        body.report("array-count", span, expected=wanted.count, found=len(value))
        return tt.ZeroInit(wanted)
    element = wanted.element
    if isinstance(element, IntType) and all(type(v) is int and element.holds(v) for v in value):
        size = element.width // 8
        data = b"".join(v.to_bytes(size, "little", signed=element.signed) for v in value)
        return tt.BytesInit(wanted, data)
    items: list[tt.Expr | tt.Initializer] = []
    for item in value:
        one = initializer_from_python if isinstance(element, ArrayType) else from_python
        items.append(one(body, item, element, span))
    return tt.ArrayInit(wanted, items)
