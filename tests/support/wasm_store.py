"""Modules linked to each other in the test process, on `pykern.wasm.engine`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from pykern.wasm.engine import Engine, Instance, Store
from tests.support.host import REPOSITORY
from tests.support.wast import assemble


@cache
def engine() -> Engine:
    return Engine(REPOSITORY)


class Linked(Store):
    """Modules are given as text, and can be imported by their name from then on."""

    def load(self, name: str, text: str) -> Instance:
        instance = self.instantiate(assemble(text))
        self.register(name, instance)
        return instance


@contextmanager
def store() -> Iterator[Linked]:
    linked = Linked(engine())
    try:
        yield linked
    finally:
        linked.close()
