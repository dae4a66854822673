"""Ticks to nanoseconds and back, and frequencies, against exact fractions."""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from compiler.host.program import DialectPanic
from tests.support.host import host_program

SCALE = "kernel_src.lib.scale"
FREQUENCY = "kernel_src.lib.frequency"
SECOND = 1_000_000_000
CENTURY = 100 * 366 * 24 * 3600
WORD = 1 << 64

frequencies = st.integers(1_000_000, 10_000_000_000)


def scales() -> Any:
    return host_program(SCALE).module(SCALE)


def frequency() -> Any:
    return host_program(FREQUENCY).module(FREQUENCY)


@given(hz=frequencies, seconds=st.integers(0, 58 * CENTURY // 10), part=st.integers(0, SECOND))
@example(hz=10_000_000_000, seconds=58 * CENTURY // 10, part=0)
@settings(deadline=None)
def test_nanoseconds_are_right_for_centuries(hz: int, seconds: int, part: int) -> None:
    """Ticks that 64 bits hold, of up to 580 years; the error is below the stated bound."""
    ticks = min(seconds * hz + part * hz // SECOND, WORD - 1)
    exact = Fraction(ticks * SECOND, hz)
    found = scales().scale_down(hz, SECOND).down(ticks)
    assert found <= exact
    assert exact - found <= exact * Fraction(hz, 1 << 63) + 1


@given(hz=frequencies, ticks=st.integers(0, WORD - 2), more=st.integers(1, 1 << 40))
@settings(deadline=None)
def test_time_does_not_go_back(hz: int, ticks: int, more: int) -> None:
    later = min(ticks + more, WORD - 1)
    scale = scales().scale_down(hz, SECOND)
    if Fraction(later * SECOND, hz) < WORD:
        assert scale.down(ticks) <= scale.down(later)


@given(hz=frequencies, wait=st.integers(0, 3600 * SECOND))
@settings(deadline=None)
def test_a_deadline_does_not_come_early(hz: int, wait: int) -> None:
    """After the ticks of a wait the clock shows at least the wait, less what `down` may lack."""
    ticks = scales().scale_up(SECOND, hz).up(wait)
    exact = Fraction(wait * hz, SECOND)
    assert exact <= ticks <= exact * (1 + Fraction(SECOND, 1 << 62)) + 2


def test_what_does_not_fit_panics() -> None:
    scale = scales().scale_down(1_000_000, SECOND)
    assert scale.down(WORD // 1000) == WORD // 1000 * 1000
    with pytest.raises(DialectPanic, match="beyond 64 bits"):
        scale.down(WORD // 1000 + 1)


@pytest.mark.parametrize("hz", [1, 2**63, 2**64 - 1])
def test_every_shift_works(hz: int) -> None:
    """From the same to the same frequency nothing changes, whatever the shift is."""
    for scale in (scales().scale_down(hz, hz), scales().scale_up(hz, hz)):
        for count in (0, 1, 12345, WORD - 1):
            assert scale.down(count) == scale.up(count) == count


@given(counted=st.integers(1, 1 << 40), reference=st.integers(1, 1 << 32), hz=frequencies)
@settings(deadline=None)
def test_comparing_gives_the_frequency(counted: int, reference: int, hz: int) -> None:
    exact = Fraction(counted * hz, reference)
    found = frequency().frequency_by_comparison(counted, reference, hz)
    assert found == (floor(exact) if counted * hz < WORD else 0)


def test_comparing_with_what_stands_still_says_nothing() -> None:
    assert frequency().frequency_by_comparison(5, 0, SECOND) == 0
    assert frequency().frequency_by_comparison(0, 5, SECOND) == 0


def test_what_cpuid_states() -> None:
    module = frequency()
    assert module.frequency_of_crystal(2, 216, 24_000_000) == 2_592_000_000
    assert module.frequency_of_base(2, 216, 2600) == 2_600_000_000
    assert module.frequency_of_hypervisor(2_000_000) == 2_000_000_000
    assert module.frequency_of_crystal(1, 0xFFFF_FFFF, 0xFFFF_FFFF) == 0xFFFF_FFFF**2


@pytest.mark.parametrize("leaf", [(0, 216, 1), (2, 0, 1), (2, 216, 0), (0, 0, 0)])
def test_what_cpuid_leaves_out_is_not_made_up(leaf: tuple[int, int, int]) -> None:
    assert frequency().frequency_of_crystal(*leaf) == 0
    denominator, numerator, _ = leaf
    if 0 in (denominator, numerator):
        assert frequency().frequency_of_base(denominator, numerator, 2600) == 0


@pytest.mark.parametrize(
    ("femtoseconds", "hz"), [(10_000_000, 100_000_000), (69_841_279, 14_318_180), (1, 10**15)]
)
def test_the_hpet_states_its_period(femtoseconds: int, hz: int) -> None:
    assert frequency().frequency_of_period(femtoseconds) == hz
