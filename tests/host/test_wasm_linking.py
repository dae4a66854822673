"""Instances that import from each other: calls between them, shared state, refusals, traps."""

from __future__ import annotations

import pytest

from pykern.wasm.engine import Refusal, Refused, Trapped
from tests.support.wasm_store import store

PAGE = 65536


# Calls


def test_a_call_runs_in_the_instance_that_defines_the_function() -> None:
    with store() as linked:
        linked.load(
            "a",
            """(module (memory 1) (data (i32.const 0) "A") (global $g (mut i32) (i32.const 7))
                 (func (export "peek") (result i32)
                   (global.set $g (i32.add (global.get $g) (i32.const 1)))
                   (i32.load8_u (i32.const 0)))
                 (func (export "count") (result i32) (global.get $g)))""",
        )
        b = linked.load(
            "b",
            """(module (import "a" "peek" (func $peek (result i32)))
                 (import "a" "count" (func $count (result i32)))
                 (memory 1) (data (i32.const 0) "B")
                 (func (export "both") (result i32 i32 i32)
                   (call $peek) (i32.load8_u (i32.const 0)) (call $count)))""",
        )
        assert b.call("both", []) == [ord("A"), ord("B"), 8]


def test_arguments_and_results_on_the_stack() -> None:
    """More of both than fit into registers; the callee's order is mixed up on purpose."""
    params = "(param i64 i64 i64 i64 i64 i64 i64 i64 i64)"
    results = "(result i64 i64 i64 i64 i64)"
    gets = " ".join(f"(local.get {i})" for i in (8, 7, 6, 1, 0))
    with store() as linked:
        linked.load("a", f'(module (func (export "f") {params} {results} {gets}))')
        b = linked.load(
            "b",
            f"""(module (import "a" "f" (func $f {params} {results}))
                  (func (export "g") {params} {results}
                    {" ".join(f"(local.get {i})" for i in range(9))} (call $f))
                  (export "f" (func $f)))""",
        )
        values = list(range(100, 109))
        assert b.call("g", values) == [108, 107, 106, 101, 100]
        assert b.call("f", values) == [108, 107, 106, 101, 100]


def test_a_function_that_is_passed_on_is_called_where_it_is_defined() -> None:
    with store() as linked:
        linked.load("a", '(module (global $g i32 (i32.const 5)) (func (export "f") (result i32) '
                         "(global.get $g)))")  # fmt: skip
        linked.load("b", '(module (import "a" "f" (func (result i32))) (export "h" (func 0)))')
        c = linked.load(
            "c",
            """(module (import "b" "h" (func $h (result i32))) (global i32 (i32.const 9))
                 (func (export "call") (result i32) (call $h)))""",
        )
        assert c.call("call", []) == [5]


def test_instances_call_each_other_in_turn() -> None:
    """The way back goes through a table, since modules cannot import in a circle."""
    with store() as linked:
        a = linked.load(
            "a",
            """(module (table (export "t") 1 funcref) (type $f (func (param i32) (result i32)))
                 (func (export "ping") (param i32) (result i32)
                   (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 1))
                     (else (call_indirect (type $f)
                       (i32.sub (local.get 0) (i32.const 1)) (i32.const 0))))))""",
        )
        linked.load(
            "b",
            """(module (import "a" "t" (table 1 funcref))
                 (import "a" "ping" (func $ping (param i32) (result i32)))
                 (elem (i32.const 0) $pong)
                 (func $pong (param i32) (result i32)
                   (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 2))
                     (else (call $ping (i32.sub (local.get 0) (i32.const 1)))))))""",
        )
        assert a.call("ping", [100]) == [1]
        assert a.call("ping", [101]) == [2]
        with pytest.raises(Trapped, match="call stack exhausted"):
            a.call("ping", [1 << 30])
        assert a.call("ping", [7]) == [2]


# Traps


def test_a_trap_in_another_instance_ends_the_whole_call() -> None:
    with store() as linked:
        linked.load(
            "a",
            """(module (memory 1)
                 (func $load (param i32) (result i32) (i32.load (local.get 0)))
                 (func (export "f") (param i32) (result i32) (call $load (local.get 0))))""",
        )
        b = linked.load(
            "b",
            """(module (import "a" "f" (func $f (param i32) (result i32))) (memory 4)
                 (func $inner (param i32) (result i32) (call $f (local.get 0)))
                 (func (export "g") (param i32) (result i32) (call $inner (local.get 0)))
                 (func (export "h") (result i32) (i32.load (i32.const 262140)))
                 (func (export "own") (result i32) (i32.load (i32.const 262141))))""",
        )
        for _ in range(3):
            with pytest.raises(Trapped, match="out of bounds memory access") as caught:
                b.call("g", [PAGE])
            assert [place.function for place in caught.value.places] == [0, 1, 1, 2]
            assert b.call("g", [PAGE - 4]) == [0]
            assert b.call("h", []) == [0]
        with pytest.raises(Trapped, match="out of bounds memory access") as caught:
            b.call("own", [])
        assert [place.function for place in caught.value.places] == [4]


