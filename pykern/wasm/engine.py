"""The kernel's wasm engine in this process: the same sources, compiled for Linux.

    engine = Engine(root)
    store = Store(engine)
    instance = store.instantiate(binary)
    instance.call("add", [1, 2])                 -> [3]
    store.register("math", instance)             its exports can be imported from "math"
    store.close()

Values are bits (values.py). A module that is not taken raises `Refused`, a trap raises `Trapped`.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from compiler.host.program import HostProgram

MODULES = (
    "kernel_src.host_linux",
    "kernel_src.platform_linux",
    "kernel_src.process_linux",
    "kernel_src.runtime.program",
    "kernel_src.wasm.check",
)
SIGNATURE_BYTES = 1 << 20
WORKSPACE_BYTES = 64 << 20
MESSAGE_BYTES = 400

KIND_FUNCTION = 0
KIND_MEMORY = 2
KIND_GLOBAL = 3
TYPE_NAMES = {
    0x7F: "i32",
    0x7E: "i64",
    0x7D: "f32",
    0x7C: "f64",
    0x70: "funcref",
    0x6F: "externref",
}
MASKS = {"i32": 0xFFFF_FFFF, "f32": 0xFFFF_FFFF}
WORD = 0xFFFF_FFFF_FFFF_FFFF


class Refusal(Enum):
    """Why a module is not taken, by who is to blame."""

    MALFORMED = "malformed"
    INVALID = "invalid"
    UNSUPPORTED = "unsupported"
    UNLINKABLE = "unlinkable"
    MEMORY = "too large"


class Refused(Exception):
    """The module is not taken. `reason` leaves out what is particular to the module."""

    def __init__(self, refusal: Refusal, text: str, reason: str) -> None:
        super().__init__(text)
        self.refusal = refusal
        self.reason = reason


@dataclass(frozen=True)
class Place:
    """Where a trap happened, or what had called there."""

    function: int  # index in its module
    offset: int  # in its module


class Trapped(Exception):
    """A call, or the instantiation of a module, ended in a trap; innermost place first."""

    def __init__(self, cause: str, places: list[Place]) -> None:
        super().__init__(cause)
        self.places = places


@dataclass(frozen=True)
class FunctionType:
    params: list[str]
    results: list[str]


class Engine:
    """One for a process: its fault handlers and the numbers of function types are the process's."""

    def __init__(self, root: Path, modules: tuple[str, ...] = (), debug: bool = True) -> None:
        self.host = HostProgram(root, [*MODULES, *modules], debug=debug)
        self.runtime = self.host.module("kernel_src.runtime.program")
        self.process = self.host.module("kernel_src.process_linux")
        self.process_host = self.host.module("kernel_src.host_linux")
        self.traps = self.host.module("kernel_src.runtime.traps")
        self.process.install_fault_handlers()
        self._workspace = bytearray(WORKSPACE_BYTES)  # for the tables of a module being validated
        self._arena = self.new("lib.arena.Arena", memory=bytearray(SIGNATURE_BYTES))
        self.signatures = self.new("runtime.signatures.Signatures", arena=self._arena)

    def new(self, type: str, /, **fields: Any) -> Any:
        return self.host.new(f"kernel_src.{type}", **fields)

    def validate(self, wasm: bytes) -> None:
        """Raises `Refused` unless the module is valid."""
        message = bytearray(MESSAGE_BYTES)
        check = self.host.module("kernel_src.wasm.check")
        verdict = check.check_module(bytearray(wasm), self._workspace, message)
        blame = int(verdict.blame)
        if blame:
            text = message[: verdict.text].decode("utf-8", "backslashreplace")
            reason = without_place(text).rpartition(": ")[2]
            raise Refused(list(Refusal)[blame - 1], text, reason)


def without_place(text: str) -> str:
    return text.rpartition(" (at offset ")[0]


def describe(record: Any) -> str:
    """What a Failure or a HostTable has to say."""
    buffer = bytearray(MESSAGE_BYTES)
    return bytes(buffer[: record.describe(buffer)]).decode("utf-8", "backslashreplace")


