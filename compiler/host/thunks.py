"""Bridges between Python and dialect functions, as typed trees: the lowering owns the convention.

Both kinds pass one pointer to a *frame*: a struct of the arguments, the result and the error's
code, which Python reads and writes by its layout.

- A *thunk* is called by Python: it loads the arguments from the frame, calls the function, and
  stores what comes back.

      def thunk(frame):
          try: frame.result = function(frame.a0, frame.a1)
          except OutOfFrames: frame.error = <code>

- An *adapter* defines an `@extern` function of the program, to be answered by Python: it fills a
  frame, calls `pk_host_callback(number, frame)`, and goes on with what it finds there; where Python
  raised, it never comes back.

      def extern_name(a0, a1):
          frame = Frame(a0, a1, result=0)
          status = pk_host_callback(number, address_of(frame))
          if status != 0: pk_host_abort(status)
          return frame.result

  An extern function raises no errors: the checker sees to that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from compiler import typed_tree as tt
from compiler.source import SourceFile, Span
from compiler.types import (
    BOOL,
    HOST,
    NEVER,
    NONE,
    U32,
    ClassType,
    Field,
    NeverType,
    NoneType,
    PtrType,
    Type,
)

THUNK = "pk_host_call."
CALLBACK = "pk_host_callback"
ABORT = "pk_host_abort"
ERROR = "error"
RESULT = "result"


@dataclass(frozen=True, slots=True)
class Bridge:
    """`frame`: a field for each parameter, then `result` if any, then a thunk's `error`."""

    function: tt.Function
    frame: ClassType
    symbol: str


def frame_of(function: tt.Function, can_fail: bool) -> ClassType:
    fields = [Field(f"a{i}", p.type, None, p.span) for i, p in enumerate(function.parameters)]
    if not isinstance(function.result, NoneType | NeverType):
        fields.append(Field(RESULT, function.result, None, function.span))
    if can_fail:
        fields.append(Field(ERROR, U32, None, function.span))
    name = f"pykern.host.frame.{function.symbol}"
    return ClassType(name, "Frame", "struct", function.span, fields=fields)


def thunk_of(function: tt.Function) -> tuple[Bridge, tt.Function]:
    """The bridge by which Python calls a function, and its typed form."""
    span, frame = function.span, frame_of(function, bool(function.raises))
    parameter = tt.Local("frame", PtrType(frame), span, 0, is_parameter=True)
    place = tt.DerefPlace(frame, span, _load(tt.LocalPlace(parameter.type, span, parameter)))
    arguments: list[tt.Expr] = [
        _load(_field(place, f"a{i}")) for i in range(len(function.parameters))
    ]
    call = tt.CallFunction(function.result, span, function, arguments)
    body: list[tt.Stmt] = [_store_result(place, call)]
    if isinstance(function.result, NeverType):
        body.append(tt.Unreachable(span))
    if function.raises:
        handlers = [_handler(place, error) for error in function.raises]
        body = [tt.Try(span, body, handlers, [], [])]
    symbol = THUNK + function.symbol
    return Bridge(function, frame, symbol), _exported(symbol, function, [parameter], NONE, body)


def adapter_of(function: tt.Function, number: int) -> tuple[Bridge, tt.Function]:
    """The bridge by which an extern function is answered by Python, and its typed form."""
    span, frame = function.span, frame_of(function, False)
    count = len(function.parameters)
    parameters = [
        tt.Local(p.name, p.type, p.span, i, is_parameter=True)
        for i, p in enumerate(function.parameters)
    ]
    local = tt.Local("frame", frame, span, count)
    status = tt.Local("status", U32, span, count + 1)
    place = tt.LocalPlace(frame, span, local)
    usize = HOST.usize
    address = tt.Convert(usize, span, "to_address", tt.AddressOf(PtrType(frame), span, place))
    answer = tt.CallFunction(U32, span, _callback(function), [_u32(number, span), address])
    give_up = tt.CallFunction(NEVER, span, _abort(function), [_load_local(status)])
    body: list[tt.Stmt] = [
        tt.Let(span, local, _initial_frame(frame, parameters, span)),
        tt.Let(span, status, answer),
        tt.If(span, _differs(_load_local(status), 0), [tt.Evaluate(span, give_up)], []),
    ]
    body.append(_return(function.result, place, span))
    made = _exported(function.symbol, function, parameters, function.result, body)
    made.locals = [*parameters, local, status]
    return Bridge(function, frame, function.symbol), made


def bridge_module(
    name: str, source: SourceFile, functions: Iterable[tt.Function]
) -> tt.TypedModule:
    return tt.TypedModule(name, source, list(functions), [], [], [])


def _exported(
    symbol: str,
    function: tt.Function,
    parameters: list[tt.Local],
    result: Type,
    body: list[tt.Stmt],
) -> tt.Function:
    return tt.Function(
        name=function.name,
        symbol=symbol,
        module=function.module,
        span=function.span,
        parameters=parameters,
        result=result,
        raises=[],
        linkage="export",
        locals=list(parameters),
        body=body,
        file=function.file,
    )


def _extern(
    symbol: str, function: tt.Function, parameters: list[Type], result: Type
) -> tt.Function:
    locals_ = [
        tt.Local(f"a{i}", type, function.span, i, is_parameter=True)
        for i, type in enumerate(parameters)
    ]
    return tt.Function(
        name=symbol,
        symbol=symbol,
        module=function.module,
        span=function.span,
        parameters=locals_,
        result=result,
        raises=[],
        linkage="extern",
        file=function.file,
    )


def _callback(function: tt.Function) -> tt.Function:
    return _extern(CALLBACK, function, [U32, HOST.usize], U32)


def _abort(function: tt.Function) -> tt.Function:
    return _extern(ABORT, function, [U32], NEVER)


def _handler(frame: tt.Place, error: tt.ErrorClass) -> tt.Handler:
    store = tt.Store(frame.span, _field(frame, ERROR), _u32(error.code, frame.span))
    return tt.Handler([error], [store], frame.span)


def _store_result(frame: tt.Place, call: tt.CallFunction) -> tt.Stmt:
    if isinstance(call.type, NoneType | NeverType):
        return tt.Evaluate(frame.span, call)
    return tt.Store(frame.span, _field(frame, RESULT), call)


def _initial_frame(frame: ClassType, parameters: list[tt.Local], span: Span) -> tt.StructInit:
    values: list[tt.Expr | tt.Initializer] = [_load_local(p) for p in parameters]
    rest = frame.fields[len(parameters) :]
    return tt.StructInit(frame, [*values, *(tt.ZeroConst(f.type, span) for f in rest)])


def _return(result: Type, frame: tt.Place, span: Span) -> tt.Stmt:
    if isinstance(result, NeverType):
        return tt.Unreachable(span)
    if isinstance(result, NoneType):
        return tt.Return(span, None)
    return tt.Return(span, _load(_field(frame, RESULT)))


def _field(place: tt.Place, name: str) -> tt.FieldPlace:
    assert isinstance(place.type, ClassType)
    index = place.type.field_index(name)
    assert index is not None
    return tt.FieldPlace(place.type.fields[index].type, place.span, place, index)


def _load(place: tt.Place) -> tt.Load:
    return tt.Load(place.type, place.span, place)


def _load_local(local: tt.Local) -> tt.Load:
    return _load(tt.LocalPlace(local.type, local.span, local))


def _u32(value: int, span: Span) -> tt.IntConst:
    return tt.IntConst(U32, span, value)


def _differs(value: tt.Expr, number: int) -> tt.Compare:
    return tt.Compare(BOOL, value.span, "!=", value, _u32(number, value.span))
