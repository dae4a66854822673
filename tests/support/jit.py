"""The kernel's wasm compiler in the test process: compile a module, look at its code, run it.

The code runs in memory that is written first and made executable afterwards. A fault in it is a
trap: a signal handler of a few instructions leaves the address in `Context.trap` and goes on at the
trap exit, so the entry returns the address, and the module's own trap map says what it means.
"""

from __future__ import annotations

import ctypes
import mmap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import wasmtime

from compiler.host.program import HostProgram
from compiler.host.proxies import address_of
from tests.support.host import host_program

MODULES = (
    "kernel_src.jit.check",
    "kernel_src.jit.compile",
    "kernel_src.jit.context",
    "kernel_src.jit.frame",
    "kernel_src.jit.stubs",
    "kernel_src.lib.arena",
    "kernel_src.platform_linux",
    "kernel_src.runtime.imports",
    "kernel_src.runtime.program",
    "kernel_src.runtime.signatures",
    "kernel_src.wasm.parse",
)
CODE_BYTES = 1 << 22
KEEP_BYTES = 1 << 23
SCRATCH_BYTES = 1 << 25
LISTING_BYTES = 1 << 16
STACK_MARGIN = 7 << 20  # of the thread's 8 MiB: what generated code may not use

TRAP_NAMES = {
    1: "unreachable",
    2: "out of bounds memory access",
    3: "integer divide by zero",
    4: "integer overflow",
    5: "undefined element",
    6: "uninitialized element",
    7: "indirect call type mismatch",
    8: "call stack exhausted",
    10: "ended by a host function",
    11: "out of bounds table access",
    12: "invalid conversion to integer",
}


class Trap(Exception):
    """Generated code trapped: `cause` in the words of the specification's suite."""

    def __init__(self, cause: str, offset: int) -> None:
        super().__init__(f"{cause} at offset {offset:#x}")
        self.cause = cause
        self.offset = offset


class Refused(Exception):
    """The compiler or the validator does not take the module."""


def program() -> HostProgram:
    return host_program(*MODULES)


@dataclass
class Compiled:
    """A compiled module, not yet anywhere where it could run. `listing`: each stage as text."""

    module: Any
    compiler: Any
    code: bytes
    listing: str
    keep: tuple[Any, ...]  # memory that the dialect's structs point to

    def functions(self) -> list[Any]:
        return list(self.compiler.traps.functions)

    def code_of(self, index: int) -> tuple[int, bytes]:
        """Start and bytes of a function's code."""
        found = next(f for f in self.functions() if f.index == index)
        return found.start, self.code[found.start : found.end]


@dataclass
class Prepared:
    """A parsed module and a compiler that has not compiled anything yet."""

    module: Any
    compiler: Any
    buffer: Any
    keep: tuple[Any, ...]


def prepare(wasm: bytes | str) -> Prepared:
    binary = wasmtime.wat2wasm(wasm) if isinstance(wasm, str) else wasm
    host = program()
    parser = host.module("kernel_src.wasm.parse")
    data = host.array("u8", bytes(binary))
    keep, scratch = (
        host.new("kernel_src.lib.arena.Arena", memory=host.array("u8", size))
        for size in (KEEP_BYTES, SCRATCH_BYTES)
    )
    module = host.zeroed("kernel_src.wasm.module.Module")
    compiler = host.zeroed("kernel_src.jit.compile.Compiler")
    buffer = host.array("u8", CODE_BYTES)
    try:
        parser.parse_module(data, keep, module)
    except (parser.Malformed, parser.Invalid, parser.Unsupported) as error:
        raise Refused(_describe(module.failure)) from error
    signatures = host.array("u32", [type.canonical + 1 for type in module.types])
    compiler.init(module, signatures, keep, scratch, buffer)
    return Prepared(module, compiler, buffer, (data, keep, scratch, signatures))


def compile_module(wasm: bytes | str, checks: bool = True, listing: bool = False) -> Compiled:
    """Compiles a module given in binary or as text."""
    prepared = prepare(wasm)
    host = program()
    stages = host.module("kernel_src.jit.compile")
    compiler = prepared.compiler
    compiler.checks = checks
    text = host.array("u8", LISTING_BYTES if listing else 0)
    out = host.new("kernel_src.jit.dump.Text", buffer=text)
    if listing:
        compiler.listing = out
    try:
        stages.compile_module(compiler)
    except (stages.Malformed, stages.Invalid, stages.Unsupported) as error:
        raise Refused(_describe(prepared.module.failure)) from error
    code = prepared.buffer[: compiler.code.used].bytes()
    shown = bytes(text[: out.used].bytes()).decode()
    keep = (prepared.buffer, *prepared.keep)
    return Compiled(prepared.module, compiler, code, shown, keep)


