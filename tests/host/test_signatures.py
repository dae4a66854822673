"""Numbers of function types: equal for equal types, and free again with their last user."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import wasmtime
from hypothesis import given, settings
from hypothesis import strategies as st

from pykern.wasm.engine import Engine, Refused, Store
from tests.support.host import host_program
from tests.support.wast import REPOSITORY

SIGNATURES = "kernel_src.runtime.signatures"
ARENA = "kernel_src.lib.arena"
ARENA_BYTES = 4096
CYCLES = 10_000
WARM_UP = 100

value_types = st.binary(max_size=3).map(lambda text: bytes(0x7C + byte % 4 for byte in text))
function_types = st.tuples(value_types, value_types)


def new_signatures() -> tuple[Any, Any, tuple[bytearray, Any]]:
    host = host_program(SIGNATURES, ARENA)
    memory = bytearray(ARENA_BYTES)
    arena = host.new(f"{ARENA}.Arena", memory=memory)
    return host, host.new(f"{SIGNATURES}.Signatures", arena=arena), (memory, arena)


def acquire(host: Any, signatures: Any, type: tuple[bytes, bytes]) -> int:
    params, results = bytearray(type[0]), bytearray(type[1])
    record = "kernel_src.wasm.module.FuncType"
    made = host.new(record, params=params, results=results, canonical=0)
    return int(signatures.acquire(made))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.booleans(), function_types, st.integers(0, 99)), max_size=60))
def test_types_and_numbers_are_one_to_one(
    steps: list[tuple[bool, tuple[bytes, bytes], int]],
) -> None:
    host, signatures, (_, arena) = new_signatures()
    users: list[tuple[tuple[bytes, bytes], int]] = []
    for is_taken, type, place in steps:
        if is_taken or not users:
            users.append((type, acquire(host, signatures, type)))
        else:
            signatures.release(users.pop(place % len(users))[1])
        numbers = dict(users)
        assert all(numbers[type] == number for type, number in users)
        assert len(set(numbers.values())) == len(numbers) == signatures.count
        assert arena.used == sum(len(params) + len(results) for params, results in numbers)
        for type, number in numbers.items():
            kept = signatures.types[number - 1]
            assert (bytes(kept.params), bytes(kept.results)) == type
    for _, number in users:
        signatures.release(number)
    assert (signatures.count, arena.used, set(signatures.slots)) == (0, 0, {0})
    assert signatures.given <= len(steps)


MODULE = """(module {imports}
  (type $a (func (param i32) (result i64))) (type $b (func (param {params})))
  (memory 1) (table 4 funcref) (elem (i32.const 0) $f)
  (func $f (type $a) (i64.const 1)) (func (type $b) (drop (memory.grow (i32.const 1)))))"""


def module_with(params: int, imports: str = "") -> bytes:
    text = MODULE.format(params=" ".join(["f64"] * params), imports=imports)
    return bytes(wasmtime.wat2wasm(text))


def mapped_pages() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0])


def test_instances_leave_nothing_behind() -> None:
    """Of four modules, each with a type that no other has, one is refused when it is linked."""
    engine = Engine(REPOSITORY)
    modules = [module_with(1), module_with(2), module_with(3)]
    modules.append(module_with(4, '(import "nobody" "f" (func))'))
    before = 0
    for cycle in range(WARM_UP + CYCLES):
        if cycle == WARM_UP:
            before = mapped_pages()
        store = Store(engine)
        try:
            store.instantiate(modules[cycle % 4])
            assert engine.signatures.count == 2
            assert engine.traps.areas != 0
        except Refused:
            assert cycle % 4 == 3
        store.close()
    assert (engine.signatures.count, engine.signatures.arena.used) == (0, 0)
    assert not any(engine.signatures.slots)
    assert engine.traps.areas == 0
    # The smallest range of a program is 16 pages, so one that is lost each time one of the modules
    # goes is four times as much; the objects of Python are well below
    assert mapped_pages() - before < CYCLES
