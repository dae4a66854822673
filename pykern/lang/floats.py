"""The float types as CPython sees them. A Python float is an `f64` already."""

from __future__ import annotations

import struct
from typing import Any, Self

f64 = float


class f32(float):
    """A float rounded to single precision, as are the results of its operators."""

    def __new__(cls, value: Any = 0.0) -> Self:
        try:
            (rounded,) = struct.unpack("<f", struct.pack("<f", float(value)))
        except OverflowError:
            rounded = float("inf") if value > 0 else float("-inf")
        return float.__new__(cls, rounded)


def _rounding(name: str) -> Any:
    exact = getattr(float, name)

    def operator(self: float, *operands: float) -> Any:
        result = exact(self, *operands)
        return result if result is NotImplemented else f32(result)

    operator.__name__ = name
    return operator


for _name in ("add", "sub", "mul", "truediv", "radd", "rsub", "rmul", "rtruediv", "neg", "abs"):
    setattr(f32, f"__{_name}__", _rounding(f"__{_name}__"))
