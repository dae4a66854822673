"""From annotations to types, and from class declarations to `ClassType`s.

A class is completed (its fields' types resolved) when its type is first made. Recursion through a
pointer finds the unfinished `ClassType`, whose identity is all that is needed; recursion by
embedding is an error.
"""

from __future__ import annotations

from collections.abc import Iterable

from compiler import syntax_tree as st
from compiler.check.declare import is_final
from compiler.check.language import SCALARS
from compiler.check.symbols import (
    AliasDecl,
    ClassDecl,
    LanguageSymbol,
    LostSymbol,
    Module,
    ModuleSymbol,
    Symbol,
    TypeVarDecl,
)
from compiler.program import Program
from compiler.source import Span
from compiler.types import (
    BOOL,
    ERROR,
    NONE,
    ArrayType,
    AtomicType,
    ClassType,
    Field,
    FloatType,
    FnType,
    IntType,
    MmioType,
    PerCpuType,
    PtrType,
    SliceType,
    TupleType,
    Type,
    TypeVarType,
)

NESTING_LIMIT = 30
"""Types inside types in the arguments of a generic."""

Environment = dict[str, Type]
"""Type arguments by the name of the type variable."""

ARGUMENT_COUNTS = {"Ptr": 1, "Array": 2, "Slice": 1, "Fn": 2, "Atomic": 1, "Mmio": 1, "PerCpu": 1}


def resolve_type(program: Program, module: Module, environment: Environment, expr: st.Expr) -> Type:
    """The type an annotation names; `ERROR` after a report."""
    match expr:
        case st.NoneLiteral():
            return NONE
        case st.Name() | st.Attribute():
            symbol = resolve_symbol(program, module, expr)
            return _named_type(program, module, environment, expr, symbol)
        case st.Subscript():
            return _constructed_type(program, module, environment, expr)
        case st.Binary(op="|"):
            return _union_type(program, module, environment, expr)
        case st.StrLiteral():
            program.report("quoted-annotation", expr.span)
            return ERROR
        case _:
            program.report("not-a-type", expr.span, found=expr.span.text)
            return ERROR


def resolve_symbol(program: Program, module: Module, expr: st.Expr) -> Symbol | None:
    """A name or dotted name at module level; None (reported) if there is no such thing."""
    if isinstance(expr, st.Name):
        symbol = program.look_up(module, expr.id, expr.span)
        if symbol is None:
            report_unknown_name(program, module, expr)
        return symbol
    if isinstance(expr, st.Attribute):
        owner = resolve_symbol(program, module, expr.value)
        if owner is None:
            return None
        if isinstance(owner, ModuleSymbol):
            return module_member(program, owner, expr)
        if isinstance(owner, LostSymbol):
            return owner
        program.report("not-a-type", expr.span, found=expr.span.text)
        return None
    program.report("not-a-type", expr.span, found=expr.span.text)
    return None


def module_member(program: Program, owner: ModuleSymbol, expr: st.Attribute) -> Symbol | None:
    """`module.name`, where the name may be a submodule."""
    submodule = f"{owner.module}.{expr.name}"
    if submodule in program.modules:
        return ModuleSymbol(submodule)
    module = program.modules.get(owner.module)
    symbol = program.look_up(module, expr.name, expr.name_span) if module is not None else None
    if isinstance(symbol, LostSymbol):
        return symbol
    if symbol is None or (module is not None and expr.name not in module.names):
        if any(name.startswith(submodule + ".") for name in program.modules):
            return ModuleSymbol(submodule)
        program.report("no-such-name", expr.name_span, module=owner.module, name=expr.name)
        return None
    return symbol


def report_unknown_name(
    program: Program, module: Module, expr: st.Name, more: list[str] | None = None
) -> None:
    from difflib import get_close_matches

    from compiler.check.language import BUILTINS, LANGUAGE_NAMES
    from compiler.messages.excluded_names import INSTEAD

    if expr.id in LANGUAGE_NAMES:
        program.report(
            "unknown-name", expr.span, name=expr.id, help=f"from pykern.lang import {expr.id}"
        )
        return
    if expr.id in INSTEAD:
        program.report("python-builtin", expr.span, name=expr.id, help=INSTEAD[expr.id])
        return
    close = get_close_matches(expr.id, [*module.names, *BUILTINS, *(more or [])], 1)
    program.report(
        "unknown-name",
        expr.span,
        name=expr.id,
        help=f"did you mean `{close[0]}`?" if close else None,
    )


