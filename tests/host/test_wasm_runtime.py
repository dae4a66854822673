"""Instances in the test process: initialisation, imports, memory, traps and where they happened."""

from __future__ import annotations

import pytest

from tests.support.wasm_engine import Loaded, Refused, Trap
from tests.support.wasm_modules import ALL_SECTIONS
from tests.support.wast import assemble

PAGE = 65536


def loaded(text: str) -> Loaded:
    return Loaded(assemble(text))


def trap_of(module: Loaded, function: str, *arguments: int) -> Trap:
    with pytest.raises(Trap) as caught:
        module.call(function, *arguments)
    return caught.value


# Initialisation


def test_data_segments_are_copied_in_order() -> None:
    with loaded(
        """(module (memory 1) (global i32 (i32.const 2))
             (data (i32.const 0) "abcdef") (data (global.get 0) "XY") (data "passive")
             (data (i32.add (i32.const 65530) (i32.const 4)) "zz"))"""
    ) as module:
        assert module.memory(0, 8) == b"abXYef\0\0"
        assert module.memory(PAGE - 4, 4) == b"\0\0zz"


@pytest.mark.parametrize(
    "fields",
    [
        '(memory 1) (data (i32.const 65536) "x")',
        '(memory 1) (data (i32.const -1) "x")',
        '(memory 0) (data (i32.const 0) "x")',
        '(memory 1) (data (i32.const 65537) "")',
        "(table 1 funcref) (func $f) (elem (i32.const 1) $f)",
        "(table 1 funcref) (func $f) (elem (i32.const -1) $f)",
        "(table 1 funcref) (elem (i32.const 2) func)",
    ],
)
def test_segments_that_do_not_fit_are_refused(fields: str) -> None:
    with pytest.raises(Refused, match="segment"):
        loaded(f"(module {fields})")


def test_segments_of_no_length_fit_at_the_end() -> None:
    loaded('(module (memory 1) (data (i32.const 65536) ""))').__exit__()
    loaded("(module (table 3 funcref) (elem (i32.const 3) func))").__exit__()


def test_globals_are_computed_from_those_before() -> None:
    with loaded(
        """(module (global $a i32 (i32.const 7)) (global $b (mut i64) (i64.const -2))
             (global $c i32 (i32.mul (global.get $a) (i32.sub (i32.const 1) (i32.const 3))))
             (func (export "c") (result i32) (global.get $c))
             (func (export "next") (result i64)
               (global.set $b (i64.add (global.get $b) (i64.const 1))) (global.get $b)))"""
    ) as module:
        assert module.call("c") == [(-14) & 0xFFFF_FFFF]
        assert module.call("next") == [0xFFFF_FFFF_FFFF_FFFF]
        assert module.call("next") == [0]


def test_the_start_function_runs_first() -> None:
    with loaded(
        """(module (memory 1) (start $go) (data (i32.const 0) "a")
             (func $go (i32.store8 (i32.const 1)
               (i32.add (i32.load8_u (i32.const 0)) (i32.const 1)))))"""
    ) as module:
        assert module.memory(0, 2) == b"ab"
    with pytest.raises(Trap, match="unreachable"):
        loaded("(module (start $go) (func $go unreachable))")


# Imports


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ('(import "pykern" "wrote" (func (param i32 i32)))', "unknown import: pykern.wrote"),
        ('(import "kern" "write" (func (param i32 i32)))', "unknown import: kern.write"),
        ('(import "pykern" "write" (func (param i32)))', "incompatible import type: pykern.write"),
        ('(import "pykern" "write" (func (param i64 i32)))', "incompatible import type"),
        ('(import "pykern" "write" (memory 1))', "unknown import: pykern.write"),
    ],
)
def test_imports_that_nobody_offers(field: str, message: str) -> None:
    with pytest.raises(Refused, match=message):
        loaded(f"(module {field})")


def test_what_the_compiler_lacks_is_refused_by_name() -> None:
    with pytest.raises(Refused, match=r": .* \(at offset 0x"):
        Loaded(ALL_SECTIONS)
    with pytest.raises(Refused, match=r"v128\.const.*SIMD.*0x"):
        loaded("(module (func (drop (v128.const i32x4 0 0 0 0))))")


# Memory


BULK = """(module (memory 1 3) (data $d "0123456789")
  (func (export "size") (result i32) (memory.size))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "fill") (param i32 i32 i32)
    (memory.fill (local.get 0) (local.get 1) (local.get 2)))
  (func (export "copy") (param i32 i32 i32)
    (memory.copy (local.get 0) (local.get 1) (local.get 2)))
  (func (export "init") (param i32 i32 i32)
    (memory.init $d (local.get 0) (local.get 1) (local.get 2)))
  (func (export "drop") (data.drop $d))
  (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "far") (param i32) (result i32) (i32.load offset=0xffffffff (local.get 0))))"""


def test_memory_grows_to_its_maximum() -> None:
    with loaded(BULK) as module:
        assert module.call("size") == [1]
        trap_of(module, "load", PAGE)
        assert module.call("grow", 1) == [1]
        assert module.call("load", PAGE) == [0]
        assert module.call("grow", 2) == [0xFFFF_FFFF]
        assert module.call("grow", 0xFFFF_FFFF) == [0xFFFF_FFFF]
        assert module.call("grow", 1) == [2]
        assert module.call("grow", 0) == [3]
        assert module.call("load", 3 * PAGE - 4) == [0]
        trap_of(module, "load", 3 * PAGE - 3)


