"""Conditions on the build: `if TARGET == "kernel":`, `if DEBUG and not TESTS:`.

Only `TARGET`, `DEBUG`, `TESTS`, `TYPE_CHECKING`, literals, comparison and `and/or/not` take part.
The branch such a condition does not choose is not compiled, so it may use what does not exist on
this target.
"""

from __future__ import annotations

from compiler import syntax_tree as st
from compiler.check.symbols import LanguageSymbol, Module
from compiler.program import Program


def static_condition(program: Program, module: Module, expr: st.Expr) -> bool | None:
    """The value, or None if the condition is not one on the build."""
    match expr:
        case st.Name():
            value = build_constant(program, module, expr)
            return value if isinstance(value, bool) else None
        case st.Unary(op="not"):
            inner = static_condition(program, module, expr.operand)
            return None if inner is None else not inner
        case st.BoolOp():
            return _logical(program, module, expr)
        case st.Compare(ops=["==" | "!=" as op], left=left, rights=[right]):
            names = [build_constant(program, module, e) for e in (left, right)]
            texts = [
                e.value if isinstance(e, st.StrLiteral) else n
                for e, n in zip((left, right), names, strict=True)
            ]
            if not any(isinstance(n, str) for n in names) or not all(
                isinstance(t, str) for t in texts
            ):
                return None
            return (texts[0] == texts[1]) == (op == "==")
        case _:
            return None


def _logical(program: Program, module: Module, expr: st.BoolOp) -> bool | None:
    """Decided by the first operand that decides; otherwise all must be known."""
    decisive = expr.op == "or"
    for operand in expr.operands:
        value = static_condition(program, module, operand)
        if value is None:
            return None
        if value == decisive:
            return decisive
    return not decisive


def build_constant(program: Program, module: Module, expr: st.Expr) -> bool | str | None:
    """The value of TARGET, DEBUG, TESTS or TYPE_CHECKING, where `expr` names one."""
    if not isinstance(expr, st.Name):
        return None
    symbol = program.look_up(module, expr.id, expr.span)
    if not isinstance(symbol, LanguageSymbol):
        return None
    values: dict[str, bool | str] = {
        "TARGET": program.target.kind,
        "DEBUG": program.options.debug,
        "TESTS": program.options.tests,
        "TYPE_CHECKING": True,
    }
    return values.get(symbol.name)
