"""Threads of the running machine: on every processor, many, and in the order of their priority."""
from __future__ import annotations

from typing import Final

import kernel_src.mm.memory as memory
from kernel_src.arch.percpu import cpu_index, next_cpu
from kernel_src.arch.xstate import MXCSR
from kernel_src.sched.processor import bit_of, current_thread, joined
from kernel_src.sched.scheduler import block, wake, yield_now
from kernel_src.sched.stacks import OutOfStacks, release_spare
from kernel_src.sched.thread import ANY_CPU, PRIORITY_NORMAL, Entry, Thread
from kernel_src.sched.threads import create, join
from pykern.lang import (
    Array,
    Atomic,
    Order,
    Ptr,
    address_of,
    asm,
    panic,
    popcount,
    ptr_at,
    ref,
    test,
    u8,
    u32,
    u64,
    usize,
    zeroed,
)

WAVE: Final = 100
WAVES: Final = 100
WAVES_BETWEEN: Final = 400
"""Processors times waves: with more processors each wave takes longer."""

ROUNDS: Final = 500
KEEPERS: Final = 8
CHILDREN: Final = 40
"""Pairs on all processors together, at least one on each: every unmapping interrupts them all."""

YIELDS: Final = 50
ROUNDING_SHIFT: Final = 13

arrived: Atomic[u32] = Atomic(0)
order: Array[u8, 4] = zeroed()
place: Atomic[u32] = Atomic(0)
turn: Atomic[u64] = Atomic(0)
handles: Array[usize, WAVE] = zeroed()
"""Addresses of the threads of a test."""


def spawn(entry: Entry, argument: usize, priority: u8, allowed: u64) -> Ptr[Thread]:
    try:
        return create(entry, argument, priority, allowed)
    except OutOfStacks:
        panic("no memory for the threads of a test")


def where_it_runs(argument: usize) -> u64:
    return u64(cpu_index())


@test
def each_processor_runs_threads() -> None:
    cpus = joined.load(Order.ACQUIRE)
    while cpus != 0:
        cpu, cpus = next_cpu(cpus)
        found = join(spawn(where_it_runs, 0, PRIORITY_NORMAL, bit_of(cpu)))
        assert found == cpu, f"a thread of processor {cpu} runs on {found}"


def meet(count: usize) -> u64:
    arrived.fetch_add(1, Order.ACQ_REL)
    while arrived.load(Order.ACQUIRE) < count:
        yield_now()
    return u64(count)


@test
def threads_that_wait_for_each_other_all_get_on() -> None:
    count = min(2 * usize(popcount(joined.load(Order.ACQUIRE))) + 3, WAVE)
    arrived.store(0, Order.RELEASE)
    for index in range(count):
        handles[index] = address_of(spawn(meet, count, PRIORITY_NORMAL, ANY_CPU))
    for index in range(count):
        met = join(ptr_at(Thread, handles[index]))
        assert met == count, f"thread {index} met {met} of {count}"


def set_registers(number: usize) -> None:
    """Values of its own in the first and the last vector register, and a way of rounding."""
    low = low_value(number)
    control = control_value(number)
    asm("movq $0, %xmm0\n movq $1, %xmm15\n ldmxcsr ($2)", "r,r,r", None, low, ~low, ref(control))


def registers_are(number: usize) -> bool:
    first = asm("movq %xmm0, $0", "=r", u64)
    last = asm("movq %xmm15, $0", "=r", u64)
    control: u32 = 0
    asm("stmxcsr ($0)", "r", None, ref(control))
    low = low_value(number)
    return first == low and last == ~low and control == control_value(number)


def low_value(number: usize) -> u64:
    return u64(number) * 0x0101_0101_0101_0101


def control_value(number: usize) -> u32:
    return u32(MXCSR + (number % 4 << ROUNDING_SHIFT))


def spawn_with_registers(entry: Entry, argument: usize, allowed: u64) -> Ptr[Thread]:
    try:
        return create(entry, argument, allowed=allowed, runs_code=True)
    except OutOfStacks:
        panic("no memory for the threads of a test")


def keep_registers(argument: usize) -> u64:
    meet(KEEPERS)
    set_registers(argument)
    for _ in range(YIELDS):
        yield_now()
        assert registers_are(argument), f"the registers of thread {argument} have changed"
    return 1


