"""f-strings and formatted values: from replacement fields to `pykern.rt.format.Piece`s.

`f"{n} pages at {base:#x}"` becomes an array of three pieces in the caller's frame, passed as a
`Format`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from compiler import syntax_tree as st
from compiler import typed_tree as tt
from compiler.check.body import Body
from compiler.check.convert import describe, error_expr, settle
from compiler.source import Span
from compiler.types import (
    BOOL,
    ERROR,
    FORMAT,
    STR,
    U8,
    U16,
    U64,
    ArrayType,
    ClassType,
    IntType,
    PtrType,
    SliceType,
    TypeVarType,
)

PIECE = "pykern.rt.format.Piece"
NO_PRECISION = 0xFFFF
SPEC = re.compile(
    r"(?:(?P<fill>.)?(?P<align>[<>=^]))?(?P<sign>[+\- ])?(?P<prefix>#)?(?P<zero>0)?(?P<width>\d+)?"
    r"(?P<group>[,_])?(?:\.(?P<precision>\d+))?(?P<type>[bcdoxXs])?",
    re.DOTALL,
)
ALIGNMENTS = {None: 0, "<": 1, ">": 2, "^": 3, "=": 4}
SIGNS = {None: 0, "-": 0, "+": 1, " ": 2}
BASES = {"b": 2, "o": 8, "d": 10, "x": 16, "X": 16, "c": 10}
KINDS = {"text": 0, "unsigned": 1, "signed": 2, "character": 3}


@dataclass(frozen=True, slots=True)
class Spec:
    """A parsed format specification."""

    align: int = 0
    sign: int = 0
    base: int = 10
    upper: bool = False
    prefix: bool = False
    group: int = 0
    fill: int = 32
    width: int = 0
    precision: int = NO_PRECISION
    type: str | None = None


def check_fstring(body: Body, expr: st.FString) -> tt.Expr:
    pieces: list[tt.Expr | tt.Initializer] = []
    for part in expr.parts:
        if isinstance(part, st.StrLiteral):
            if part.value:
                pieces.append(
                    _text_piece(body, tt.StrConst(STR, part.span, part.value), Spec(), part.span)
                )
        else:
            pieces.extend(_field_pieces(body, part))
    return _as_format(body, pieces, expr.span)


def str_as_format(body: Body, expr: tt.Expr) -> tt.Expr:
    """A `Str` where a `Format` is asked for: one piece of text."""
    return _as_format(body, [_text_piece(body, expr, Spec(), expr.span)], expr.span)


def text_format(body: Body, text: str, span: Span) -> tt.Expr:
    return str_as_format(body, tt.StrConst(STR, span, text))


def _as_format(body: Body, pieces: list[tt.Expr | tt.Initializer], span: Span) -> tt.Expr:
    if any(isinstance(p, tt.Expr) and p.type is ERROR for p in pieces):
        return error_expr(span)
    if not pieces:
        return tt.ZeroConst(FORMAT, span)
    kind = ArrayType(body.program.struct(PIECE), len(pieces))
    return tt.ArrayToSlice(FORMAT, span, tt.Temporary(kind, span, tt.ArrayInit(kind, pieces)))


def _field_pieces(body: Body, part: st.FormattedPart) -> list[tt.Expr]:
    from compiler.check.expressions import check_expr

    pieces = []
    if part.debug_text is not None:
        pieces.append(
            _text_piece(body, tt.StrConst(STR, part.span, part.debug_text), Spec(), part.span)
        )
    if part.conversion is not None:
        body.report("format-conversion", part.span, conversion=part.conversion)
        return [error_expr(part.span)]
    value = settle(body, check_expr(body, part.value))
    spec = parse_spec(body, part)
    if value.type is ERROR or spec is None:
        return [error_expr(part.span)]
    return [*pieces, _value_piece(body, value, spec, part)]


def parse_spec(body: Body, part: st.FormattedPart) -> Spec | None:
    match = SPEC.fullmatch(part.spec)
    span = part.spec_span or part.span
    if match is None:
        body.report("format-spec", span, spec=part.spec)
        return None
    group = match.groupdict()
    fill, align = group["fill"], group["align"]
    if group["zero"]:
        fill, align = fill or "0", align or "="
    width, precision = int(group["width"] or 0), int(group["precision"] or NO_PRECISION)
    kind = group["type"]
    if ord(fill or " ") > 127 or width > 255 or (group["precision"] and precision >= NO_PRECISION):
        body.report("format-spec", span, spec=part.spec)
        return None
    return Spec(
        ALIGNMENTS[align],
        SIGNS[group["sign"]],
        BASES.get(kind or "d", 10),
        kind == "X",
        bool(group["prefix"]),
        ord(group["group"] or "\0"),
        ord(fill or " "),
        width,
        precision,
        kind,
    )


# --- Pieces ------------------------------------------------------------------------------------


def _value_piece(body: Body, value: tt.Expr, spec: Spec, part: st.FormattedPart) -> tt.Expr:
    kind, span = value.type, part.span
    match kind:
        case IntType() if spec.type != "s":
            return _number_piece(body, value, spec, part)
        case TypeVarType():
            return (
                error_expr(span)
                if spec.type == "s"
                else tt.ZeroConst(body.program.struct(PIECE), span)
            )
        case ClassType() if kind.kind == "enum" and spec.type in (None, "s"):
            return _text_piece(body, _member_name(body, value, kind), spec, span)
        case ClassType() if kind.kind in ("enum", "flags"):
            return _number_piece(
                body, tt.Convert(kind.integer, value.span, "bits", value), spec, part
            )
        case PtrType() if spec.type in (None, "x", "X"):
            address = tt.Convert(body.usize, value.span, "to_address", value)
            shown = spec if spec.type else replace(spec, base=16, prefix=True, type="x")
            return _number_piece(body, address, shown, part)
        case _:
            return _textual_piece(body, value, spec, part)


def _textual_piece(body: Body, value: tt.Expr, spec: Spec, part: st.FormattedPart) -> tt.Expr:
    kind, span = value.type, part.span
    wrong_spec = (
        spec.type not in (None, "s") or spec.sign or spec.prefix or spec.group or spec.align == 4
    )
    if kind == BOOL:
        texts = (tt.StrConst(STR, span, "True"), tt.StrConst(STR, span, "False"))
        as_number = spec.type is None and part.spec  # as in Python, whose bool is an int
        if as_number or spec.type in ("d", "b", "o", "x", "X"):
            return _number_piece(body, tt.Convert(U8, span, "widen", value), spec, part)
        value = tt.Conditional(STR, span, value, *texts)
    elif not (kind == STR or kind == SliceType(U8)):
        array = kind.to if isinstance(kind, PtrType) and not kind.nullable else None
        if not (isinstance(array, ArrayType) and array.element == U8):
            body.report("not-formattable", span, type=describe(kind))
            return error_expr(span)
        from compiler.check.convert import place_of

        value = tt.ArrayToSlice(SliceType(U8), value.span, place_of(value))
    if wrong_spec:
        body.report("format-spec-type", part.spec_span or span, spec=part.spec, type=describe(kind))
        return error_expr(span)
    return _text_piece(body, value, spec, span)


def _number_piece(body: Body, value: tt.Expr, spec: Spec, part: st.FormattedPart) -> tt.Expr:
    kind, span = value.type, part.span
    assert isinstance(kind, IntType)
    bad_group = spec.group == ord(",") and spec.base != 10
    if spec.precision != NO_PRECISION or spec.type == "s" or bad_group:
        body.report("format-spec-type", part.spec_span or span, spec=part.spec, type=describe(kind))
        return error_expr(span)
    if spec.type == "c":
        return _piece(body, "character", spec, _to_u64(value), _zero(body, span), span)
    return _piece(
        body, "signed" if kind.signed else "unsigned", spec, _to_u64(value), _zero(body, span), span
    )


def _to_u64(value: tt.Expr) -> tt.Expr:
    """The number's bits, sign-extended."""
    return value if value.type == U64 else tt.Convert(U64, value.span, "truncate", value)


