"""One module of a host program, with what it declares as attributes."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from compiler.check.constants import constant_value, global_variable
from compiler.check.resolve_functions import error_class as declared_error
from compiler.check.resolve_types import class_instance
from compiler.check.symbols import ClassDecl, ConstantDecl, FunctionDecl, GlobalDecl, Symbol
from compiler.host.calls import HostFunction
from compiler.host.errors import error_class

if TYPE_CHECKING:
    from compiler.host.program import HostProgram


class HostModule:
    """Assigning to a variable's name stores into it; calling a struct's name makes one."""

    _program: HostProgram
    _name: str

    def __init__(self, program: HostProgram, name: str) -> None:
        self.__dict__.update(_program=program, _name=name)

    def __repr__(self) -> str:
        return f"<dialect module {self._name}>"

    def __dir__(self) -> list[str]:
        return sorted(self._program.program.modules[self._name].names)

    @cached_property
    def functions(self) -> dict[str, HostFunction]:
        """The functions Python can call, `Class.method` among them."""
        return self._program.module_functions(self._name)

    @property
    def tests(self) -> dict[str, HostFunction]:
        """The `@test` functions."""
        found = self.functions.items()
        return {name: f for name, f in found if "test" in f.function.attributes}

    def __getattr__(self, name: str) -> Any:
        symbol = None if name.startswith("__") else self._symbol(name)
        match symbol:
            case FunctionDecl() if name in self.functions:
                return self.functions[name]
            case ClassDecl():
                return self._class(symbol)
            case ConstantDecl():
                value = constant_value(self._program.program, symbol, symbol.span)
                if symbol.data is not None:
                    address = self._program.symbol_address(symbol.data.symbol)
                    return self._program.values.read(symbol.data.type, address)
                return self._program.constants.python(value)
            case GlobalDecl():
                variable = global_variable(self._program.program, symbol)
                address = self._program.symbol_address(variable.symbol)
                return self._program.values.read(variable.type, address)
        raise AttributeError(f"{self._name} has nothing named {name!r} that Python can use")

    def __setattr__(self, name: str, value: Any) -> None:
        symbol = self._symbol(name)
        if not isinstance(symbol, GlobalDecl):
            raise AttributeError(f"{self._name} has no variable {name!r}")
        variable = global_variable(self._program.program, symbol)
        address = self._program.symbol_address(variable.symbol)
        keep: list[object] = []
        self._program.values.write(variable.type, address, value, keep)
        self._program.values.kept[address] = keep

    def _symbol(self, name: str) -> Symbol | None:
        program = self._program.program
        module = program.modules[self._name]
        return program.look_up(module, name, module.source.span(0, 0))

    def _class(self, decl: ClassDecl) -> Any:
        program = self._program
        if decl.kind == "error":
            error = declared_error(program.program, decl, decl.span)
            assert error is not None
            return error_class(error)
        if decl.type_parameters:
            raise AttributeError(f"{decl.qualified} is generic: name an instance to `new`")
        cls = class_instance(program.program, decl, (), decl.span)
        if cls.kind == "struct":
            return lambda **fields: program.construct(cls, fields)
        return program.values.python_class(cls)
