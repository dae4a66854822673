"""Exceptions in generated code: the instance's trap; the thread goes on where it was entered."""
from __future__ import annotations

from kernel_src.arch.trap_frame import TrapFrame
from kernel_src.arch.traps import set_generated_code_handler
from kernel_src.runtime.traps import Fault, take_fault
from pykern.lang import Ptr, read_cr2, usize


def initialise() -> None:
    set_generated_code_handler(take_trap)


def take_trap(frame: Ptr[TrapFrame]) -> bool:
    fault = Fault(
        vector=frame.vector,
        instruction=usize(frame.rip),
        context=usize(frame.r14),
        element=usize(frame.r11),
        stack=usize(frame.rsp),
        address=read_cr2(),
    )
    goes_on = take_fault(fault)
    if goes_on == 0:
        return False
    frame.rip = goes_on
    return True
