"""The object files of thunks and adapters, through the same cache as modules' own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from compiler.build.cache import digest_of
from compiler.build.interface import SourceTree
from compiler.build.units import UnitOptions, compile_typed, unit_key
from compiler.check.module import add_shared
from compiler.check.resolve_functions import function_instance, method_instance, type_parameters
from compiler.check.symbols import ClassDecl, FunctionInstance
from compiler.host.thunks import Bridge, adapter_of, bridge_module, thunk_of
from compiler.program import Program
from compiler.typed_tree import Function, TypedModule
from compiler.types import ClassType

NOT_CALLABLE = frozenset({"naked"})


@dataclass(frozen=True, slots=True)
class Thunks:
    """`object` defines a thunk for each of `bridges`; `instances`: their functions as declared."""

    bridges: list[Bridge]
    instances: list[FunctionInstance]
    object: bytes


class Bridges:
    def __init__(self, program: Program, tree: SourceTree, options: UnitOptions) -> None:
        self._program = program
        self._tree = tree
        self._options = options

    def module_thunks(self, name: str) -> Thunks:
        """Thunks for the functions of a module and its classes' methods, but no generic ones."""
        module = self._program.modules[name]
        decls = list(module.functions)
        for cls in module.classes:
            if not cls.type_parameters and cls.kind in ("struct", "value"):
                decls += cls.methods.values()
        instances = [
            function_instance(self._program, decl, (), decl.span)
            for decl in decls
            if not decl.is_comptime and not type_parameters(self._program, decl)
        ]
        return self._thunks(name, "module", [i for i in instances if _callable(i.function)])

    def generic_thunks(self, cls: ClassType, decl: ClassDecl) -> Thunks:
        """Thunks for the methods of one instance of a generic class."""
        own = len(decl.type_parameters)
        instances = [
            method_instance(self._program, cls, method, decl.span)
            for method in decl.methods.values()
            if len(type_parameters(self._program, method)) == own
        ]
        return self._thunks(decl.module.name, cls.name, instances)

    def _thunks(self, module: str, what: str, instances: list[FunctionInstance]) -> Thunks:
        made = [thunk_of(instance.function) for instance in instances]
        typed = self._typed(f"{module}.thunks", module, [function for _, function in made])
        code = self._object(typed, ["thunks", what], [i for i in instances if i.shared])
        return Thunks([bridge for bridge, _ in made], instances, code)

    def adapters(self, functions: Sequence[Function]) -> tuple[list[Bridge], list[bytes]]:
        """An adapter for each function, numbered in this order; an object for each module."""
        made = [adapter_of(function, number) for number, function in enumerate(functions)]
        by_module: dict[str, list[tuple[int, Function]]] = {}
        for number, (_, function) in enumerate(made):
            by_module.setdefault(function.module, []).append((number, function))
        objects = []
        for module, numbered in sorted(by_module.items()):
            typed = self._typed(f"{module}.adapters", module, [f for _, f in numbered])
            names = [f"{number} {function.symbol}" for number, function in numbered]
            objects.append(self._object(typed, ["adapters", *names], []))
        return [bridge for bridge, _ in made], objects

    def _typed(self, name: str, module: str, functions: Iterable[Function]) -> TypedModule:
        return bridge_module(name, self._program.modules[module].source, functions)

    def _object(
        self, typed: TypedModule, parts: list[str], shared: list[FunctionInstance]
    ) -> bytes:
        module = typed.name.rpartition(".")[0]
        key = digest_of(["bridge", unit_key(self._tree, module, self._options), *parts])
        code = self._tree.cache.load("bridge", key)
        if code is None:
            add_shared(self._program, typed, shared)
            self._program.sink.raise_if_any()
            code = compile_typed(typed, self._options, self._program).object
            self._tree.cache.store("bridge", key, code)
        return code


def extern_functions(program: Program) -> dict[str, Function]:
    """The functions some module declares `@extern`, by symbol."""
    found: dict[str, Function] = {}
    for name in sorted(program.modules):
        for decl in program.modules[name].functions:
            if "extern" in decl.decorators:
                function = function_instance(program, decl, (), decl.span).function
                found.setdefault(function.symbol, function)
    return found


def _callable(function: Function) -> bool:
    return function.linkage != "extern" and not function.attributes & NOT_CALLABLE