@test
def vector_registers_are_each_threads_own() -> None:
    """All of them on one processor."""
    arrived.store(0, Order.RELEASE)
    for index in range(KEEPERS):
        handles[index] = address_of(spawn_with_registers(keep_registers, index + 1, bit_of(0)))
    for index in range(KEEPERS):
        join(ptr_at(Thread, handles[index]))


def double(argument: usize) -> u64:
    return 2 * u64(argument)


def run_wave(first: usize) -> None:
    for index in range(WAVE):
        handles[index] = address_of(spawn(double, first + index, PRIORITY_NORMAL, ANY_CPU))
    for index in range(WAVE):
        result = join(ptr_at(Thread, handles[index]))
        assert result == 2 * (first + index), f"thread {first + index} gave {result}"


@test
def thousands_of_threads_leave_no_frame_behind() -> None:
    """10,000 on up to four processors, fewer where each step takes longer."""
    release_spare()
    before = memory.free_frames()
    cpus = usize(popcount(joined.load(Order.ACQUIRE)))
    for wave in range(min(WAVES, WAVES_BETWEEN // cpus)):
        run_wave(wave * WAVE)
    release_spare()
    assert memory.free_frames() == before, f"{before} frames, then {memory.free_frames()}"


def have_children(count: usize) -> u64:
    """Gives stacks back each time, so that memory is mapped and unmapped on all processors."""
    done: u64 = 0
    for index in range(count):
        first = spawn(double, index, PRIORITY_NORMAL, ANY_CPU)
        second = spawn(double, 2 * index, PRIORITY_NORMAL, ANY_CPU)
        assert join(second) == 4 * index and join(first) == 2 * index, "another thread's value"
        release_spare()
        done += 2
    return done


@test
def all_processors_make_threads_at_once() -> None:
    release_spare()
    before = memory.free_frames()
    cpus = joined.load(Order.ACQUIRE)
    count = usize(popcount(cpus))
    pairs = max(CHILDREN // count, 1)
    for index in range(count):
        cpu, cpus = next_cpu(cpus)
        made = spawn(have_children, pairs, PRIORITY_NORMAL, bit_of(cpu))
        handles[index] = address_of(made)
    for index in range(count):
        done = join(ptr_at(Thread, handles[index]))
        assert done == 2 * pairs, f"the thread of processor {index} had {done} children"
    release_spare()
    assert memory.free_frames() == before, f"{before} frames, then {memory.free_frames()}"


def note_order(argument: usize) -> u64:
    order[place.fetch_add(1, Order.ACQ_REL)] = u8(argument)
    return 0


def start_three(argument: usize) -> u64:
    """Itself more important than the three, so that all are ready when the first of them runs."""
    here = bit_of(cpu_index())
    for index in range(3):
        priority = u8(1 + (index + 1) % 3)  # 2, 3, 1
        handles[index] = address_of(spawn(note_order, usize(priority), priority, here))
    return 0


@test
def the_more_important_thread_runs_first() -> None:
    place.store(0, Order.RELEASE)
    join(spawn(start_three, 0, PRIORITY_NORMAL + 2, bit_of(0)))
    for index in range(3):
        join(ptr_at(Thread, handles[index]))
    assert order[0] == 3 and order[1] == 2 and order[2] == 1, f"{order[0]} {order[1]} {order[2]}"


def answer(other: usize) -> u64:
    """Answers each odd turn with an even one."""
    for round in range(ROUNDS):
        while turn.load(Order.ACQUIRE) != 2 * u64(round) + 1:
            block()
        turn.store(2 * u64(round) + 2, Order.RELEASE)
        wake(ptr_at(Thread, other))
    return ROUNDS


def play(argument: usize) -> u64:
    """Two threads wake each other, from processor to processor where there are several."""
    turn.store(0, Order.RELEASE)
    other = spawn(answer, address_of(current_thread()), PRIORITY_NORMAL, ANY_CPU)
    for round in range(ROUNDS):
        turn.store(2 * u64(round) + 1, Order.RELEASE)
        wake(other)
        while turn.load(Order.ACQUIRE) != 2 * u64(round) + 2:
            block()
    return join(other)


@test
def no_wake_up_is_lost() -> None:
    rounds = join(spawn(play, 0, PRIORITY_NORMAL, ANY_CPU))
    assert rounds == ROUNDS, f"{rounds} rounds"
