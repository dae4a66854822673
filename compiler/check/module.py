"""One module's bodies: every function, constant and variable checked, and what it shares with
others collected.

Generic functions and methods are checked twice: once where they are defined, with their type
variables standing for themselves, and once for each list of types they are used with.
"""

from __future__ import annotations

from compiler import syntax_tree as st
from compiler import typed_tree as tt
from compiler.check.body import Body
from compiler.check.constants import check_global_initial, constant_value, global_variable
from compiler.check.declare import language_name
from compiler.check.resolve_functions import (
    error_class,
    function_instance,
    open_environment,
    type_parameters,
)
from compiler.check.resolve_types import class_instance
from compiler.check.statements import check_block
from compiler.check.supplied import check_static_assert
from compiler.check.symbols import ClassDecl, FunctionDecl, FunctionInstance, Module
from compiler.program import Program
from compiler.typed_tree import TypedModule
from compiler.types import ERROR, NEVER, NONE


def check_module(program: Program, module: Module) -> TypedModule:
    typed = TypedModule(module.name, module.source, [], [], [], [], module.uses_float)
    _check_imports(program, module)
    shared: list[FunctionInstance] = []
    for cls in module.classes:
        _check_class(program, cls, typed, shared)
    for function in module.functions:
        _check_function(program, function, typed, shared)
    _check_data(program, module, typed)
    for call in module.static_asserts:
        check_static_assert(Body(program, module, {}), call)
    _check_symbols(program, typed)
    add_shared(program, typed, shared)
    return typed


def _check_symbols(program: Program, typed: TypedModule) -> None:
    """What is exported has a symbol of its own. Names that are the same are reported as such."""
    found: dict[str, tt.Function | tt.Global] = {}
    things: list[tt.Function | tt.Global] = [*typed.functions, *typed.globals]
    for thing in things:
        if isinstance(thing, tt.Function) and thing.linkage == "extern":
            continue
        other = found.setdefault(thing.symbol, thing)
        if other is not thing and other.name != thing.name:
            program.report(
                "duplicate-symbol",
                thing.span,
                name=thing.name,
                other=other.name,
                symbol=thing.symbol,
            )


def _check_imports(program: Program, module: Module) -> None:
    """Every imported name exists."""
    from difflib import get_close_matches

    from compiler.check.language import LANGUAGE_NAMES
    from compiler.check.symbols import ImportedName
    from compiler.module_files import LANGUAGE_MODULES

    for symbol in module.names.values():
        if isinstance(symbol, ImportedName) and program.imported(symbol, symbol.span) is None:
            if symbol.module in LANGUAGE_MODULES:
                known: list[str] = sorted(LANGUAGE_NAMES)
            else:
                target = program.modules.get(symbol.module)
                known = list(target.names) if target is not None else []
            close = get_close_matches(symbol.name, known, 1)
            program.report(
                "no-such-name",
                symbol.span,
                module=symbol.module,
                name=symbol.name,
                help=f"did you mean `{close[0]}`?" if close else None,
            )


def _check_class(
    program: Program, cls: ClassDecl, typed: TypedModule, shared: list[FunctionInstance]
) -> None:
    if cls.kind == "error":
        error = error_class(program, cls, cls.span)
        if error is not None:
            typed.errors.append(error)
    if cls.kind == "protocol":
        _check_protocol(program, cls)
        return
    if cls.type_parameters:
        arguments = tuple(open_environment(program, cls.type_parameters).values())
        class_instance(program, cls, arguments, cls.span)
    else:
        class_instance(program, cls, (), cls.span)
    for constant in cls.constants.values():
        constant_value(program, constant, constant.span)
    for method in cls.methods.values():
        if cls.kind in ("enum", "flags", "error"):
            program.report("method-in-enum", method.span, kind=cls.kind)
            continue
        _check_function(program, method, typed, shared)


def _check_protocol(program: Program, cls: ClassDecl) -> None:
    for statement in cls.node.body:
        if not isinstance(statement, st.FunctionDef | st.Pass | st.ExprStmt):
            program.report("protocol-body", statement.span)


