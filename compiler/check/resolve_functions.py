"""From function declarations to typed signatures, one for each list of type arguments."""

from __future__ import annotations

import re

from compiler import syntax_tree as st
from compiler.check.declare import decorator_texts
from compiler.check.resolve_types import (
    Environment,
    check_bounds,
    class_environment,
    resolve_symbol,
    resolve_type,
    value_type,
)
from compiler.check.symbols import (
    ClassDecl,
    FunctionDecl,
    FunctionInstance,
    LanguageSymbol,
    LostSymbol,
    Symbol,
    TypeVarDecl,
)
from compiler.program import Program
from compiler.source import Span
from compiler.typed_tree import ErrorClass, Function, Linkage, Local
from compiler.types import (
    ERROR,
    NEVER,
    NONE,
    ArrayType,
    AtomicType,
    ClassType,
    FloatType,
    FnType,
    MmioType,
    PtrType,
    SliceType,
    TupleType,
    Type,
    TypeVarType,
)

FLAG_DECORATORS = (
    "inline",
    "noinline",
    "cold",
    "naked",
    "interrupt_safe",
    "test",
    "wrapping",
    "unchecked",
)

STOP_ITERATION = "StopIteration"


def type_parameters(program: Program, decl: FunctionDecl) -> list[TypeVarDecl]:
    """The type variables of a function: its class's, then those its annotations mention."""
    if not decl.signature_checked:
        decl.signature_checked = True
        found = list(decl.owner.type_parameters) if decl.owner is not None else []
        annotations = [p.annotation for p in decl.node.parameters] + [decl.node.returns]
        for annotation in annotations:
            if annotation is not None:
                _collect_type_variables(program, decl, annotation, found)
        decl.type_parameters = found
    return decl.type_parameters


def _collect_type_variables(
    program: Program, decl: FunctionDecl, expr: st.Expr, found: list[TypeVarDecl]
) -> None:
    match expr:
        case st.Name():
            symbol = program.look_up(decl.module, expr.id, expr.span)
            if isinstance(symbol, TypeVarDecl) and symbol not in found:
                found.append(symbol)
        case st.Subscript():
            _collect_type_variables(program, decl, expr.index, found)
        case st.TupleExpr() | st.ListExpr():
            for item in expr.items:
                _collect_type_variables(program, decl, item, found)
        case st.Binary():
            _collect_type_variables(program, decl, expr.left, found)
            _collect_type_variables(program, decl, expr.right, found)
        case _:
            pass


def function_instance(
    program: Program, decl: FunctionDecl, arguments: tuple[Type, ...], span: Span
) -> FunctionInstance:
    """The typed signature for these type arguments (in the order of `type_parameters`)."""
    found = decl.instances.get(arguments)
    if found is not None:
        return found
    parameters = type_parameters(program, decl)
    own = parameters[len(decl.owner.type_parameters) if decl.owner is not None else 0 :]
    environment = {p.name: a for p, a in zip(parameters, arguments, strict=True)}
    instance = _make_instance(program, decl, environment, arguments)
    decl.instances[arguments] = instance
    program.instances[id(instance.function)] = instance
    if own:
        check_bounds(program, own, arguments[len(arguments) - len(own) :], span)
    return instance


def method_instance(
    program: Program, cls: ClassType, decl: FunctionDecl, span: Span
) -> FunctionInstance:
    """A method of a class that has no type variables of its own."""
    environment = class_environment(program, cls)
    return function_instance(
        program, decl, tuple(environment[p.name] for p in type_parameters(program, decl)), span
    )


def _make_instance(
    program: Program, decl: FunctionDecl, environment: Environment, arguments: tuple[Type, ...]
) -> FunctionInstance:
    node = decl.node
    parameters = _parameters(program, decl, environment)
    result = (
        NONE
        if node.returns is None
        else value_type(program, decl.module, environment, node.returns)
    )
    if node.returns is None:
        program.report("missing-annotation", node.name_span, what="result", name=node.name)
    linkage, symbol, import_module = _linkage(program, decl, arguments)
    flags = frozenset(f for f in FLAG_DECORATORS if f in decl.decorators)
    sections = decorator_texts(decl.decorators.get("section"))
    function = Function(
        name=f"{decl.owner.name}.{decl.name}" if decl.owner is not None else decl.name,
        symbol=symbol,
        module=decl.module.name,
        span=node.name_span,
        parameters=parameters,
        result=result,
        raises=declared_errors(program, decl),
        linkage=linkage,
        attributes=flags,
        section=sections[0] if sections else None,
        import_module=import_module,
        locals=list(parameters),
        file=decl.module.source,
    )
    _check_floats(program, decl, function)
    _check_export(program, decl, function)
    defaults = [p.default for p in node.parameters]
    return FunctionInstance(decl, environment, function, defaults, linkage == "shared")


