"""The intrinsics of `compiler/intrinsics.py`. Machine ones are in `lower.machine`, atomics in
`lower_atomics`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from compiler.lower.arithmetic import compare, negated, with_overflow
from compiler.lower.calls import NOTHING
from compiler.lower.checks import Check, fail_if
from compiler.lower.emit import Value, boolean, integer
from compiler.lower.initialisers import clear, transfer
from compiler.lower.machine import FRAME, ROWS, machine_intrinsic
from compiler.lower.memory import element_at, load, store, to_storage
from compiler.lower.state import Address, FunctionState, lowers
from compiler.lower.types import I32, I64, I128, is_signed
from compiler.typed_tree import CallIntrinsic, StrConst
from compiler.types import FloatType, Type

Values = Sequence[Value]
Rule = Callable[[FunctionState, CallIntrinsic, Values], Value]


@lowers(CallIntrinsic)
def _intrinsic(f: FunctionState, node: CallIntrinsic) -> Value:
    if node.name in ORDERED:
        return ORDERED[node.name](f, node, ())
    arguments = [f.value(argument) for argument in node.arguments]
    with f.at(node.span):
        if node.name in ROWS or node.name in FRAME:
            return machine_intrinsic(f, node.name, arguments)
        return GENERIC_RULES[node.name](f, node, arguments)


def _element(node: CallIntrinsic) -> Type:
    assert node.element is not None
    return node.element


# --- Numbers -----------------------------------------------------------------------------------


def _with_flag(op: str) -> Rule:
    def rule(f: FunctionState, node: CallIntrinsic, values: Values) -> Value:
        result, overflow = with_overflow(f, op, values[0], values[1], is_signed(_element(node)))
        parts = [(0, result), (1, to_storage(f, overflow))]
        return f.e.aggregate(f.types.value(node.type), parts)

    return rule


def _extreme(op: str) -> Rule:
    """Python's `min` and `max`: the first unless the second is beyond it (also for NaN)."""

    def rule(f: FunctionState, node: CallIntrinsic, values: Values) -> Value:
        first, second = values
        beyond = compare(f, op, second, first, _element(node))
        return f.e.select(beyond, second, first)

    return rule


def _abs(f: FunctionState, node: CallIntrinsic, values: Values) -> Value:
    (value,) = values
    type = _element(node)
    if isinstance(type, FloatType):
        name = f"llvm.fabs.{value.type.intrinsic_name}"
        return f.e.call(value.type, _unary(f, name, value), [value])
    if not is_signed(type):
        return value
    least = f.e.icmp("eq", value, integer(value.type, -1 << (value.type.width - 1)))
    fail_if(f, least, Check.OVERFLOW, node.span, (integer(value.type, 0), value), "-", type, True)
    negative = f.e.icmp("slt", value, integer(value.type, 0))
    return f.e.select(negative, negated(f, value, type, "wrapping", node.span), value)


def _unary(f: FunctionState, name: str, value: Value) -> str:
    return f.module.intrinsic(name, str(value.type), str(value.type))


def _count_zeros(name: str) -> Rule:
    def rule(f: FunctionState, node: CallIntrinsic, values: Values) -> Value:
        (value,) = values
        type = value.type
        callee = f.module.intrinsic(f"{name}.{type}", str(type), f"{type}, i1 immarg")
        return f.e.resize(f.e.call(type, callee, [value, boolean(False)]), I32)

    return rule


def _popcount(f: FunctionState, node: CallIntrinsic, values: Values) -> Value:
    (value,) = values
    count = f.e.call(value.type, _unary(f, f"llvm.ctpop.{value.type}", value), [value])
    return f.e.resize(count, I32)


def _bswap(f: FunctionState, node: CallIntrinsic, values: Values) -> Value:
    (value,) = values
    if value.type.width == 8:
        return value
    return f.e.call(value.type, _unary(f, f"llvm.bswap.{value.type}", value), [value])


def _rotate(name: str) -> Rule:
    """Widths are powers of two, so that cutting the count keeps it modulo the width."""

    def rule(f: FunctionState, node: CallIntrinsic, values: Values) -> Value:
        value, count = values[0], f.e.resize(values[1], values[0].type)
        type = value.type
        callee = f.module.intrinsic(f"{name}.{type}", str(type), f"{type}, {type}, {type}")
        return f.e.call(type, callee, [value, value, count])

    return rule


