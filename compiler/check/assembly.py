"""`asm(…)`: what LLVM would refuse of its constraints and operands is refused here."""

from __future__ import annotations

import re

from compiler import syntax_tree as st
from compiler import typed_tree as tt
from compiler.check.body import Body
from compiler.check.convert import describe, error_expr
from compiler.check.resolve_types import resolve_type
from compiler.types import (
    ERROR,
    NONE,
    BoolType,
    ClassType,
    FloatType,
    FnType,
    IntType,
    PtrType,
    Type,
)

CONSTRAINT = re.compile(r"(=&?)?(\*?)([A-Za-z]+|\d+|\{[A-Za-z0-9]+\})+")
CLOBBER = re.compile(r"~\{[A-Za-z0-9]+\}")


def asm_call(body: Body, expr: st.Call, wanted: Type | None) -> tt.Expr:
    from compiler.check.expressions import check_value

    texts = [a.value.value if isinstance(a.value, st.StrLiteral) else None for a in expr.args[:2]]
    if None in texts or len(texts) != 2:
        body.report("asm-text", expr.span)
        return error_expr(expr.span)
    if body.program.target.kind == "wasm":
        body.report("not-on-target", expr.func.span, name="asm", target=body.program.target.kind)
        return error_expr(expr.span)
    result: Type = NONE
    if len(expr.args) > 2 and not isinstance(expr.args[2].value, st.NoneLiteral):
        result = resolve_type(body.program, body.module, body.environment, expr.args[2].value)
    operands = [check_value(body, a.value) for a in expr.args[3:]]
    if result is ERROR or any(o.type is ERROR for o in operands):
        return error_expr(expr.span)
    if not _go_into_registers(body, expr, result, operands):
        return error_expr(expr.span)
    template, constraints = texts[0] or "", texts[1] or ""
    parts = [c.strip() for c in constraints.split(",") if c.strip()]
    pure = "pure" in parts
    parts = [c for c in parts if c != "pure"]
    problem = _constraint_problem(parts, result is not NONE, len(operands))
    if problem is not None:
        body.report("asm-operands", expr.span, problem=problem)
        return error_expr(expr.span)
    return tt.InlineAsm(result, expr.span, template, ",".join(parts), operands, pure)


def _go_into_registers(body: Body, expr: st.Call, result: Type, operands: list[tt.Expr]) -> bool:
    wrong = [o for o in operands if not _fits_register(o.type)]
    for operand in wrong:
        body.report("asm-type", operand.span, type=describe(operand.type))
    if result is not NONE and not _fits_register(result):
        body.report("asm-type", expr.args[2].span, type=describe(result))
        return False
    return not wrong


def _fits_register(kind: Type) -> bool:
    numbers = isinstance(kind, ClassType) and kind.kind in ("enum", "flags")
    return numbers or isinstance(kind, IntType | FloatType | BoolType | PtrType | FnType)


def _constraint_problem(parts: list[str], has_result: bool, operands: int) -> str | None:
    """What LLVM would have against the constraints; None if nothing."""
    own = [p for p in parts if not CLOBBER.fullmatch(p)]
    for part in own:
        if not CONSTRAINT.fullmatch(part):
            return f"have `{part}`, which is none"
    results = [p for p in own if p.startswith("=")]
    if len(results) != has_result or own[: len(results)] != results or "=*" in "".join(results):
        return "need one for the result first" if has_result else "have one for a result"
    inputs = own[len(results) :]
    if len(inputs) != operands:
        return f"are for {len(inputs)} operands, not {operands}"
    tied = [p for p in inputs if p.isdigit() and int(p) >= len(results)]
    return f"have `{tied[0]}`, which is no result" if tied else None
