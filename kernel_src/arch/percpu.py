"""Each processor's own copy of the per-CPU variables.

The linker gathers them in `.percpu`, which is read-only: the values they start with. A processor
has a copy of its own, and its GS base is how far that lies from the linked addresses, so an access
is one instruction and code never asks which processor it runs on. A thread that can be preempted
may find itself on another processor between two accesses.
"""
from __future__ import annotations

from kernel_src.limits import CPUS_MAX
from pykern.lang import (
    Array,
    Atomic,
    Order,
    PerCpu,
    address_of,
    copy_slice,
    ctz,
    extern,
    offsetof,
    ptr_at,
    slice_at,
    static_assert,
    struct,
    u8,
    u32,
    u64,
    usize,
    wrapping_add,
    wrapping_sub,
    zeroed,
)


@struct
class Cpu:
    """What a processor knows of itself."""

    delta: usize = 0  # its GS base: how far its copy lies from the linked variables, modulo 2**64
    index: u32 = 0  # 0 for the processor that booted, the others follow without gaps
    apic_id: u32 = 0


static_assert(offsetof(Cpu, "delta") == 0, "compiled code reads `pk_percpu_delta` as the delta")
static_assert(CPUS_MAX <= 64, "a set of processors is a word")

this_cpu: PerCpu[Cpu] = PerCpu(Cpu(), symbol="pk_percpu_delta")
gs_bases: Array[usize, CPUS_MAX] = zeroed()
"""Of the processors that were prepared to start, by their index; not of the one that booted."""

online: Atomic[u64] = Atomic(1)
"""A bit for each processor that runs and answers."""


@extern
def percpu_start() -> None: ...


@extern
def percpu_end() -> None: ...


@extern
def boot_percpu() -> None: ...


def cpu_index() -> u32:
    return this_cpu.ptr().index


def others() -> u64:
    """The processors that are online, but for this one."""
    return online.load(Order.ACQUIRE) & ~(u64(1) << cpu_index())


def next_cpu(cpus: u64) -> tuple[u32, u64]:
    """The first of a set of processors that is not empty, and the rest."""
    return u32(ctz(cpus)), cpus & (cpus - 1)


def of_processor(variable: usize, gs_base: usize) -> usize:
    """Where another processor, with this GS base, has what this one has at an address."""
    return wrapping_add(wrapping_sub(variable, this_cpu.ptr().delta), gs_base)


def own_copy(variable: usize, index: u32) -> usize:
    """Where a processor that is online has the variable that this one has at an address."""
    if index == cpu_index():
        return variable
    if index == 0:
        return of_processor(variable, boot_gs_base())
    return of_processor(variable, gs_bases[index])


def boot_gs_base() -> usize:
    return wrapping_sub(address_of(boot_percpu), address_of(percpu_start))


def area_size() -> usize:
    """Bytes of a processor's copy."""
    return address_of(percpu_end) - address_of(percpu_start)


def prepare_area(area: usize, index: u32, apic_id: u32) -> usize:
    """Fills the copy of a processor that is about to start; its GS base."""
    size = area_size()
    start = address_of(percpu_start)
    copy_slice(slice_at(u8, area, size), slice_at(u8, start, size))
    gs_base = wrapping_sub(area, start)
    cpu = ptr_at(Cpu, of_processor(address_of(this_cpu.ptr()), gs_base))
    cpu.delta = gs_base
    cpu.index = index
    cpu.apic_id = apic_id
    gs_bases[index] = gs_base
    return gs_base
