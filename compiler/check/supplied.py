"""Calls of what the language itself supplies: conversions, places, sizes, intrinsics, `panic`,
`asm`.
"""

from __future__ import annotations

from collections.abc import Callable

from compiler import syntax_tree as st
from compiler import typed_tree as tt
from compiler.check.assembly import asm_call
from compiler.check.body import Body
from compiler.check.convert import coerce, describe, error_expr, place_of, settle
from compiler.check.intrinsics import call_generic
from compiler.check.language import CLASS_DECORATORS, FUNCTION_DECORATORS
from compiler.check.places import check_place
from compiler.check.resolve_types import language_type, resolve_type
from compiler.intrinsics import GENERIC, HOST_TOO, WRAPPING, MachineIntrinsic
from compiler.source import Span
from compiler.types import (
    BOOL,
    ERROR,
    FORMAT,
    LITERAL_INT,
    NEVER,
    NONE,
    STR,
    U8,
    U32,
    ArrayType,
    BoolType,
    ClassType,
    FloatType,
    FnType,
    IntType,
    PtrType,
    SliceType,
    Type,
    TypeVarType,
)

Args = list[st.Argument]


def call_language(body: Body, name: str, expr: st.Call, wanted: Type | None) -> tt.Expr:
    """A call whose name is one of `pykern.lang` or a builtin."""
    for argument in expr.args:
        if argument.keyword is not None:
            body.report("unknown-argument", argument.span, name=name, argument=argument.keyword)
            return error_expr(expr.span)
    kind = language_type(body.program, name)
    if kind is not None and isinstance(kind, IntType | FloatType | BoolType):
        return number_conversion(body, kind, expr)
    if name in GENERIC:
        return call_generic(body, name, expr, wanted)
    if name in WRAPPING or name == "wrapping_neg":
        return _wrapping(body, name, expr, wanted)
    handler = HANDLERS.get(name)
    if handler is None:
        return _not_callable(body, name, expr)
    least, most, function = handler
    if not least <= len(expr.args) <= most:
        body.report("argument-count", expr.span, name=name, expected=least, found=len(expr.args))
        return error_expr(expr.span)
    return function(body, expr, wanted)


def _not_callable(body: Body, name: str, expr: st.Call) -> tt.Expr:
    if name in ("Atomic", "PerCpu"):
        body.report("initializer-out-of-place", expr.span, name=name)
    elif name in ("range", "enumerate"):
        body.report("iteration-out-of-place", expr.span, name=name)
    elif name in CLASS_DECORATORS or name in FUNCTION_DECORATORS:
        body.report("not-callable", expr.func.span, found=f"decorator `{name}`")
    else:
        body.report("not-callable", expr.func.span, found=f"`{name}`")
    return error_expr(expr.span)


def _type_argument(body: Body, expr: st.Expr) -> Type:
    return resolve_type(body.program, body.module, body.environment, expr)


def _is_type_variable(body: Body, expr: st.Expr) -> bool:
    return isinstance(expr, st.Name) and expr.id in body.environment


# --- Numbers -----------------------------------------------------------------------------------


def number_conversion(body: Body, kind: Type, expr: st.Call) -> tt.Expr:
    """`u8(x)`, `f64(x)`, `bool(x)` (of a bool only)."""
    from compiler.check.expressions import body_uses_float, check_expr

    if len(expr.args) != 1:
        body.report("argument-count", expr.span, name=str(kind), expected=1, found=len(expr.args))
        return error_expr(expr.span)
    value = check_expr(body, expr.args[0].value)
    actual, span = value.type, expr.span
    if isinstance(kind, FloatType):
        body_uses_float(body, span)
    if actual is LITERAL_INT or actual == kind or actual is ERROR:
        converted = coerce(body, value, kind)
        converted.span = span
        return converted
    chosen = _conversion_kind(actual, kind)
    if chosen is None:
        help_text = "`.value` is the number" if isinstance(actual, ClassType) else None
        body.report("no-conversion", span, actual=describe(actual), wanted=kind, help=help_text)
        return error_expr(span)
    return tt.Convert(kind, span, chosen, value)  # type: ignore[arg-type]


