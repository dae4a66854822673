"""Quotas against a tree of numbers."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.host.program import DialectPanic
from tests.support.host import host_program

QUOTA = "kernel_src.mm.quota"

PARENTS = [None, 0, 0, 1, 1, 2]  # of each quota, by number
operations = st.lists(
    st.tuples(st.integers(0, len(PARENTS) - 1), st.integers(-50, 50)), max_size=200
)


def path(index: int | None) -> list[int]:
    """A quota and all above it."""
    return [] if index is None else [index, *path(PARENTS[index])]


def quotas(limits: list[int]) -> list[Any]:
    module = host_program(QUOTA).module(QUOTA)
    made: list[Any] = []
    for limit, parent in zip(limits, PARENTS, strict=True):
        made.append(module.Quota(limit=limit, parent=None if parent is None else made[parent]))
    return made


def used(quota: Any) -> int:
    return int(quota.limit - quota.left())


@given(limits=st.lists(st.integers(0, 300), min_size=6, max_size=6), script=operations)
def test_charges_all_or_none(limits: list[int], script: list[tuple[int, int]]) -> None:
    module = host_program(QUOTA).module(QUOTA)
    made = quotas(limits)
    model = [0] * len(made)
    own = [0] * len(made)
    for index, amount in script:
        chain = path(index)
        if amount < 0:
            amount = min(-amount, own[index])
            made[index].release(amount)
            change = -amount
        elif all(model[i] + amount <= limits[i] for i in chain):
            made[index].charge(amount)
            change = amount
        else:
            with pytest.raises(module.OverQuota):
                made[index].charge(amount)
            change = 0
        own[index] += change
        for i in chain:
            model[i] += change
        assert [used(quota) for quota in made] == model


def test_nothing_is_given_back_twice() -> None:
    quota = quotas([100] * 6)[1]
    quota.charge(10)
    quota.release(10)
    with pytest.raises(DialectPanic, match="10 given back, but only 0 were charged"):
        quota.release(10)


def test_the_largest_numbers() -> None:
    module = host_program(QUOTA).module(QUOTA)
    quota = module.Quota(limit=(1 << 64) - 1)
    quota.charge((1 << 64) - 1)
    with pytest.raises(module.OverQuota):
        quota.charge(1)
    assert quota.left() == 0


def test_threads_never_exceed_the_limit() -> None:
    made = quotas([64] * 6)
    error = host_program(QUOTA).module(QUOTA).OverQuota
    most = []

    def work(quota: Any) -> None:
        for _ in range(500):
            try:
                quota.charge(20)
            except error:
                continue
            most.append(used(made[0]))
            quota.release(20)

    threads = [threading.Thread(target=work, args=(made[index],)) for index in (3, 4, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) <= 60
    assert [used(quota) for quota in made] == [0] * 6