@dataclass
class Stages:
    """What the stages have made of one function, up to the moves."""

    function: Any
    machine: Any
    live: Any
    allocation: Any
    resolution: Any
    keep: Prepared


def run_stages(
    wasm: bytes | str, index: int, spoil: Callable[[Any], None] = lambda allocation: None
) -> Stages:
    """Runs the stages before emission one by one, without the checks in between.

    `spoil` may change the allocation before the moves are derived from it.
    """
    prepared = prepare(wasm)
    host = program()
    arena = prepared.compiler.scratch

    def stage(name: str) -> Any:
        return host.module(f"kernel_src.jit.{name}")

    def new(name: str, **fields: Any) -> Any:
        return host.new(f"kernel_src.jit.{name}", **fields)

    function = new("ir.Function", arena=arena, index=index)
    stage("compile").build(prepared.compiler, function)
    uses = host.cell("Slice[u32]", host.array("u32", 0))
    stage("prune").prune(function, arena, uses)
    machine = new("machine.MachineCode", arena=arena)
    machine.init(function.inst_count, function.block_count)
    stage("select").select(function, prepared.module, uses.value, machine)
    live = new("intervals.Liveness", arena=arena)
    stage("liveness").find_liveness(function, machine, live)
    allocation = new("allocation.Allocation", function=function, code=machine, live=live)
    stage("allocate").allocate(allocation)
    spoil(allocation)
    resolution = new(
        "resolve.Resolution",
        arena=arena,
        function=function,
        code=machine,
        allocation=allocation,
        live=live,
    )
    stage("resolve").resolve(resolution)
    return Stages(function, machine, live, allocation, resolution, prepared)


def _describe(failure: Any) -> str:
    text = program().array("u8", 200)
    length = failure.describe(text)
    return bytes(text[:length].bytes()).decode()


# Running


class _SignalAction(ctypes.Structure):
    """struct sigaction of x86-64 Linux, as the C library takes it."""

    _fields_ = (
        ("handler", ctypes.c_void_p),
        ("mask", ctypes.c_ubyte * 128),
        ("flags", ctypes.c_int),
        ("restorer", ctypes.c_void_p),
    )


SA_SIGINFO = 4
SA_NODEFER = 0x4000_0000
# Offsets in ucontext_t of the registers that the handler reads and changes
UCONTEXT_R14 = 88
UCONTEXT_RIP = 168

_Enter = ctypes.CFUNCTYPE(
    ctypes.c_uint64, ctypes.c_uint64, ctypes.c_uint64, ctypes.c_uint64, ctypes.c_uint64
)
_libc = ctypes.CDLL(None, use_errno=True)


def _handler_code(low: int, high: int, trap: int, trap_exit: int) -> bytes:
    """The signal handler: for a fault in [low, high), what the module comment says.

    Any other fault executes ud2, which ends the process as the fault would have.
    """
    return b"".join(
        (
            bytes.fromhex("488b82") + UCONTEXT_RIP.to_bytes(4, "little"),  # mov rax, [rdx + RIP]
            bytes.fromhex("48b9") + low.to_bytes(8, "little"),  # mov rcx, low
            bytes.fromhex("4839c8 7223"),  # cmp rax, rcx; jb fail
            bytes.fromhex("48b9") + high.to_bytes(8, "little"),  # mov rcx, high
            bytes.fromhex("4839c8 7314"),  # cmp rax, rcx; jae fail
            bytes.fromhex("488b4a") + bytes([UCONTEXT_R14]),  # mov rcx, [rdx + R14]
            bytes.fromhex("488941") + bytes([trap]),  # mov [rcx + trap], rax
            bytes.fromhex("488b41") + bytes([trap_exit]),  # mov rax, [rcx + trap_exit]
            bytes.fromhex("488982") + UCONTEXT_RIP.to_bytes(4, "little"),  # mov [rdx + RIP], rax
            bytes.fromhex("c3 0f0b"),  # ret; fail: ud2
        )
    )


SIGNALS = (4, 7, 8, 11)  # SIGILL, SIGBUS, SIGFPE, SIGSEGV


@cache
def _stack_limit() -> int:
    """The lowest stack address that this thread's generated code may use."""
    attributes = (ctypes.c_ubyte * 128)()
    base, size = ctypes.c_void_p(), ctypes.c_size_t()
    _libc.pthread_self.restype = ctypes.c_void_p
    thread = ctypes.c_void_p(_libc.pthread_self())
    _libc.pthread_getattr_np(thread, attributes)
    _libc.pthread_attr_getstack(attributes, ctypes.byref(base), ctypes.byref(size))
    _libc.pthread_attr_destroy(attributes)
    return (base.value or 0) + STACK_MARGIN


