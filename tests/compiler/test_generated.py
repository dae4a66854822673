"""Random programs do the same compiled for the host, compiled to wasm, and in Python.

A failure shows the smallest program found that fails too. `PYKERN_SEED` tries other programs.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.build.cache import Cache
from tests.compiler.generator.batch import make_program
from tests.compiler.generator.choices import LARGEST, random_numbers
from tests.compiler.generator.compare import Routes, differences, routes, smallest
from tests.conftest import COUNT_MARK

BATCHES = 40
BATCH_SIZE = 250
LENGTH = 120
"""Numbers that decide a program: some fifteen lines."""

FIRST_SEED = int(os.environ.get("PYKERN_SEED", "0")) * BATCHES * BATCH_SIZE

WAYS = [(0, "debug"), (2, "release")]
"""Batches take turns with these levels of optimisation."""


@pytest.fixture(scope="session")
def ways(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Routes]:
    cache = Cache(tmp_path_factory.mktemp("cache"))  # of the modules that all batches share
    return lambda number: routes(*WAYS[number % len(WAYS)], cache)


def test_there_are_ten_thousand() -> None:
    assert BATCHES * BATCH_SIZE >= 10_000


@pytest.mark.parametrize("number", range(BATCHES))
def test_random_programs(
    number: int,
    ways: Callable[[int], Routes],
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    first = FIRST_SEED + number * BATCH_SIZE
    sequences = [tuple(random_numbers(first + n, LENGTH)) for n in range(BATCH_SIZE)]
    assert len({make_program(s).dialect for s in sequences}) == BATCH_SIZE
    found = differences(sequences, tmp_path, ways(number))
    if found:
        pytest.fail(str(smallest(found[0], tmp_path, ways(number))), pytrace=False)
    record_property(f"{COUNT_MARK}random programs compared without a difference", BATCH_SIZE)


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(numbers=st.lists(st.integers(0, LARGEST - 1), min_size=20, max_size=LENGTH))
def test_programs_by_hypothesis(
    numbers: list[int], ways: Callable[[int], Routes], tmp_path: Path
) -> None:
    for difference in differences([tuple(numbers)], tmp_path, ways(1)):
        pytest.fail(str(difference), pytrace=False)
