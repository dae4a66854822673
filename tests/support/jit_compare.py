"""A module's calls in the kernel's compiler and in wasmtime: results, traps, memory, globals."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import wasmtime

from tests.support.jit import Instance, Trap, compile_module
from tests.support.jit_random import Module

# wasmtime's traps, in the words of tests.support.jit.TRAP_NAMES
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
MASKS = {"i32": 0xFFFF_FFFF, "i64": 0xFFFF_FFFF_FFFF_FFFF}


@dataclass
class Comparison:
    calls: int = 0
    traps: int = 0
    problem: str = ""


@cache
def _engine() -> wasmtime.Engine:
    config = wasmtime.Config()
    config.cranelift_opt_level = "none"
    return wasmtime.Engine(config)


def signed(type: str, bits: int) -> int:
    """wasmtime takes and gives signed numbers."""
    width = 32 if type == "i32" else 64
    return bits - (1 << width) if bits >> (width - 1) else bits


class Reference:
    """The module in wasmtime."""

    def __init__(self, binary: bytes) -> None:
        self.store = wasmtime.Store(_engine())
        module = wasmtime.Module(_engine(), binary)
        self.exports = wasmtime.Instance(self.store, module, []).exports(self.store)

    def call(self, name: str, params: list[str], results: list[str], bits: list[int]) -> object:
        arguments = [signed(t, b) for t, b in zip(params, bits, strict=True)]
        try:
            found = self.exports[name](self.store, *arguments)
        except wasmtime.Trap as trap:
            code = trap.trap_code
            return TRAPS[code.name] if code else str(trap)
        values = [] if found is None else found if isinstance(found, list) else [found]
        return [value & MASKS[type] for type, value in zip(results, values, strict=True)]

    def state(self) -> tuple[bytes, list[int]]:
        memory = self.exports["memory"]
        content = bytes(memory.read(self.store, 0, memory.data_len(self.store)))
        globals = [int(self.exports[n].value(self.store)) for n in ("fuel", "g32", "g64")]
        masks = (MASKS["i32"], MASKS["i32"], MASKS["i64"])
        return content, [value & mask for value, mask in zip(globals, masks, strict=True)]


def compare(module: Module, rounds: int = 3) -> Comparison:
    """Calls each function with the same arguments in both engines, state kept from call to call."""
    outcome = Comparison()
    binary = bytes(wasmtime.wat2wasm(module.text))
    compile_module(binary)  # with the verifier and the allocation checker
    instance = Instance(binary)
    reference = Reference(binary)
    try:
        for _ in range(rounds):
            for function in module.functions:
                problem = compare_call(module, function.index, instance, reference, outcome)
                if problem:
                    outcome.problem = problem
                    return outcome
    finally:
        instance.close()
    return outcome


def compare_call(
    module: Module, index: int, instance: Instance, reference: Reference, outcome: Comparison
) -> str:
    function = module.functions[index]
    bits = module.arguments(function)
    name = f"f{index}"
    expected = reference.call(name, function.params, function.results, bits)
    found: object
    try:
        found = instance.call(name, *bits)
    except Trap as trap:
        found = trap.cause
        outcome.traps += 1
    outcome.calls += 1
    if found != expected:
        return f"{name}{bits}: {found}, wasmtime {expected}"
    content, globals = reference.state()
    if instance.memory() != content:
        return f"{name}{bits}: memory differs"
    if [instance.global_bits(n) for n in ("fuel", "g32", "g64")] != globals:
        return f"{name}{bits}: globals differ"
    return ""
