"""The benchmarks by name: each module here that has a function `run` is one.

    PEERS: tuple[str, ...]                  what ours can be compared with
    def run(request: Request) -> list[Result]

A module is imported when its benchmark is asked for: most need the compiler. Names that begin with
an underscore are what several of them share.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from pykern.benchmark import Result
from pykern.environment import Environment


@dataclass(frozen=True)
class Request:
    """`root` is the project's folder; `against` names the peers that are wanted, or nobody: all."""

    root: Path
    environment: Environment
    against: frozenset[str] = frozenset()

    def wants(self, peer: str) -> bool:
        return not self.against or peer in self.against


class Bench(Protocol):
    """What a module of this package offers."""

    PEERS: tuple[str, ...]

    def run(self, request: Request) -> list[Result]: ...


def names() -> list[str]:
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return sorted(name for name in found if not name.startswith("_"))


def load(name: str) -> Bench:
    return cast(Bench, importlib.import_module(f"{__name__}.{name}"))
