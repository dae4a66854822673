"""Calls, the errors that come out of them, and inline assembly."""

from __future__ import annotations

from collections.abc import Sequence

from llvmlite import ir

from compiler.lower.checks import Check, fail
from compiler.lower.emit import Label, Value, integer
from compiler.lower.memory import from_storage, to_storage
from compiler.lower.metadata import quoted
from compiler.lower.state import (
    CatchScope,
    FinalScope,
    FunctionState,
    Signature,
    Unreached,
    lowers,
    never_returns,
)
from compiler.lower.types import I32, VOID
from compiler.typed_tree import CallFunction, CallPointer, InlineAsm
from compiler.types import FnType, NeverType, NoneType

NOTHING = Value(VOID, "")
X86_CLOBBERS = ("~{dirflag}", "~{fpsr}", "~{flags}")


@lowers(CallFunction)
def _call_function(f: FunctionState, node: CallFunction) -> Value:
    function = node.function
    arguments = [f.value(argument) for argument in node.arguments]
    signature = f.module.signature(function)
    with f.at(node.span):
        result = _call(f, signature, f.module.reference(function), arguments)
        if never_returns(function):
            f.e.unreachable()
            raise Unreached
        if function.raises:
            return _after_raising(f, node, result)
    return result


@lowers(CallPointer)
def _call_pointer(f: FunctionState, node: CallPointer) -> Value:
    callee = f.value(node.callee)
    arguments = [f.value(argument) for argument in node.arguments]
    assert isinstance(node.callee.type, FnType)
    with f.at(node.span):
        signature = f.module.signature_of(node.callee.type)
        result = _call(f, signature, callee.text, arguments)
        if isinstance(node.type, NeverType):
            f.e.unreachable()
            raise Unreached
    return result


def _call(f: FunctionState, signature: Signature, callee: str, arguments: Sequence[Value]) -> Value:
    operands = [
        f"{type} {attribute}{value.text}"
        for value, (type, attribute) in zip(arguments, signature.parameters, strict=True)
    ]
    return f.e.call(signature.result, f"{signature.head} {callee}", operands)


def _after_raising(f: FunctionState, node: CallFunction, result: Value) -> Value:
    """Branches to whoever handles the error, if there is one; the result otherwise."""
    alone = result.type == I32
    code = result if alone else f.e.extract(result, 0)
    store_code(f, code)
    passed = f.e.label("succeeded")
    failed = f.e.icmp("ne", code, integer(I32, 0))
    f.e.branch_if(failed, error_target(f), passed, failure=True)
    f.e.place(passed)
    if isinstance(node.type, NeverType):
        fail(f, Check.UNREACHABLE, node.span)
        raise Unreached
    return NOTHING if alone else from_storage(f, f.e.extract(result, 1), node.type)


# --- Where errors go ---------------------------------------------------------------------------


def store_code(f: FunctionState, code: Value) -> None:
    """Leaves the code where the landing looks for it."""
    if f.error_slot is None:
        f.error_slot = f.e.alloca(I32, 4, "error")
    f.e.store(code, f.error_slot, 4)


def stored_code(f: FunctionState) -> Value:
    assert f.error_slot is not None
    return f.e.load(I32, f.error_slot, 4)


def error_target(f: FunctionState) -> Label:
    """The label that deals with an error raised here, whose code has been stored."""
    for scope in reversed(f.scopes):
        if isinstance(scope, CatchScope | FinalScope):
            return scope.landing
    if f.error_exit is None:
        f.error_exit = f.e.label("error_exit")
    return f.error_exit


def raise_code(f: FunctionState, code: Value) -> None:
    store_code(f, code)
    f.e.branch(error_target(f))


def write_error_exit(f: FunctionState) -> None:
    """Returns the stored code to the caller."""
    if f.error_exit is None or not f.error_exit.used:
        return
    f.e.place(f.error_exit)
    if f.function.raises:
        return_result(f, stored_code(f), None)
    else:
        f.e.unreachable()  # every error has a handler; this is where none of them matches


def return_result(f: FunctionState, code: Value, value: Value | None) -> None:
    """Returns from a function that can raise. Where there is an error, the result is zero."""
    result = f.types.result(f.function.result, True)
    if result == I32:
        f.e.ret(code)
        return
    members = [(0, code)]
    if value is not None:
        members.append((1, to_storage(f, value)))
    f.e.ret(f.e.aggregate(result, members))


# --- Inline assembly ---------------------------------------------------------------------------


@lowers(InlineAsm)
def _inline_asm(f: FunctionState, node: InlineAsm) -> Value:
    arguments = [to_storage(f, f.value(argument)) for argument in node.arguments]
    result: ir.Type = f.types.storage(node.type)
    with f.at(node.span):
        value = assembly(f, result, node.template, node.constraints, arguments, node.pure)
    if isinstance(node.type, NeverType):
        f.e.unreachable()
        raise Unreached
    return value if isinstance(node.type, NoneType) else from_storage(f, value, node.type)


def assembly(
    f: FunctionState,
    result: ir.Type,
    template: str,
    constraints: str,
    arguments: Sequence[Value],
    pure: bool = False,
) -> Value:
    """Always volatile. Memory is clobbered unless `pure`; the flags always."""
    clobbers = [] if pure else ["~{memory}"]
    if f.types.target.kind != "wasm":
        clobbers += X86_CLOBBERS
    every = ",".join([constraints, *clobbers] if constraints else clobbers)
    callee = f"{result} asm sideeffect {quoted(template)}, {quoted(every)}"
    return f.e.call(result, callee, [str(argument) for argument in arguments])
