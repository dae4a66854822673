"""What the build knows: its target, the layout of types, files to embed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pykern.lang import integers
from pykern.lang.errors import PanicError
from pykern.lang.layout import field_offset, layout_of
from pykern.lang.sequences import Slice
from pykern.lang.types import Str, u8, usize

if TYPE_CHECKING:
    from typing_extensions import TypeForm

TARGET: Str = "host"
"""`"kernel"`, `"wasm"` or `"host"`: what is being compiled for. CPython runs as the host."""

DEBUG: bool = True
"""Whether this is the debug profile."""

TESTS: bool = True
"""Whether functions marked `@test` are compiled."""


def sizeof(kind: TypeForm[object]) -> usize:
    """The size of a type in bytes."""
    return integers.usize(layout_of(kind).size)


def alignof(kind: TypeForm[object]) -> usize:
    """The alignment of a type in bytes."""
    return integers.usize(layout_of(kind).align)


def offsetof(kind: TypeForm[object], field: Str) -> usize:
    """The offset of a struct's field in bytes."""
    return integers.usize(field_offset(kind, field))


def static_assert(condition: bool, why: Str) -> None:
    """Refuses to compile unless the condition holds."""
    if not condition:
        raise PanicError(f"static_assert: {why}")


def embed(path: Str) -> Slice[u8]:
    """The bytes of a file, named relative to the source file that embeds it."""
    source = Path(sys._getframe(1).f_code.co_filename)
    return Slice([integers.u8(byte) for byte in (source.parent / path).read_bytes()])
