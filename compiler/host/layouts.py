"""Layouts in this process, each computed once: a host program's types do not change any more."""

from __future__ import annotations

from functools import cache

from compiler.layout import Layout, layout_of
from compiler.types import HOST, Type


@cache
def host_layout(type: Type) -> Layout:
    return layout_of(type, HOST)
