"""Declaring: from a module's tree to its names, before any body is looked at."""

from __future__ import annotations

from compiler import syntax_tree as st
from compiler.check.language import CLASS_DECORATORS, FUNCTION_DECORATORS
from compiler.check.static_conditions import static_condition
from compiler.check.symbols import (
    AliasDecl,
    ClassDecl,
    ConstantDecl,
    FunctionDecl,
    GlobalDecl,
    ImportedName,
    LanguageSymbol,
    LostSymbol,
    Module,
    ModuleSymbol,
    Symbol,
    TypeVarDecl,
)
from compiler.diagnostics import Note
from compiler.module_files import LANGUAGE_MODULES
from compiler.program import Program
from compiler.source import Span


def declare_module(program: Program, module: Module) -> None:
    """Fills `module.names` and its lists."""
    _declare_statements(program, module, module.tree.body)


def _declare_statements(program: Program, module: Module, body: list[st.Stmt]) -> None:
    for statement in body:
        match statement:
            case st.Import():
                _declare_import(program, module, statement)
            case st.ImportFrom():
                _declare_import_from(program, module, statement)
            case st.FunctionDef():
                _declare_function(program, module, statement)
            case st.ClassDef():
                _declare_class(program, module, statement)
            case st.AnnAssign():
                _declare_annotated(program, module, statement)
            case st.Assign():
                _declare_assignment(program, module, statement)
            case st.If():
                _declare_conditional(program, module, statement)
            case st.ExprStmt(value=st.Call(func=st.Name(id="static_assert")) as call):
                module.static_asserts.append(call)
            case st.ExprStmt(value=st.StrLiteral()) | st.Pass():
                pass
            case _:
                program.report("module-level-statement", statement.span)


def add_name(program: Program, module: Module, name: str, span: Span, symbol: Symbol) -> None:
    previous = module.names.get(name)
    if previous is not None and not _same_import(previous, symbol):
        where = getattr(previous, "span", None)
        notes = [Note(f"`{name}` is first defined here", where)] if isinstance(where, Span) else []
        program.report("duplicate-name", span, name=name, notes=notes)
        return
    module.names[name] = symbol


def _same_import(a: Symbol, b: Symbol) -> bool:
    if isinstance(a, ModuleSymbol) and isinstance(b, ModuleSymbol):
        return True
    return (
        isinstance(a, ImportedName)
        and isinstance(b, ImportedName)
        and (a.module, a.name) == (b.module, b.name)
    )


# --- Imports -----------------------------------------------------------------------------------


def _declare_import(program: Program, module: Module, statement: st.Import) -> None:
    for alias in statement.names:
        if alias.name in LANGUAGE_MODULES:
            program.report("import-language-by-name", alias.span, module=alias.name)
            continue
        if program.find(alias.name) is None:
            program.report("no-such-module", alias.span, module=alias.name)
            continue
        module.imports.setdefault(alias.name, alias.span)
        if alias.asname is not None:
            add_name(program, module, alias.asname, alias.span, ModuleSymbol(alias.name))
        else:
            head = alias.name.split(".")[0]
            add_name(program, module, head, alias.span, ModuleSymbol(head))


def _declare_import_from(program: Program, module: Module, statement: st.ImportFrom) -> None:
    language = statement.module in LANGUAGE_MODULES
    if statement.module == "__future__":
        return
    found = language or program.find(statement.module) is not None
    for alias in statement.names:
        submodule = f"{statement.module}.{alias.name}"
        if not language and program.find(submodule) is not None:
            module.imports.setdefault(submodule, alias.span)
        elif not found:
            if not (program.root / statement.module.replace(".", "/")).is_dir():
                program.report("no-such-module", statement.module_span, module=statement.module)
                return
            program.report("no-such-name", alias.span, module=statement.module, name=alias.name)
            continue
        symbol = ImportedName(statement.module, alias.name, alias.span)
        add_name(program, module, alias.asname or alias.name, alias.span, symbol)
    if found and not language:
        module.imports.setdefault(statement.module, statement.module_span)


# --- Functions and classes ---------------------------------------------------------------------


