"""Cells: atomics, device registers, per-processor variables."""

from __future__ import annotations

from pykern.lang import (
    Array,
    Atomic,
    Mmio,
    Order,
    PerCpu,
    Ptr,
    address_of,
    compiler_fence,
    i8,
    i64,
    ptr_at,
    struct,
    test,
    u8,
    u16,
    u32,
    u64,
    value,
    zeroed,
)
from tests.compiler.programs.support.hidden import hidden
from tests.compiler.programs.support.output import write_line

# routes: host wasm machine (CPython has no addresses)


@struct
class Thread:
    id: u32
    next: Ptr[Thread] | None = None


@struct
class Lock:
    held: Atomic[bool] = Atomic(False)
    taken: u32 = 0

    def __enter__(self) -> None:
        assert not self.held.swap(True, Order.ACQUIRE), "taken twice"
        self.taken += 1

    def __exit__(self, *_: object) -> None:
        self.held.store(False, Order.RELEASE)


@struct
class Device:
    data: Mmio[u8]
    flags: Mmio[u16]
    status: Mmio[u32]
    total: Mmio[u64]


@struct
class Cpu:
    ticks: u64 = 5
    thread: Ptr[Thread] | None = None


@value
class Mark:
    when: u64
    who: u32 = 1


count: Atomic[u32] = Atomic(5)
small: Atomic[u8] = Atomic(250)
balance: Atomic[i64] = Atomic(-1)
sign: Atomic[i8] = Atomic(-128)
stopped: Atomic[bool] = Atomic(False)
queue: Atomic[Ptr[Thread] | None] = Atomic(None)
counts: Array[Atomic[u32], 3] = zeroed()
lock: Lock = Lock()
current: PerCpu[Ptr[Thread] | None] = PerCpu(None)
depth: PerCpu[u32] = PerCpu(3)
preempted: PerCpu[bool] = PerCpu(False)
cpu: PerCpu[Cpu] = PerCpu(Cpu())
mark: PerCpu[Mark] = PerCpu(Mark(7))


@test
def atomic_integers() -> None:
    write_line(f"{count.load(Order.RELAXED)} {count.swap(8, Order.ACQ_REL)}")
    count.store(count.load(Order.ACQUIRE) + 2, Order.RELEASE)
    write_line(f"{count.fetch_add(5, Order.SEQ_CST)} {count.fetch_sub(1, Order.RELAXED)}")
    write_line(f"{count.fetch_and(0xC, Order.ACQ_REL)} {count.fetch_or(3, Order.ACQUIRE)}")
    write_line(f"{count.fetch_xor(0xFF, Order.RELEASE)} {count.load(Order.SEQ_CST)}")


@test
def they_wrap() -> None:
    write_line(f"{small.fetch_add(10, Order.RELAXED)} {small.load(Order.RELAXED)}")
    write_line(f"{sign.fetch_sub(1, Order.RELAXED)} {sign.load(Order.RELAXED)}")
    write_line(f"{balance.fetch_add(-5, Order.RELAXED)} {balance.load(Order.RELAXED)}")


@test
def exchanges() -> None:
    count.store(5, Order.RELAXED)
    old, done = count.compare_exchange(5, 6, Order.ACQ_REL)
    write_line(f"{old} {done}")
    old, done = count.compare_exchange(hidden(u32(5)), 7, Order.SEQ_CST)
    write_line(f"{old} {done} {count.load(Order.RELAXED)}")
    write_line(f"{stopped.swap(True, Order.ACQ_REL)} {stopped.load(Order.ACQUIRE)}")
    was, stored = stopped.compare_exchange(False, False, Order.RELAXED)
    write_line(f"{was} {stored}")


@test
def atomic_pointers() -> None:
    first = Thread(1)
    write_line(f"{queue.load(Order.ACQUIRE) is None}")
    _, done = queue.compare_exchange(None, waiting(first), Order.ACQ_REL)
    found = queue.swap(None, Order.ACQ_REL)
    write_line(f"{done} {found is not None} {queue.load(Order.RELAXED) is None}")


idle: Thread = Thread(77)


def waiting(thread: Ptr[Thread]) -> Ptr[Thread]:
    idle.id += thread.id
    return idle


@test
def atomics_in_other_things() -> None:
    for i in range(len(counts)):
        counts[i].fetch_add(u32(i) + 1, Order.RELAXED)
    counts[1].fetch_add(10, Order.RELAXED)
    write_line(f"{counts[0].load(Order.RELAXED)} {counts[1].load(Order.RELAXED)}")
    with lock:
        write_line(f"{lock.held.load(Order.RELAXED)}")
    with lock:
        compiler_fence()
    write_line(f"{lock.held.load(Order.RELAXED)} {lock.taken}")
    local: Atomic[u16] = Atomic(3)
    local.fetch_or(4, Order.SEQ_CST)
    write_line(f"{local.load(Order.SEQ_CST)}")


@test
def registers() -> None:
    memory: Array[u64, 3] = zeroed()
    device = ptr_at(Device, address_of(memory))
    device.data.write(0x41)
    device.flags.write(0x0102)
    device.status.write(device.status.read() + hidden(u32(0xFFFF_FFFF)))
    device.total.write(1 << 63)
    write_line(f"{memory[0]:#018x} {memory[1]:#018x}")
    memory[0] = 0x1122_3344_5566_7788
    write_line(f"{device.data.read():#x} {device.flags.read():#x} {device.status.read():#x}")


@test
def per_processor() -> None:
    write_line(f"{depth.get()} {preempted.get()} {current.get() is None} {mark.get().when}")
    depth.set(depth.get() + 1)
    preempted.set(not preempted.get())
    current.set(idle)
    mark.set(Mark(mark.get().when + 1, 2))
    cpu.ptr().ticks += depth.get()
    thread = current.get()
    write_line(
        f"{depth.get()} {preempted.get()} {thread is idle} {mark.get().when} {mark.get().who}"
    )
    own = cpu.ptr()
    own.thread = idle
    write_line(f"{own.ticks} {cpu.ptr().thread is idle} {cpu.ptr() is own}")