def _parameters(program: Program, decl: FunctionDecl, environment: Environment) -> list[Local]:
    parameters: list[Local] = []
    seen: set[str] = set()
    for index, node in enumerate(decl.node.parameters):
        if node.name in seen:
            program.report("duplicate-name", node.span, name=node.name)
        seen.add(node.name)
        kind = _parameter_type(program, decl, environment, index, node)
        if kind in (NONE, NEVER):
            program.report("parameter-type", node.span, type=kind)
            kind = ERROR
        parameters.append(Local(node.name, kind, node.span, index, is_parameter=True))
    if decl.owner is not None and not decl.is_static and not parameters:
        program.report("method-without-self", decl.span, name=decl.name)
    return parameters


def _parameter_type(
    program: Program, decl: FunctionDecl, environment: Environment, index: int, node: st.Parameter
) -> Type:
    if decl.owner is not None and not decl.is_static and index == 0:
        if node.name != "self":
            program.report("method-without-self", node.span, name=decl.name)
        return self_type(program, decl.owner, environment)
    if node.annotation is None:
        program.report("missing-annotation", node.span, what="parameter", name=node.name)
        return ERROR
    return value_type(program, decl.module, environment, node.annotation)


def self_type(program: Program, owner: ClassDecl, environment: Environment) -> Type:
    """`Ptr[Self]` in a struct, the value itself in the others."""
    from compiler.check.resolve_types import class_instance

    if owner.kind == "protocol":
        return environment.get("Self", ERROR)
    arguments = tuple(environment[p.name] for p in owner.type_parameters)
    cls = class_instance(program, owner, arguments, owner.span)
    return PtrType(cls) if owner.kind == "struct" else cls


def _linkage(
    program: Program, decl: FunctionDecl, arguments: tuple[Type, ...]
) -> tuple[Linkage, str, str | None]:
    owner = f"{decl.owner.name}." if decl.owner is not None else ""
    qualified = f"{decl.module.name}.{owner}{decl.name}"
    if arguments:
        qualified += f"[{', '.join(map(_symbol_name, arguments))}]"
    if "extern" in decl.decorators:
        texts = decorator_texts(decl.decorators["extern"])
        if len(texts) == 2:
            return "extern", texts[1], texts[0]
        return "extern", texts[0] if texts else decl.name, None
    if "export" in decl.decorators:
        texts = decorator_texts(decl.decorators["export"])
        return "export", texts[0] if texts else qualified, None
    return ("shared" if arguments or "inline" in decl.decorators else "internal"), qualified, None


def _symbol_name(kind: Type) -> str:
    """A type in a symbol: a class by its qualified name, since short names may be shared."""
    return kind.name if isinstance(kind, ClassType) else str(kind)


def _check_floats(program: Program, decl: FunctionDecl, function: Function) -> None:
    """In the kernel only modules that say so pass floats, which have registers of their own.

    A generic is compiled into the module that uses it, so it may be asked for floats anywhere.
    """
    generic = bool(type_parameters(program, decl))
    if program.target.kind != "kernel" or decl.module.uses_float or generic:
        return
    annotations = [p.annotation for p in decl.node.parameters] + [decl.node.returns]
    kinds = [p.type for p in function.parameters] + [function.result]
    for annotation, kind in zip(annotations, kinds, strict=True):
        if annotation is not None and isinstance(kind, FloatType):
            program.report("float-in-kernel", annotation.span)


SYMBOL = re.compile(r"(?!llvm\.)[A-Za-z_.$][A-Za-z0-9_.$]*")
IMPORT_NAME = re.compile(r"(?!llvm\.)[A-Za-z0-9_.$:/@-]+")


def _check_symbols(program: Program, decl: FunctionDecl) -> None:
    """The names that `@export`, `@extern` and `@section` give can be symbols."""
    for decorator in ("export", "extern", "section"):
        node = decl.decorators.get(decorator)
        texts = [a.value for a in node.args] if isinstance(node, st.Call) else []
        for text in texts:
            allowed = IMPORT_NAME if len(texts) == 2 else SYMBOL
            if isinstance(text, st.StrLiteral) and not allowed.fullmatch(text.value):
                program.report("bad-symbol", text.span, name=text.value)


def _check_export(program: Program, decl: FunctionDecl, function: Function) -> None:
    _check_symbols(program, decl)
    if function.linkage in ("export", "extern"):
        if type_parameters(program, decl):
            program.report("generic-export", decl.span, name=decl.name)
        if function.raises:
            program.report("export-raises", decl.span, name=decl.name)
    if decl.name == "__exit__" and function.raises:
        program.report("exit-raises", decl.span)


def declared_errors(program: Program, decl: FunctionDecl) -> list[ErrorClass]:
    """What `@raises(…)` lists."""
    decorator = decl.decorators.get("raises")
    if not isinstance(decorator, st.Call):
        return []
    found: list[ErrorClass] = []
    for argument in decorator.args:
        error = resolve_error(program, decl, argument.value)
        if error is not None and error in found:
            program.report("duplicate-error", argument.span, name=error.short)
        elif error is not None:
            found.append(error)
    return found


