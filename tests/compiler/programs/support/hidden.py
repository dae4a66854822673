"""Numbers the compiler can't compute with."""

from __future__ import annotations

from pykern.lang import TypeVar, noinline

T = TypeVar("T")


@noinline
def hidden(value: T) -> T:
    return value