def language_name(program: Program, module: Module, expr: st.Expr) -> str | None:
    """The `pykern.lang` name (or builtin) an expression refers to, or None."""
    if not isinstance(expr, st.Name):
        return None
    symbol = program.look_up(module, expr.id, expr.span)
    return symbol.name if isinstance(symbol, LanguageSymbol) else None


def is_lost(program: Program, module: Module, expr: st.Expr) -> bool:
    """Whether an expression is a name whose definition has a syntax error."""
    name = expr.id if isinstance(expr, st.Name) else ""
    return isinstance(program.look_up(module, name, expr.span), LostSymbol)


def _declare_function(program: Program, module: Module, node: st.FunctionDef) -> None:
    decl = make_function(program, module, node, None)
    if "test" in decl.decorators and not program.options.tests:
        return
    if "staticmethod" in decl.decorators:
        program.report(
            "unknown-decorator", decl.decorators["staticmethod"].span, name="staticmethod"
        )
    add_name(program, module, node.name, node.name_span, decl)
    module.functions.append(decl)


def make_function(
    program: Program, module: Module, node: st.FunctionDef, owner: ClassDecl | None
) -> FunctionDecl:
    decl = FunctionDecl(node.name, node, module, owner)
    for decorator in node.decorators:
        target = decorator.func if isinstance(decorator, st.Call) else decorator
        name = language_name(program, module, target)
        if name is None or name not in FUNCTION_DECORATORS:
            if not is_lost(program, module, target):
                program.report("unknown-decorator", decorator.span, name=target.span.text)
            continue
        if name in decl.decorators:
            program.report("duplicate-decorator", decorator.span, name=name)
            continue
        _check_decorator_arguments(program, decorator, name)
        decl.decorators[name] = decorator
    decl.is_static = "staticmethod" in decl.decorators
    return decl


def _check_decorator_arguments(program: Program, decorator: st.Expr, name: str) -> None:
    least, most = FUNCTION_DECORATORS[name]
    given = len(decorator.args) if isinstance(decorator, st.Call) else 0
    if given < least or (most is not None and given > most):
        program.report("decorator-arguments", decorator.span, name=name)


def decorator_texts(decorator: st.Expr | None) -> list[str]:
    """The string arguments of a decorator such as `@export("name")`."""
    if not isinstance(decorator, st.Call):
        return []
    return [a.value.value for a in decorator.args if isinstance(a.value, st.StrLiteral)]


def _declare_class(program: Program, module: Module, node: st.ClassDef) -> None:
    decl = ClassDecl(node.name, node, module, "")
    _class_kind(program, module, decl)
    add_name(program, module, node.name, node.name_span, decl)
    module.classes.append(decl)
    _class_body(program, module, decl)


def _class_kind(program: Program, module: Module, decl: ClassDecl) -> None:
    """The kind from decorators and bases; type parameters from `Generic[T]`."""
    for decorator in decl.node.decorators:
        target = decorator.func if isinstance(decorator, st.Call) else decorator
        name = language_name(program, module, target)
        if name is None or name not in CLASS_DECORATORS:
            if not is_lost(program, module, target):
                program.report("unknown-decorator", decorator.span, name=target.span.text)
            continue
        if decl.kind:
            program.report("two-class-kinds", decorator.span)
        decl.kind = name
        _class_options(program, decl, decorator, name)
    for base in decl.node.bases:
        _class_base(program, module, decl, base)
    if not decl.kind:
        if module.tree.lost:
            decl.kind = "struct"
            return
        program.report("class-without-kind", decl.span, name=decl.name)
        decl.kind = "struct"


def _class_options(program: Program, decl: ClassDecl, decorator: st.Expr, name: str) -> None:
    arguments = decorator.args if isinstance(decorator, st.Call) else []
    takes_base = name in ("enum", "flags")
    if takes_base and not (len(arguments) == 1 and arguments[0].keyword is None):
        program.report("enum-needs-base", decorator.span, name=name)
        return
    for argument in arguments:
        if takes_base:
            decl.options["base"] = argument.value
        elif argument.keyword in CLASS_DECORATORS[name]:
            decl.options[argument.keyword] = argument.value
        else:
            program.report("unknown-option", argument.span, name=name)


