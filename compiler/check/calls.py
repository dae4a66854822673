"""Calls: of functions, methods, constructors and function pointers."""

from __future__ import annotations

from compiler import syntax_tree as st
from compiler import typed_tree as tt
from compiler.check.body import Body
from compiler.check.convert import coerce, describe, error_expr
from compiler.check.order import in_written_order
from compiler.check.places import check_order, no_attribute, symbol_of, unknown_name
from compiler.check.resolve_functions import (
    function_instance,
    open_environment,
    self_type,
    type_parameters,
    unify,
)
from compiler.check.resolve_types import class_environment, is_bounded, resolve_type
from compiler.check.symbols import (
    ClassDecl,
    FunctionDecl,
    FunctionInstance,
    LanguageSymbol,
    MachineSymbol,
    ModuleSymbol,
    Symbol,
    TypeVarDecl,
)
from compiler.source import Span
from compiler.types import (
    ERROR,
    LITERAL_INT,
    NEVER,
    AtomicType,
    ClassType,
    FnType,
    MmioType,
    PtrType,
    Type,
    TypeVarType,
)


def check_call(body: Body, expr: st.Call, wanted: Type | None) -> tt.Expr:
    symbol = symbol_of(body, expr.func)
    if symbol is not None:
        return _call_symbol(body, symbol, expr, wanted)
    func = expr.func
    if isinstance(func, st.Name) and func.id not in body.locals:
        unknown_name(body, func)
        return error_expr(expr.span)
    if isinstance(func, st.Subscript) and isinstance(symbol_of(body, func.value), ClassDecl):
        return _call_generic_class(body, func, expr)
    if isinstance(func, st.Attribute):
        return _call_attribute(body, func, expr)
    return _call_pointer(body, expr)


def _call_symbol(body: Body, symbol: Symbol, expr: st.Call, wanted: Type | None) -> tt.Expr:
    match symbol:
        case FunctionDecl():
            return call_function(body, symbol, expr.args, expr.span, expr.func.span)
        case ClassDecl():
            check_order(body, symbol, expr.func)
            return _construct(body, symbol, expr, wanted)
        case TypeVarDecl():
            return _convert_to_variable(body, symbol, expr)
        case LanguageSymbol():
            from compiler.check.supplied import call_language

            return call_language(body, symbol.name, expr, wanted)
        case MachineSymbol():
            from compiler.check.supplied import call_machine

            return call_machine(body, symbol.row, expr)
        case ModuleSymbol():
            body.report("not-callable", expr.func.span, found=f"module `{symbol.module}`")
            return error_expr(expr.span)
        case _:
            return _call_pointer(body, expr)


def _convert_to_variable(body: Body, variable: TypeVarDecl, expr: st.Call) -> tt.Expr:
    """`T(x)` for a type variable bounded by `Integer`."""
    from compiler.check.supplied import number_conversion

    kind = body.environment.get(variable.name)
    if kind is None:
        body.report("type-variable-out-of-place", expr.func.span, name=variable.name)
        return error_expr(expr.span)
    return number_conversion(body, kind, expr)


def _construct(body: Body, decl: ClassDecl, expr: st.Call, wanted: Type | None) -> tt.Expr:
    from compiler.check.values import construct

    return construct(body, decl, expr, wanted)


def _call_generic_class(body: Body, func: st.Subscript, expr: st.Call) -> tt.Expr:
    from compiler.check.values import construct_class

    kind = resolve_type(body.program, body.module, body.environment, func)
    return (
        construct_class(body, kind, expr) if isinstance(kind, ClassType) else error_expr(expr.span)
    )


# --- Methods -----------------------------------------------------------------------------------


def _call_attribute(body: Body, func: st.Attribute, expr: st.Call) -> tt.Expr:
    """`base.name(…)`: a method, a cell's operation, or a function pointer in a field."""
    from compiler.check.expressions import check_expr

    owner = symbol_of(body, func.value)
    if isinstance(owner, ClassDecl):
        return _call_on_class(body, owner, func, expr)
    if isinstance(owner, ModuleSymbol):
        return error_expr(expr.span)  # reported by the look-up
    from compiler.check.cells import call_per_cpu, per_cpu_global

    variable = per_cpu_global(body, func.value)
    if variable is not None:
        return call_per_cpu(body, variable, func, expr)
    base = check_expr(body, func.value)
    if base.type is ERROR:
        return base
    return _call_on_value(body, base, func, expr)


def _call_on_value(body: Body, base: tt.Expr, func: st.Attribute, expr: st.Call) -> tt.Expr:
    from compiler.check.cells import call_cell

    kind = base.type
    if isinstance(kind, PtrType) and kind.nullable:
        body.report("maybe-none", func.value.span, type=kind)
        return error_expr(expr.span)
    target = kind.to if isinstance(kind, PtrType) else kind
    if isinstance(target, AtomicType | MmioType):
        return call_cell(body, base, target, func, expr)
    if isinstance(target, TypeVarType) and isinstance(target.bound, ClassType):
        return _call_protocol(body, base, target, func, expr)
    if isinstance(target, ClassType):
        if func.name in body.program.class_decls[target].methods:
            return call_method(body, base, target, func.name, expr.args, expr.span, func.span)
        if target.field_index(func.name) is None:
            no_attribute(body, target, func)
            return error_expr(expr.span)
        return _call_pointer(body, expr)
    no_attribute(body, kind, func)
    return error_expr(expr.span)


