"""Tail calls: the callee takes the caller's place, also with more arguments and across instances.

A chain as long as these would need several times the stack that generated code has.
"""

from __future__ import annotations

import pytest

from pykern.wasm.engine import Trapped
from tests.support.wasm_store import store

LENGTH = 100_000
# Arguments in registers only, and with an odd and an even number of further ones on the stack
COUNTS = (1, 6, 7, 8, 9, 16)


def parameters(count: int) -> str:
    return "(param i64" + " i64" * (count - 1) + ")"


def hop(name: str, own: int, target: str, wanted: int, index: str = "") -> str:
    """A function that counts parameter 0 down and hands the others on in reverse.

    With an index, `target` is the type of an element of the table.
    """
    others = [f"(local.get {1 + i % (own - 1)})" if own > 1 else "(i64.const 3)"
              for i in reversed(range(wanted - 1))]  # fmt: skip
    last = f"(local.get {own - 1})"
    call = f"return_call_indirect (type ${target})" if index else f"return_call ${target}"
    return f"""(func ${name} (export "{name}") {parameters(own)} (result i64)
      (if (i64.eqz (local.get 0)) (then (return {last})))
      ({call} (i64.sub (local.get 0) (i64.const 1)) {" ".join(others)} {index}))"""


@pytest.mark.parametrize("first", COUNTS)
@pytest.mark.parametrize("second", COUNTS)
def test_a_chain_takes_no_stack(first: int, second: int) -> None:
    text = f"(module {hop('f', first, 'g', second)} {hop('g', second, 'f', first)})"
    with store() as linked:
        instance = linked.load("m", text)
        arguments = [LENGTH, *range(11, 10 + first)]
        assert instance.call("f", arguments) == chain(first, second, arguments)


def chain(first: int, second: int, arguments: list[int]) -> list[int]:
    """What `hop` computes."""
    values, own, wanted = list(arguments), first, second
    while values[0] > 0:
        others = [values[1 + i % (own - 1)] if own > 1 else 3 for i in reversed(range(wanted - 1))]
        values = [values[0] - 1, *others]
        own, wanted = wanted, own
    return [values[own - 1]]


@pytest.mark.parametrize(("first", "second"), [(1, 1), (1, 9), (9, 1), (8, 9), (9, 16)])
def test_a_chain_across_instances_takes_no_stack(first: int, second: int) -> None:
    """Each instance calls the other through a table that both of them see."""
    with store() as linked:
        shared = linked.load("shared", '(module (table (export "t") 2 funcref))')
        assert shared.functions() == []
        for name, own, wanted, place in (("a", first, second, 0), ("b", second, first, 1)):
            body = hop("f", own, "other", wanted, f"(i32.const {1 - place})")
            instance = linked.load(
                name,
                f"""(module (type $other (func {parameters(wanted)} (result i64)))
                  (import "shared" "t" (table 2 funcref))
                  {body} (elem (i32.const {place}) func $f))""",
            )
            if name == "a":
                started = instance
        arguments = [LENGTH, *range(11, 10 + first)]
        assert started.call("f", arguments) == chain(first, second, arguments)


def test_the_caller_finds_its_own_frame_afterwards() -> None:
    """What the caller keeps on its stack lies above the words that the chain has used."""
    gets = " ".join(f"(local.get {i})" for i in range(12))
    sums = "(i64.add " * 11 + "(local.get 0)" + "".join(
        f" (local.get {i}))" for i in range(1, 12)
    )  # fmt: skip
    text = f"""(module
      (func $many {parameters(12)} (result i64) {sums})
      (func $few (param i64) (result i64)
        (return_call $many {"(local.get 0) " * 12}))
      (func (export "f") {parameters(12)} (result i64)
        (i64.add (call $few (i64.const 1000)) (call $many {gets})))
      )"""
    with store() as linked:
        instance = linked.load("m", text)
        assert instance.call("f", list(range(12))) == [12_000 + sum(range(12))]


def test_results_on_the_stack() -> None:
    results = "(result i64 i64 i64 i64)"
    text = f"""(module
      (func $g (param i64) {results}
        (local.get 0) (i64.const 2) (i64.const 3) (i64.const 4))
      (func $f (param i64) {results} (return_call $g (i64.add (local.get 0) (i64.const 1))))
      (func (export "h") {results} (call $f (i64.const 9))))"""
    with store() as linked:
        assert linked.load("m", text).call("h", []) == [10, 2, 3, 4]


def test_a_host_function_as_the_last_call() -> None:
    text = """(module (import "pykern" "write" (func $write (param i32 i32))) (memory 1)
      (func (export "f") (return_call $write (i32.const 0) (i32.const 0)))
      (func (export "far") (return_call $write (i32.const 65536) (i32.const 1))))"""
    with store() as linked:
        instance = linked.load("m", text)
        assert instance.call("f", []) == []
        with pytest.raises(Trapped, match="out of bounds memory access"):
            instance.call("far", [])


@pytest.mark.parametrize(
    ("index", "cause"),
    [(0, "indirect call type mismatch"), (1, "uninitialized element"), (2, "undefined element")],
)
def test_an_indirect_tail_call_traps_in_its_own_function(index: int, cause: str) -> None:
    text = """(module (type $t (func (param i32))) (table 2 funcref) (elem (i32.const 0) func $g)
      (func $g)
      (func $f (param i32) (return_call_indirect (type $t) (local.get 0) (local.get 0)))
      (func (export "f") (param i32) (call $f (local.get 0))))"""
    with store() as linked:
        instance = linked.load("m", text)
        with pytest.raises(Trapped, match=cause) as caught:
            instance.call("f", [index])
        assert [place.function for place in caught.value.places] == [1, 2]