@cache
def _signatures() -> Any:
    host = program()
    memory = host.array("u8", 1 << 20)
    arena = host.new("kernel_src.lib.arena.Arena", memory=memory)
    return host.new("kernel_src.runtime.signatures.Signatures", arena=arena), memory, arena


class Instance:
    """A module that has been loaded, and whose exported functions can be called."""

    def __init__(self, wasm: bytes | str) -> None:
        binary = wasmtime.wat2wasm(wasm) if isinstance(wasm, str) else wasm
        host = program()
        runtime = host.module("kernel_src.runtime.program")
        context = host.module("kernel_src.jit.context")
        self._data = host.array("u8", bytes(binary))
        failure = host.new("kernel_src.wasm.errors.Failure")
        table = host.new("kernel_src.runtime.imports.HostTable", handlers=[0, 0])
        try:
            self.program = runtime.load_program(self._data, _signatures()[0], table, failure)
        except (runtime.Malformed, runtime.Invalid, runtime.Unsupported) as error:
            raise Refused(_describe(failure)) from error
        except (runtime.Unlinkable, runtime.InitialiserTrapped, runtime.NoMemory) as error:
            raise Refused(type(error).__name__) from error
        self._runtime = runtime
        self.module = self.program.module
        self.context = self.program.instance.context
        code = self.program.code
        end = code.start + code.size
        handler = _handler_code(code.start, end, context.TRAP, context.TRAP_EXIT)
        self._handler = _executable(handler)
        self._enter = _Enter(code.start + self.program.compiler.stubs.enter)

    def close(self) -> None:
        self._runtime.unload_program(self.program)

    def export(self, name: str, kind: int = 0) -> int:
        """The index of an export."""
        found = self.module.find_export(name.encode(), kind)
        if found is None:
            raise KeyError(name)
        return int(found.index)

    def call(self, name: str, *arguments: int) -> list[int]:
        """Calls an exported function; arguments and results are bits, zero-extended."""
        return self.call_index(self.export(name), arguments)

    def call_index(self, index: int, arguments: tuple[int, ...]) -> list[int]:
        count = int(self._runtime.words_of(self.program, index))
        words = (ctypes.c_uint64 * count)(*arguments)
        results = len(self.module.function_type(index).results)
        self.context.stack_limit = _stack_limit()
        code = self.program.instance.functions[index].code
        with _signals(ctypes.addressof(self._handler[0])):
            trap = self._enter(
                address_of(self.context), code, ctypes.addressof(words), max(0, count - 6)
            )
        if trap != 0:
            raise self._trap(trap)
        return [words[i] if i < 2 else words[i + 4] for i in range(results)]

    def _trap(self, trap: int) -> Trap:
        """`trap`: an address in the code, left by the handler, or a host function's cause."""
        start = self.program.code.start
        if trap < start:
            return Trap(TRAP_NAMES[trap], 0)
        entry = self.program.compiler.traps.find(trap - start)
        assert entry is not None, f"a fault at {trap - start:#x}, where the map has nothing"
        return Trap(TRAP_NAMES[entry.cause], entry.offset)

    def memory(self) -> bytes:
        size = int(self.context.memory.pages) * 65536
        return ctypes.string_at(self.context.memory.base, size)

    def global_bits(self, name: str) -> int:
        return int(self.program.instance.global_cell(self.export(name, 3)).value)


def _executable(code: bytes) -> tuple[Any, mmap.mmap]:
    """The code in memory of its own: written, then sealed."""
    memory = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE)
    memory.write(code)
    place = (ctypes.c_ubyte * mmap.PAGESIZE).from_buffer(memory)
    _libc.mprotect(ctypes.c_void_p(ctypes.addressof(place)), mmap.PAGESIZE, 5)
    return place, memory


@contextmanager
def _signals(handler: int) -> Iterator[None]:
    """Faults go to `handler` in the meantime."""
    new = _SignalAction(handler=handler, flags=SA_SIGINFO | SA_NODEFER)
    old = [_SignalAction() for _ in SIGNALS]
    for number, before in zip(SIGNALS, old, strict=True):
        _libc.sigaction(number, ctypes.byref(new), ctypes.byref(before))
    try:
        yield
    finally:
        for number, before in zip(SIGNALS, old, strict=True):
            _libc.sigaction(number, ctypes.byref(before), None)
