"""One server at work: its module, and how it ended.

Servers run one after the other on the boot thread, so there is one `running` at a time.
"""
from __future__ import annotations

import kernel_src.log as log
from kernel_src.ending import finish_trapped
from kernel_src.jit.context import TRAP_NONE
from kernel_src.runtime.program import Program
from kernel_src.runtime.traps import trap_name
from pykern.lang import Ptr, Slice, struct, u8, u32, zeroed


@struct
class Server:
    name: Slice[u8] = zeroed()
    program: Ptr[Program] | None = None
    has_exited: bool = False
    status: u32 = 0

    def begin(self, name: Slice[u8], program: Ptr[Program]) -> None:
        self.name = name
        self.program = program
        self.has_exited = False
        self.status = 0

    def exit(self, status: u32) -> None:
        """Asked for by the server itself; its call into the module has yet to be left."""
        self.has_exited = True
        self.status = status

    def check_end(self, cause: u8) -> None:
        """A trap that is not the way out of `exit` ends the run."""
        if cause == TRAP_NONE or self.has_exited:
            return
        program = self.program
        assert program is not None, "a server without a program has trapped"
        report_trap(self.name, program, cause)
        finish_trapped()


running: Server = Server()


def report_trap(name: Slice[u8], program: Ptr[Program], cause: u8) -> None:
    """What happened, and the functions that led there, innermost first."""
    log.error(f"{name}: trap: {trap_name(cause)}")
    record = program.instance.trap
    for index in range(record.count):
        place = record.calls[index]
        log.error(f"{name}:   function {place.function} at offset {place.offset:#x}")
