"""Atomics, device registers, per-processor globals."""

from __future__ import annotations

from pykern.lang import (
    Atomic,
    Mmio,
    Order,
    PerCpu,
    Ptr,
    compiler_fence,
    fence,
    i64,
    pause,
    ptr_at,
    struct,
    u8,
    u16,
    u32,
    u64,
    usize,
    value,
)


@struct
class Thread:
    id: u32
    next: Ptr[Thread] | None = None


@struct
class Cpu:
    ticks: u64 = 0
    depth: u32 = 0


@value
class Mark:
    when: u64


@struct(packed=True)
class Uart:
    data: Mmio[u8]
    enable: Mmio[u8]
    divisor: Mmio[u16]
    status: Mmio[u32]


count: Atomic[u32] = Atomic(0)
balance: Atomic[i64] = Atomic(-1)
stopped: Atomic[bool] = Atomic(False)
queue: Atomic[Ptr[Thread] | None] = Atomic(None)
current: PerCpu[Ptr[Thread] | None] = PerCpu(None)
preempted: PerCpu[bool] = PerCpu(False)
cpu: PerCpu[Cpu] = PerCpu(Cpu())
mark: PerCpu[Mark] = PerCpu(Mark(0))


def atomics(thread: Ptr[Thread]) -> u32:
    count.store(count.load(Order.ACQUIRE) + 1, Order.RELEASE)
    old = count.fetch_add(2, Order.ACQ_REL) + count.fetch_sub(1, Order.RELAXED)
    old += count.fetch_and(0xFF, Order.SEQ_CST) | count.fetch_or(1, Order.SEQ_CST)
    old ^= count.fetch_xor(3, Order.RELAXED)
    seen, done = count.compare_exchange(old, 5, Order.ACQ_REL)
    while not done:
        pause()
        seen, done = count.compare_exchange(seen, seen + 1, Order.ACQ_REL)
    if stopped.swap(True, Order.ACQ_REL):
        fence(Order.SEQ_CST)
        compiler_fence()
    thread.next = queue.load(Order.ACQUIRE)
    _, linked = queue.compare_exchange(thread.next, thread, Order.RELEASE)
    return old if linked else u32(abs(balance.load(Order.RELAXED)))


def device(address: usize) -> u32:
    uart = ptr_at(Uart, address)
    uart.data.write(0x41)
    uart.divisor.write(uart.divisor.read() + 1)
    return uart.status.read() + uart.enable.read()


def per_cpu(thread: Ptr[Thread]) -> u64:
    previous = current.get()
    if previous is not None:
        previous.next = thread
    current.set(thread)
    preempted.set(not preempted.get())
    own = cpu.ptr()
    own.ticks += 1
    cpu.ptr().depth += 1
    mark.set(Mark(own.ticks))
    return mark.get().when