def _conversion_kind(actual: Type, kind: Type) -> str | None:
    from compiler.types import widens

    match actual, kind:
        case (
            (IntType() | TypeVarType(bound="Integer")),
            (IntType() | TypeVarType(bound="Integer")),
        ):
            return "widen" if widens(actual, kind) else "checked"
        case BoolType(), (IntType() | TypeVarType(bound="Integer")):
            return "widen"
        case FloatType(), IntType():
            return "float_to_int"
        case IntType(), FloatType():
            return "int_to_float"
        case FloatType(), FloatType():
            return "widen" if actual.width < kind.width else "narrow_float"
        case _:
            return None


def _wrapping(body: Body, name: str, expr: st.Call, wanted: Type | None) -> tt.Expr:
    """Wrapping arithmetic is ordinary arithmetic in wrapping mode."""
    from compiler.check.expressions import check_expr
    from compiler.check.operators import arithmetic

    count = 1 if name == "wrapping_neg" else 2
    if len(expr.args) != count:
        body.report("argument-count", expr.span, name=name, expected=count, found=len(expr.args))
        return error_expr(expr.span)
    values = [check_expr(body, a.value, wanted) for a in expr.args]
    if wanted is not None and isinstance(wanted, IntType):
        values = [
            coerce(body, v, wanted) if v.type is LITERAL_INT and len(values) == 1 else v
            for v in values
        ]
    before, body.mode = body.mode, "wrapping"
    try:
        if count == 1:
            value = settle(body, values[0])
            if not isinstance(value.type, IntType | TypeVarType):
                if value.type is not ERROR:
                    body.report("operand-type", expr.span, op=name, type=describe(value.type))
                return error_expr(expr.span)
            return tt.Negate(value.type, expr.span, value, "wrapping")
        return arithmetic(body, WRAPPING[name], values[0], values[1], expr.span, expr.func.span)
    finally:
        body.mode = before


def _truncate(body: Body, expr: st.Call, wanted: Type | None) -> tt.Expr:
    from compiler.check.expressions import check_expr

    kind = _type_argument(body, expr.args[0].value)
    value = check_expr(body, expr.args[1].value)
    if kind is ERROR or value.type is ERROR:
        return error_expr(expr.span)
    if isinstance(kind, IntType) and isinstance(value, tt.IntConst) and value.type is LITERAL_INT:
        from compiler.check.evaluate import _wrap

        return tt.IntConst(kind, expr.span, _wrap(kind, value.value))
    integer = isinstance(kind, IntType) or (
        isinstance(kind, TypeVarType) and kind.bound == "Integer"
    )
    source = isinstance(value.type, IntType) or (
        isinstance(value.type, TypeVarType) and value.type.bound == "Integer"
    )
    if not (integer and source):
        body.report("no-conversion", expr.span, actual=describe(value.type), wanted=kind)
        return error_expr(expr.span)
    return tt.Convert(kind, expr.span, "truncate", value)


def _bitcast(body: Body, expr: st.Call, wanted: Type | None) -> tt.Expr:
    from compiler.check.expressions import check_expr

    kind = _type_argument(body, expr.args[0].value)
    value = settle(body, check_expr(body, expr.args[1].value))
    if kind is ERROR or value.type is ERROR:
        return error_expr(expr.span)
    widths = [_bits(body, kind), _bits(body, value.type)]
    if None in widths or widths[0] != widths[1]:
        body.report("bitcast", expr.span, actual=describe(value.type), wanted=kind)
        return error_expr(expr.span)
    if isinstance(value.type, PtrType | FnType):
        return tt.Convert(kind, expr.span, "to_address", value)
    return tt.Convert(kind, expr.span, "bits", value)


def _bits(body: Body, kind: Type) -> int | None:
    match kind:
        case IntType() | FloatType():
            return kind.width
        case ClassType() if kind.kind in ("enum", "flags"):
            return kind.integer.width
        case PtrType() | FnType():
            return body.program.target.pointer_bits
        case _:
            return None


def _limit(which: str) -> Callable[[Body, st.Call, Type | None], tt.Expr]:
    """`bits_of` of a type variable is a `u32`, since its value is not known where it is written."""

    def limit(body: Body, expr: st.Call, wanted: Type | None) -> tt.Expr:
        kind = _type_argument(body, expr.args[0].value)
        if isinstance(kind, TypeVarType) and kind.bound == "Integer":
            return tt.IntConst(U32 if which == "width" else kind, expr.span, 0)
        if not isinstance(kind, IntType):
            if kind is not ERROR:
                body.report("not-an-integer-type", expr.args[0].span, found=kind)
            return error_expr(expr.span)
        value: int = getattr(kind, which)
        if which != "width":
            return tt.IntConst(kind, expr.span, value)
        result = U32 if _is_type_variable(body, expr.args[0].value) else LITERAL_INT
        return tt.IntConst(result, expr.span, value)

    return limit


