"""The monotonic clock: nanoseconds since `initialise`, from the TSC."""
from __future__ import annotations

from kernel_src.arch.tsc import read_tsc
from kernel_src.lib.scale import NANOSECONDS, Scale, scale_down, scale_up
from kernel_src.time.calibrate import tsc_frequency
from pykern.lang import u64

to_nanoseconds: Scale = Scale(multiplier=0, shift=0)
to_ticks: Scale = Scale(multiplier=0, shift=0)
start: u64 = 0


def initialise(hpet_address: u64) -> None:
    global to_nanoseconds, to_ticks, start
    frequency = tsc_frequency(hpet_address)
    to_nanoseconds = scale_down(frequency, NANOSECONDS)
    to_ticks = scale_up(NANOSECONDS, frequency)
    start = read_tsc()


def now() -> u64:
    return to_nanoseconds.down(read_tsc() - start)


def tsc_at(time: u64) -> u64:
    """What the TSC shows when the clock shows this, or a little more."""
    return start + to_ticks.up(time)
