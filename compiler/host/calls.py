"""Calls across the border: Python's through thunks, dialect code's through adapters."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from typing import Any

from compiler.host.constants import Constants
from compiler.host.errors import error_class
from compiler.host.layouts import host_layout
from compiler.host.memory import Memory
from compiler.host.stack import ABORT_CALLBACK
from compiler.host.thunks import ERROR, RESULT, Bridge
from compiler.host.values import Values
from compiler.layout import Layout
from compiler.typed_tree import Expr
from compiler.types import NeverType, Type

CALLBACK_TYPE = ctypes.CFUNCTYPE(ctypes.c_uint32, ctypes.c_uint32, ctypes.c_uint64)

_state = threading.local()
"""`pending`: the exception with which Python left this thread's dialect code."""


class Frame:
    """Reads and writes the frames of one bridge."""

    def __init__(self, bridge: Bridge, values: Values) -> None:
        self.layout: Layout = host_layout(bridge.frame)
        self._values = values
        fields = {
            field.name: (field.type, offset)
            for field, offset in zip(bridge.frame.fields, self.layout.offsets, strict=True)
        }
        self.error = fields.pop(ERROR, None)
        self.result = fields.pop(RESULT, None)
        self.arguments: list[tuple[Type, int]] = list(fields.values())
        self.errors = {error.code: error_class(error) for error in bridge.function.raises}
        self.never_returns = isinstance(bridge.function.result, NeverType)

    def read_result(self, address: int, owner: object) -> Any:
        if self.result is None:
            return None
        type, offset = self.result
        return self._values.read(type, address + offset, owner)

    def write_result(self, address: int, value: Any, keep: list[object]) -> None:
        if self.result is not None:
            type, offset = self.result
            self._values.write(type, address + offset, value, keep)
        elif value is not None:
            raise TypeError(f"no result expected, not {value!r}")

    def raise_error(self, address: int) -> None:
        """Raises the error that left the function, if one did."""
        if self.error is None:
            return
        type, offset = self.error
        code = self._values.read(type, address + offset)
        if code:
            raise self.errors[code]()


class HostFunction:
    """A dialect function that Python can call.

    Arguments are positional or by name, as in the dialect. What is given as a list or bytes lives
    as long as the call and what it returned; what the function keeps must be memory of the
    program's (`HostProgram.array`).
    """

    def __init__(
        self,
        bridge: Bridge,
        defaults: list[Expr | None],
        values: Values,
        constants: Constants,
        enter: Callable[[int], int],
    ) -> None:
        self.function = bridge.function
        self.__name__ = bridge.function.name
        self.__qualname__ = bridge.function.symbol
        self._frame = Frame(bridge, values)
        self._defaults = defaults
        self._values = values
        self._constants = constants
        self._enter = enter

    def __repr__(self) -> str:
        return f"<dialect function {self.function.symbol}>"

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        frame = self._frame
        given = self._bind(arguments, keywords)
        block = Memory(frame.layout.size, frame.layout.align)
        keep: list[object] = [block]
        for (type, offset), value in zip(frame.arguments, given, strict=True):
            self._values.write(type, block.address + offset, value, keep)
        if self._enter(block.address):
            raise _take_pending()
        frame.raise_error(block.address)
        return frame.read_result(block.address, keep)

    def _bind(self, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> list[Any]:
        parameters = self.function.parameters
        if len(arguments) == len(parameters) and not keywords:
            return list(arguments)
        name = self.function.name
        if len(arguments) > len(parameters):
            raise TypeError(f"{name} takes {len(parameters)} arguments, {len(arguments)} given")
        given = dict(zip((p.name for p in parameters), arguments, strict=False))
        for key, value in keywords.items():
            if key in given or key not in {p.name for p in parameters}:
                problem = "given twice" if key in given else "unknown"
                raise TypeError(f"{name}: argument {key!r} is {problem}")
            given[key] = value
        for parameter, default in zip(parameters, self._defaults, strict=True):
            if parameter.name not in given:
                if default is None:
                    raise TypeError(f"{name}: argument {parameter.name!r} is missing")
                given[parameter.name] = self._constants.python(default)
        return [given[p.name] for p in parameters]


class Callbacks:
    """Answers the adapters of a program, each by its number."""

    def __init__(self) -> None:
        self._answers: list[tuple[Frame, Callable[..., Any]]] = []
        self._kept: dict[tuple[int, int], list[object]] = {}
        self._function = CALLBACK_TYPE(self._called)
        self.address = ctypes.cast(self._function, ctypes.c_void_p).value or 0

    def add(self, bridge: Bridge, values: Values, answer: Callable[..., Any]) -> None:
        self._values = values
        self._answers.append((Frame(bridge, values), answer))

    def _called(self, number: int, address: int) -> int:
        try:
            self._answer(number, address)
        except BaseException as failure:
            _state.pending = failure
            return ABORT_CALLBACK
        return 0

    def _answer(self, number: int, address: int) -> None:
        frame, answer = self._answers[number]
        arguments = [self._values.read(t, address + o) for t, o in frame.arguments]
        keep: list[object] = []
        result = answer(*arguments)
        if frame.never_returns:
            raise RuntimeError(f"{answer!r} returned, but is declared NoReturn")
        frame.write_result(address, result, keep)
        # What the result refers to lives until this function answers the same thread again.
        self._kept[number, threading.get_ident()] = keep


def _take_pending() -> BaseException:
    failure: BaseException = _state.pending
    del _state.pending
    return failure