def _call_on_class(body: Body, owner: ClassDecl, func: st.Attribute, expr: st.Call) -> tt.Expr:
    """`Class.method(…)`: a static method, or a method with `self` given."""
    decl = owner.methods.get(func.name)
    if decl is None:
        body.report("no-attribute", func.name_span, type=owner.name, name=func.name)
        return error_expr(expr.span)
    return call_function(body, decl, expr.args, expr.span, func.span)


def call_method(
    body: Body,
    base: tt.Expr,
    cls: ClassType,
    name: str,
    args: list[st.Argument],
    span: Span,
    name_span: Span,
) -> tt.Expr:
    """A method of a class on a checked `self`."""
    decl = body.program.class_decls[cls].methods[name]
    if decl.is_static:
        return call_function(body, decl, args, span, name_span)
    environment = class_environment(body.program, cls)
    wanted_self = self_type(body.program, body.program.class_decls[cls], environment)
    receiver = base
    if isinstance(base.type, PtrType) and not isinstance(wanted_self, PtrType):
        from compiler.check.convert import place_of

        receiver = tt.Load(cls, base.span, place_of(base))
    bindings = dict(environment)
    return _call_decl(body, decl, args, span, name_span, bindings, receiver)


def _call_protocol(
    body: Body, base: tt.Expr, target: TypeVarType, func: st.Attribute, expr: st.Call
) -> tt.Expr:
    """A method that a type variable's bound promises; only in the check of the generic itself."""
    from compiler.check.protocols import protocol_method

    assert isinstance(target.bound, ClassType)
    decl = body.program.class_decls[target.bound].methods.get(func.name)
    if decl is None:
        body.report("no-attribute", func.name_span, type=target.bound.short, name=func.name)
        return error_expr(expr.span)
    function = protocol_method(body.program, decl, base.type)
    arguments = match_arguments(body, decl, expr.args, expr.span, skip=1)
    if arguments is None:
        return error_expr(expr.span)
    converted = [
        _checked_argument(body, argument, parameter.type)
        for argument, parameter in zip(arguments, function.parameters[1:], strict=True)
    ]
    body.can_raise(function.raises, expr.span)
    return tt.CallFunction(function.result, expr.span, function, [base, *converted])


# --- Functions ---------------------------------------------------------------------------------


def call_function(
    body: Body, decl: FunctionDecl, args: list[st.Argument], span: Span, name_span: Span
) -> tt.Expr:
    return _call_decl(body, decl, args, span, name_span, {}, None)


def _call_decl(
    body: Body,
    decl: FunctionDecl,
    args: list[st.Argument],
    span: Span,
    name_span: Span,
    bindings: dict[str, Type],
    receiver: tt.Expr | None,
) -> tt.Expr:
    if decl.is_comptime:
        body.report("comptime-out-of-place", name_span, name=decl.name)
        return error_expr(span)
    arguments = match_arguments(body, decl, args, span, skip=0 if receiver is None else 1)
    if arguments is None:
        for argument in args:
            _check_only(body, argument.value)
        return error_expr(span)
    parameters = type_parameters(body.program, decl)
    if not parameters or all(p.name in bindings for p in parameters):
        types = tuple(bindings[p.name] for p in parameters)
        if not is_bounded(body.program, decl.name, types, span):
            return error_expr(span)
        instance = function_instance(body.program, decl, types, span)
        given = instance.function.parameters[0 if receiver is None else 1 :]
        pairs = zip(arguments, given, strict=True)
        converted = [_checked_argument(_home(body, decl, a), a, p.type) for a, p in pairs]
    else:
        inferred = _infer(body, decl, arguments, bindings, receiver, span)
        if inferred is None:
            return error_expr(span)
        instance, converted = inferred
    if any(a.type is ERROR for a in converted):
        body.can_raise(instance.function.raises, span)  # so that handlers around it are not blamed
        result = instance.function.result
        return error_expr(span) if result is not NEVER else tt.ZeroConst(NEVER, span)
    converted = in_written_order(body, args, arguments, converted)
    return call_instance(
        body, instance, converted if receiver is None else [receiver, *converted], span
    )


def _home(body: Body, decl: FunctionDecl, argument: st.Expr) -> Body:
    """Where an argument is checked: a default belongs to the module that declares it."""
    if any(argument is parameter.default for parameter in decl.node.parameters):
        return Body(body.program, decl.module, {})
    return body


def call_instance(
    body: Body, instance: FunctionInstance, arguments: list[tt.Expr], span: Span
) -> tt.Expr:
    function = body.use(instance)
    body.can_raise(function.raises, span)
    return tt.CallFunction(function.result, span, function, arguments)


def _check_only(body: Body, expr: st.Expr) -> None:
    """Checks an argument whose parameter is unknown, for the sake of its own mistakes."""
    from compiler.check.expressions import check_expr

    if not isinstance(expr, st.FString):
        check_expr(body, expr)


