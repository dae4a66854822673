"""A random module's calls in the engine and in wasmtime: results, traps, memories, globals.

State is kept from call to call; memories and globals are compared after every round of calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import wasmtime

from pykern.wasm.engine import Engine, Instance, Store, Trapped
from pykern.wasm.fuzz.generate import Module

# wasmtime's traps in the words of kernel_src.runtime.traps
TRAPS = {
    "UNREACHABLE": "unreachable",
    "MEMORY_OUT_OF_BOUNDS": "out of bounds memory access",
    "INTEGER_DIVISION_BY_ZERO": "integer divide by zero",
    "INTEGER_OVERFLOW": "integer overflow",
    "TABLE_OUT_OF_BOUNDS": "undefined element",
    "INDIRECT_CALL_TO_NULL": "uninitialized element",
    "BAD_SIGNATURE": "indirect call type mismatch",
    "STACK_OVERFLOW": "call stack exhausted",
    "BAD_CONVERSION_TO_INTEGER": "invalid conversion to integer",
}
WIDTHS = {"i32": 32, "i64": 64}
GLOBALS = {"fuel": "i32", "g32": "i32", "g64": "i64"}
MEMORIES = ("memory", "other")


@dataclass
class Comparison:
    calls: int = 0
    traps: int = 0
    problem: str = ""


@cache
def _engine() -> wasmtime.Engine:
    config = wasmtime.Config()
    config.cranelift_opt_level = "none"
    config.wasm_multi_memory = True
    config.wasm_tail_call = True
    return wasmtime.Engine(config)


def signed(type: str, bits: int) -> int:
    """wasmtime takes and gives signed numbers."""
    width = WIDTHS[type]
    return bits - (1 << width) if bits >> (width - 1) else bits


class Reference:
    """The module in wasmtime."""

    def __init__(self, binary: bytes) -> None:
        self.store = wasmtime.Store(_engine())
        module = wasmtime.Module(_engine(), binary)
        self.exports: Any = wasmtime.Instance(self.store, module, []).exports(self.store)

    def call(self, name: str, params: list[str], results: list[str], bits: list[int]) -> object:
        arguments = [signed(t, b) for t, b in zip(params, bits, strict=True)]
        try:
            found = self.exports[name](self.store, *arguments)
        except wasmtime.Trap as trap:
            code = trap.trap_code
            return TRAPS[code.name] if code else str(trap)
        values = [] if found is None else found if isinstance(found, list) else [found]
        masks = [(1 << WIDTHS[type]) - 1 for type in results]
        return [value & mask for mask, value in zip(masks, values, strict=True)]

    def memory(self, name: str) -> bytes:
        memory = self.exports[name]
        return bytes(memory.read(self.store, 0, memory.data_len(self.store)))

    def global_value(self, name: str) -> int:
        return int(self.exports[name].value(self.store)) & ((1 << WIDTHS[GLOBALS[name]]) - 1)


def compare(engine: Engine, seed: int, rounds: int) -> Comparison:
    """Calls each function of a random module `rounds` times in both engines."""
    module = Module(seed)
    binary = bytes(wasmtime.wat2wasm(module.text))
    outcome = Comparison()
    store = Store(engine)
    try:
        instance = store.instantiate(binary)
        reference = Reference(binary)
        for _ in range(rounds):
            for function in module.functions:
                compare_call(module, function.index, instance, reference, outcome)
                if outcome.problem:
                    return outcome
            compare_state(instance, reference, outcome)
            if outcome.problem:
                return outcome
    finally:
        store.close()
    return outcome


def compare_call(
    module: Module, index: int, instance: Instance, reference: Reference, outcome: Comparison
) -> None:
    function = module.functions[index]
    bits = module.arguments(function)
    name = f"f{index}"
    expected = reference.call(name, function.params, function.results, bits)
    found: object
    try:
        found = instance.call(name, bits)
    except Trapped as trap:
        found = str(trap)
        outcome.traps += 1
    outcome.calls += 1
    if found != expected:
        outcome.problem = f"{name}{bits}: {found}, wasmtime {expected}"


def compare_state(instance: Instance, reference: Reference, outcome: Comparison) -> None:
    for name in MEMORIES:
        if instance.exported_memory(name) != reference.memory(name):
            outcome.problem = f"the memory {name} differs after {outcome.calls} calls"
    for name in GLOBALS:
        if instance.global_value(name) != reference.global_value(name):
            outcome.problem = f"the global {name} differs after {outcome.calls} calls"
