"""Runs the servers of the initrd, in the order of the archive, each to its end."""
from __future__ import annotations

import kernel_src.boot_report as boot_report
import kernel_src.log as log
import kernel_src.server.faults as faults
import kernel_src.server.load as load
from kernel_src.console import close_line
from kernel_src.ending import refuse
from kernel_src.lib.ustar import Entry
from kernel_src.limits import HOST_CALL_STACK
from kernel_src.mm.memory import free_frames
from kernel_src.runtime.program import WORDS_LEAST, Program, call, unload_program
from kernel_src.sched.processor import current_thread
from kernel_src.server.bundle import next_server, server_name
from kernel_src.server.server import running
from pykern.lang import Array, Ptr, Slice, u8, u32, u64, usize, zeroed


def run_servers() -> u32:
    """The first status that is not 0, or 0."""
    faults.initialise()
    load.initialise()
    status: u32 = 0
    count: u32 = 0
    entry = Entry()
    while next_server(entry):
        ended = run_server(server_name(entry), entry.content)
        status = ended if status == 0 else status
        count += 1
    if count == 0:
        refuse("initrd: no file servers/NAME.wasm in it")
    return status


def run_server(name: Slice[u8], bytes: Slice[u8]) -> u32:
    program = load.load(name, bytes)
    entry = load.entry_of(name, program)
    code = program.code
    log.debug(f"{name}: {len(bytes)} bytes of wasm, code at {code.start:#x}, {code.size:#x} bytes")
    running.begin(name, program)
    if program.module.has_start:
        run_function(program, program.module.start_function)
    if not running.has_exited:
        run_function(program, entry)
    close_line()
    running.program = None
    unload_program(program)
    log.info(f"{name}: ended with status {running.status}")
    log.debug(f"memory: {free_frames()} frames free after {name}")
    return running.status


def run_function(program: Ptr[Program], function: u32) -> None:
    """Calls a function from nothing to nothing; comes back unless it traps."""
    words: Array[u64, WORDS_LEAST] = zeroed()
    boot_report.tell()
    running.check_end(call(program, function, words, stack_limit()))


def stack_limit() -> usize:
    """How far down generated code may go on the present stack."""
    return current_thread().stack_start + HOST_CALL_STACK
