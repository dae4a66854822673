"""Runs the scripts of the initrd (spec_format.py) on the engine in this machine: `spec=1`.

For each of them, in the order of the archive:

    @ spec begin NAME
    @ spec failed LINE TEXT                 a command does not come out as the script asks for
    @ spec skipped COUNT REASON             so many need something that is not there
    @ spec end PASSED FAILED SKIPPED
"""
from __future__ import annotations

from typing import Final

import kernel_src.log as log
import kernel_src.selftest.spec_modules as modules
import kernel_src.server.faults as faults
from kernel_src.ending import finish
from kernel_src.lib.ustar import Entry
from kernel_src.selftest.spec_actions import must_end, must_give, must_trap
from kernel_src.selftest.spec_format import SLOTS_MAX, Op
from kernel_src.selftest.spec_modules import Loaded
from kernel_src.selftest.spec_reader import SpecReader
from kernel_src.selftest.spec_verdict import Failed, Skipped, Verdict, agree
from kernel_src.server.bundle import archive, has_at
from kernel_src.wasm.errors import Blame
from pykern.lang import Ptr, Slice, Str, raises, u8, u32, usize, utf8

FOLDER: Final[Str] = "spec/"


def run(option: Slice[u8]) -> None:
    """Runs the scripts and ends the machine; without the option, does nothing."""
    if len(option) == 0:
        return
    faults.initialise()
    modules.initialise()
    entry = Entry()
    while archive.next(entry):
        if entry.is_file and has_folder(entry):
            run_script(entry.name[len(utf8(FOLDER)) :], entry.content)
    finish(0)


def has_folder(entry: Ptr[Entry]) -> bool:
    return len(entry.prefix) == 0 and has_at(entry, 0, utf8(FOLDER))


def run_script(name: Slice[u8], bytes: Slice[u8]) -> None:
    log.event(f"spec begin {name}")
    verdict = Verdict()
    reader = SpecReader(bytes=bytes)
    while not reader.at_end():
        op = Op(reader.read_u8())
        line = reader.read_u32()
        end = usize(reader.read_u32())
        end += reader.position
        count_command(op, line, reader, verdict)
        reader.position = end
    modules.unload_all()
    verdict.tell()


def count_command(
    op: Op, line: u32, reader: Ptr[SpecReader], verdict: Ptr[Verdict]
) -> None:
    try:
        run_command(op, reader, verdict)
        if line != 0:
            verdict.passed += 1
    except Skipped:
        verdict.count_skip(verdict.reason)
    except Failed:
        verdict.count_failure(line)


@raises(Skipped, Failed)
def run_command(op: Op, reader: Ptr[SpecReader], verdict: Ptr[Verdict]) -> None:
    match op:
        case Op.MODULE:
            slot = reader.read_u32()
            modules.load_for_use(slot, reader.read_bytes(), verdict)
        case Op.VALID:
            if modules.validate(reader.read_bytes(), verdict) != Blame.NONE:
                verdict.fail(f"{modules.said}")
        case Op.REGISTER:
            slot = reader.read_u32()
            modules.register(reader.read_bytes(), slot, verdict)
        case Op.ACTION:
            must_end(reader, verdict)
        case Op.RETURN:
            must_give(reader, verdict)
        case Op.TRAP:
            must_trap(reader, verdict)
        case Op.TRAP_MODULE:
            must_load_as(Loaded.TRAPPED, reader, verdict)
        case Op.REFUSED:
            must_be_refused(reader, verdict)
        case Op.UNLINKABLE:
            must_load_as(Loaded.UNLINKABLE, reader, verdict)
        case Op.EXCEPTION:
            must_end(reader, verdict)
            verdict.fail("no exception is thrown")
        case Op.MISSING:
            slot = reader.read_u32()
            verdict.reason = reader.read_bytes()
            modules.leave_out(slot, verdict)
            raise Skipped
        case Op.SKIPPED:
            slot = reader.read_u32()
            if slot != SLOTS_MAX:
                modules.program_of(slot, verdict)
            verdict.skip(reader.read_bytes())


@raises(Skipped, Failed)
def must_load_as(expected: Loaded, reader: Ptr[SpecReader], verdict: Ptr[Verdict]) -> None:
    """The next module must trap, or be refused for its imports, and that with the message."""
    slot = reader.read_u32()
    loaded = modules.load(slot, reader.read_bytes(), verdict)
    message = reader.read_bytes()
    if loaded == Loaded.DONE:
        verdict.fail(f"is instantiated: {message}")
    if loaded != expected or not agree(utf8(modules.said), message):
        verdict.fail(f"{loaded}: {modules.said}, not {message}")


@raises(Skipped, Failed)
def must_be_refused(reader: Ptr[SpecReader], verdict: Ptr[Verdict]) -> None:
    blames = reader.read_u8()
    blame = modules.validate(reader.read_bytes(), verdict)
    message = reader.read_bytes()
    superseded = reader.read_bytes()
    if blame == Blame.NONE:
        if len(superseded) != 0:
            verdict.skip(superseded)
        verdict.fail(f"is accepted: {message}")
    if blames & (u8(1) << blame.value) == 0:
        verdict.fail(f"{blame}: {modules.said}, not {message}")
