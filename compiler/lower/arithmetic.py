"""Arithmetic and comparisons, in the three modes.

Nothing here is undefined for LLVM: no instruction carries `nsw` or `nuw`, divisors are tested or
replaced before a division, and a shift count is tested, masked, or its result not selected.
"""

from __future__ import annotations

from compiler.lower.checks import Check, fail_if
from compiler.lower.emit import Value, integer
from compiler.lower.floats import float_arithmetic
from compiler.lower.state import FunctionState, lowers
from compiler.lower.types import is_signed
from compiler.source import Span
from compiler.typed_tree import Arithmetic, Compare, Invert, Mode, Negate
from compiler.types import BoolType, FloatType, FnType, PtrType, Type

WORDS = {"+": "add", "-": "sub", "*": "mul", "&": "and", "|": "or", "^": "xor"}
FLOAT_PREDICATES = {"==": "oeq", "!=": "une", "<": "olt", "<=": "ole", ">": "ogt", ">=": "oge"}
PREDICATES = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}


@lowers(Arithmetic)
def _arithmetic(f: FunctionState, node: Arithmetic) -> Value:
    left, right = f.value(node.left), f.value(node.right)
    with f.at(node.span):
        if isinstance(node.type, FloatType):
            return float_arithmetic(f, node, left, right)
        if node.op in ("&", "|", "^") or (node.op in ("+", "-", "*") and node.mode != "checked"):
            return f.e.binary(WORDS[node.op], left, right)
        if node.op in ("+", "-", "*"):
            return checked(f, node.op, left, right, node.type, node.span)
        if node.op in ("<<", ">>"):
            return _shift(f, node, left, right)
        return _divide(f, node, left, right)


def with_overflow(
    f: FunctionState, op: str, left: Value, right: Value, signed: bool
) -> tuple[Value, Value]:
    """The low bits of a sum, difference or product, and whether it overflowed (i1)."""
    type = left.type
    pair = f.types.overflow_pair(type)
    name = f"llvm.{'s' if signed else 'u'}{WORDS[op]}.with.overflow.{type}"
    callee = f.module.intrinsic(name, str(pair), f"{type}, {type}")
    both = f.e.call(pair, callee, [left, right])
    return f.e.extract(both, 0), f.e.extract(both, 1)


def checked(f: FunctionState, op: str, left: Value, right: Value, type: Type, span: Span) -> Value:
    signed = is_signed(type)
    result, overflow = with_overflow(f, op, left, right, signed)
    fail_if(f, overflow, Check.OVERFLOW, span, (left, right), op, type, signed)
    return result


# --- Shifts ------------------------------------------------------------------------------------


def _shift(f: FunctionState, node: Arithmetic, left: Value, count: Value) -> Value:
    width = left.type.width
    match node.mode:
        case "checked":
            return _checked_shift(f, node, left, count)
        case "wrapping":
            return _wrapping_shift(f, node, left, count)
        case "unchecked":
            low = f.e.resize(count, left.type)
            return _shift_by(f, node, left, f.e.binary("and", low, integer(left.type, width - 1)))


def _shift_by(f: FunctionState, node: Arithmetic, left: Value, count: Value) -> Value:
    if node.op == "<<":
        return f.e.binary("shl", left, count)
    return f.e.binary("ashr" if is_signed(node.type) else "lshr", left, count)


def _too_far(f: FunctionState, left: Value, count: Value) -> Value | None:
    """Whether the count is the width or more (i1); None if it is known not to be."""
    width = left.type.width
    if count.integer is not None and count.integer < width:
        return None
    return f.e.icmp("uge", count, integer(count.type, width))


def _checked_shift(f: FunctionState, node: Arithmetic, left: Value, count: Value) -> Value:
    signed = is_signed(node.type)
    too_far = _too_far(f, left, count)
    if too_far is not None:
        values = (left, count)
        fail_if(f, too_far, Check.SHIFT, node.span, values, node.op, node.type)
    count = f.e.resize(count, left.type)
    result = _shift_by(f, node, left, count)
    if node.op == "<<":
        back = f.e.binary("ashr" if signed else "lshr", result, count)
        lost = f.e.icmp("ne", back, left)
        fail_if(f, lost, Check.OVERFLOW, node.span, (left, count), "<<", node.type, signed)
    return result


