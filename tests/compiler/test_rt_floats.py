"""The runtime's remainder and floor against the C library's, bit for bit."""

from __future__ import annotations

import itertools
import math
import random
import struct

import pytest

from compiler.host.module import HostModule
from tests.support.host import host_program

EDGES = [0.0, 5e-324, 2.2250738585072014e-308, 0.5, 1.0, 1.5, 3.0, 1e16, 1.7976931348623157e308]
SPECIAL = [float("inf"), float("nan")]


@pytest.fixture(scope="module")
def floats() -> HostModule:
    return host_program("pykern.rt.floats").module("pykern.rt.floats")


def numbers(count: int) -> list[float]:
    """Numbers of any size, and of similar ones."""
    choice = random.Random(1)
    found = [struct.unpack("<d", choice.randbytes(8))[0] for _ in range(count)]
    found += [choice.uniform(-1000, 1000) for _ in range(count)]
    found += [sign * x for x in EDGES + SPECIAL for sign in (1, -1)]
    return found


def bits(x: float) -> bytes:
    return b"nan" if math.isnan(x) else struct.pack("<d", x)


def test_remainder(floats: HostModule) -> None:
    chosen = random.Random(2).sample(numbers(60), 60) + [s * x for x in EDGES for s in (1, -1)]
    for a, b in itertools.product(chosen, repeat=2):
        impossible = b == 0 or math.isinf(a)
        wanted = float("nan") if impossible else math.fmod(a, b)
        assert bits(floats.fmod(a, b)) == bits(wanted), (a, b)


def test_floor(floats: HostModule) -> None:
    for a in numbers(1000):
        whole = a if not math.isfinite(a) or a == 0 else math.copysign(math.floor(a), a)
        assert bits(floats.floor(a)) == bits(whole), a
