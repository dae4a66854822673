"""Expressions that are neither arithmetic, conversions nor calls: constants, memory, aggregates,
slices, tests.
"""

from __future__ import annotations

from llvmlite import ir

from compiler.lower.checks import Check, fail_if
from compiler.lower.data import float_text
from compiler.lower.emit import Label, Value, boolean, integer, zero
from compiler.lower.memory import element_at, from_storage, load, to_storage
from compiler.lower.places import generic_pointer
from compiler.lower.state import Address, FunctionState, Unreached, lowers
from compiler.lower.types import I1, PTR, VOID, items_of
from compiler.typed_tree import (
    AddressOf,
    ArrayToSlice,
    BoolConst,
    BytesConst,
    Conditional,
    Expr,
    FloatConst,
    FunctionAddress,
    GetField,
    IntConst,
    Load,
    Logical,
    MakeSlice,
    MakeValue,
    Not,
    NullConst,
    Sequence,
    SliceData,
    SliceLength,
    StrConst,
    StrEqual,
    SubSlice,
    Temporary,
    ZeroConst,
)
from compiler.types import ArrayType, BoolType, FormatType, SliceType

# --- Constants ---------------------------------------------------------------------------------


@lowers(IntConst)
def _int(f: FunctionState, node: IntConst) -> Value:
    return integer(f.types.value(node.type), node.value)


@lowers(BoolConst)
def _bool(f: FunctionState, node: BoolConst) -> Value:
    return boolean(node.value)


@lowers(FloatConst)
def _float(f: FunctionState, node: FloatConst) -> Value:
    type = f.types.value(node.type)
    return Value(type, float_text(type, node.value))


@lowers(StrConst, BytesConst)
def _text(f: FunctionState, node: StrConst | BytesConst) -> Value:
    constant = f.module.data.constant(node)
    assert constant is not None
    return Value(constant.type, constant.get_reference())


@lowers(NullConst)
def _null(f: FunctionState, node: NullConst) -> Value:
    return Value(PTR, "null")


@lowers(ZeroConst)
def _zero(f: FunctionState, node: ZeroConst) -> Value:
    return boolean(False) if isinstance(node.type, BoolType) else zero(f.types.value(node.type))


@lowers(FunctionAddress)
def _function(f: FunctionState, node: FunctionAddress) -> Value:
    return Value(PTR, f.module.reference(node.function))


# --- Memory and aggregates ---------------------------------------------------------------------


@lowers(Load)
def _load(f: FunctionState, node: Load) -> Value:
    place = f.address(node.place)
    return load(f, place, node.type, node.volatile)


@lowers(AddressOf)
def _address_of(f: FunctionState, node: AddressOf) -> Value:
    return generic_pointer(f, node.place)


@lowers(MakeValue)
def _make_value(f: FunctionState, node: MakeValue) -> Value:
    constant = f.module.data.constant(node)
    if constant is not None:
        return Value(constant.type, constant.get_reference())
    members = [
        (f.types.member(node.type, index), to_storage(f, f.value(item)))
        for index, item in enumerate(node.items)
    ]
    return f.e.aggregate(f.types.value(node.type), members)


@lowers(GetField)
def _get_field(f: FunctionState, node: GetField) -> Value:
    value = f.value(node.value)
    type = node.value.type
    part = f.e.extract(value, f.types.member(type, node.index))
    return from_storage(f, part, items_of(type)[node.index])


# --- Slices ------------------------------------------------------------------------------------


@lowers(ArrayToSlice)
def _array_to_slice(f: FunctionState, node: ArrayToSlice) -> Value:
    assert isinstance(node.array.type, ArrayType)
    length = integer(f.types.usize, node.array.type.count)
    if isinstance(node.type, FormatType) and isinstance(node.array, Temporary):
        constant = f.module.data.constant(node.array.initial)
        if constant is not None:  # nobody can write to the pieces of a message
            align = f.types.layout(node.array.type).align
            return make_slice(f, Value(PTR, f.module.data.anonymous(constant, align)), length)
    return make_slice(f, generic_pointer(f, node.array), length)


@lowers(MakeSlice)
def _make_slice(f: FunctionState, node: MakeSlice) -> Value:
    data = f.value(node.data)
    return make_slice(f, data, f.e.resize(f.value(node.length), f.types.usize))


def make_slice(f: FunctionState, data: Value, length: Value) -> Value:
    if data.text[0] == "@" and length.integer is not None:
        return Value(f.types.slice, f"{{ {data}, {length} }}")
    return f.e.aggregate(f.types.slice, [(0, data), (1, length)])


@lowers(SliceLength)
def _slice_length(f: FunctionState, node: SliceLength) -> Value:
    return f.e.extract(f.value(node.slice), 1)


@lowers(SliceData)
def _slice_data(f: FunctionState, node: SliceData) -> Value:
    return f.e.extract(f.value(node.slice), 0)


@lowers(SubSlice)
def _sub_slice(f: FunctionState, node: SubSlice) -> Value:
    value = f.value(node.slice)
    assert isinstance(node.slice.type, SliceType)
    length = f.e.extract(value, 1)
    lower = _bound(f, node.lower, integer(f.types.usize, 0))
    upper = _bound(f, node.upper, length)
    if node.check:
        _check_bounds(f, node, lower, upper, length)
    data = f.e.extract(value, 0)
    if node.lower is not None:
        data = element_at(f, Address(data, 1), node.slice.type.element, lower).pointer
    return make_slice(f, data, f.e.binary("sub", upper, lower))


