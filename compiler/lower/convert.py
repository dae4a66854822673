"""Conversions, one rule for each `ConvertKind`."""

from __future__ import annotations

from collections.abc import Callable

from compiler.lower.checks import Check, fail_if
from compiler.lower.data import float_text
from compiler.lower.emit import Value, boolean, integer
from compiler.lower.state import FunctionState, lowers
from compiler.lower.types import I1, I64, PTR, integer_of, is_signed
from compiler.typed_tree import Convert
from compiler.types import BoolType, ClassType, FloatType, IntType, Type

MANTISSA = {32: 24, 64: 53}
"""Bits of a float's significand, by its width."""


@lowers(Convert)
def _convert(f: FunctionState, node: Convert) -> Value:
    value = f.value(node.value)
    with f.at(node.span):
        return CONVERSIONS[node.kind](f, node, value)


def _same(f: FunctionState, node: Convert, value: Value) -> Value:
    return value


def _widen(f: FunctionState, node: Convert, value: Value) -> Value:
    source, to = node.value.type, f.types.value(node.type)
    if isinstance(source, FloatType):
        return value if value.type == to else f.e.cast("fpext", value, to)
    if value.text in ("true", "false"):
        return integer(to, int(value.text == "true"))
    return f.e.resize(value, to, is_signed(source))


def _truncate(f: FunctionState, node: Convert, value: Value) -> Value:
    return f.e.resize(value, f.types.value(node.type), is_signed(node.value.type))


def _checked(f: FunctionState, node: Convert, value: Value) -> Value:
    if isinstance(node.value.type, BoolType):
        return _widen(f, node, value)
    source, target = integer_of(node.value.type), integer_of(node.type)
    result = f.e.resize(value, f.types.value(node.type), source.signed)
    wrong = _does_not_fit(f, value, result, source, target)
    if wrong is not None:
        fail_if(
            f, wrong, Check.CONVERSION, node.span, (value,), type=node.type, signed=source.signed
        )
    return result


def _does_not_fit(
    f: FunctionState, value: Value, result: Value, source: IntType, target: IntType
) -> Value | None:
    """Whether an integer is outside the target's range (i1); None if none is."""
    if source.min >= target.min and source.max <= target.max:
        return None
    if source.signed and target.signed:
        return f.e.icmp("ne", f.e.resize(result, value.type, True), value)
    if source.max <= target.max:
        return f.e.icmp("slt", value, integer(value.type, 0))
    # Compared as unsigned, negative numbers are too large as well.
    return f.e.icmp("ugt", value, integer(value.type, target.max))


def _bits(f: FunctionState, node: Convert, value: Value) -> Value:
    to = f.types.value(node.type)
    if value.type == to:
        return value
    if value.type == PTR:
        return f.e.cast("ptrtoint", value, to)
    if to == PTR:
        return f.e.cast("inttoptr", value, to)
    return f.e.cast("bitcast", value, to)


def _float_to_int(f: FunctionState, node: Convert, value: Value) -> Value:
    """Compared with the nearest floats outside the range; NaN is unordered with both."""
    target = integer_of(node.type)
    assert isinstance(node.value.type, FloatType)
    above = f.e.fcmp("olt", value, _float(value, float(target.max + 1)))
    exact = target.width < MANTISSA[node.value.type.width]
    if exact:
        below = f.e.fcmp("ogt", value, _float(value, float(target.min - 1)))
    elif target.signed:
        below = f.e.fcmp("oge", value, _float(value, float(target.min)))
    else:
        below = f.e.fcmp("ogt", value, _float(value, -1.0))
    wrong = f.e.binary("xor", f.e.binary("and", above, below), boolean(True))
    to = f.types.value(node.type)
    shown = _saturated(f, value)
    fail_if(f, wrong, Check.CONVERSION, node.span, (shown,), type=node.type, signed=True)
    return f.e.cast("fptosi" if target.signed else "fptoui", value, to)


def _float(like: Value, number: float) -> Value:
    return Value(like.type, float_text(like.type, number))


def _saturated(f: FunctionState, value: Value) -> Value:
    """What the message shows of a float: the nearest i64."""
    name = f"llvm.fptosi.sat.i64.{value.type.intrinsic_name}"
    return f.e.call(I64, f.module.intrinsic(name, "i64", str(value.type)), [value])


def _int_to_float(f: FunctionState, node: Convert, value: Value) -> Value:
    word = "sitofp" if is_signed(node.value.type) else "uitofp"
    return f.e.cast(word, value, f.types.value(node.type))


def _narrow_float(f: FunctionState, node: Convert, value: Value) -> Value:
    to = f.types.value(node.type)
    return value if value.type == to else f.e.cast("fptrunc", value, to)


def _to_enum(f: FunctionState, node: Convert, value: Value) -> Value:
    wrong = not_member(f, value, node.type)
    if wrong is not None:
        signed = is_signed(node.type)
        fail_if(f, wrong, Check.MEMBER, node.span, (value,), type=node.type, signed=signed)
    return value


def not_member(f: FunctionState, value: Value, type: Type) -> Value | None:
    """Whether an integer is no member of an enum (i1); None if every integer is one."""
    assert isinstance(type, ClassType)
    members = sorted(set(type.members.values()))
    if len(members) == 1 << value.type.width:
        return None
    if members == list(range(members[0], members[-1] + 1)):
        distance = f.e.binary("sub", value, integer(value.type, members[0]))
        return f.e.icmp("ugt", distance, integer(value.type, len(members) - 1))
    wrong, end = f.e.label("stranger"), f.e.label("known")
    before = f.e.block
    f.e.switch(value, wrong, [(member, end) for member in members])
    f.e.place(wrong)
    incoming = [(boolean(False), before)] * len(members) + [(boolean(True), f.e.block)]
    f.e.branch(end)
    f.e.place(end)
    return f.e.phi(I1, incoming)


def _from_address(f: FunctionState, node: Convert, value: Value) -> Value:
    null = f.e.icmp("eq", value, integer(value.type, 0))
    fail_if(f, null, Check.NULL, node.span, type=node.type)
    return f.e.cast("inttoptr", value, PTR)


def _from_address_nullable(f: FunctionState, node: Convert, value: Value) -> Value:
    return f.e.cast("inttoptr", value, PTR)


def _to_address(f: FunctionState, node: Convert, value: Value) -> Value:
    return f.e.cast("ptrtoint", value, f.types.value(node.type))


CONVERSIONS: dict[str, Callable[[FunctionState, Convert, Value], Value]] = {
    "widen": _widen,
    "checked": _checked,
    "truncate": _truncate,
    "bits": _bits,
    "float_to_int": _float_to_int,
    "int_to_float": _int_to_float,
    "narrow_float": _narrow_float,
    "to_enum": _to_enum,
    "pointer": _same,
    "assume_non_null": _same,
    "from_address": _from_address,
    "from_address_nullable": _from_address_nullable,
    "to_address": _to_address,
}