def _check_function(
    program: Program, decl: FunctionDecl, typed: TypedModule, shared: list[FunctionInstance]
) -> None:
    if decl.is_comptime:
        return
    parameters = type_parameters(program, decl)
    if parameters:
        opened = open_environment(program, parameters)
        instance = function_instance(program, decl, tuple(opened.values()), decl.span)
        if instance.function.body is None:
            check_body(program, instance, [])
        return
    instance = function_instance(program, decl, (), decl.span)
    function = instance.function
    _check_defaults(program, instance)
    if function.linkage != "extern":
        if function.body is None:
            check_body(program, instance, shared)
        else:  # an @inline function that another module has used
            shared.extend(program.shared_uses[id(function)])
        typed.functions.append(function)
    elif not _is_stub(decl.node.body):
        program.report("extern-with-body", decl.span, name=decl.name)
    if "test" in function.attributes:
        if function.parameters or function.result is not NONE:
            program.report("test-signature", decl.span, name=decl.name)
        typed.tests.append(function)


def _check_defaults(program: Program, instance: FunctionInstance) -> None:
    """Defaults are checked where they are written, once."""
    from compiler.check.constants import constant_expr

    for parameter, default in zip(instance.function.parameters, instance.defaults, strict=True):
        if default is not None and parameter.type is not ERROR and not parameter.type.is_place:
            from compiler.types import FORMAT

            if parameter.type != FORMAT:
                constant_expr(Body(program, instance.decl.module, {}), default, parameter.type)


def _is_stub(body: list[st.Stmt]) -> bool:
    """`...`, possibly after the docstring."""
    return all(
        isinstance(s, st.Pass)
        or (isinstance(s, st.ExprStmt) and isinstance(s.value, st.EllipsisLiteral))
        for s in body
    )


def check_body(
    program: Program, instance: FunctionInstance, shared: list[FunctionInstance]
) -> None:
    """Checks a function's statements into `instance.function.body`."""
    decl, function = instance.decl, instance.function
    body = Body(program, decl.module, instance.environment)
    body.begin(instance)
    function.body = []
    if decl.node.broken:
        return
    if _is_stub(decl.node.body) and decl.node.body and function.result is not NONE:
        program.report("missing-body", decl.span, name=decl.name)
        return
    if "naked" in function.attributes and not _is_assembly(program, decl):
        program.report("naked-body", decl.span, name=decl.name)
    function.body = check_block(body, decl.node.body)
    leaves_by_itself = "naked" in function.attributes and function.result is not NONE
    if not body.flow.dead and function.result is not ERROR and not leaves_by_itself:
        if function.result is NEVER:
            program.report("never-returns", decl.span, name=decl.name)
        elif function.result is not NONE:
            program.report("missing-return", decl.span, name=decl.name, type=function.result)
        else:
            function.body.append(tt.Return(decl.span, None))
    _check_listed_errors(program, instance, body)
    program.shared_uses[id(function)] = body.shared
    shared.extend(body.shared)


def _is_assembly(program: Program, decl: FunctionDecl) -> bool:
    """Whether a body is one `asm(…)`, possibly after the docstring."""
    statements = [s for s in decl.node.body if not _is_docstring(s)]
    match statements:
        case [st.ExprStmt(value=st.Call(func=st.Expr() as func))]:
            return language_name(program, decl.module, func) == "asm"
    return False


def _is_docstring(statement: st.Stmt) -> bool:
    return isinstance(statement, st.ExprStmt) and isinstance(statement.value, st.StrLiteral)


def _check_listed_errors(program: Program, instance: FunctionInstance, body: Body) -> None:
    """Every listed error can happen."""
    decorator = instance.decl.decorators.get("raises")
    if not isinstance(decorator, st.Call) or len(program.sink):
        return
    listed = instance.function.raises
    for error, argument in zip(listed, decorator.args, strict=False):
        if error not in body.raised:
            program.report(
                "error-never-raised",
                argument.span,
                name=error.short,
                function=instance.function.name,
            )


def _check_data(program: Program, module: Module, typed: TypedModule) -> None:
    for constant in module.constants:
        constant_value(program, constant, constant.span)
        if constant.data is not None:
            typed.globals.append(constant.data)
    for cls in module.classes:
        typed.globals.extend(c.data for c in cls.constants.values() if c.data is not None)
    for decl in module.globals:
        check_global_initial(program, decl)
        variable = global_variable(program, decl)
        if variable.type is not ERROR:
            typed.globals.append(variable)


def add_shared(program: Program, typed: TypedModule, shared: list[FunctionInstance]) -> None:
    """Generic instances and `@inline` functions this module uses, and those they use in turn."""
    present = set(map(id, typed.functions))
    pending = list(shared)
    while pending:
        instance = pending.pop(0)
        function = instance.function
        if id(function) in present:
            continue
        present.add(id(function))
        if function.body is None:
            check_body(program, instance, [])
        pending.extend(program.shared_uses[id(function)])
        typed.functions.append(function)
