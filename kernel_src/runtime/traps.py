"""A fault in generated code -> a trap of the instance: which, where, and what led there.

The machine asks `take_fault` about an exception. If the instruction is one of the generated code
and its trap map says that it may fault like this, the trap is written down in the instance, and the
thread goes on at the stub that ends the innermost entry (jit/stubs.py). Anything else is not a trap
but an error of the engine or the kernel, and is left to the machine.
"""
from __future__ import annotations

from typing import Final

import kernel_src.jit.context as kinds
from kernel_src.jit.context import (
    TRAP_DIVIDE_BY_ZERO,
    TRAP_MEMORY,
    TRAP_NONE,
    TRAP_NULL,
    TRAP_OVERFLOW,
    TRAP_SIGNATURE,
    TRAP_STACK,
    Context,
    FunctionRef,
)
from kernel_src.jit.trapmap import FunctionCode, TrapEntry, TrapMap
from kernel_src.memlayout import MEMORY_SLOT_SIZE
from kernel_src.runtime.instance import Instance
from kernel_src.runtime.switch import FRAME_CALLER, FRAME_RETURN, is_landing
from kernel_src.sync.lock_word import LockWord
from kernel_src.sync.rank import Rank
from kernel_src.sync.spinlock import SpinLock
from pykern.lang import (
    Array,
    Atomic,
    Order,
    Ptr,
    Str,
    address_of,
    load,
    ptr_at,
    struct,
    u8,
    u32,
    u64,
    usize,
    zeroed,
)

VECTOR_DIVIDE_ERROR: Final[u64] = 0
VECTOR_INVALID_OPCODE: Final[u64] = 6
VECTOR_PAGE_FAULT: Final[u64] = 14

CALLS_MAX: Final = 32


@struct
class Call:
    """A place in a function: where it trapped, or what it had called."""

    function: u32  # index in the module, imports first
    offset: u32  # in the module
    instance: usize  # address of the Instance


@struct
class TrapRecord:
    cause: u8 = 0  # context.TRAP_*; TRAP_NONE: no trap yet
    address: u64 = 0  # that was accessed, if the cause is TRAP_MEMORY
    count: u32 = 0
    calls: Array[Call, CALLS_MAX] = zeroed()  # innermost first


@struct
class CodeArea:
    """The sealed code of one module."""

    start: usize
    end: usize
    map: Ptr[TrapMap]
    next: Atomic[usize] = Atomic(0)  # address of the next CodeArea; 0: none


@struct
class Fault:
    """An exception, as the machine reports it."""

    vector: u64
    instruction: usize  # its address
    context: usize  # r14
    element: usize  # r11: a FunctionRef, if the fault is that of an indirect call
    stack: usize  # rsp
    address: u64  # that was accessed, if it is a page fault


# Who adds and removes takes the lock. Whoever handles a fault reads the list without it, at any
# time on any processor, with interrupts off, so a processor that answers a shoot-down is not
# reading, or began after the request. An area that was removed can therefore go once its code has
# been unmapped, which asks all processors; that code must not be running any more anyway.
lock: SpinLock = SpinLock(word=LockWord(rank=Rank.CODE_AREAS))
areas: Atomic[usize] = Atomic(0)  # address of the first CodeArea; 0: none


def add_code(area: Ptr[CodeArea]) -> None:
    """From here on faults in the area's code are traps. The area is complete."""
    with lock:
        area.next.store(areas.load(Order.RELAXED), Order.RELAXED)
        areas.store(address_of(area), Order.RELEASE)


def remove_code(area: Ptr[CodeArea]) -> None:
    """The area may be read until its code, which must not be running, has been released."""
    with lock:
        following = area.next.load(Order.RELAXED)
        first = areas.load(Order.RELAXED)
        if first == address_of(area):
            areas.store(following, Order.RELEASE)
            return
        before = ptr_at(CodeArea, first)
        while before.next.load(Order.RELAXED) != address_of(area):
            before = ptr_at(CodeArea, before.next.load(Order.RELAXED))
        before.next.store(following, Order.RELEASE)


def find_code(address: usize) -> Ptr[CodeArea] | None:
    place = areas.load(Order.ACQUIRE)
    while place != 0:
        area = ptr_at(CodeArea, place)
        if area.start <= address and address < area.end:
            return area
        place = area.next.load(Order.ACQUIRE)
    return None


def take_fault(fault: Ptr[Fault]) -> usize:
    """Where the thread goes on if the fault is a trap of the instance; 0 if it is none."""
    area = find_code(fault.instruction)
    if area is None:
        return 0
    entry = area.map.find(u32(fault.instruction - area.start))
    if entry is None:
        return 0
    context = ptr_at(Context, fault.context)
    if not explains(entry.cause, fault, context):
        return 0
    record = ptr_at(Instance, entered(context).owner).trap
    record.cause = refine(entry.cause, fault)
    record.address = fault.address
    record.count = 0
    record_calls(record, area, fault, entry, context)
    context.trap = record.cause
    return context.trap_exit