def _wrapping_shift(f: FunctionState, node: Arithmetic, left: Value, count: Value) -> Value:
    too_far = _too_far(f, left, count)
    count = f.e.resize(count, left.type)
    if too_far is None:
        return _shift_by(f, node, left, count)
    if node.op == ">>" and is_signed(node.type):
        most = integer(left.type, left.type.width - 1)
        return f.e.binary("ashr", left, f.e.select(too_far, most, count))
    return f.e.select(too_far, integer(left.type, 0), _shift_by(f, node, left, count))


# --- Division ----------------------------------------------------------------------------------


def _divide(f: FunctionState, node: Arithmetic, left: Value, right: Value) -> Value:
    """`//` and `%` that round towards minus infinity."""
    signed = is_signed(node.type)
    if not right.integer:
        by_zero = f.e.icmp("eq", right, integer(right.type, 0))
        values = (left, right)
        fail_if(f, by_zero, Check.DIVISION, node.span, values, node.op, node.type, signed)
    if not signed:
        return f.e.binary("udiv" if node.op == "//" else "urem", left, right)
    if right.integer is not None and right.integer > 0:
        return _floored(f, node, left, right)
    return _divide_by_any(f, node, left, right)


def _divide_by_any(f: FunctionState, node: Arithmetic, left: Value, right: Value) -> Value:
    """-1 is kept away from the division, which is undefined for the least number divided by it."""
    by_minus_one = f.e.icmp("eq", right, integer(right.type, -1))
    if node.op == "//" and node.mode == "checked":
        least = integer(left.type, -1 << (left.type.width - 1))
        overflow = f.e.binary("and", by_minus_one, f.e.icmp("eq", left, least))
        fail_if(f, overflow, Check.OVERFLOW, node.span, (left, right), "//", node.type, True)
    divisor = f.e.select(by_minus_one, integer(right.type, 1), right)
    result = _floored(f, node, left, divisor)
    if node.op == "%":
        return result  # by 1 and -1 alike there is no remainder
    return f.e.select(by_minus_one, f.e.binary("sub", integer(left.type, 0), left), result)


def _floored(f: FunctionState, node: Arithmetic, left: Value, divisor: Value) -> Value:
    """The machine rounds towards zero: one less if there is a remainder of the other sign."""
    nothing = integer(left.type, 0)
    remainder = f.e.binary("srem", left, divisor)
    signs_differ = f.e.icmp("slt", f.e.binary("xor", remainder, divisor), nothing)
    adjust = f.e.binary("and", signs_differ, f.e.icmp("ne", remainder, nothing))
    if node.op == "%":
        return f.e.select(adjust, f.e.binary("add", remainder, divisor), remainder)
    quotient = f.e.binary("sdiv", left, divisor)
    return f.e.binary("sub", quotient, f.e.cast("zext", adjust, left.type))


# --- One operand, and comparisons --------------------------------------------------------------


@lowers(Negate)
def _negate(f: FunctionState, node: Negate) -> Value:
    value = f.value(node.value)
    if isinstance(node.type, FloatType):
        return f.e.give(value.type, f"fneg {value}")
    with f.at(node.span):
        return negated(f, value, node.type, node.mode, node.span)


def negated(f: FunctionState, value: Value, type: Type, mode: Mode, span: Span) -> Value:
    nothing = integer(value.type, 0)
    if mode != "checked":
        return f.e.binary("sub", nothing, value)
    return checked(f, "-", nothing, value, type, span)


@lowers(Invert)
def _invert(f: FunctionState, node: Invert) -> Value:
    value = f.value(node.value)
    return f.e.binary("xor", value, integer(value.type, -1))


@lowers(Compare)
def _compare(f: FunctionState, node: Compare) -> Value:
    left, right = f.value(node.left), f.value(node.right)
    return compare(f, node.op, left, right, node.left.type)


def compare(f: FunctionState, op: str, left: Value, right: Value, type: Type) -> Value:
    if isinstance(type, FloatType):
        return f.e.fcmp(FLOAT_PREDICATES[op], left, right)
    predicate = PREDICATES[op]
    if op not in ("==", "!="):
        unsigned = isinstance(type, PtrType | FnType | BoolType) or not is_signed(type)
        predicate = ("u" if unsigned else "s") + predicate
    return f.e.icmp(predicate, left, right)
