"""Compile time: constant values, and the initial contents of variables.

A constant's expression is checked like any other and then evaluated on the typed tree with the
target's widths, so `u8(200) + u8(100)` is the same mistake here and at run time.
"""

from __future__ import annotations

from compiler import syntax_tree as st
from compiler import typed_tree as tt
from compiler.check.body import Body
from compiler.check.convert import coerce, error_expr
from compiler.check.evaluate import NotConstant, evaluate
from compiler.check.resolve_types import Environment, resolve_type
from compiler.check.symbols import ConstantDecl, FunctionDecl, GlobalDecl, Module
from compiler.program import Program
from compiler.source import Span
from compiler.types import ERROR, NEVER, NONE, PerCpuType, PtrType, Type


def constant_int(
    program: Program, module: Module, environment: Environment, expr: st.Expr
) -> int | None:
    """An exact integer from a constant expression; None after a report."""
    value = constant_expr(Body(program, module, environment), expr, None)
    if isinstance(value, tt.IntConst):
        return value.value
    if value.type is not ERROR:
        program.report("not-an-integer-constant", expr.span, actual=value.type)
    return None


def constant_expr(body: Body, expr: st.Expr, wanted: Type | None) -> tt.Expr:
    """The constant a value expression comes to, in type `wanted` if given."""
    from compiler.check.expressions import check_expr

    checked = check_expr(body, expr, wanted)
    if wanted is not None:
        checked = coerce(body, checked, wanted)
    return fold(body, checked)


def fold(body: Body, checked: tt.Expr) -> tt.Expr:
    """Evaluates a checked expression; reports what is not constant."""
    if checked.type is ERROR:
        return checked
    try:
        return evaluate(checked)
    except NotConstant as problem:
        body.report(problem.key, problem.span, **problem.values)
        return error_expr(checked.span)


def constant_value(program: Program, decl: ConstantDecl, span: Span) -> tt.Expr:
    """The value of a `Final`, worked out once. For read-only data this is the pointer to it."""
    if decl.value is not None:
        return decl.value
    if decl.resolving:
        program.report("circular-constant", span, name=decl.name)
        return error_expr(span)
    decl.resolving = True
    try:
        decl.value = _constant_value(program, decl)
    finally:
        decl.resolving = False
    return decl.value


def _constant_value(program: Program, decl: ConstantDecl) -> tt.Expr:
    body = Body(program, decl.module, {})
    wanted = None
    if decl.annotation is not None:
        wanted = resolve_type(program, decl.module, {}, decl.annotation)
        if wanted is ERROR:
            return error_expr(decl.span)
    if wanted is not None and wanted.is_place:
        initial = initializer(body, decl.node, wanted)
        variable = tt.Global(
            decl.name, decl.qualified, decl.module.name, decl.span, wanted, initial, constant=True
        )
        decl.data = variable
        return tt.AddressOf(PtrType(wanted), decl.span, tt.GlobalPlace(wanted, decl.span, variable))
    comptime = comptime_call(body, decl.node, wanted)
    if comptime is not None:
        return comptime
    value = constant_expr(body, decl.node, wanted)
    if value.type.is_place or (
        isinstance(value.type, PtrType) and isinstance(value, tt.AddressOf) and wanted is None
    ):
        program.report("constant-needs-type", decl.span, name=decl.name)
        return error_expr(decl.span)
    return value


def comptime_call(body: Body, expr: st.Expr, wanted: Type | None) -> tt.Expr | None:
    """The value of a call of a `@comptime` function; None if `expr` is not one."""
    from compiler.check.comptime import call_comptime, from_python

    decl = comptime_function(body, expr)
    if decl is None:
        return None
    assert isinstance(expr, st.Call)
    ok, value = call_comptime(body, decl, expr)
    return from_python(body, value, wanted, expr.span) if ok else error_expr(expr.span)


