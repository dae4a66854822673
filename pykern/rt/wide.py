"""128-bit multiplication for wasm: LLVM calls `__multi3` to check a 64-bit product.

Only servers contain this module. The product is put together of 32-bit halves, so that LLVM has
nothing here to make a call of `__multi3` of.
"""

from __future__ import annotations

from pykern.lang import Final, Ptr, export, struct, u64, wrapping

HALF: Final[u64] = 0xFFFFFFFF


@struct
class Wide:
    """A 128-bit integer in memory."""

    low: u64
    high: u64


@wrapping
@export("__multi3")
def multiply(product: Ptr[Wide], a: u64, a_high: u64, b: u64, b_high: u64) -> None:
    """The low 128 bits of the product of two 128-bit integers.

         a1 a0
       * b1 b0        each a digit of 32 bits, of the low halves
       -------
         a0*b0
      a1*b0
      a0*b1
    a1*b1
    """
    a0 = a & HALF
    a1 = a >> 32
    b0 = b & HALF
    b1 = b >> 32
    lowest = a0 * b0
    middle = a1 * b0 + (lowest >> 32)
    carried = a0 * b1 + (middle & HALF)
    product.low = carried << 32 | lowest & HALF
    product.high = a1 * b1 + (middle >> 32) + (carried >> 32) + a_high * b + a * b_high