def test_null_and_wrong_types_in_a_shared_table() -> None:
    with store() as linked:
        linked.load(
            "a",
            """(module (table (export "t") 3 funcref) (func $f (result i64) (i64.const 1))
                 (elem (i32.const 1) $f))""",
        )
        b = linked.load(
            "b",
            """(module (import "a" "t" (table 3 funcref)) (type $i (func (result i32)))
                 (func (export "call") (param i32) (result i32)
                   (call_indirect (type $i) (local.get 0))))""",
        )
        for index, cause in enumerate(
            ("uninitialized element", "indirect call type mismatch", "uninitialized element",
             "undefined element")
        ):  # fmt: skip
            with pytest.raises(Trapped, match=cause):
                b.call("call", [index])


# Shared state


def test_memory_grows_for_everyone() -> None:
    text = """(func (export "size") (result i32) (memory.size))
              (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
              (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
              (func (export "store") (param i32 i32) (i32.store (local.get 0) (local.get 1)))"""
    with store() as linked:
        a = linked.load("a", f'(module (memory (export "m") 1 4) {text})')
        b = linked.load(
            "b", f'(module (import "a" "m" (memory 1 5)) (export "m" (memory 0)) {text})'
        )
        c = linked.load("c", f'(module (import "b" "m" (memory 1)) {text})')
        assert b.call("grow", [2]) == [1]
        assert [i.call("size", []) for i in (a, b, c)] == [[3], [3], [3]]
        c.call("store", [3 * PAGE - 4, 77])
        assert a.call("load", [3 * PAGE - 4]) == [77]
        assert a.call("grow", [2]) == [0xFFFF_FFFF]
        assert c.call("grow", [1]) == [3]
        assert a.call("size", []) == [4]


def test_tables_grow_for_everyone() -> None:
    text = """(func (export "size") (result i32) (table.size 0))
              (func (export "grow") (param i32) (result i32)
                (table.grow 0 (ref.func $f) (local.get 0)))
              (func (export "call") (param i32) (result i32)
                (call_indirect (result i32) (local.get 0)))"""
    with store() as linked:
        a = linked.load(
            "a",
            f"""(module (table (export "t") 1 20 funcref)
                  (func $f (export "f") (result i32) (i32.const 1)) {text})""",
        )
        b = linked.load(
            "b",
            f"""(module (import "a" "t" (table 1 funcref))
                  (func $f (export "f") (result i32) (i32.const 2)) {text})""",
        )
        assert b.call("grow", [4]) == [1]
        assert a.call("grow", [10]) == [5]
        assert a.call("size", []) == b.call("size", []) == [15]
        for instance in (a, b):
            assert [instance.call("call", [i]) for i in (1, 4, 5, 14)] == [[2], [2], [1], [1]]
            with pytest.raises(Trapped, match="uninitialized"):
                instance.call("call", [0])
            with pytest.raises(Trapped, match="undefined element"):
                instance.call("call", [15])
        assert a.call("grow", [6]) == [0xFFFF_FFFF]


def test_globals_are_one_cell() -> None:
    with store() as linked:
        a = linked.load(
            "a",
            """(module (global (export "g") (mut i64) (i64.const 1))
                 (global (export "c") i32 (i32.const 40))
                 (func (export "get") (result i64) (global.get 0)))""",
        )
        b = linked.load(
            "b",
            """(module (import "a" "g" (global (mut i64))) (import "a" "c" (global $c i32))
                 (export "again" (global 0))
                 (global (export "sum") i32 (i32.add (global.get $c) (i32.const 2)))
                 (func (export "set") (param i64) (global.set 0 (local.get 0))))""",
        )
        c = linked.load("c", '(module (import "b" "again" (global $g (mut i64))) '
                             '(export "g" (global $g)))')  # fmt: skip
        b.call("set", [1 << 40])
        assert a.call("get", []) == [1 << 40]
        assert c.global_value("g") == 1 << 40
        assert b.global_value("sum") == 42


def test_references_can_be_moved_between_tables() -> None:
    """A function keeps its instance through private tables, shared ones, globals and calls."""
    with store() as linked:
        linked.load(
            "a",
            """(module (memory 1) (data (i32.const 0) "\\2a") (table $t 1 funcref)
                 (func $f (result i32) (i32.load8_u (i32.const 0)))
                 (elem declare func $f)
                 (func (export "give") (result funcref)
                   (table.set $t (i32.const 0) (ref.func $f)) (table.get $t (i32.const 0))))""",
        )
        b = linked.load(
            "b",
            """(module (import "a" "give" (func $give (result funcref))) (memory 1)
                 (table $t 2 funcref) (table $u 2 funcref)
                 (func $g (result i32) (i32.const 3)) (elem (table $t) (i32.const 1) func $g)
                 (func (export "run") (param i32) (result i32)
                   (table.set $t (i32.const 0) (call $give))
                   (table.copy $u $t (i32.const 0) (i32.const 0) (i32.const 2))
                   (call_indirect $u (result i32) (local.get 0))))""",
        )
        assert b.call("run", [0]) == [42]
        assert b.call("run", [1]) == [3]