def test_bulk_operations() -> None:
    with loaded(BULK) as module:
        module.call("fill", 4, 0x141, 3)
        assert module.memory(3, 5) == b"\0AAA\0"
        module.call("init", 10, 2, 5)
        assert module.memory(9, 7) == b"\x0023456\0"
        module.call("copy", 11, 10, 5)
        assert module.memory(10, 6) == b"223456"
        module.call("copy", 10, 11, 5)
        assert module.memory(10, 6) == b"234566"


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("fill", (PAGE, 0, 0)),
        ("copy", (PAGE, PAGE, 0)),
        ("init", (PAGE, 10, 0)),
        ("init", (0, 10, 0)),
    ],
)
def test_empty_ranges_at_the_end_are_in_range(function: str, arguments: tuple[int, ...]) -> None:
    with loaded(BULK) as module:
        module.call(function, *arguments)


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("fill", (PAGE + 1, 0, 0)),
        ("fill", (PAGE - 1, 0, 2)),
        ("fill", (0xFFFF_FFFF, 0, 2)),
        ("copy", (0, PAGE + 1, 0)),
        ("copy", (PAGE - 1, 0, 2)),
        ("copy", (0, 0xFFFF_FFFF, 0xFFFF_FFFF)),
        ("init", (0, 11, 0)),
        ("init", (0, 9, 2)),
        ("init", (PAGE - 1, 0, 2)),
        ("load", (PAGE - 3,)),
        ("load", (0xFFFF_FFFF,)),
        ("far", (0,)),
        ("far", (0xFFFF_FFFF,)),
    ],
)
def test_out_of_bounds(function: str, arguments: tuple[int, ...]) -> None:
    with loaded(BULK) as module:
        before = module.memory(0, PAGE)
        assert str(trap_of(module, function, *arguments)) == "out of bounds memory access"
        assert module.memory(0, PAGE) == before


def test_a_dropped_segment_is_empty() -> None:
    with loaded(BULK) as module:
        module.call("drop")
        module.call("init", 0, 0, 0)
        trap_of(module, "init", 0, 0, 1)
        module.call("drop")


@pytest.mark.parametrize("table", ["0xffffffff funcref", "10000000 externref"])
def test_tables_that_take_too_much_memory_are_refused(table: str) -> None:
    with pytest.raises(Refused, match="memory"):
        loaded(f"(module (table {table}))")


# Tables and traps


TABLE = """(module (table 4 funcref) (type $i (func (result i32))) (type $l (func (result i64)))
  (func $one (result i32) (i32.const 1)) (func $two (type $l) (i64.const 2))
  (elem (i32.const 0) func $one) (elem (i32.const 1) funcref (ref.func $two) (ref.null func))
  (func (export "call") (param i32) (result i32) (call_indirect (type $i) (local.get 0))))"""


def test_indirect_calls() -> None:
    with loaded(TABLE) as module:
        assert module.call("call", 0) == [1]
        assert str(trap_of(module, "call", 1)) == "indirect call type mismatch"
        for null in (2, 3):
            assert str(trap_of(module, "call", null)) in (
                "uninitialized element",
                "indirect call type mismatch",
            )
        for beyond in (4, 0x8000_0000, 0xFFFF_FFFF):
            assert str(trap_of(module, "call", beyond)) == "undefined element"


def test_division() -> None:
    with loaded(
        """(module
             (func (export "div") (param i32 i32) (result i32)
               (i32.div_s (local.get 0) (local.get 1)))
             (func (export "rem") (param i64 i64) (result i64)
               (i64.rem_s (local.get 0) (local.get 1)))
             (func (export "udiv") (param i64 i64) (result i64)
               (i64.div_u (local.get 0) (local.get 1))))"""
    ) as module:
        assert str(trap_of(module, "div", 1, 0)) == "integer divide by zero"
        assert str(trap_of(module, "div", 1 << 31, -1)) == "integer overflow"
        assert str(trap_of(module, "rem", 1, 0)) == "integer divide by zero"
        assert str(trap_of(module, "udiv", 1, 0)) == "integer divide by zero"
        assert module.call("rem", 1 << 63, -1) == [0]
        assert module.call("div", -7, 2) == [(-3) & 0xFFFF_FFFF]


def test_a_trap_names_the_functions_and_places_that_led_to_it() -> None:
    module_bytes = assemble(
        """(module
             (func $inner (param i32) (if (local.get 0) (then unreachable)))
             (func $middle (param i32) (call $inner (local.get 0)))
             (func (export "outer") (param i32)
               (call $middle (i32.const 0)) (call $middle (local.get 0))))"""
    )
    with Loaded(module_bytes) as module:
        module.call("outer", 0)
        trap = trap_of(module, "outer", 1)
        assert str(trap) == "unreachable"
        assert [function for function, _ in trap.calls] == [0, 1, 2]
        opcodes = [module_bytes[offset] for _, offset in trap.calls]
        assert opcodes == [0x00, 0x10, 0x10]
        module.call("outer", 0)  # nothing of the trap is left


def test_endless_recursion_ends_in_a_trap() -> None:
    with loaded(
        """(module
             (func $f (export "small") (call $f))
             (func $g (export "large") (param i64 i64 i64 i64 i64 i64 i64 i64 i64) (result i64)
               (i64.add (local.get 8) (call $g (local.get 8) (local.get 7) (local.get 6)
                 (local.get 5) (local.get 4) (local.get 3) (local.get 2) (local.get 1)
                 (i64.add (local.get 0) (local.get 8))))))"""
    ) as module:
        assert str(trap_of(module, "small")) == "call stack exhausted"
        assert str(trap_of(module, "large", *range(9))) == "call stack exhausted"


def test_loading_and_unloading_leaves_nothing_behind() -> None:
    """As many linear memories as address space would not hold at once."""
    for number in range(64):
        with loaded(BULK) as module:
            module.call("fill", 0, number, 8)
            assert module.memory(0, 8) == bytes([number]) * 8