# --- Places and pointers -----------------------------------------------------------------------


def _ref(body: Body, expr: st.Call, wanted: Type | None) -> tt.Expr:
    place = check_place(body, expr.args[0].value)
    if place is None:
        return error_expr(expr.span)
    return tt.AddressOf(PtrType(place.type), expr.span, place)


def _pointer_argument(body: Body, expr: st.Expr) -> tt.Expr | None:
    from compiler.check.expressions import check_expr

    value = check_expr(body, expr)
    if value.type is ERROR:
        return None
    if not isinstance(value.type, PtrType):
        body.report("not-a-pointer", expr.span, type=describe(value.type))
        return None
    if value.type.nullable:
        body.report("maybe-none", expr.span, type=value.type)
        return None
    return value


def _load(body: Body, expr: st.Call, wanted: Type | None) -> tt.Expr:
    pointer = _pointer_argument(body, expr.args[0].value)
    if pointer is None:
        return error_expr(expr.span)
    place = place_of(pointer)
    if place.type.is_place:
        body.report("load-of-place", expr.span, type=place.type)
        return error_expr(expr.span)
    return tt.Load(place.type, expr.span, place)


def _store(body: Body, expr: st.Call, wanted: Type | None) -> tt.Expr:
    """`store(p, v)`: a statement in the form of a call; see `check.statements`."""
    from compiler.check.expressions import check_as

    pointer = _pointer_argument(body, expr.args[0].value)
    if pointer is None:
        return error_expr(expr.span)
    assert isinstance(pointer.type, PtrType)
    if pointer.type.to.is_place:
        body.report("implicit-copy", expr.span, type=pointer.type.to, actual=describe(pointer.type))
        return error_expr(expr.span)
    value = check_as(body, expr.args[1].value, pointer.type.to)
    if value.type is ERROR:
        return value
    return tt.CallIntrinsic(NONE, expr.span, "store", [pointer, value], pointer.type.to)


def _ptr_at(body: Body, expr: st.Call, wanted: Type | None) -> tt.Expr:
    from compiler.check.expressions import check_as

    kind = _type_argument(body, expr.args[0].value)
    address = check_as(body, expr.args[1].value, body.usize, "address")
    if kind is ERROR or address.type is ERROR:
        return error_expr(expr.span)
    return tt.Convert(PtrType(kind), expr.span, "from_address", address)


def _ptr_cast(body: Body, expr: st.Call, wanted: Type | None) -> tt.Expr:
    from compiler.check.expressions import check_expr

    kind = _type_argument(body, expr.args[0].value)
    value = check_expr(body, expr.args[1].value)
    if kind is ERROR or value.type is ERROR:
        return error_expr(expr.span)
    if not isinstance(value.type, PtrType):
        body.report("not-a-pointer", expr.args[1].span, type=describe(value.type))
        return error_expr(expr.span)
    return tt.Convert(PtrType(kind, value.type.nullable), expr.span, "pointer", value)


def _address_of(body: Body, expr: st.Call, wanted: Type | None) -> tt.Expr:
    from compiler.check.expressions import check_expr

    value = check_expr(body, expr.args[0].value)
    span = expr.span
    match value.type:
        case PtrType() | FnType():
            return tt.Convert(body.usize, span, "to_address", value)
        case SliceType():
            pointer = PtrType(value.type.element, nullable=True)
            return tt.Convert(body.usize, span, "to_address", tt.SliceData(pointer, span, value))
    if value.type == STR:
        return tt.Convert(
            body.usize, span, "to_address", tt.SliceData(PtrType(U8, True), span, value)
        )
    if value.type is not ERROR:
        body.report("not-a-pointer", expr.args[0].span, type=describe(value.type))
    return error_expr(span)


def _slice_at(body: Body, expr: st.Call, wanted: Type | None) -> tt.Expr:
    from compiler.check.expressions import check_as

    kind = _type_argument(body, expr.args[0].value)
    address = check_as(body, expr.args[1].value, body.usize, "address")
    count = check_as(body, expr.args[2].value, body.usize, "count")
    if ERROR in (kind, address.type, count.type):
        return error_expr(expr.span)
    pointer = tt.Convert(PtrType(kind, nullable=True), expr.span, "from_address_nullable", address)
    return tt.MakeSlice(SliceType(kind), expr.span, pointer, count)