def _named_type(
    program: Program, module: Module, environment: Environment, expr: st.Expr, symbol: Symbol | None
) -> Type:
    match symbol:
        case None | LostSymbol():
            return ERROR
        case LanguageSymbol():
            found = language_type(program, symbol.name)
            if found is None:
                program.report("not-a-type", expr.span, found=symbol.name)
                return ERROR
            return found
        case ClassDecl():
            if symbol.kind == "error":
                program.report("error-as-type", expr.span, name=symbol.name)
                return ERROR
            if symbol.type_parameters:
                program.report("type-arguments-missing", expr.span, name=symbol.name)
                return ERROR
            return class_instance(program, symbol, (), expr.span)
        case AliasDecl():
            return _alias(program, symbol, expr.span)
        case TypeVarDecl():
            if symbol.name not in environment:
                program.report("type-variable-out-of-place", expr.span, name=symbol.name)
                return ERROR
            return environment[symbol.name]
        case _:
            program.report("not-a-type", expr.span, found=expr.span.text)
            return ERROR


def _alias(program: Program, alias: AliasDecl, span: Span) -> Type:
    if alias.resolving:
        program.report("circular-alias", span, name=alias.name)
        return ERROR
    alias.resolving = True
    try:
        return resolve_type(program, alias.module, {}, alias.value)
    finally:
        alias.resolving = False


def language_type(program: Program, name: str) -> Type | None:
    """The type a `pykern.lang` name or builtin stands for by itself."""
    if name == "usize":
        return program.target.usize
    if name == "isize":
        return program.target.isize
    return BOOL if name == "bool" else SCALARS.get(name)


def _union_type(
    program: Program, module: Module, environment: Environment, expr: st.Binary
) -> Type:
    sides = [side for side in (expr.left, expr.right) if not isinstance(side, st.NoneLiteral)]
    if len(sides) != 1:
        program.report("union-type", expr.span)
        return ERROR
    inner = resolve_type(program, module, environment, sides[0])
    if isinstance(inner, PtrType):
        return PtrType(inner.to, nullable=True)
    if inner is not ERROR:
        program.report("optional-of-non-pointer", expr.span, type=inner)
    return ERROR


def _constructed_type(
    program: Program, module: Module, environment: Environment, expr: st.Subscript
) -> Type:
    symbol = resolve_symbol(program, module, expr.value)
    arguments = expr.index.items if isinstance(expr.index, st.TupleExpr) else [expr.index]
    match symbol:
        case None | LostSymbol():
            return ERROR
        case LanguageSymbol(name="tuple"):
            items = [value_type(program, module, environment, a) for a in arguments]
            return ERROR if ERROR in items else TupleType(tuple(items))
        case LanguageSymbol(name=name) if name in ARGUMENT_COUNTS:
            if len(arguments) != ARGUMENT_COUNTS[name]:
                program.report(
                    "type-argument-count", expr.span, name=name, expected=ARGUMENT_COUNTS[name]
                )
                return ERROR
            return _language_constructor(program, module, environment, name, arguments)
        case ClassDecl() if symbol.type_parameters:
            if len(arguments) != len(symbol.type_parameters):
                expected = len(symbol.type_parameters)
                program.report(
                    "type-argument-count", expr.span, name=symbol.name, expected=expected
                )
                return ERROR
            types = [resolve_type(program, module, environment, a) for a in arguments]
            if ERROR in types or not is_bounded(program, symbol.name, types, expr.span):
                return ERROR
            return class_instance(program, symbol, tuple(types), expr.span)
        case _:
            program.report("not-generic", expr.span, name=expr.value.span.text)
            return ERROR


def _language_constructor(
    program: Program, module: Module, environment: Environment, name: str, arguments: list[st.Expr]
) -> Type:
    if name == "Fn":
        return _function_type(program, module, environment, arguments)
    if name == "Ptr":
        to = resolve_type(program, module, environment, arguments[0])
        return ERROR if to is ERROR else PtrType(to)
    element = resolve_type(program, module, environment, arguments[0])
    if element is ERROR:
        return ERROR
    if name == "Slice":
        return SliceType(element)
    if name == "Array":
        from compiler.check.constants import constant_int

        count = constant_int(program, module, environment, arguments[1])
        if count is None:
            return ERROR
        if not 0 <= count < 1 << 32:
            program.report("array-length", arguments[1].span, count=count)
            return ERROR
        return ArrayType(element, count)
    return _cell_type(program, name, element, arguments[0].span)


