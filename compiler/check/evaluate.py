"""Evaluation of the typed tree at compile time.

`evaluate` gives a constant node for an expression whose parts are all constant, with run-time
semantics: checked arithmetic in the operand's width. What can't be evaluated raises `NotConstant`
with the diagnostic to give.
"""

from __future__ import annotations

from typing import Any, TypeVar

from compiler import typed_tree as tt
from compiler.source import Span
from compiler.types import LITERAL_INT, ClassType, FloatType, IntType, Type

N = TypeVar("N", bound=tt.Expr)


class NotConstant(Exception):
    """`key` names the diagnostic, `values` fill in its message."""

    def __init__(self, key: str, span: Span, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.span = span
        self.values: dict[str, Any] = values


def evaluate(expr: tt.Expr) -> tt.Expr:
    match expr:
        case tt.IntConst() | tt.BoolConst() | tt.FloatConst() | tt.StrConst() | tt.BytesConst():
            return expr
        case tt.NullConst() | tt.ZeroConst() | tt.FunctionAddress():
            return expr
        case tt.AddressOf(place=place) | tt.ArrayToSlice(array=place):
            if _is_static(place):
                return expr
            raise NotConstant("not-constant", expr.span)
        case tt.MakeValue():
            return tt.MakeValue(expr.type, expr.span, [evaluate(item) for item in expr.items])
        case tt.GetField():
            return _field(expr)
        case tt.Arithmetic():
            return _arithmetic(expr)
        case tt.Negate() | tt.Invert():
            return _unary(expr)
        case tt.Compare():
            return _compare(expr)
        case tt.StrEqual(left=left, right=right):
            texts = [_expect(evaluate(e), tt.StrConst).text for e in (left, right)]
            return tt.BoolConst(expr.type, expr.span, texts[0] == texts[1])
        case tt.Not():
            return tt.BoolConst(expr.type, expr.span, not _truth(expr.value))
        case tt.Logical():
            decisive = expr.op == "or"
            value = _truth(expr.left)
            return tt.BoolConst(
                expr.type, expr.span, value if value == decisive else _truth(expr.right)
            )
        case tt.Conditional():
            return evaluate(expr.then if _truth(expr.condition) else expr.otherwise)
        case tt.Convert():
            return _convert(expr)
        case tt.SliceLength():
            return _length(expr)
        case tt.Load():
            return _load(expr)
        case tt.CallIntrinsic():
            return _intrinsic(expr)
        case _:
            raise NotConstant("not-constant", expr.span)


def _expect(expr: tt.Expr, node: type[N]) -> N:
    if isinstance(expr, node):
        return expr
    raise NotConstant("not-constant", expr.span)


def _truth(expr: tt.Expr) -> bool:
    return _expect(evaluate(expr), tt.BoolConst).value


def _is_static(place: tt.Place) -> bool:
    match place:
        case tt.GlobalPlace():
            return not place.variable.per_cpu
        case tt.FieldPlace():
            return _is_static(place.base)
        case tt.ElementPlace():
            return _is_static(place.base) and isinstance(place.index, tt.IntConst)
        case _:
            return False


def _field(expr: tt.GetField) -> tt.Expr:
    value = evaluate(expr.value)
    if isinstance(value, tt.MakeValue):
        return value.items[expr.index]
    raise NotConstant("not-constant", expr.span)


def _wrap(kind: IntType, value: int) -> int:
    value &= (1 << kind.width) - 1
    return value - (1 << kind.width) if kind.signed and value > kind.max else value


def _integer(kind: Type) -> IntType:
    if isinstance(kind, IntType):
        return kind
    assert isinstance(kind, ClassType)
    return kind.integer


def _fit(expr: tt.Expr, value: int, mode: str, text: str) -> tt.IntConst:
    if expr.type is LITERAL_INT:
        return tt.IntConst(expr.type, expr.span, value)
    kind = _integer(expr.type)
    if not kind.holds(value):
        if mode == "checked":
            raise NotConstant("constant-overflow", expr.span, type=kind, text=text)
        value = _wrap(kind, value)
    return tt.IntConst(expr.type, expr.span, value)


def _arithmetic(expr: tt.Arithmetic) -> tt.Expr:
    left, right = evaluate(expr.left), evaluate(expr.right)
    if isinstance(left, tt.BoolConst) and isinstance(right, tt.BoolConst):
        table = {
            "&": left.value and right.value,
            "|": left.value or right.value,
            "^": left.value != right.value,
        }
        return tt.BoolConst(expr.type, expr.span, table[expr.op])
    if isinstance(left, tt.FloatConst) and isinstance(right, tt.FloatConst):
        raise NotConstant("float-constant", expr.span)
    a, b = _expect(left, tt.IntConst).value, _expect(right, tt.IntConst).value
    value = integer_operation(expr.op, a, b, expr.span)
    return _fit(expr, value, expr.mode, f"{a} {expr.op} {b}")


def integer_operation(op: str, a: int, b: int, span: Span) -> int:
    """Exact; shifts and powers are bounded so that a constant can't be made to fill memory."""
    if op in ("//", "%") and b == 0:
        raise NotConstant("constant-division", span)
    if op in ("<<", ">>") and not 0 <= b <= 4096:
        raise NotConstant("constant-shift", span, count=b)
    match op:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
        case "//":
            return a // b
        case "%":
            return a % b
        case "<<":
            return a << b
        case ">>":
            return a >> b
        case "&":
            return a & b
        case "|":
            return a | b
        case "^":
            return a ^ b
        case "**" if 0 <= b <= 4096 and (abs(a) <= 2 or b * abs(a).bit_length() <= 4096):
            return int(a**b)
        case _:
            raise NotConstant("not-constant", span)


def _unary(expr: tt.Negate | tt.Invert) -> tt.Expr:
    value = evaluate(expr.value)
    if isinstance(value, tt.FloatConst):
        return tt.FloatConst(expr.type, expr.span, -value.value)
    number = _expect(value, tt.IntConst).value
    if isinstance(expr, tt.Negate):
        return _fit(expr, -number, expr.mode, f"-{number}")
    if expr.type is LITERAL_INT:
        return tt.IntConst(expr.type, expr.span, ~number)
    return tt.IntConst(expr.type, expr.span, _wrap(_integer(expr.type), ~number))


COMPARISONS = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _compare(expr: tt.Compare) -> tt.Expr:
    sides = []
    for side in (evaluate(expr.left), evaluate(expr.right)):
        if not isinstance(side, tt.IntConst | tt.BoolConst | tt.FloatConst):
            raise NotConstant("not-constant", side.span)
        sides.append(side.value)
    return tt.BoolConst(expr.type, expr.span, COMPARISONS[expr.op](*sides))


def _convert(expr: tt.Convert) -> tt.Expr:
    value = evaluate(expr.value)
    kind = expr.type
    if expr.kind == "pointer" or expr.kind in (
        "from_address",
        "from_address_nullable",
        "to_address",
    ):
        if expr.kind == "from_address" and isinstance(value, tt.IntConst) and value.value == 0:
            raise NotConstant("constant-null", expr.span, type=kind)
        return tt.Convert(kind, expr.span, expr.kind, value)
    if isinstance(value, tt.BoolConst) and isinstance(kind, IntType):
        return tt.IntConst(kind, expr.span, int(value.value))
    if isinstance(value, tt.FloatConst):
        return _convert_float(expr, value)
    number = _expect(value, tt.IntConst).value
    if isinstance(kind, FloatType):
        return tt.FloatConst(kind, expr.span, float(number))
    if expr.kind == "to_enum":
        assert isinstance(kind, ClassType)
        if number not in kind.members.values():
            raise NotConstant("constant-member", expr.span, value=number, type=kind)
        return tt.IntConst(kind, expr.span, number)
    if expr.kind in ("truncate", "bits"):
        return tt.IntConst(kind, expr.span, _wrap(_integer(kind), number))
    return _fit(tt.IntConst(kind, expr.span, 0), number, "checked", str(number))


def _convert_float(expr: tt.Convert, value: tt.FloatConst) -> tt.Expr:
    if isinstance(expr.type, FloatType) and expr.kind == "widen":
        return tt.FloatConst(expr.type, expr.span, value.value)
    raise NotConstant("float-constant", expr.span)


def _length(expr: tt.SliceLength) -> tt.Expr:
    value = evaluate(expr.slice)
    match value:
        case tt.StrConst():
            return tt.IntConst(expr.type, expr.span, len(value.text.encode()))
        case tt.BytesConst():
            return tt.IntConst(expr.type, expr.span, len(value.data))
        case tt.ArrayToSlice(array=array):
            return tt.IntConst(expr.type, expr.span, array.type.count)  # type: ignore[attr-defined]
        case _:
            raise NotConstant("not-constant", expr.span)


def _load(expr: tt.Load) -> tt.Expr:
    """Reading constant data: `TABLE[3]` of a `Final` array."""
    found = _contents(expr.place)
    if isinstance(found, tt.Expr):
        return found
    raise NotConstant("not-constant", expr.span)


def _contents(place: tt.Place) -> tt.Expr | tt.Initializer | None:
    match place:
        case tt.GlobalPlace() if place.variable.constant:
            return place.variable.initial
        case tt.FieldPlace():
            base = _contents(place.base)
            return base.fields[place.index] if isinstance(base, tt.StructInit) else None
        case tt.ElementPlace():
            return _element(place)
        case _:
            return None


def _element(place: tt.ElementPlace) -> tt.Expr | tt.Initializer | None:
    base = _contents(place.base)
    index = _expect(evaluate(place.index), tt.IntConst).value
    count = place.base.type.count  # type: ignore[attr-defined]
    if not 0 <= index < count:
        raise NotConstant("index-out-of-range", place.index.span, index=index, length=count)
    if isinstance(base, tt.ArrayInit) and index < len(base.elements):
        return base.elements[index]
    if isinstance(base, tt.BytesInit) and isinstance(place.type, IntType):
        size = place.type.width // 8
        data = base.data[index * size : (index + 1) * size]
        return tt.IntConst(
            place.type, place.span, int.from_bytes(data, "little", signed=place.type.signed)
        )
    return None


def _intrinsic(expr: tt.CallIntrinsic) -> tt.Expr:
    numbers = []
    for argument in expr.arguments:
        value = evaluate(argument)
        if not isinstance(value, tt.IntConst):
            raise NotConstant("not-constant", expr.span)
        numbers.append(value.value)
    element = expr.element
    width = element.width if isinstance(element, IntType) else 0
    match expr.name, numbers:
        case "min" | "max", [a, b]:
            return tt.IntConst(expr.type, expr.span, min(a, b) if expr.name == "min" else max(a, b))
        case "abs", [a]:
            return _fit(expr, abs(a), "checked", f"abs({a})")
        case "popcount", [a]:
            return tt.IntConst(expr.type, expr.span, a.bit_count())
        case "clz", [a] if width:
            return tt.IntConst(expr.type, expr.span, width - a.bit_length())
        case "ctz", [a] if width:
            return tt.IntConst(expr.type, expr.span, (a & -a).bit_length() - 1 if a else width)
        case _:
            raise NotConstant("not-constant", expr.span)
