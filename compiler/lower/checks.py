"""Run-time checks: a condition, and a call of `pk_check_failed` out of the way of the code that
runs.

Each check has a site, a constant of `pykern.rt.checks.CheckSite` that says where it is and what was
asked. The failing block passes the site and the two values the message shows, widened to 64 bits.
"""

from __future__ import annotations

from enum import IntEnum

from llvmlite import ir

from compiler.lower.emit import Value, integer
from compiler.lower.state import FunctionState
from compiler.lower.types import I32, I64, PTR
from compiler.source import Span
from compiler.types import Type

HANDLER = "pk_check_failed"


class Check(IntEnum):
    """The members of `pykern.rt.checks.Check`."""

    OVERFLOW = 0
    SHIFT = 1
    DIVISION = 2
    CONVERSION = 3
    INDEX = 4
    SLICE = 5
    LENGTHS = 6
    MEMBER = 7
    NULL = 8
    UNREACHABLE = 9


def fail_if(
    f: FunctionState,
    condition: Value,
    kind: Check,
    span: Span,
    values: tuple[Value, ...] = (),
    operator: str = "",
    type: Type | None = None,
    signed: bool = False,
) -> None:
    """Panics if `condition` (an i1) holds. `values` are those the message shows."""
    failure, passed = f.e.label("failed"), f.e.label("passed")
    f.e.branch_if(condition, failure, passed, failure=True)
    with f.e.cold_block(failure):
        fail(f, kind, span, values, operator, type, signed)
    f.e.place(passed)


def fail(
    f: FunctionState,
    kind: Check,
    span: Span,
    values: tuple[Value, ...] = (),
    operator: str = "",
    type: Type | None = None,
    signed: bool = False,
) -> None:
    """Panics; ends the block."""
    site = check_site(f, kind, span, operator, "" if type is None else str(type), signed)
    wide = [f.e.resize(value, I64, signed) for value in values]
    wide += [integer(I64, 0)] * (2 - len(wide))
    parameters = f"{PTR}, {I64}, {I64}"
    callee = f.module.intrinsic(HANDLER, "void", parameters, "nounwind noreturn cold")
    with f.at(span):
        f.e.do(f"call {callee}({PTR} {site}, {wide[0]}, {wide[1]}) noreturn cold")
        f.e.unreachable()


def check_site(
    f: FunctionState, kind: Check, span: Span, operator: str, type_name: str, signed: bool
) -> str:
    """The symbol of the constant that describes a check."""
    data = f.module.data
    line, column = span.file.position(span.start)
    key = (span.file.display, line, column, kind, operator, type_name, signed)
    found = data.sites.get(key)
    if found is not None:
        return found
    cls = f.module.runtime.check_site
    values: dict[str, ir.Constant] = {
        "file": data.text(span.file.display),
        "line": ir.Constant(I32, line),
        "column": ir.Constant(I32, column),
        "kind": ir.Constant(ir.IntType(8), int(kind)),
        "signed": ir.Constant(ir.IntType(8), int(signed)),
        "operator": data.text(operator),
        "type_name": data.text(type_name),
    }
    members = {
        f.types.member(cls, index): values[field.name] for index, field in enumerate(cls.fields)
    }
    symbol = data.anonymous(data.struct(cls, members), f.types.layout(cls).align)
    data.sites[key] = symbol
    return symbol
