"""When this processor's timer interrupts next, in the nanoseconds of the clock."""
from __future__ import annotations

from typing import Final

import kernel_src.arch.lapic_timer as lapic_timer
import kernel_src.time.clock as clock
from kernel_src.ending import refuse
from kernel_src.lib.scale import NANOSECONDS, Scale, scale_up
from kernel_src.time.timer_queue import NEVER
from pykern.lang import PerCpu, u64

WINDOW_NS: Final[u64] = 5_000_000

is_by_tsc: bool = False
to_ticks: Scale = Scale(multiplier=0, shift=0)
armed_for: PerCpu[u64] = PerCpu(NEVER)


def initialise() -> None:
    """Once, with interrupts off."""
    global is_by_tsc, to_ticks
    is_by_tsc = lapic_timer.has_tsc_deadline()
    enable()
    if not is_by_tsc:
        to_ticks = scale_up(NANOSECONDS, measured_frequency())


def enable() -> None:
    """On each processor."""
    lapic_timer.enable()


def measured_frequency() -> u64:
    """Of the timer, by the clock."""
    lapic_timer.begin_count()
    start = clock.now()
    first = lapic_timer.counted()
    passed: u64 = 0
    while passed < WINDOW_NS:
        passed = clock.now() - start
    ticks = lapic_timer.counted() - first
    lapic_timer.disarm()
    if ticks == 0:
        refuse("timer: the local APIC's timer does not count")
    return ticks * NANOSECONDS // passed


def set_alarm(deadline: u64) -> None:
    """The interrupt comes at the deadline or, if that is far, before. With interrupts off."""
    armed_for.set(deadline)
    if deadline == NEVER:
        lapic_timer.disarm()
    elif is_by_tsc:
        lapic_timer.arm_at_tsc(clock.tsc_at(deadline))
    else:
        now = clock.now()
        lapic_timer.arm_after(to_ticks.up(deadline - now) if deadline > now else 0)


def set_alarm_before(deadline: u64) -> None:
    """If it would come later."""
    if deadline < armed_for.get():
        set_alarm(deadline)