def _as_bytes(body: Body, expr: st.Call, wanted: Type | None) -> tt.Expr:
    from compiler.check.expressions import check_expr
    from compiler.layout import size_of

    value = check_expr(body, expr.args[0].value)
    span = expr.span
    if value.type is ERROR:
        return value
    if isinstance(value.type, SliceType):
        size = tt.IntConst(body.usize, span, size_of(value.type.element, body.program.target))
        local = body.hidden_local(value.type, span)
        again = tt.Load(value.type, span, tt.LocalPlace(value.type, span, local))
        length = tt.Arithmetic(
            body.usize, span, "*", tt.SliceLength(body.usize, span, again), size, "checked"
        )
        pointer: tt.Expr = tt.SliceData(PtrType(value.type.element, True), span, again)
        made = tt.MakeSlice(
            SliceType(U8), span, tt.Convert(PtrType(U8, True), span, "pointer", pointer), length
        )
        return tt.Sequence(made.type, span, [tt.Let(span, local, value)], made)
    if not isinstance(value.type, PtrType) or value.type.nullable:
        body.report("not-a-pointer", expr.args[0].span, type=describe(value.type))
        return error_expr(span)
    size = tt.IntConst(body.usize, span, size_of(value.type.to, body.program.target))
    return tt.MakeSlice(SliceType(U8), span, tt.Convert(PtrType(U8), span, "pointer", value), size)


def _zeroed(body: Body, expr: st.Call, wanted: Type | None) -> tt.Expr:
    from compiler.check.values import check_zeroable, zero_value

    if wanted is None or wanted in (NONE, NEVER, FORMAT):
        body.report("zeroed-without-type", expr.span)
        return error_expr(expr.span)
    if wanted is ERROR:
        return error_expr(expr.span)
    if wanted.is_place:
        check_zeroable(body, wanted, expr.span)
        return tt.AddressOf(
            PtrType(wanted), expr.span, tt.Temporary(wanted, expr.span, tt.ZeroInit(wanted))
        )
    return zero_value(body, wanted, expr.span)


# --- Text --------------------------------------------------------------------------------------


def _len(body: Body, expr: st.Call, wanted: Type | None) -> tt.Expr:
    from compiler.check.calls import call_method
    from compiler.check.expressions import check_expr

    value = check_expr(body, expr.args[0].value)
    kind = value.type
    if kind is ERROR:
        return value
    target = kind.to if isinstance(kind, PtrType) and not kind.nullable else kind
    if isinstance(target, ArrayType):
        return tt.IntConst(body.usize, expr.span, target.count)
    if isinstance(kind, SliceType):
        return tt.SliceLength(body.usize, expr.span, value)
    if isinstance(target, ClassType) and "__len__" in body.program.class_decls[target].methods:
        return call_method(body, value, target, "__len__", [], expr.span, expr.func.span)
    key = "len-of-str" if kind == STR else "no-length"
    body.report(key, expr.args[0].span, type=describe(kind))
    return error_expr(expr.span)


def _utf8(body: Body, expr: st.Call, wanted: Type | None) -> tt.Expr:
    from compiler.check.expressions import check_as

    text = check_as(body, expr.args[0].value, STR, "argument")
    if text.type is ERROR:
        return text
    if isinstance(text, tt.StrConst):
        return tt.StrConst(SliceType(U8), expr.span, text.text)
    local = body.hidden_local(STR, expr.span)
    again = tt.Load(STR, expr.span, tt.LocalPlace(STR, expr.span, local))
    data = tt.SliceData(PtrType(U8, True), expr.span, again)
    made = tt.MakeSlice(
        SliceType(U8), expr.span, data, tt.SliceLength(body.usize, expr.span, again)
    )
    return tt.Sequence(made.type, expr.span, [tt.Let(expr.span, local, text)], made)


def _pieces_of(body: Body, expr: st.Call, wanted: Type | None) -> tt.Expr:
    from compiler.check.expressions import check_as
    from compiler.check.text import PIECE

    message = check_as(body, expr.args[0].value, FORMAT, "argument")
    if message.type is ERROR:
        return message
    piece = body.program.struct(PIECE)
    data = tt.SliceData(PtrType(piece, True), expr.span, message)
    return tt.MakeSlice(
        SliceType(piece), expr.span, data, tt.SliceLength(body.usize, expr.span, message)
    )