def _cell_type(program: Program, name: str, element: Type, span: Span) -> Type:
    if name == "PerCpu":
        return PerCpuType(element)
    allowed = isinstance(element, IntType | TypeVarType) or (
        isinstance(element, ClassType) and element.kind in ("enum", "flags")
    )
    if name == "Atomic":
        allowed = allowed or element == BOOL or isinstance(element, PtrType)
    if not allowed:
        program.report("cell-element", span, name=name, type=element)
        return ERROR
    return AtomicType(element) if name == "Atomic" else MmioType(element)


def _function_type(
    program: Program, module: Module, environment: Environment, arguments: list[st.Expr]
) -> Type:
    if not isinstance(arguments[0], st.ListExpr):
        program.report("fn-parameters", arguments[0].span)
        return ERROR
    parameters = [value_type(program, module, environment, a) for a in arguments[0].items]
    result = resolve_type(program, module, environment, arguments[1])
    return ERROR if ERROR in (*parameters, result) else FnType(tuple(parameters), result)


def value_type(program: Program, module: Module, environment: Environment, expr: st.Expr) -> Type:
    """The type of a parameter, result or tuple item: anything but a place type."""
    found = resolve_type(program, module, environment, expr)
    if found.is_place:
        program.report("place-by-value", expr.span, type=found)
        return ERROR
    return found


# --- Classes -----------------------------------------------------------------------------------


def class_instance(
    program: Program, decl: ClassDecl, arguments: tuple[Type, ...], span: Span
) -> ClassType:
    """The one `ClassType` of a class and its type arguments, completed."""
    found = decl.instances.get(arguments)
    if found is not None:
        return found
    suffix = f"[{', '.join(map(str, arguments))}]" if arguments else ""
    cls = ClassType(
        decl.qualified + suffix,
        decl.name,
        decl.kind,  # type: ignore[arg-type]
        decl.span,
        arguments,
    )
    decl.instances[arguments] = cls
    program.class_decls[cls] = decl
    if decl.type_parameters:
        check_bounds(program, decl.type_parameters, arguments, span)
    program.completing.append(cls)
    try:
        _complete(program, decl, cls)
    finally:
        program.completing.pop()
    return cls


def is_bounded(program: Program, name: str, arguments: Iterable[Type], span: Span) -> bool:
    """Whether a generic is asked for types that someone can have meant; reports if not.

    One that uses itself with larger types than its own would be compiled without end.
    """
    if all(nesting(argument) < NESTING_LIMIT for argument in arguments):
        return True
    program.report("endless-types", span, name=name)
    return False


def nesting(kind: Type) -> int:
    """How deep types are inside a type."""
    match kind:
        case PtrType(to=inner) | ArrayType(element=inner) | SliceType(element=inner):
            return 1 + nesting(inner)
        case TupleType(items=inside) | ClassType(arguments=inside):
            return 1 + max(map(nesting, inside), default=0)
        case FnType():
            return 1 + max(map(nesting, (*kind.parameters, kind.result)))
        case _:
            return 0


def class_environment(program: Program, cls: ClassType) -> Environment:
    decl = program.class_decls[cls]
    return {p.name: a for p, a in zip(decl.type_parameters, cls.arguments, strict=True)}


def check_bounds(
    program: Program, parameters: list[TypeVarDecl], arguments: tuple[Type, ...], span: Span
) -> None:
    from compiler.check.protocols import satisfies

    for parameter, argument in zip(parameters, arguments, strict=True):
        problem = satisfies(program, parameter, argument)
        if problem is not None:
            program.report(
                "bound-not-met", span, type=argument, variable=parameter.name, problem=problem
            )


def _complete(program: Program, decl: ClassDecl, cls: ClassType) -> None:
    match decl.kind:
        case "struct" | "value":
            _complete_fields(program, decl, cls)
        case "enum" | "flags":
            _complete_members(program, decl, cls)
        case _:
            pass