def comptime_function(body: Body, expr: st.Expr) -> FunctionDecl | None:
    from compiler.check.symbols import ModuleSymbol

    if not isinstance(expr, st.Call):
        return None
    func = expr.func
    symbol: object = None
    if isinstance(func, st.Name) and func.id not in body.locals:
        symbol = body.program.look_up(body.module, func.id, func.span)
        if isinstance(symbol, FunctionDecl) and symbol.is_comptime:
            from compiler.check.places import check_order

            check_order(body, symbol, func)
    elif isinstance(func, st.Attribute) and isinstance(func.value, st.Name):
        owner = body.program.look_up(body.module, func.value.id, func.span)
        if isinstance(owner, ModuleSymbol) and owner.module in body.program.modules:
            symbol = body.program.look_up(body.program.modules[owner.module], func.name, func.span)
    return symbol if isinstance(symbol, FunctionDecl) and symbol.is_comptime else None


def initializer(body: Body, expr: st.Expr, wanted: Type) -> tt.Initializer:
    """Constant contents of a place type."""
    from compiler.check.comptime import call_comptime, initializer_from_python
    from compiler.check.values import check_initializer

    decl = comptime_function(body, expr)
    if decl is not None:
        assert isinstance(expr, st.Call)
        ok, value = call_comptime(body, decl, expr)
        return (
            initializer_from_python(body, value, wanted, expr.span) if ok else tt.ZeroInit(wanted)
        )
    return fold_initializer(body, check_initializer(body, expr, wanted))


def fold_initializer(body: Body, initial: tt.Initializer) -> tt.Initializer:
    def one(item: tt.Expr | tt.Initializer) -> tt.Expr | tt.Initializer:
        return fold(body, item) if isinstance(item, tt.Expr) else fold_initializer(body, item)

    match initial:
        case tt.StructInit():
            return tt.StructInit(initial.type, [one(item) for item in initial.fields])
        case tt.ArrayInit():
            return tt.ArrayInit(initial.type, [one(item) for item in initial.elements])
        case tt.CellInit() if initial.value is not None:
            return tt.CellInit(initial.type, fold(body, initial.value))
        case _:
            return initial


def global_variable(program: Program, decl: GlobalDecl) -> tt.Global:
    """The typed form of a module variable; its initial value is filled in by `check.module`."""
    if decl.variable is None:
        declared = resolve_type(program, decl.module, {}, decl.annotation)
        per_cpu = isinstance(declared, PerCpuType)
        kind = declared.element if isinstance(declared, PerCpuType) else declared
        if kind in (NONE, NEVER):
            program.report("variable-type", decl.annotation.span, type=kind)
            kind = ERROR
        qualified = f"{decl.module.name}.{decl.name}"
        decl.variable = tt.Global(
            decl.name, qualified, decl.module.name, decl.span, kind, per_cpu=per_cpu
        )
        if per_cpu and isinstance(decl.node, st.Call):
            decl.variable.exported = _per_cpu_symbol(decl)
    return decl.variable


def _per_cpu_symbol(decl: GlobalDecl) -> bool:
    """`PerCpu(0, symbol="name")` gives the variable a fixed symbol, for assembly."""
    assert isinstance(decl.node, st.Call) and decl.variable is not None
    for argument in decl.node.args:
        if argument.keyword == "symbol" and isinstance(argument.value, st.StrLiteral):
            decl.variable.symbol = argument.value.value
            return True
    return False


def check_global_initial(program: Program, decl: GlobalDecl) -> None:
    """Works out the initial contents of a module variable."""
    variable = global_variable(program, decl)
    if variable.type is ERROR:
        return
    body = Body(program, decl.module, {})
    node = decl.node
    if variable.per_cpu:
        node = _per_cpu_value(program, decl)
    if node is None:
        if decl.node is None:
            program.report("variable-without-value", decl.span, name=decl.name)
        return
    if variable.type.is_place:
        variable.initial = initializer(body, node, variable.type)
        return
    comptime = comptime_call(body, node, variable.type)
    variable.initial = (
        comptime if comptime is not None else constant_expr(body, node, variable.type)
    )


def _per_cpu_value(program: Program, decl: GlobalDecl) -> st.Expr | None:
    node = decl.node
    if isinstance(node, st.Call) and isinstance(node.func, st.Name) and node.func.id == "PerCpu":
        values = [a.value for a in node.args if a.keyword is None]
        if len(values) == 1:
            return values[0]
    if node is not None:
        program.report("per-cpu-value", node.span)
    return None