# Refusals


EXPORTER = """(module (func (export "f") (param i32)) (memory (export "m") 2 5)
  (table (export "t") 3 8 funcref) (table (export "x") 1 externref)
  (global (export "c") i32 (i32.const 0)) (global (export "v") (mut i32) (i32.const 0)))"""


@pytest.mark.parametrize(
    "field",
    [
        '"f" (func (param i32))', '"m" (memory 1)', '"m" (memory 2 5)', '"m" (memory 0 6)',
        '"t" (table 3 8 funcref)', '"t" (table 0 funcref)', '"x" (table 1 externref)',
        '"c" (global i32)', '"v" (global (mut i32))',
    ],
)  # fmt: skip
def test_imports_that_match(field: str) -> None:
    with store() as linked:
        linked.load("a", EXPORTER)
        linked.load("b", f'(module (import "a" {field}))')


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ('"g" (func)', "unknown import: a.g"),
        ('"f" (func)', "incompatible import type: a.f"),
        ('"f" (func (param i32) (result i32))', "incompatible"),
        ('"f" (memory 1)', "incompatible"),
        ('"m" (memory 3)', "incompatible"),
        ('"m" (memory 1 4)', "incompatible"),
        ('"t" (table 4 funcref)', "incompatible"),
        ('"t" (table 3 7 funcref)', "incompatible"),
        ('"t" (table 3 8 externref)', "incompatible"),
        ('"x" (table 1 5 externref)', "incompatible"),
        ('"c" (global i64)', "incompatible"),
        ('"c" (global (mut i32))', "incompatible"),
        ('"v" (global i32)', "incompatible"),
    ],
)
def test_imports_that_do_not_match(field: str, reason: str) -> None:
    with store() as linked:
        linked.load("a", EXPORTER)
        with pytest.raises(Refused, match=reason) as caught:
            linked.load("b", f'(module (import "a" {field}))')
        assert caught.value.refusal == Refusal.UNLINKABLE


def test_the_latest_instance_of_a_name_is_imported() -> None:
    with store() as linked:
        for number in (1, 2):
            linked.load("a", f'(module (func (export "f") (result i32) (i32.const {number})))')
        b = linked.load("b", '(module (import "a" "f" (func (result i32))) (export "f" (func 0)))')
        assert b.call("f", []) == [2]


# Initialisation


def test_segments_before_the_one_that_traps_stay_copied() -> None:
    with store() as linked:
        a = linked.load(
            "a",
            """(module (table (export "t") 4 funcref) (memory (export "m") 1)
                 (func (export "call") (param i32) (result i32)
                   (call_indirect (result i32) (local.get 0)))
                 (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0))))""",
        )
        with pytest.raises(Trapped, match="out of bounds memory access"):
            linked.load(
                "b",
                """(module (import "a" "t" (table 4 funcref)) (import "a" "m" (memory 1))
                     (global $g i32 (i32.const 6)) (func $f (result i32) (global.get $g))
                     (elem (i32.const 2) $f) (data (i32.const 1) "x")
                     (data (i32.const 65536) "y") (data (i32.const 2) "z"))""",
            )
        assert a.call("call", [2]) == [6]
        assert [a.call("load", [i]) for i in (1, 2)] == [[ord("x")], [0]]
        with pytest.raises(Trapped, match="out of bounds table access"):
            linked.load(
                "c",
                """(module (import "a" "t" (table 4 funcref)) (import "a" "m" (memory 1))
                     (func $f (result i32) (i32.const 8)) (elem (i32.const 0) $f)
                     (elem (i32.const 3) $f $f) (data (i32.const 3) "w"))""",
            )
        assert a.call("call", [0]) == [8]
        assert a.call("load", [3]) == [0]


def test_a_store_gives_everything_back() -> None:
    for _ in range(200):
        with store() as linked:
            linked.load("a", EXPORTER)
            linked.load(
                "b",
                """(module (import "a" "m" (memory 1)) (import "a" "t" (table 1 funcref))
                     (memory 1) (table 10 externref))""",
            )


def test_a_global_imported_twice_is_one() -> None:
    with store() as linked:
        linked.load("a", '(module (global (export "g") (mut i32) (i32.const 1)))')
        b = linked.load(
            "b",
            """(module (import "a" "g" (global $x (mut i32))) (import "a" "g" (global $y (mut i32)))
                 (global $own (mut i32) (i32.const 3))
                 (func (export "both") (result i32 i32 i32)
                   (global.get $y) (global.set $own (i32.const 4)) (global.set $x (i32.const 2))
                   (global.get $y) (global.get $own)))""",
        )
        assert b.call("both", []) == [1, 2, 4]