def _class_base(program: Program, module: Module, decl: ClassDecl, base: st.Expr) -> None:
    head = base.value if isinstance(base, st.Subscript) else base
    name = language_name(program, module, head)
    if name in ("Generic", "Protocol") and isinstance(base, st.Subscript):
        items = base.index.items if isinstance(base.index, st.TupleExpr) else [base.index]
        for item in items:
            symbol = (
                program.look_up(module, item.id, item.span) if isinstance(item, st.Name) else None
            )
            if isinstance(symbol, TypeVarDecl):
                decl.type_parameters.append(symbol)
            elif not isinstance(symbol, LostSymbol):
                program.report("not-a-type-variable", item.span, found=item.span.text)
        if name == "Protocol":
            decl.kind = "protocol"
    elif name == "Protocol":
        decl.kind = "protocol"
    elif name == "Error":
        decl.kind = "error"
    elif not is_lost(program, module, head):
        program.report("inheritance", base.span, name=base.span.text)


def _class_body(program: Program, module: Module, decl: ClassDecl) -> None:
    """Methods and constants; fields and members are read when the class is first used."""
    for statement in decl.node.body:
        match statement:
            case st.FunctionDef():
                if statement.name in decl.methods:
                    program.report("duplicate-name", statement.name_span, name=statement.name)
                    continue
                decl.methods[statement.name] = make_function(program, module, statement, decl)
            case st.AnnAssign(target=st.Name() as target) if is_final(
                program, module, statement.annotation
            ):
                if statement.value is None:
                    program.report("constant-without-value", statement.span, name=target.id)
                    continue
                decl.constants[target.id] = ConstantDecl(
                    target.id,
                    f"{decl.qualified}.{target.id}",
                    final_type(statement.annotation),
                    statement.value,
                    module,
                    target.span,
                )
            case _:
                pass


# --- Variables and constants -------------------------------------------------------------------


def is_final(program: Program, module: Module, annotation: st.Expr) -> bool:
    head = annotation.value if isinstance(annotation, st.Subscript) else annotation
    return language_name(program, module, head) == "Final"


def final_type(annotation: st.Expr) -> st.Expr | None:
    """`T` of `Final[T]`; None for a bare `Final`."""
    return annotation.index if isinstance(annotation, st.Subscript) else None


def _declare_annotated(program: Program, module: Module, statement: st.AnnAssign) -> None:
    target = statement.target
    if not isinstance(target, st.Name):
        program.report("module-level-statement", statement.span)
        return
    if is_final(program, module, statement.annotation):
        if statement.value is None:
            program.report("constant-without-value", statement.span, name=target.id)
            return
        if target.id == "USES_FLOAT":
            module.uses_float = (
                isinstance(statement.value, st.BoolLiteral) and statement.value.value
            )
        qualified = f"{module.name}.{target.id}"
        annotation = final_type(statement.annotation)
        constant = ConstantDecl(
            target.id, qualified, annotation, statement.value, module, target.span
        )
        add_name(program, module, target.id, target.span, constant)
        module.constants.append(constant)
    elif language_name(program, module, statement.annotation) == "TypeAlias":
        if statement.value is not None:
            add_name(
                program,
                module,
                target.id,
                target.span,
                AliasDecl(target.id, statement.value, module),
            )
    else:
        variable = GlobalDecl(target.id, statement.annotation, statement.value, module, target.span)
        add_name(program, module, target.id, target.span, variable)
        module.globals.append(variable)


def _declare_assignment(program: Program, module: Module, statement: st.Assign) -> None:
    """Only `T = TypeVar("T", …)` may stand without an annotation."""
    target = statement.targets[0]
    value = statement.value
    if isinstance(value, st.Call) and language_name(program, module, value.func) == "TypeVar":
        bounds = [a.value for a in value.args if a.keyword == "bound"]
        if isinstance(target, st.Name):
            decl = TypeVarDecl(target.id, bounds[0] if bounds else None, module)
            add_name(program, module, target.id, target.span, decl)
            return
    if isinstance(target, st.Name) and len(statement.targets) == 1:
        program.report("variable-without-type", target.span, name=target.id)
    else:
        program.report("module-level-statement", statement.span)


def _declare_conditional(program: Program, module: Module, statement: st.If) -> None:
    chosen = static_condition(program, module, statement.condition)
    if chosen is None:
        program.report("module-level-statement", statement.span)
        return
    _declare_statements(program, module, statement.body if chosen else statement.orelse)
