"""A function of the typed tree as the text of an LLVM function."""

from __future__ import annotations

from compiler.lower.calls import write_error_exit
from compiler.lower.checks import Check, fail
from compiler.lower.emit import Emitter, Value
from compiler.lower.memory import to_storage
from compiler.lower.metadata import quoted
from compiler.lower.state import FunctionState, ModuleState, never_returns, symbol_reference
from compiler.lower.statements import return_value
from compiler.typed_tree import Function, Local
from compiler.types import NoneType

ATTRIBUTES = {
    "inline": "inlinehint",
    "noinline": "noinline",
    "cold": "cold",
    "naked": "naked noinline",
}
"""LLVM's words for the dialect's. The rest mean nothing to LLVM."""


def lower_function(module: ModuleState, function: Function) -> str:
    debug_scope = module.debug.subprogram(function)
    f = FunctionState(module, function, Emitter(module.prof_failure), debug_scope)
    if "naked" in function.attributes:
        _naked_body(f)
    else:
        _body(f)
    return f"{_head(f)} !dbg {debug_scope} {{\n{f.e.text()}\n}}\n"


def _head(f: FunctionState) -> str:
    function, module = f.function, f.module
    signature = module.signature(function)
    parameters = ", ".join(
        f"{type} {attribute}%p{index}"
        for index, (type, attribute) in enumerate(signature.parameters)
    )
    symbol = symbol_reference(function.symbol)
    words = [module.common_attributes]
    words += [word for name, word in ATTRIBUTES.items() if name in function.attributes]
    if never_returns(function):
        words.append("noreturn")
    if function.section is not None:
        words.append(f"section {quoted(function.section)}")
    if function.linkage == "shared":
        words.append("comdat")
    return f"define {_linkage(f)}{signature.head} {symbol}({parameters}) {' '.join(words)}"


def _linkage(f: FunctionState) -> str:
    match f.function.linkage:
        case "export":
            return ""
        case "shared":
            return f"linkonce_odr {f.module.hidden}"
        case _:
            return f.module.hidden


def _body(f: FunctionState) -> None:
    for index, parameter in enumerate(f.function.parameters):
        _parameter(f, parameter, index)
    for local in f.function.locals:
        if not local.is_parameter:
            _declare(f, local, 0)
    assert f.function.body is not None
    f.statements(f.function.body)
    if not f.e.closed:
        _end(f)
    write_error_exit(f)


def _parameter(f: FunctionState, parameter: Local, index: int) -> None:
    """Parameters are variables too: each gets storage, which LLVM removes where it can."""
    value = Value(f.types.value(parameter.type), f"%p{index}")
    storage = f.local(parameter)
    f.e.store(to_storage(f, value), storage, f.types.layout(parameter.type).align)
    _declare(f, parameter, index + 1)


def _declare(f: FunctionState, local: Local, argument: int) -> None:
    """Tells the debugger where a variable is."""
    if local.hidden:
        return
    debug = f.module.debug
    variable = debug.variable(f.debug_scope, local, argument)
    where = debug.location(f.debug_scope, local.span)
    storage = f.local(local)
    f.e.at_entry(f"#dbg_declare({storage}, {variable}, !DIExpression(), {where})")


def _end(f: FunctionState) -> None:
    """The end of the body: of a function with a result, only reached where the checker knows
    better.
    """
    if isinstance(f.function.result, NoneType):
        return_value(f, None)
    else:
        fail(f, Check.UNREACHABLE, f.function.span)


def _naked_body(f: FunctionState) -> None:
    """Assembly alone, without prologue, storage or return."""
    assert f.function.body is not None
    f.statements(f.function.body)
    if not f.e.closed:
        f.e.unreachable()