def _zero(body: Body, span: Span) -> tt.Expr:
    return tt.IntConst(body.usize, span, 0)


def _text_piece(body: Body, text: tt.Expr, spec: Spec, span: Span) -> tt.Expr:
    """Text is evaluated once: its address and length come from one hidden local."""
    if text.type is ERROR:
        return error_expr(span)
    source: tt.Expr = text
    lets: list[tt.Stmt] = []
    if not isinstance(text, tt.StrConst):
        local = body.hidden_local(text.type, span)
        lets.append(tt.Let(span, local, text))
        source = tt.Load(text.type, span, tt.LocalPlace(text.type, span, local))
    pointer = tt.SliceData(PtrType(U8, nullable=True), span, source)
    address = _to_u64(tt.Convert(body.usize, span, "to_address", pointer))
    piece = _piece(body, "text", spec, address, tt.SliceLength(body.usize, span, source), span)
    return tt.Sequence(piece.type, span, lets, piece) if lets else piece


def _piece(body: Body, kind: str, spec: Spec, data: tt.Expr, extra: tt.Expr, span: Span) -> tt.Expr:
    """A `Piece` with its fields in order."""
    cls = body.program.struct(PIECE)

    def number(index: int, value: int) -> tt.Expr:
        return tt.IntConst(cls.fields[index].type, span, value)

    upper, prefix = (tt.BoolConst(BOOL, span, flag) for flag in (spec.upper, spec.prefix))
    items = [
        number(0, KINDS[kind]),
        number(1, spec.align),
        number(2, spec.sign),
        number(3, spec.base),
        upper,
        prefix,
        number(6, spec.group),
        number(7, spec.fill),
        tt.IntConst(U16, span, spec.width),
        tt.IntConst(U16, span, spec.precision),
        data,
        extra,
    ]
    return tt.MakeValue(cls, span, items)


def _member_name(body: Body, value: tt.Expr, kind: ClassType) -> tt.Expr:
    """The name of an enum's member as a chain of choices on its number."""
    span = value.span
    local = body.hidden_local(kind, span)
    loaded = tt.Load(kind, span, tt.LocalPlace(kind, span, local))
    names = list(kind.members.items())
    result: tt.Expr = tt.StrConst(STR, span, names[-1][0] if names else "")
    for name, number in reversed(names[:-1]):
        same = tt.Compare(BOOL, span, "==", loaded, tt.IntConst(kind, span, number))
        result = tt.Conditional(STR, span, same, tt.StrConst(STR, span, name), result)
    return tt.Sequence(STR, span, [tt.Let(span, local, value)], result)