def _complete_fields(program: Program, decl: ClassDecl, cls: ClassType) -> None:
    environment = class_environment(program, cls)
    for statement in decl.node.body:
        match statement:
            case st.AnnAssign(target=st.Name() as target):
                if is_final(program, decl.module, statement.annotation):
                    continue
                kind = resolve_type(program, decl.module, environment, statement.annotation)
                kind = _field_type(program, decl, cls, kind, statement.annotation.span)
                if cls.field_index(target.id) is not None or target.id in decl.methods:
                    program.report("duplicate-name", target.span, name=target.id)
                    continue
                if statement.value is None and cls.fields and cls.fields[-1].default is not None:
                    program.report("field-after-default", target.span, name=target.id)
                cls.fields.append(Field(target.id, kind, statement.value, target.span))
            case st.FunctionDef() | st.Pass():
                pass
            case st.ExprStmt(value=st.StrLiteral() | st.EllipsisLiteral()):
                pass
            case _:
                program.report("class-body", statement.span)
    _struct_options(program, decl, cls)


def _field_type(program: Program, decl: ClassDecl, cls: ClassType, kind: Type, span: Span) -> Type:
    """The type, or an error's if a field can't have it."""
    from compiler.types import FORMAT, NEVER

    if kind in (FORMAT, NONE, NEVER) or isinstance(kind, PerCpuType):
        program.report("field-type", span, type=kind)
    elif decl.kind == "value" and kind.is_place:
        program.report("place-in-value", span, type=kind)
    elif _embeds(kind, cls):
        program.report("endless-class", span, name=cls.short)
    else:
        return kind
    return ERROR


def _embeds(kind: Type, cls: ClassType) -> bool:
    """Whether storage of type `kind` holds a `cls` inside it."""
    match kind:
        case ArrayType():
            return _embeds(kind.element, cls)
        case TupleType():
            return any(_embeds(item, cls) for item in kind.items)
        case ClassType():
            return kind is cls or any(_embeds(f.type, cls) for f in kind.fields)
        case _:
            return False


def _has_atomic(kind: Type) -> bool:
    match kind:
        case AtomicType():
            return True
        case ArrayType():
            return _has_atomic(kind.element)
        case ClassType():
            return any(_has_atomic(field.type) for field in kind.fields)
        case _:
            return False


def _struct_options(program: Program, decl: ClassDecl, cls: ClassType) -> None:
    from compiler.check.constants import constant_int

    packed = decl.options.get("packed")
    if isinstance(packed, st.BoolLiteral):
        object.__setattr__(cls, "packed", packed.value)
        if packed.value and any(_has_atomic(field.type) for field in cls.fields):
            program.report("atomic-in-packed", packed.span, name=cls.short)
    align = decl.options.get("align")
    if align is not None:
        value = constant_int(program, decl.module, {}, align)
        if value is not None and (value <= 0 or value & (value - 1) or value > 1 << 20):
            program.report("bad-alignment", align.span, value=value)
        elif value is not None:
            object.__setattr__(cls, "align", value)


def _complete_members(program: Program, decl: ClassDecl, cls: ClassType) -> None:
    from compiler.check.constants import constant_int

    base_expr = decl.options.get("base")
    base = resolve_type(program, decl.module, {}, base_expr) if base_expr is not None else ERROR
    if not isinstance(base, IntType):
        if base is not ERROR and base_expr is not None:
            program.report("enum-needs-base", base_expr.span, name=decl.kind)
        base = program.target.usize
    cls.base.append(base)
    for statement in decl.node.body:
        match statement:
            case st.Assign(targets=[st.Name() as target], value=value):
                number = constant_int(program, decl.module, {}, value)
                if number is not None:
                    _add_member(program, decl, cls, target, number, value.span)
            case st.FunctionDef() | st.Pass() | st.ExprStmt(value=st.StrLiteral()):
                pass
            case st.AnnAssign() if is_final(program, decl.module, statement.annotation):
                pass
            case _:
                program.report("enum-body", statement.span, name=decl.kind)
    if not cls.members:
        program.report("empty-enum", decl.span, name=decl.name)


def _add_member(
    program: Program, decl: ClassDecl, cls: ClassType, target: st.Name, number: int, span: Span
) -> None:
    if target.id in cls.members:
        program.report("duplicate-name", target.span, name=target.id)
    elif not cls.integer.holds(number):
        program.report("literal-does-not-fit", span, value=number, type=cls.integer)
    elif decl.kind == "enum" and number in cls.members.values():
        program.report("duplicate-member", span, value=number)
    else:
        cls.members[target.id] = number


def is_number(kind: Type) -> bool:
    return isinstance(kind, IntType | FloatType) or (
        isinstance(kind, TypeVarType) and kind.bound == "Integer"
    )
