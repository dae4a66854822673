"""Dialect modules compiled into the running Python process, callable from tests.

    program = HostProgram(root, ["kernel_src.lib.bits"])
    bits = program.module("kernel_src.lib.bits")
    assert bits.align_up(5, 8) == 8

Functions, classes, constants, errors and variables of a module are attributes of
`program.module(name)`; how values go in and out is told in `host_values` and `host_proxies`. An
error that leaves a function is raised as the Python class of that error (`module.OutOfFrames`), a
panic as `DialectPanic`. `externs` answers `@extern` functions by symbol; those not given are the C
library's, or raise `MissingExtern` when they are called. Several threads may call at once: Python's
lock is not held in dialect code.
"""

from __future__ import annotations

import ctypes
import functools
import itertools
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm

from compiler.build.cache import Cache
from compiler.build.interface import SourceTree
from compiler.build.units import HELPERS, Unit, UnitOptions, compile_units, load_program
from compiler.check.body import Body
from compiler.check.constants import constant_expr, initializer
from compiler.check.symbols import ClassDecl, FunctionInstance
from compiler.host.bridges import Bridges, Thunks, extern_functions
from compiler.host.calls import Callbacks, HostFunction
from compiler.host.constants import Constants
from compiler.host.errors import DialectError, DialectPanic, MissingExtern
from compiler.host.layouts import host_layout
from compiler.host.memory import Memory
from compiler.host.module import HostModule
from compiler.host.proxies import ArrayProxy, CellProxy, StructProxy, address_of, place
from compiler.host.stack import address_in_process, stack_assembly
from compiler.host.thunks import ABORT, CALLBACK
from compiler.host.types import type_named
from compiler.host.values import Values
from compiler.machine.target import HOST_MACHINE, RELEASE, compile_ir, initialize_llvm
from compiler.program import Program
from compiler.typed_tree import Expr, Function
from compiler.types import ArrayType, ClassType, FnType, Type

__all__ = ["DialectError", "DialectPanic", "HostProgram", "MissingExtern"]

_ENTER = ctypes.CFUNCTYPE(ctypes.c_uint32, ctypes.c_uint64, ctypes.c_uint64)
_numbers = itertools.count()


