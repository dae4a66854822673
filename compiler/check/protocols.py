"""Whether a type keeps what a type variable's bound promises."""

from __future__ import annotations

from compiler.check.symbols import FunctionDecl, TypeVarDecl
from compiler.program import Program
from compiler.types import ClassType, IntType, PtrType, Type, TypeVarType


def satisfies(program: Program, parameter: TypeVarDecl, argument: Type) -> str | None:
    """None if `argument` may stand for `parameter`, else what is missing."""
    from compiler.check.resolve_functions import bound_of

    bound = bound_of(program, parameter)
    if bound is None:
        return None
    if isinstance(argument, TypeVarType):
        return None if argument.bound == bound else f"`{argument}` is not bounded by it"
    if bound == "Integer":
        return None if isinstance(argument, IntType) else "it is not an integer"
    assert isinstance(bound, ClassType)
    for name, wanted in program.class_decls[bound].methods.items():
        problem = _method_problem(program, argument, name, wanted)
        if problem is not None:
            return problem
    return None


def _method_problem(
    program: Program, argument: Type, name: str, wanted: FunctionDecl
) -> str | None:
    from compiler.check.resolve_functions import method_instance

    target = argument.to if isinstance(argument, PtrType) else argument
    if not isinstance(target, ClassType):
        return f"it has no method `{name}`"
    decl = program.class_decls[target].methods.get(name)
    if decl is None:
        return f"it has no method `{name}`"
    actual = method_instance(program, target, decl, decl.span).function
    protocol = protocol_method(
        program, wanted, actual.parameters[0].type if actual.parameters else argument
    )
    if [p.type for p in actual.parameters[1:]] != [p.type for p in protocol.parameters[1:]]:
        return f"its method `{name}` has other parameters"
    if actual.result != protocol.result:
        return f"its method `{name}` gives {actual.result}, not {protocol.result}"
    if not set(actual.raises) <= set(protocol.raises):
        return f"its method `{name}` raises more"
    return None


def protocol_method(program: Program, wanted: FunctionDecl, self_type: Type):  # type: ignore[no-untyped-def]
    """The signature a protocol's method has when `self` is of `self_type`."""
    from compiler.check.resolve_functions import _make_instance

    return _make_instance(program, wanted, {"Self": self_type}, ()).function
