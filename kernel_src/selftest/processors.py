"""Tests of several processors at once. With one processor they hold, too."""
from __future__ import annotations

from typing import Final

import kernel_src.arch.lapic as lapic
import kernel_src.cpu.ipi as ipi
import kernel_src.cpu.shoot_down as shoot_down
import kernel_src.mm.memory as memory
import kernel_src.mm.platform as platform
from kernel_src.acpi.system import machine
from kernel_src.arch.interrupts import are_on
from kernel_src.arch.percpu import cpu_index, online, this_cpu
from kernel_src.arch.stacks import stack_around
from kernel_src.limits import CPUS_MAX
from kernel_src.memlayout import PAGE_SIZE
from kernel_src.mm.frames import OutOfFrames
from kernel_src.sync.lock_checks import holds_none
from kernel_src.sync.lock_word import LockWord
from kernel_src.sync.rank import Rank
from kernel_src.sync.spinlock import SpinLock
from pykern.lang import (
    Array,
    Atomic,
    Order,
    PerCpu,
    load,
    pause,
    popcount,
    ptr_at,
    read_fp,
    store,
    test,
    u32,
    u64,
    unreachable,
    usize,
    zeroed,
)

ROUNDS: Final = 2000
REQUESTS: Final = 64  # of all processors together

calls: Array[Atomic[u32], CPUS_MAX] = zeroed()
lock: SpinLock = SpinLock(word=LockWord(rank=Rank.TEST_OUTER))
inner: SpinLock = SpinLock(word=LockWord(rank=Rank.TEST_INNER))
total: u64 = 0  # guarded by the lock
own: PerCpu[u64] = PerCpu(7)
page: usize = 0
stale: Atomic[u32] = Atomic(0)


def processors() -> u32:
    return popcount(online.load(Order.ACQUIRE))


@test
def all_that_firmware_names_are_online() -> None:
    wanted = max(u32(machine.madt.processor_count), 1)
    assert processors() == wanted, f"{processors()} of {wanted}"


def count_call() -> None:
    calls[cpu_index()].fetch_add(1, Order.RELAXED)
    assert this_cpu.ptr().apic_id == lapic.apic_id(), f"{cpu_index()} is somebody else"
    assert not are_on(), "a call comes with interrupts off"
    _, end = stack_around(read_fp())
    assert end != 0, f"{read_fp():#x} is on no stack of processor {cpu_index()}"


@test
def a_call_reaches_each_once() -> None:
    for index in range(CPUS_MAX):
        calls[index].store(0, Order.RELAXED)
    ipi.call_all(count_call)
    for index in range(CPUS_MAX):
        wanted: u32 = 1 if index < usize(processors()) else 0
        assert calls[index].load(Order.RELAXED) == wanted, f"processor {index}"
    found = lapic.errors.load(Order.RELAXED)
    assert found == 0, f"a local APIC has reported {found:#x}"


def change_own() -> None:
    assert own.get() == 7, f"processor {cpu_index()} starts with {own.get()}"
    own.set(u64(cpu_index()) + 100)


def check_own() -> None:
    assert own.get() == u64(cpu_index()) + 100, f"processor {cpu_index()} has {own.get()}"
    own.set(7)


@test
def variables_of_processors_are_apart() -> None:
    ipi.call_all(change_own)
    ipi.call_all(check_own)


def add_under_lock() -> None:
    global total
    for _ in range(ROUNDS):
        with lock:
            before = total
            with inner:
                total = before + 1


@test
def a_lock_lets_in_one_at_a_time() -> None:
    global total
    total = 0
    ipi.call_all(add_under_lock)
    assert total == u64(ROUNDS) * processors(), f"{total} additions"
    assert holds_none(), "a lock is still held"


def add_if_free() -> None:
    global total
    done: u32 = 0
    while done < ROUNDS:
        if lock.try_acquire():
            total += 1
            lock.release()
            done += 1
        else:
            pause()


@test
def a_lock_can_be_tried() -> None:
    global total
    total = 0
    ipi.call_all(add_if_free)
    assert total == u64(ROUNDS) * processors(), f"{total} additions"


def shoot_down_often() -> None:
    for _ in range(REQUESTS // processors()):
        shoot_down.forget_everywhere(page, page + PAGE_SIZE - 1)


@test
def all_may_ask_at_once_with_interrupts_off() -> None:
    global page
    page = platform.reserve_block(PAGE_SIZE)
    ipi.call_all(shoot_down_often)
    platform.release_block(page, PAGE_SIZE)


def touch_page() -> None:
    store(ptr_at(u64, page + 8 * usize(cpu_index())), load(ptr_at(u64, page)) + 1)


def check_page() -> None:
    """Reads what is mapped there now; a processor that remembers sees the frame before."""
    if load(ptr_at(u64, page)) != 2:
        stale.fetch_add(1, Order.RELAXED)


@test
def a_mapping_that_changed_is_remembered_by_nobody() -> None:
    global page
    page = platform.reserve_block(PAGE_SIZE)
    stale.store(0, Order.RELAXED)
    for _ in range(max(REQUESTS // processors(), 4)):
        store(ptr_at(u64, page), 1)
        ipi.call_all(touch_page)
        memory.uncommit(page, PAGE_SIZE)
        try:
            memory.commit(page, PAGE_SIZE)
        except OutOfFrames:
            unreachable()
        store(ptr_at(u64, page), 2)
        ipi.call_all(check_page)
    platform.release_block(page, PAGE_SIZE)
    assert stale.load(Order.RELAXED) == 0, f"{stale.load(Order.RELAXED)} stale reads"
