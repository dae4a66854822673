"""Where every interrupt and exception arrives, what each vector is called, and who handles it.

A handler answers whether the trap was its own. A probe's fault is its answer. Then the handler of
generated code is asked; what nobody claims is for the last resort, which is a panic once
`panic.initialise` has run.
"""
from __future__ import annotations

import kernel_src.arch.interrupts as interrupts
import kernel_src.arch.probe as probe
from kernel_src.abi import EXIT_DOUBLE_PANIC
from kernel_src.arch.debug_exit import end_machine
from kernel_src.arch.stopping import stop_if_requested
from kernel_src.arch.trap_frame import TrapFrame
from kernel_src.arch.x86 import Vector
from pykern.lang import Fn, Ptr, Str, TypeAlias, export, is_member, u64

Handler: TypeAlias = Fn[[Ptr[TrapFrame]], bool]


def claims_nothing(frame: Ptr[TrapFrame]) -> bool:
    return False


generated_code_handler: Handler = claims_nothing
last_resort: Handler = claims_nothing


def set_generated_code_handler(handler: Handler) -> None:
    """`handler` claims the traps of generated code and sets where each goes on."""
    global generated_code_handler
    generated_code_handler = handler


def set_last_resort(handler: Handler) -> None:
    global last_resort
    last_resort = handler


@export("trap_dispatch")
def trap_dispatch(frame: Ptr[TrapFrame]) -> None:
    if interrupts.handles(frame.vector):
        interrupts.dispatch(frame)
        return
    if frame.vector == Vector.NMI.value:
        stop_if_requested()
    if probe.take_fault(frame) or generated_code_handler(frame) or last_resort(frame):
        return
    end_machine(EXIT_DOUBLE_PANIC)  # before there is a panic to report it


def vector_name(vector: u64) -> Str:
    if not is_member(Vector, vector):
        return "unexpected interrupt"
    match Vector(vector):
        case Vector.DIVIDE_ERROR:
            return "divide error"
        case Vector.DEBUG:
            return "debug exception"
        case Vector.NMI:
            return "non-maskable interrupt"
        case Vector.BREAKPOINT:
            return "breakpoint"
        case Vector.OVERFLOW:
            return "overflow"
        case Vector.BOUND_RANGE:
            return "bound range exceeded"
        case Vector.INVALID_OPCODE:
            return "invalid opcode"
        case Vector.NO_X87:
            return "x87 not available"
        case Vector.DOUBLE_FAULT:
            return "double fault"
        case Vector.INVALID_TSS:
            return "invalid task state segment"
        case Vector.NO_SEGMENT:
            return "segment not present"
        case Vector.STACK_SEGMENT:
            return "stack segment fault"
        case Vector.GENERAL_PROTECTION:
            return "general protection fault"
        case Vector.PAGE_FAULT:
            return "page fault"
        case Vector.X87_ERROR:
            return "x87 floating-point error"
        case Vector.ALIGNMENT:
            return "alignment check"
        case Vector.MACHINE_CHECK:
            return "machine check"
        case Vector.SIMD_ERROR:
            return "SIMD floating-point error"
        case Vector.CONTROL_PROTECTION:
            return "control protection fault"
        case Vector.HYPERVISOR:
            return "hypervisor injection"
        case Vector.VMM_COMMUNICATION:
            return "VMM communication exception"
        case Vector.SECURITY:
            return "security exception"
