"""Errors of the dialect, and how panics and machine operations show under CPython."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])


class Error(Exception):
    """Base of the errors a dialect program declares. They carry no data."""


class PanicError(Exception):
    """A panic: the machine stops, CPython raises this.

    It is no subclass of `Error`, so dialect code cannot catch it.
    """


class NeedsMachineError(Exception):
    """An operation that only compiled code can do was reached under CPython."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} needs compiled code: CPython cannot run it")


def compiled_only(function: F) -> F:
    """Marks a signature whose operation exists in compiled code only."""

    @functools.wraps(function)
    def refuse(*args: object, **kwargs: object) -> Any:
        raise NeedsMachineError(f"{function.__name__}()")

    return cast(F, refuse)
