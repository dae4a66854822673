"""Operations on `Atomic` cells, as ordered. Cells are naturally aligned; a bool is a byte."""

from __future__ import annotations

from llvmlite import ir

from compiler.lower.calls import NOTHING
from compiler.lower.emit import Value
from compiler.lower.memory import from_storage, to_storage
from compiler.lower.places import generic_pointer
from compiler.lower.state import FunctionState, lowers
from compiler.lower.types import I1
from compiler.typed_tree import AtomicOperation
from compiler.types import AtomicType, Type

MODIFICATIONS = {
    "swap": "xchg",
    "fetch_add": "add",
    "fetch_sub": "sub",
    "fetch_and": "and",
    "fetch_or": "or",
    "fetch_xor": "xor",
}
FAILURE_ORDERS = {"release": "monotonic", "acq_rel": "acquire"}
"""What an order becomes when nothing is stored."""


@lowers(AtomicOperation)
def _atomic(f: FunctionState, node: AtomicOperation) -> Value:
    assert isinstance(node.cell.type, AtomicType)
    type = node.cell.type.element
    pointer = generic_pointer(f, node.cell)
    operands = [to_storage(f, f.value(argument)) for argument in node.arguments]
    with f.at(node.span):
        return _operation(f, node, type, pointer, operands)


def _operation(
    f: FunctionState, node: AtomicOperation, type: Type, pointer: Value, operands: list[Value]
) -> Value:
    storage = f.types.storage(type)
    align = f.types.layout(type).align
    if node.op == "load":
        text = f"load atomic {storage}, {pointer} {node.order}, align {align}"
        return from_storage(f, f.e.give(storage, text), type)
    if node.op == "store":
        f.e.do(f"store atomic {operands[0]}, {pointer} {node.order}, align {align}")
        return NOTHING
    if node.op == "compare_exchange":
        return _compare_exchange(f, node, pointer, operands, align)
    word = MODIFICATIONS[node.op]
    text = f"atomicrmw {word} {pointer}, {operands[0]} {node.order}, align {align}"
    return from_storage(f, f.e.give(storage, text), type)


def _compare_exchange(
    f: FunctionState, node: AtomicOperation, pointer: Value, operands: list[Value], align: int
) -> Value:
    expected, new = operands
    otherwise = FAILURE_ORDERS.get(node.order, node.order)
    both = f.e.give(
        ir.LiteralStructType([expected.type, I1]),
        f"cmpxchg {pointer}, {expected}, {new} {node.order} {otherwise}, align {align}",
    )
    parts = [(0, f.e.extract(both, 0)), (1, to_storage(f, f.e.extract(both, 1)))]
    return f.e.aggregate(f.types.value(node.type), parts)