class HostProgram:
    """`opt` is LLVM's level (0, 1, 2); `debug` and `tests` the dialect's DEBUG and TESTS."""

    def __init__(
        self,
        root: Path,
        modules: Sequence[str],
        opt: int = 2,
        debug: bool = True,
        tests: bool = False,
        externs: Mapping[str, Callable[..., Any]] | None = None,
        cache: Cache | None = None,
        jobs: int = 1,
    ) -> None:
        options = UnitOptions("host", f"O{opt}{'+debug' if debug else ''}", tests)
        tree = SourceTree(root, cache or Cache.of_project(root))
        compiled = compile_units(tree, list(modules), options, jobs)
        roots = [*modules, *HELPERS["host"]]
        self.compiled = compiled.compiled
        self.program: Program = compiled.program or load_program(tree, roots, options)
        self.program.load(roots)
        self.program.sink.raise_if_any()
        self.values = Values(self)
        self.constants = Constants(self.values, self)
        self._externs = {**(externs or {}), "pk_host_panicked": _panicked}
        self._callbacks = Callbacks()
        self._bridges = Bridges(self.program, tree, options)
        initialize_llvm()
        self._jit = llvm.create_lljit_compiler(use_jit_link=True)
        self._library = f"program{next(_numbers)}"
        self._trackers: list[Any] = []
        self._symbols: dict[str, int] = {}
        self._modules: dict[str, HostModule] = {}
        self._methods: dict[ClassType, dict[str, HostFunction]] = {}
        self._loading = threading.RLock()
        self._load(compiled.units)
        self._enter = _ENTER(self.symbol_address("pk_host_enter"))

    # --- What tests use ----------------------------------------------------------------------

    def module(self, name: str) -> HostModule:
        """A loaded module."""
        if name not in self.program.modules:
            raise KeyError(f"the program has no module {name!r}")
        return self._modules.get(name) or self._modules.setdefault(name, HostModule(self, name))

    def new(self, type_name: str, /, **fields: Any) -> StructProxy:
        """A struct in memory of its own, with these fields and the defaults of the others."""
        type = self.type(type_name)
        if not isinstance(type, ClassType) or type.kind != "struct":
            raise TypeError(f"{type_name} is not a struct")
        return self.construct(type, fields)

    def array(self, element: str, content: int | Sequence[Any]) -> ArrayProxy:
        """Elements in memory of their own: zeros, or these."""
        count = content if isinstance(content, int) else len(content)
        made = self._reserve(ArrayType(self.type(element), count))
        assert isinstance(made, ArrayProxy)
        if not isinstance(content, int):
            made.fill(content)
        return made

    def cell(self, type_name: str, value: Any) -> CellProxy:
        """A scalar or value in memory of its own, to be pointed to."""
        made = self._reserve(self.type(type_name))
        assert isinstance(made, CellProxy)
        made.value = value
        return made

    def zeroed(self, type_name: str) -> Any:
        """A place of any type, all zeros."""
        return self._reserve(self.type(type_name))

    def at(self, type_name: str, address: int) -> Any:
        """The place of this type at an address dialect code gave."""
        return place(self.values, self.type(type_name), address, None)

    def error(self, qualified: str) -> type[DialectError]:
        module, _, name = qualified.rpartition(".")
        found = getattr(self.module(module), name)
        if not (isinstance(found, type) and issubclass(found, DialectError)):
            raise TypeError(f"{qualified} is not an error")
        return found

    def close(self) -> None:
        """Unloads the program. Nothing of it may be used afterwards."""
        self._trackers.clear()
        self._jit.close()

    # --- Loading -----------------------------------------------------------------------------

    def _load(self, units: list[Unit]) -> None:
        """Links all modules, the adapters, the way in and out into one library of the process."""
        answered = self._answered(units)
        bridges, objects = self._bridges.adapters([function for function, _ in answered])
        for bridge, (_, answer) in zip(bridges, answered, strict=True):
            self._callbacks.add(bridge, self.values, answer)
        stack = compile_ir(stack_assembly(), "pk_host_stack", HOST_MACHINE, RELEASE)
        builder = llvm.JITLibraryBuilder().add_current_process()
        for code in (stack, *objects, *(unit.object for unit in units)):
            builder.add_object_img(code)
        builder.import_symbol(CALLBACK, self._callbacks.address)
        builder.export_symbol("pk_host_enter")
        self._trackers.append(builder.link(self._jit, self._library))

    def _answered(self, units: list[Unit]) -> list[tuple[Function, Callable[..., Any]]]:
        """The extern functions Python answers: those it was given, and those that are nowhere."""
        defined = {name for unit in units for name in unit.exports} | {ABORT, CALLBACK}
        declared = extern_functions(self.program)
        unknown = sorted(set(self._externs) - set(declared))
        if unknown:
            raise KeyError(f"no module of the program declares @extern {', '.join(unknown)}")
        answered = []
        for symbol, function in declared.items():
            answer = self._externs.get(symbol)
            if answer is not None and symbol in defined:
                raise KeyError(f"@extern {symbol} is defined by a module of the program")
            if answer is None and symbol not in defined and address_in_process(symbol) is None:
                answer = _missing(symbol)
            if answer is not None:
                answered.append((function, answer))
        return answered

    def symbol_address(self, symbol: str) -> int:
        """Where a function or variable of the program lies."""
        if symbol not in self._symbols:
            tracker = self._jit.lookup(self._library, symbol)
            self._trackers.append(tracker)
            self._symbols[symbol] = tracker[symbol]
        return self._symbols[symbol]

    def functions_of(self, thunks: Thunks, name: str) -> dict[str, HostFunction]:
        """Links thunks into the process; the functions they call, by qualified name."""
        builder = llvm.JITLibraryBuilder().add_object_img(thunks.object)
        builder.add_jit_library(self._library).add_current_process()
        for bridge in thunks.bridges:
            builder.export_symbol(bridge.symbol)
        library = builder.link(self._jit, f"{self._library}.{name}")
        self._trackers.append(library)
        functions = {}
        for bridge, instance in zip(thunks.bridges, thunks.instances, strict=True):
            enter = functools.partial(self._enter, library[bridge.symbol])
            functions[bridge.function.name] = HostFunction(
                bridge, self._defaults(instance), self.values, self.constants, enter
            )
        return functions

    def module_functions(self, name: str) -> dict[str, HostFunction]:
        return self.functions_of(self._bridges.module_thunks(name), name)

    def _defaults(self, instance: FunctionInstance) -> list[Expr | None]:
        body = Body(self.program, instance.decl.module, {})
        parameters = instance.function.parameters
        return [
            None if default is None else constant_expr(body, default, parameter.type)
            for parameter, default in zip(parameters, instance.defaults, strict=True)
        ]

    # --- Types and values --------------------------------------------------------------------

    def type(self, name: str) -> Type:
        return type_named(self.program, name)

    def function_address(self, function: object, type: FnType) -> int | None:
        """The address of a function of this program, for a `Fn` of this type."""
        if isinstance(function, HostFunction) and function.function.type == type:
            return self.symbol_address(function.function.symbol)
        return None

    def method(self, cls: ClassType, name: str) -> HostFunction | None:
        if cls not in self._methods:
            with self._loading:
                if cls not in self._methods:
                    self._methods[cls] = self._class_methods(cls, self.program.class_decls[cls])
        return self._methods[cls].get(name)

    def _class_methods(self, cls: ClassType, decl: ClassDecl) -> dict[str, HostFunction]:
        if decl.type_parameters:
            functions = self.functions_of(self._bridges.generic_thunks(cls, decl), cls.name)
        else:
            functions = self.module(decl.module.name).functions
        start = f"{decl.name}."
        return {n.removeprefix(start): f for n, f in functions.items() if n.startswith(start)}

    def construct(self, cls: ClassType, fields: Mapping[str, Any]) -> StructProxy:
        made = self._reserve(cls)
        assert isinstance(made, StructProxy)
        unknown = sorted(set(fields) - {field.name for field in cls.fields})
        if unknown:
            raise TypeError(f"{cls} has no field {unknown[0]!r}")
        body = Body(self.program, self.program.class_decls[cls].module, {})
        for field, offset in zip(cls.fields, host_layout(cls).offsets, strict=True):
            if field.name in fields:
                setattr(made, field.name, fields[field.name])
            elif field.default is None:
                raise TypeError(f"{cls} needs its field {field.name!r}")
            elif field.type.is_place:
                initial = initializer(body, field.default, field.type)
                self.constants.store(field.type, address_of(made) + offset, initial)
            else:
                value = constant_expr(body, field.default, field.type)
                self.constants.store(field.type, address_of(made) + offset, value)
        return made

    def _reserve(self, type: Type) -> Any:
        layout = host_layout(type)
        block = Memory(layout.size, layout.align)
        return place(self.values, type, block.address, block)


def _panicked(file: str, line: int, message: Any) -> None:
    raise DialectPanic(file, line, message.bytes().decode("utf-8", "replace"))


def _missing(symbol: str) -> Callable[..., Any]:
    def answer(*arguments: Any) -> Any:
        raise MissingExtern(f"@extern {symbol} was called, and the program was given no answer")

    return answer
