"""The modules of a script: loaded into its slots, named, and given back at its end.

They lie in the initrd, so their bytes stay. All of a script's modules stay loaded until it ends:
one that has trapped may have become visible in a table of another.
"""
from __future__ import annotations

from typing import Final

import kernel_src.platform as platform
from kernel_src.ending import refuse
from kernel_src.jit.context import TRAP_NONE
from kernel_src.lib.arena import Arena, ArenaFull
from kernel_src.lib.bytes import same_bytes
from kernel_src.limits import SIGNATURE_BYTES
from kernel_src.memlayout import PAGE_SIZE
from kernel_src.runtime.imports import HostTable, NamedInstance, Unlinkable
from kernel_src.runtime.instance import NoMemory
from kernel_src.runtime.program import (
    Program,
    initialise_program,
    make_program,
    start,
    unload_program,
)
from kernel_src.runtime.signatures import Signatures, TooManySignatures
from kernel_src.runtime.traps import trap_name
from kernel_src.selftest.spec_format import NAMES_MAX, SLOTS_MAX
from kernel_src.selftest.spec_verdict import Failed, Skipped, Verdict
from kernel_src.server.host import fill_handlers
from kernel_src.server.start import stack_limit
from kernel_src.wasm.check import judge
from kernel_src.wasm.errors import Blame, Failure, Invalid, Malformed, Unsupported
from kernel_src.wasm.module import Module
from pykern.lang import (
    Array,
    Ptr,
    Slice,
    Str,
    alignof,
    enum,
    ptr_at,
    raises,
    sizeof,
    slice_at,
    struct,
    u8,
    u32,
    usize,
    utf8,
    zeroed,
)

WORKSPACE_BYTES: Final[usize] = 16 << 20
MISTAKE: Final[Str] = "a module that was refused by mistake"


@struct
class Slot:
    program: Ptr[Program] | None
    missing: Slice[u8]  # why the script cannot use it; empty if it can


@struct
class Name:
    """What a script has registered, whether there is a module for it or not."""

    text: Slice[u8]
    slot: u32


@enum(u8)
class Loaded:
    """What became of a module; but for DONE, `said` has it in words."""

    DONE = 0
    TRAPPED = 1
    UNLINKABLE = 2
    REFUSED = 3


signature_arena: Arena = Arena(memory=zeroed())
name_arena: Arena = Arena(memory=zeroed())
signatures: Signatures = Signatures(arena=signature_arena)
links: HostTable = HostTable(handlers=zeroed())
workspace: Slice[u8] = zeroed()  # for the tables of a module that is only validated
failure: Failure = Failure()
said: Str = ""
slots: Array[Slot, SLOTS_MAX] = zeroed()
names: Array[Name, NAMES_MAX] = zeroed()
name_count: usize = 0


def initialise() -> None:
    """Before the first script."""
    global workspace
    signature_arena.memory = reserve(SIGNATURE_BYTES)
    name_arena.memory = reserve(PAGE_SIZE)
    workspace = reserve(WORKSPACE_BYTES)
    fill_handlers(links.handlers)


def reserve(size: usize) -> Slice[u8]:
    start = platform.reserve_block(size)
    if start == 0:
        refuse("spec: no memory for the tables of modules")
    return slice_at(u8, start, size)


def unload_all() -> None:
    """At the end of a script: the importers before what they import."""
    global name_count
    for back in range(SLOTS_MAX):
        slot = slots[SLOTS_MAX - 1 - back]
        program = slot.program
        if program is not None:
            unload_program(program)
        slot.program = None
        slot.missing = zeroed()
    links.named = None
    name_count = 0
    name_arena.reset(0)
    assert signatures.count == 0, f"{signatures.count} signatures of modules that are gone"


@raises(Skipped)
def load(slot: u32, bytes: Slice[u8], verdict: Ptr[Verdict]) -> Loaded:
    """Instantiates a module in a slot. It is skipped for a feature that is missing, or for a
    module that it imports from and that was left out."""
    global said
    assert slots[slot].program is None, f"slot {slot} has been used"
    try:
        program = make_program(bytes, signatures, links, failure)
    except Unsupported:
        verdict.skip(utf8(failure.reason))
    except Unlinkable:
        skip_if_left_out(links.module, verdict)
        said = links.reason
        return Loaded.UNLINKABLE
    except (Malformed, Invalid):
        said = failure.reason
        return Loaded.REFUSED
    except NoMemory:
        said = "too little memory for it"
        return Loaded.REFUSED
    except TooManySignatures:
        said = "too many different function types"
        return Loaded.REFUSED
    slots[slot].program = program
    cause = initialise_program(program)
    if cause == TRAP_NONE:
        cause = start(program, stack_limit())
    said = trap_name(cause)
    return Loaded.DONE if cause == TRAP_NONE else Loaded.TRAPPED


@raises(Skipped)
def skip_if_left_out(module: Slice[u8], verdict: Ptr[Verdict]) -> None:
    for name in names[:name_count]:
        if same_bytes(name.text, module) and len(slots[name.slot].missing) != 0:
            verdict.skip(slots[name.slot].missing)


@raises(Skipped, Failed)
def load_for_use(slot: u32, bytes: Slice[u8], verdict: Ptr[Verdict]) -> None:
    """Instantiates a module that later commands use; they are skipped if that fails."""
    try:
        if load(slot, bytes, verdict) != Loaded.DONE:
            slots[slot].missing = utf8(MISTAKE)
            verdict.fail(f"{said}")
    except Skipped:
        leave_out(slot, verdict)
        raise


def leave_out(slot: u32, verdict: Ptr[Verdict]) -> None:
    """There is no module for the slot, for `verdict.reason`; spectest is always registered."""
    slots[slot].missing = verdict.reason
    if name_count > 1:
        verdict.left_out = verdict.reason


@raises(Skipped)
def program_of(slot: u32, verdict: Ptr[Verdict]) -> Ptr[Program]:
    if len(slots[slot].missing) != 0:
        verdict.skip(slots[slot].missing)
    program = slots[slot].program
    if program is None:
        verdict.skip(utf8(MISTAKE))
    return program


@raises(Skipped)
def register(text: Slice[u8], slot: u32, verdict: Ptr[Verdict]) -> None:
    """Offers the exports of the module in the slot under this name."""
    global name_count
    names[name_count].text = text
    names[name_count].slot = slot
    name_count += 1
    program = program_of(slot, verdict)
    try:
        address = name_arena.alloc_bytes(sizeof(NamedInstance), alignof(NamedInstance))
    except ArenaFull:
        refuse("spec: no memory for the names of modules")
    named = ptr_at(NamedInstance, address)
    named.name = text
    named.instance = program.instance
    links.bind(named)


@raises(Skipped)
def validate(bytes: Slice[u8], verdict: Ptr[Verdict]) -> Blame:
    """Who is to blame for what `said` has in words; NONE: the module is valid."""
    global said
    arena = Arena(memory=workspace)
    module: Module = zeroed()
    judge(bytes, arena, module)
    if module.failure.blame == Blame.UNSUPPORTED:
        verdict.skip(utf8(module.failure.reason))
    said = module.failure.reason
    return module.failure.blame