def resolve_error(program: Program, decl: FunctionDecl, expr: st.Expr) -> ErrorClass | None:
    symbol = resolve_symbol(program, decl.module, expr)
    if symbol is None:
        return None
    error = error_class(program, symbol, expr.span)
    if error is None and not isinstance(symbol, LostSymbol):
        program.report("not-an-error-class", expr.span, found=expr.span.text)
    return error


def error_class(program: Program, symbol: Symbol, span: Span) -> ErrorClass | None:
    """The error a class or the builtin `StopIteration` stands for."""
    if isinstance(symbol, LanguageSymbol) and symbol.name == STOP_ITERATION:
        code = error_code(STOP_ITERATION)
        if code not in program.error_codes:
            program.error_codes[code] = ErrorClass(
                STOP_ITERATION, STOP_ITERATION, code, "the iterator has ended", span
            )
        return program.error_codes[code]
    if not isinstance(symbol, ClassDecl) or symbol.kind != "error":
        return None
    if symbol.error is None:
        symbol.error = _make_error(program, symbol)
    return symbol.error


def _make_error(program: Program, decl: ClassDecl) -> ErrorClass:
    code = error_code(decl.qualified)
    doc = (decl.node.docstring or "").strip()
    error = ErrorClass(decl.qualified, decl.name, code, doc, decl.span)
    other = program.error_codes.setdefault(code, error)
    if other is not error:
        program.report("error-code-clash", decl.span, name=decl.name, other=other.name)
    for statement in decl.node.body:
        if not isinstance(statement, st.Pass) and not (
            isinstance(statement, st.ExprStmt)
            and isinstance(statement.value, st.StrLiteral | st.EllipsisLiteral)
        ):
            program.report("error-with-data", statement.span, name=decl.name)
    return error


def error_code(qualified: str) -> int:
    """FNV-1a over the qualified name, never 0: the same in every build."""
    value = 0x811C9DC5
    for byte in qualified.encode():
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value or 1


# --- Inference of type arguments ---------------------------------------------------------------


def unify(pattern: Type, actual: Type, bindings: dict[str, Type]) -> bool:
    """Binds the type variables of `pattern` so that it becomes `actual`; False where they can't
    agree.
    """
    if isinstance(pattern, TypeVarType):
        bound = bindings.setdefault(pattern.name, actual)
        return bound == actual
    match pattern, actual:
        case PtrType(), PtrType():
            return unify(pattern.to, actual.to, bindings)
        case SliceType(), PtrType(to=ArrayType() as array):
            return unify(pattern.element, array.element, bindings)
        case SliceType(), SliceType():
            return unify(pattern.element, actual.element, bindings)
        case AtomicType(), AtomicType():
            return unify(pattern.element, actual.element, bindings)
        case MmioType(), MmioType():
            return unify(pattern.element, actual.element, bindings)
        case ArrayType(), ArrayType():
            return pattern.count == actual.count and unify(
                pattern.element, actual.element, bindings
            )
        case TupleType(), TupleType():
            return len(pattern.items) == len(actual.items) and all(
                unify(p, a, bindings) for p, a in zip(pattern.items, actual.items, strict=True)
            )
        case FnType(), FnType():
            if len(pattern.parameters) != len(actual.parameters):
                return False
            pairs = zip(pattern.parameters, actual.parameters, strict=True)
            return all(unify(p, a, bindings) for p, a in pairs) and unify(
                pattern.result, actual.result, bindings
            )
        case ClassType(), ClassType() if pattern.arguments:
            same = pattern.name.split("[")[0] == actual.name.split("[")[0]
            pairs = zip(pattern.arguments, actual.arguments, strict=False)
            return same and all(unify(p, a, bindings) for p, a in pairs)
        case _:
            return True


def open_environment(program: Program, parameters: list[TypeVarDecl]) -> Environment:
    """Type variables standing for themselves: for checking a generic where it is defined, and for
    unifying.
    """
    return {p.name: TypeVarType(p.name, bound_of(program, p)) for p in parameters}


def bound_of(program: Program, parameter: TypeVarDecl) -> ClassType | str | None:
    if parameter.bound is None:
        return None
    symbol = resolve_symbol(program, parameter.module, parameter.bound)
    if isinstance(symbol, LanguageSymbol) and symbol.name == "Integer":
        return "Integer"
    if isinstance(symbol, ClassDecl) and symbol.kind == "protocol":
        kind = resolve_type(program, parameter.module, {}, parameter.bound)
        return kind if isinstance(kind, ClassType) else None
    if symbol is not None:
        program.report("not-a-bound", parameter.bound.span, found=parameter.bound.span.text)
    return None