def _mul_wide(f: FunctionState, node: CallIntrinsic, values: Values) -> Value:
    a, b = (f.e.cast("zext", value, I128) for value in values)
    product = f.e.binary("mul", a, b)
    low = f.e.cast("trunc", product, I64)
    high = f.e.cast("trunc", f.e.binary("lshr", product, integer(I128, 64)), I64)
    return f.e.aggregate(f.types.value(node.type), [(0, low), (1, high)])


# --- Memory ------------------------------------------------------------------------------------


def _copy(f: FunctionState, node: CallIntrinsic, values: Values) -> Value:
    to, source = values
    transfer(f, Address(to, 1), Address(source, 1), f.types.layout(_element(node)).size)
    return NOTHING


def _zero(f: FunctionState, node: CallIntrinsic, values: Values) -> Value:
    clear(f, Address(values[0], 1), f.types.layout(_element(node)).size)
    return NOTHING


def _copy_slice(f: FunctionState, node: CallIntrinsic, values: Values) -> Value:
    to, source = values
    length, other = f.e.extract(to, 1), f.e.extract(source, 1)
    fail_if(f, f.e.icmp("ne", length, other), Check.LENGTHS, node.span, (length, other))
    size = f.types.layout(_element(node)).size
    count = length if size == 1 else f.e.binary("mul", length, integer(f.types.usize, size))
    transfer(f, Address(f.e.extract(to, 0), 1), Address(f.e.extract(source, 0), 1), count)
    return NOTHING


def _fill(f: FunctionState, node: CallIntrinsic, values: Values) -> Value:
    """A loop over the elements; LLVM makes a memset of it where it can."""
    slice, value = values
    element, usize = _element(node), f.types.usize
    data, length = f.e.extract(slice, 0), f.e.extract(slice, 1)
    nothing = integer(usize, 0)
    counter = Address(f.e.alloca(usize, f.types.target.pointer_bits // 8, "fill"), 4)
    head, body, end = f.e.label("fill"), f.e.label("element"), f.e.label("filled")
    f.e.store(nothing, counter.pointer, f.types.target.pointer_bits // 8)
    f.e.branch(head)
    f.e.place(head)
    index = load(f, counter, f.types.target.usize)
    f.e.branch_if(f.e.icmp("ult", index, length), body, end)
    f.e.place(body)
    store(f, element_at(f, Address(data, 1), element, index), element, value)
    store(f, counter, f.types.target.usize, f.e.binary("add", index, integer(usize, 1)))
    f.e.branch(head)
    f.e.place(end)
    return NOTHING


def _offset(f: FunctionState, node: CallIntrinsic, values: Values) -> Value:
    pointer, count = values
    signed = is_signed(node.arguments[1].type)
    index = f.e.resize(count, f.types.usize, signed)
    return element_at(f, Address(pointer, 1), _element(node), index).pointer


def _volatile_load(f: FunctionState, node: CallIntrinsic, values: Values) -> Value:
    return load(f, Address(values[0], 1), _element(node), volatile=True)


def _volatile_store(f: FunctionState, node: CallIntrinsic, values: Values) -> Value:
    store(f, Address(values[0], 1), _element(node), values[1], volatile=True)
    return NOTHING


# --- Fences ------------------------------------------------------------------------------------


def _order(node: CallIntrinsic) -> str:
    (order,) = node.arguments
    assert isinstance(order, StrConst)
    return order.text


def _fence(f: FunctionState, node: CallIntrinsic, values: Values) -> Value:
    if _order(node) != "monotonic":  # orders nothing
        f.e.do(f"fence {_order(node)}")
    return NOTHING


def _compiler_fence(f: FunctionState, node: CallIntrinsic, values: Values) -> Value:
    f.e.do(f'fence syncscope("singlethread") {_order(node)}')
    return NOTHING


ORDERED: dict[str, Rule] = {"fence": _fence, "compiler_fence": _compiler_fence}
"""Their argument is no value but the name of an order."""

GENERIC_RULES: dict[str, Rule] = {
    "checked_add": _with_flag("+"),
    "checked_sub": _with_flag("-"),
    "checked_mul": _with_flag("*"),
    "min": _extreme("<"),
    "max": _extreme(">"),
    "abs": _abs,
    "clz": _count_zeros("llvm.ctlz"),
    "ctz": _count_zeros("llvm.cttz"),
    "popcount": _popcount,
    "bswap": _bswap,
    "rotl": _rotate("llvm.fshl"),
    "rotr": _rotate("llvm.fshr"),
    "mul_wide": _mul_wide,
    "copy": _copy,
    "zero": _zero,
    "copy_slice": _copy_slice,
    "fill": _fill,
    "offset": _offset,
    "volatile_load": _volatile_load,
    "volatile_store": _volatile_store,
}