def _format(body: Body, expr: st.Call, wanted: Type | None) -> tt.Expr:
    return runtime_call(body, "pykern.rt.format", "format_into", expr.args, expr.span)


def runtime_call(body: Body, module: str, name: str, args: Args, span: Span) -> tt.Expr:
    from compiler.check.calls import call_function
    from compiler.check.symbols import FunctionDecl

    decl = body.program.modules[module].names[name]
    assert isinstance(decl, FunctionDecl)
    return call_function(body, decl, args, span, span)


def panic_call(body: Body, message: tt.Expr, span: Span) -> tt.Expr:
    """`pk_panic(file, line, message)`."""
    from compiler.check.calls import call_instance
    from compiler.check.resolve_functions import function_instance
    from compiler.check.symbols import FunctionDecl

    decl = body.program.modules["pykern.rt.checks"].names["pk_panic"]
    assert isinstance(decl, FunctionDecl)
    instance = function_instance(body.program, decl, (), span)
    file = tt.StrConst(STR, span, body.module.source.display)
    line = tt.IntConst(U32, span, span.line)
    return call_instance(body, instance, [file, line, message], span)


def _panic(body: Body, expr: st.Call, wanted: Type | None) -> tt.Expr:
    from compiler.check.expressions import check_as

    message = check_as(body, expr.args[0].value, FORMAT, "message")
    if message.type is ERROR:
        return tt.ZeroConst(NEVER, expr.span)
    return panic_call(body, message, expr.span)


def _unreachable(body: Body, expr: st.Call, wanted: Type | None) -> tt.Expr:
    from compiler.check.text import text_format

    text = text_format(body, "reached code that cannot be reached", expr.span)
    return panic_call(body, text, expr.span)


# --- Compile time ------------------------------------------------------------------------------


def _size(which: str) -> Callable[[Body, st.Call, Type | None], tt.Expr]:
    """Of a type variable it is a `usize`, as `bits_of` is a `u32`."""

    def size(body: Body, expr: st.Call, wanted: Type | None) -> tt.Expr:
        from compiler import layout

        kind = _type_argument(body, expr.args[0].value)
        if kind is ERROR:
            return error_expr(expr.span)
        if isinstance(kind, TypeVarType):
            return tt.ZeroConst(body.usize, expr.span)
        function = layout.size_of if which == "sizeof" else layout.align_of
        result = body.usize if _is_type_variable(body, expr.args[0].value) else LITERAL_INT
        return tt.IntConst(result, expr.span, function(kind, body.program.target))

    return size


def _offsetof(body: Body, expr: st.Call, wanted: Type | None) -> tt.Expr:
    from compiler.layout import field_offset

    kind = _type_argument(body, expr.args[0].value)
    field = expr.args[1].value
    if kind is ERROR:
        return error_expr(expr.span)
    index = (
        kind.field_index(field.value)
        if isinstance(kind, ClassType) and isinstance(field, st.StrLiteral)
        else None
    )
    if index is None or not isinstance(kind, ClassType):
        body.report("no-attribute", field.span, type=kind, name=field.span.text.strip("\"'"))
        return error_expr(expr.span)
    return tt.IntConst(LITERAL_INT, expr.span, field_offset(kind, index, body.program.target))


def _embed(body: Body, expr: st.Call, wanted: Type | None) -> tt.Expr:
    name = expr.args[0].value
    if not isinstance(name, st.StrLiteral):
        body.report("embed-name", name.span)
        return error_expr(expr.span)
    path = body.module.source.path.parent / name.value
    try:
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or str(error)
        body.report("embed-unreadable", name.span, file=name.value, problem=problem)
        return error_expr(expr.span)
    return tt.BytesConst(SliceType(U8), expr.span, data)


def _static_assert(body: Body, expr: st.Call, wanted: Type | None) -> tt.Expr:
    check_static_assert(body, expr)
    return tt.ZeroConst(NONE, expr.span)


def check_static_assert(body: Body, expr: st.Call) -> None:
    from compiler.check.constants import constant_expr

    if not expr.args:
        body.report("argument-count", expr.span, name="static_assert", expected=1, found=0)
        return
    value = constant_expr(body, expr.args[0].value, BOOL)
    if isinstance(value, tt.BoolConst) and not value.value:
        why = expr.args[1].value if len(expr.args) > 1 else None
        text = why.value if isinstance(why, st.StrLiteral) else expr.args[0].span.text
        body.report("static-assert", expr.span, why=text)