def refine(cause: u8, fault: Ptr[Fault]) -> u8:
    """Generated code compares signatures once, for a null element and for one of another type."""
    if cause == TRAP_SIGNATURE and ptr_at(FunctionRef, fault.element).signature == 0:
        return TRAP_NULL
    return cause


def entered(context: Ptr[Context]) -> Ptr[Context]:
    """The context through which the thread last entered generated code; from it calls may have led
    to other instances."""
    while is_landing(context.trap_exit):
        context = caller_of(context)
    return context


def caller_of(context: Ptr[Context]) -> Ptr[Context]:
    """The instance that has called this one through the switch stub."""
    return ptr_at(Context, load(ptr_at(usize, context.entry_rsp + FRAME_CALLER)))


def explains(cause: u8, fault: Ptr[Fault], context: Ptr[Context]) -> bool:
    """An instruction with this cause in its map entry may fault in this way."""
    if cause == TRAP_MEMORY and fault.vector == VECTOR_PAGE_FAULT:
        return is_in_memory(ptr_at(Instance, context.owner), fault.address)
    if fault.vector == VECTOR_DIVIDE_ERROR:
        return cause == TRAP_DIVIDE_BY_ZERO or cause == TRAP_OVERFLOW
    return cause != TRAP_NONE and fault.vector == VECTOR_INVALID_OPCODE


def is_in_memory(instance: Ptr[Instance], address: u64) -> bool:
    """Is the address in the slot of one of the instance's memories?"""
    for memory in instance.memories:
        base = u64(memory.base)
        if address >= base and address - base < MEMORY_SLOT_SIZE:
            return True
    return False


def record_calls(
    record: Ptr[TrapRecord],
    area: Ptr[CodeArea],
    fault: Ptr[Fault],
    entry: Ptr[TrapEntry],
    context: Ptr[Context],
) -> None:
    """Walks the frames from the trap up to where generated code was entered."""
    code = u32(fault.instruction - area.start)
    record_frames(record, area, code, entry, fault.stack, context)
    while is_landing(context.trap_exit):
        returns_to = load(ptr_at(usize, context.entry_rsp + FRAME_RETURN))
        stack = context.entry_rsp + FRAME_RETURN + 8
        context = caller_of(context)
        calling = find_code(returns_to)
        if calling is None:
            return
        code = u32(returns_to - calling.start)
        call = calling.map.find_call(code)
        if call is not None:
            record_frames(record, calling, code, call, stack, context)


def record_frames(
    record: Ptr[TrapRecord],
    area: Ptr[CodeArea],
    code: u32,
    entry: Ptr[TrapEntry],
    stack: usize,
    context: Ptr[Context],
) -> None:
    """Walks the frames of one instance, from `code` in its area up to its entry.

    Frames have no links: the map tells how far above rsp a function's return address is. A function
    that finds the stack used up has not made its frame yet.
    """
    place: Ptr[TrapEntry] | None = entry
    while place is not None and record.count < CALLS_MAX:
        function = area.map.function_at(code)
        if function is None:
            return
        call = record.calls[record.count]
        call.function = function.index
        call.offset = place.offset
        call.instance = context.owner
        record.count += 1
        stack += frame_bytes(function, place.cause)
        if stack >= context.entry_rsp:
            return
        returns_to = load(ptr_at(usize, stack))
        stack += 8
        if returns_to < area.start or returns_to >= area.end:
            return
        code = u32(returns_to - area.start)
        place = area.map.find_call(code)


def frame_bytes(function: Ptr[FunctionCode], cause: u8) -> usize:
    return 0 if cause == TRAP_STACK else usize(function.frame)


def trap_name(cause: u8) -> Str:
    """The trap in the words of the specification's test suite."""
    match cause:
        case kinds.TRAP_UNREACHABLE:
            return "unreachable"
        case kinds.TRAP_MEMORY:
            return "out of bounds memory access"
        case kinds.TRAP_DIVIDE_BY_ZERO:
            return "integer divide by zero"
        case kinds.TRAP_OVERFLOW:
            return "integer overflow"
        case kinds.TRAP_TABLE:
            return "undefined element"
        case kinds.TRAP_CONVERSION:
            return "invalid conversion to integer"
        case kinds.TRAP_TABLE_ACCESS:
            return "out of bounds table access"
        case kinds.TRAP_NULL:
            return "uninitialized element"
        case kinds.TRAP_SIGNATURE:
            return "indirect call type mismatch"
        case kinds.TRAP_STACK:
            return "call stack exhausted"
        case kinds.TRAP_HOST:
            return "ended by a host function"
        case _:
            return "no trap"