class Store:
    """Instances that may be linked to each other; they are given back together."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.links = engine.new("runtime.imports.HostTable")
        engine.process_host.fill_handlers(self.links)
        self._names: list[tuple[bytearray, Any]] = []
        self._programs: list[tuple[Any, bytearray]] = []

    def instantiate(self, wasm: bytes) -> Instance:
        """Compiles, links and initialises a module, and runs its start function."""
        program = self.make(wasm)
        instance = Instance(self.engine, program)
        cause = self.engine.runtime.initialise_program(program)
        instance.raise_trap(cause)
        instance.raise_trap(self.engine.process.start_here(program))
        return instance

    def make(self, module: bytes) -> Any:
        """Compiles and links a module, as far as nothing of it runs."""
        wasm = bytearray(module)
        runtime = self.engine.runtime
        failure = self.engine.new("wasm.errors.Failure")
        try:
            program = runtime.make_program(wasm, self.engine.signatures, self.links, failure)
        except runtime.NoMemory:
            text = "too little memory for it"
            raise Refused(Refusal.MEMORY, text, text) from None
        except runtime.TooManySignatures:
            text = "too many different function types"
            raise Refused(Refusal.MEMORY, text, text) from None
        except runtime.Unlinkable:
            text = describe(self.links)
            raise Refused(Refusal.UNLINKABLE, text, without_place(text)) from None
        except (runtime.Malformed, runtime.Invalid, runtime.Unsupported):
            refusal = list(Refusal)[int(failure.blame) - 1]
            raise Refused(refusal, describe(failure), str(failure.reason)) from None
        self._programs.append((program, wasm))
        return program

    def register(self, name: str, instance: Instance) -> None:
        text = bytearray(name.encode())
        named = self.engine.new(
            "runtime.imports.NamedInstance",
            name=text,
            instance=instance.program.instance,
            next=None,
        )
        self._names.append((text, named))
        self.links.bind(named)

    @property
    def exit_status(self) -> int | None:
        """What the host function `exit` was called with, if it was."""
        process_host = self.engine.process_host
        return int(process_host.exit_status()) if process_host.exited() else None

    def close(self) -> None:
        """Gives everything back; no instance of the store may be used afterwards."""
        while self._programs:
            program, _ = self._programs.pop()
            self.engine.runtime.unload_program(program)


class Instance:
    def __init__(self, engine: Engine, program: Any) -> None:
        self.engine = engine
        self.program = program
        self.module = program.module

    def exported(self, name: str, kind: int) -> int:
        """The index of an export; KeyError if there is none."""
        found = self.module.find_export(bytearray(name.encode("utf-8", "surrogateescape")), kind)
        if found is None:
            raise KeyError(name)
        return int(found.index)

    def functions(self) -> list[str]:
        """The names of the exported functions."""
        return [
            bytes(export.name).decode("utf-8", "backslashreplace")
            for export in self.module.exports
            if export.kind == KIND_FUNCTION
        ]

    def type_of(self, name: str) -> FunctionType:
        type = self.module.function_type(self.exported(name, KIND_FUNCTION))
        return FunctionType(
            [TYPE_NAMES[code] for code in type.params], [TYPE_NAMES[code] for code in type.results]
        )

    def call(self, name: str, arguments: list[int]) -> list[int]:
        index = self.exported(name, KIND_FUNCTION)
        type = self.type_of(name)
        if len(type.params) != len(arguments):
            raise ValueError(f"{name} takes {len(type.params)} values, not {len(arguments)}")
        words = self.engine.host.array("u64", self.engine.runtime.words_of(self.program, index))
        for place, value in enumerate(arguments):
            words[place] = value
        self.raise_trap(self.engine.process.call_here(self.program, index, words))
        return [
            words[place if place < 2 else place + 4] & MASKS.get(kind, WORD)
            for place, kind in enumerate(type.results)
        ]

    def global_value(self, name: str) -> int:
        index = self.exported(name, KIND_GLOBAL)
        type = TYPE_NAMES[self.module.globals[index].type]
        cell = self.program.instance.global_cell(index)
        return int(cell.value) & MASKS.get(type, WORD)

    def raise_trap(self, cause: int) -> None:
        if cause == 0:
            return
        record = self.program.instance.trap
        places = [
            Place(int(record.calls[i].function), int(record.calls[i].offset))
            for i in range(record.count)
        ]
        raise Trapped(str(self.engine.traps.trap_name(cause)), places)

    def memory(self, start: int, size: int) -> bytes:
        context = self.program.instance.context
        assert start + size <= context.memory.pages * 65536
        return ctypes.string_at(context.memory.base + start, size)

    def exported_memory(self, name: str) -> bytes:
        """All of its present content."""
        memory = self.program.instance.memories[self.exported(name, KIND_MEMORY)]
        return ctypes.string_at(memory.base, memory.pages * 65536)