def _bound(f: FunctionState, node: Expr | None, default: Value) -> Value:
    """A bound as usize. One too wide for that is cut to the greatest usize, which no length
    reaches.
    """
    if node is None:
        return default
    value = f.value(node)
    usize = f.types.usize
    if value.type.width > usize.width:
        most = integer(value.type, (1 << usize.width) - 1)
        value = f.e.select(f.e.icmp("ult", value, most), value, most)
    return f.e.resize(value, usize)


def _check_bounds(
    f: FunctionState, node: SubSlice, lower: Value, upper: Value, length: Value
) -> None:
    if node.upper is None:
        if node.lower is not None:
            outside = f.e.icmp("ugt", lower, length)
            fail_if(f, outside, Check.SLICE, node.span, (lower, length))
        return
    outside = f.e.icmp("ugt", upper, length)
    if node.lower is not None:
        outside = f.e.binary("or", outside, f.e.icmp("ugt", lower, upper))
        fail_if(f, outside, Check.SLICE, node.span, (lower, upper))
    else:
        fail_if(f, outside, Check.SLICE, node.span, (upper, length))


@lowers(StrEqual)
def _str_equal(f: FunctionState, node: StrEqual) -> Value:
    left, right = f.value(node.left), f.value(node.right)
    return f.e.call(I1, str_equal(f), [left, right])


def str_equal(f: FunctionState) -> str:
    """Writes the comparison of texts into the module, once; what follows `call`."""
    word, attributes = f.types.usize, f.module.common_attributes
    f.module.helpers.setdefault(
        "pk.str_equal", STR_EQUAL.format(word=word, attributes=attributes, slice=f.types.slice)
    )
    return 'i1 @"pk.str_equal"'


STR_EQUAL = """\
define private i1 @"pk.str_equal"({slice} %a, {slice} %b) {attributes} {{
entry:
  %a.data = extractvalue {slice} %a, 0
  %a.length = extractvalue {slice} %a, 1
  %b.data = extractvalue {slice} %b, 0
  %b.length = extractvalue {slice} %b, 1
  %same.length = icmp eq {word} %a.length, %b.length
  br i1 %same.length, label %next, label %different
next:
  %index = phi {word} [ 0, %entry ], [ %index.after, %compare ]
  %at.end = icmp eq {word} %index, %a.length
  br i1 %at.end, label %equal, label %compare
compare:
  %a.place = getelementptr i8, ptr %a.data, {word} %index
  %b.place = getelementptr i8, ptr %b.data, {word} %index
  %a.byte = load i8, ptr %a.place, align 1
  %b.byte = load i8, ptr %b.place, align 1
  %index.after = add {word} %index, 1
  %same.byte = icmp eq i8 %a.byte, %b.byte
  br i1 %same.byte, label %next, label %different
equal:
  ret i1 true
different:
  ret i1 false
}}"""

# --- Tests -------------------------------------------------------------------------------------


@lowers(Not)
def _not(f: FunctionState, node: Not) -> Value:
    return f.e.binary("xor", f.value(node.value), boolean(True))


@lowers(Logical)
def _logical(f: FunctionState, node: Logical) -> Value:
    """The right operand gets a block of its own; from the left the answer is known."""
    left = f.value(node.left)
    more, end = f.e.label("more"), f.e.label("decided")
    incoming = [] if f.e.closed else [(boolean(node.op == "or"), f.e.block)]
    f.e.branch_if(left, *((more, end) if node.op == "and" else (end, more)))
    if not end.used:
        incoming.clear()
    incoming += _arm(f, more, node.right, end)
    return _joined(f, end, I1, incoming)


@lowers(Conditional)
def _conditional(f: FunctionState, node: Conditional) -> Value:
    then, otherwise, end = f.e.label("then"), f.e.label("else"), f.e.label("chosen")
    condition(f, node.condition, then, otherwise)
    incoming = _arm(f, then, node.then, end) + _arm(f, otherwise, node.otherwise, end)
    return _joined(f, end, f.types.value(node.type), incoming)


@lowers(Sequence)
def _sequence(f: FunctionState, node: Sequence) -> Value:
    f.statements(node.statements)
    if f.e.closed:
        raise Unreached
    return f.value(node.value)


def _arm(f: FunctionState, label: Label, node: Expr, end: Label) -> list[tuple[Value, str]]:
    """Evaluates one of two alternatives; its value and last block, if it comes to its end."""
    f.e.place(label)
    if f.e.closed:
        return []
    try:
        value = f.value(node)
    except Unreached:
        return []
    if f.e.closed:
        return []
    last = f.e.block
    f.e.branch(end)
    return [(value, last)]


def _joined(
    f: FunctionState, end: Label, type: ir.Type, incoming: list[tuple[Value, str]]
) -> Value:
    f.e.place(end)
    if f.e.closed:
        raise Unreached
    return Value(VOID, "") if type is VOID else f.e.phi(type, incoming)


def condition(f: FunctionState, node: Expr, then: Label, otherwise: Label) -> None:
    """Branches on a bool without making a value of `and`, `or` and `not`."""
    match node:
        case Not(value=value):
            condition(f, value, otherwise, then)
        case Logical(op=op, left=left, right=right):
            more = f.e.label("more")
            if op == "and":
                condition(f, left, more, otherwise)
            else:
                condition(f, left, then, more)
            f.e.place(more)
            if not f.e.closed:
                condition(f, right, then, otherwise)
        case _:
            try:
                f.e.branch_if(f.value(node), then, otherwise)
            except Unreached:
                return