def _checked_argument(body: Body, argument: st.Expr, wanted: Type) -> tt.Expr:
    from compiler.check.expressions import check_as

    return check_as(body, argument, wanted, "argument")


def match_arguments(
    body: Body, decl: FunctionDecl, args: list[st.Argument], span: Span, skip: int
) -> list[st.Expr] | None:
    """The argument (or default) of each parameter after the first `skip`; None after a report."""
    parameters = decl.node.parameters[skip:]
    return match_named(
        body,
        decl.name,
        [(p.name, p.default, p.keyword_only) for p in parameters],
        args,
        span,
    )


def match_named(
    body: Body,
    name: str,
    parameters: list[tuple[str, st.Expr | None, bool]],
    args: list[st.Argument],
    span: Span,
) -> list[st.Expr] | None:
    """Arguments by position and keyword against (name, default, keyword only)."""
    found: dict[str, st.Expr] = {}
    positional = [p[0] for p in parameters if not p[2]]
    names = {p[0] for p in parameters}
    ok = True
    for index, argument in enumerate(args):
        key = argument.keyword
        if key is None:
            if index >= len(positional):
                body.report("too-many-arguments", argument.span, name=name, most=len(positional))
                return None
            key = positional[index]
        elif key not in names:
            body.report("unknown-argument", argument.span, name=name, argument=key)
            ok = False
            continue
        if key in found:
            body.report("duplicate-argument", argument.span, argument=key)
            ok = False
        found[key] = argument.value
    missing = [p[0] for p in parameters if p[0] not in found and p[1] is None]
    if missing:
        body.report("missing-argument", span, name=name, argument=", ".join(missing))
        ok = False
    if not ok:
        return None
    return [found.get(p[0]) or p[1] for p in parameters]  # type: ignore[misc]


def _infer(
    body: Body,
    decl: FunctionDecl,
    arguments: list[st.Expr],
    bindings: dict[str, Type],
    receiver: tt.Expr | None,
    span: Span,
) -> tuple[FunctionInstance, list[tt.Expr]] | None:
    """Type arguments from the arguments: those with a type of their own first, literals last."""
    from compiler.check.expressions import check_expr

    parameters = type_parameters(body.program, decl)
    opened = open_environment(body.program, parameters)
    opened.update(bindings)
    skip = 0 if receiver is None else 1
    nodes = decl.node.parameters[skip:]
    patterns = [
        resolve_type(body.program, decl.module, opened, n.annotation)
        if n.annotation is not None
        else ERROR
        for n in nodes
    ]
    bound: dict[str, Type] = dict(bindings)
    checked: list[tt.Expr | None] = []
    for argument, pattern in zip(arguments, patterns, strict=True):
        value = check_expr(
            _home(body, decl, argument), argument, None if _mentions(pattern) else pattern
        )
        checked.append(value)
        if value.type is ERROR:
            return None
        untyped = value.type is LITERAL_INT or isinstance(value, tt.NullConst)
        if not untyped and not unify(pattern, value.type, bound):
            body.report(
                "cannot-infer", argument.span, name=decl.name, wanted=pattern, actual=value.type
            )
            return None
    missing = [p.name for p in parameters if p.name not in bound]
    if missing:
        body.report("type-variable-unbound", span, name=decl.name, variable=", ".join(missing))
        return None
    types = tuple(bound[p.name] for p in parameters)
    if not is_bounded(body.program, decl.name, types, span):
        return None
    instance = function_instance(body.program, decl, types, span)
    given = instance.function.parameters[skip:]
    converted = [
        coerce(body, c, p.type, "argument")
        for c, p in zip(checked, given, strict=True)
        if c is not None
    ]
    return instance, converted


def _mentions(kind: Type) -> bool:
    """Whether a type has a type variable in it."""
    return (
        isinstance(kind, TypeVarType)
        or any(_mentions(getattr(kind, slot)) for slot in ("to", "element") if hasattr(kind, slot))
        or (isinstance(kind, ClassType) and any(_mentions(a) for a in kind.arguments))
    )


# --- Function pointers -------------------------------------------------------------------------


def _call_pointer(body: Body, expr: st.Call) -> tt.Expr:
    from compiler.check.expressions import check_expr

    callee = check_expr(body, expr.func)
    kind = callee.type
    if kind is ERROR:
        return callee
    if not isinstance(kind, FnType):
        body.report("not-callable", expr.func.span, found=describe(kind))
        return error_expr(expr.span)
    if len(expr.args) != len(kind.parameters) or any(a.keyword for a in expr.args):
        body.report(
            "argument-count",
            expr.span,
            name=expr.func.span.text,
            expected=len(kind.parameters),
            found=len(expr.args),
        )
        return error_expr(expr.span)
    arguments = [
        _checked_argument(body, a.value, p) for a, p in zip(expr.args, kind.parameters, strict=True)
    ]
    if any(a.type is ERROR for a in arguments):
        return error_expr(expr.span)
    return tt.CallPointer(kind.result, expr.span, callee, arguments)