# --- Enums -------------------------------------------------------------------------------------


def _is_member(body: Body, expr: st.Call, wanted: Type | None) -> tt.Expr:
    """Any integer may be asked about, whatever its width."""
    from compiler.check.expressions import check_expr

    kind = _type_argument(body, expr.args[0].value)
    if not (isinstance(kind, ClassType) and kind.kind == "enum"):
        if kind is not ERROR:
            body.report("not-an-enum", expr.args[0].span, found=kind)
        return error_expr(expr.span)
    number = check_expr(body, expr.args[1].value, kind.integer)
    if number.type is LITERAL_INT:
        number = coerce(body, number, kind.integer, "argument")
    if not isinstance(number.type, IntType):
        if number.type is not ERROR:
            body.report(
                "operand-type", expr.args[1].span, op="is_member", type=describe(number.type)
            )
        return error_expr(expr.span)
    span, wide = expr.span, number.type
    local = body.hidden_local(wide, span)
    loaded = tt.Load(wide, span, tt.LocalPlace(wide, span, local))
    result: tt.Expr = tt.BoolConst(BOOL, span, False)
    for member in kind.members.values():
        if wide.holds(member):
            same = tt.Compare(BOOL, span, "==", loaded, tt.IntConst(wide, span, member))
            result = tt.Logical(BOOL, span, "or", result, same)
    return tt.Sequence(BOOL, span, [tt.Let(span, local, number)], result)


# --- Machine -----------------------------------------------------------------------------------


def call_machine(body: Body, row: MachineIntrinsic, expr: st.Call) -> tt.Expr:
    from compiler.check.expressions import check_as

    target = body.program.target.kind
    if target == "wasm" or (target == "host" and row.name not in HOST_TOO):
        body.report("not-on-target", expr.func.span, name=row.name, target=target)
        return error_expr(expr.span)
    if len(expr.args) != len(row.parameters) or any(a.keyword for a in expr.args):
        body.report(
            "argument-count",
            expr.span,
            name=row.name,
            expected=len(row.parameters),
            found=len(expr.args),
        )
        return error_expr(expr.span)
    pairs = zip(expr.args, row.parameters, strict=True)
    arguments = [check_as(body, a.value, p, "argument") for a, p in pairs]
    if any(a.type is ERROR for a in arguments):
        return error_expr(expr.span)
    return tt.CallIntrinsic(row.result, expr.span, row.name, arguments)


def _array(body: Body, expr: st.Call, wanted: Type | None) -> tt.Expr:
    from compiler.check.values import array_display

    return array_display(body, expr, wanted)


Handler = Callable[[Body, st.Call, Type | None], tt.Expr]

HANDLERS: dict[str, tuple[int, int, Handler]] = {
    "truncate": (2, 2, _truncate),
    "bitcast": (2, 2, _bitcast),
    "max_of": (1, 1, _limit("max")),
    "min_of": (1, 1, _limit("min")),
    "bits_of": (1, 1, _limit("width")),
    "ref": (1, 1, _ref),
    "load": (1, 1, _load),
    "store": (2, 2, _store),
    "ptr_at": (2, 2, _ptr_at),
    "ptr_cast": (2, 2, _ptr_cast),
    "address_of": (1, 1, _address_of),
    "slice_at": (3, 3, _slice_at),
    "as_bytes": (1, 1, _as_bytes),
    "zeroed": (0, 0, _zeroed),
    "len": (1, 1, _len),
    "utf8": (1, 1, _utf8),
    "pieces_of": (1, 1, _pieces_of),
    "format": (2, 2, _format),
    "panic": (1, 1, _panic),
    "unreachable": (0, 0, _unreachable),
    "sizeof": (1, 1, _size("sizeof")),
    "alignof": (1, 1, _size("alignof")),
    "offsetof": (2, 2, _offsetof),
    "embed": (1, 1, _embed),
    "static_assert": (1, 2, _static_assert),
    "is_member": (2, 2, _is_member),
    "asm": (2, 64, asm_call),
    "Array": (1, 1 << 16, _array),
}
"""Name: least and most arguments, and the function that checks the call."""
