"""Kernel modules compiled into the test process, once for each set of modules."""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path

from compiler.host.program import HostProgram
from compiler.host.proxies import StructProxy, address_of, type_of
from compiler.layout import layout_of
from compiler.types import HOST, ClassType

REPOSITORY = Path(__file__).resolve().parents[2]


@cache
def host_program(*modules: str, debug: bool = True) -> HostProgram:
    return HostProgram(REPOSITORY, modules, debug=debug)


def word(struct: StructProxy, field: str) -> ctypes.c_uint64:
    """A field of 8 bytes in its place, for tests that look at it a hundred thousand times."""
    type = type_of(struct)
    assert isinstance(type, ClassType)
    index = [each.name for each in type.fields].index(field)
    return ctypes.c_uint64.from_address(address_of(struct) + layout_of(type, HOST).offsets[index])
