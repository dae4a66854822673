"""Typed tree -> LLVM assembly text: the entry of the lowering.

Problem: the typed tree has decided everything about the program; what is left is how the machine
does it.

Example: `total = a + b` (u32, checked) becomes

    %v3 = call { i32, i1 } @llvm.uadd.with.overflow.i32(i32 %v1, i32 %v2), !dbg !9
    …
    br i1 %v5, label %failed.6, label %passed.7, !prof !2, !dbg !9

and, at the end of the function, a block that calls `pk_check_failed` with the site of the check.

Invariants: the text depends on the tree and the options alone; no instruction has a behaviour LLVM
calls undefined unless a check before it excludes the case; memory is laid out by
`compiler/layout.py`; every instruction that can fail, call or be stopped at has a place in the
source.

The hard case is an error that leaves a `try`: see `lower.statements`.
"""

from __future__ import annotations

import compiler.lower.arithmetic
import compiler.lower.atomics
import compiler.lower.convert
import compiler.lower.expressions
import compiler.lower.intrinsics
import compiler.lower.places
import compiler.lower.statements  # noqa: F401  (each enters its rules in the table)
from compiler.lower.data import Data
from compiler.lower.functions import lower_function
from compiler.lower.state import (
    LowerOptions,
    ModuleState,
    Runtime,
    functions_of,
    symbol_reference,
)
from compiler.typed_tree import TypedModule

__all__ = ["LowerOptions", "Runtime", "lower_module"]


def lower_module(module: TypedModule, options: LowerOptions, runtime: Runtime) -> str:
    """The module as LLVM assembly; `compiler/machine/target.py` adds triple and data layout."""
    state = ModuleState(module, options, runtime)
    state.data = Data(state)
    for variable in module.globals:
        state.data.define(variable)
    functions = functions_of(module)
    bodies = [lower_function(state, function) for function in functions]
    state.debug.finish()
    shared = [f.symbol for f in functions if f.linkage == "shared"]
    used = [f.symbol for f in functions if f.linkage == "export"]
    used += [g.symbol for g in module.globals if g.exported and g.initial is not None]
    sections = [
        [f"${symbol_reference(symbol)[1:]} = comdat any" for symbol in shared],
        state.data.lines,
        _used(used),
        list(state.declarations.values()),
        list(state.helpers.values()),
        bodies,
        state.metadata.lines(),
    ]
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


def _used(symbols: list[str]) -> list[str]:
    """Keeps what is exported, though nothing in the program may refer to it."""
    if not symbols:
        return []
    items = ", ".join(f"ptr {symbol_reference(symbol)}" for symbol in symbols)
    return [
        f'@llvm.used = appending global [{len(symbols)} x ptr] [{items}], section "llvm.metadata"'
    ]
