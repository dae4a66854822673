"""Several memories in one module: each instruction acts on the memory it names, and on no other."""

from __future__ import annotations

import pytest

from pykern.wasm.engine import Trapped
from tests.support.wasm_store import store

OWN = """(module
  (memory $a (export "a") 1) (memory $b (export "b") 2 3) (memory $c (export "c") 1)
  (data (memory $b) (i32.const 4) "abcd") (data $p "xyz")
  (func (export "load") (param i32) (result i32 i32 i32)
    (i32.load8_u $a (local.get 0)) (i32.load8_u $b (local.get 0)) (i32.load8_u $c (local.get 0)))
  (func (export "last") (param i32) (result i64) (i64.load $b offset=65528 (local.get 0)))
  (func (export "far") (param i32) (result i32) (i32.load8_u $c offset=0xffffffff (local.get 0)))
  (func (export "store") (param i32 i64) (i64.store $c (local.get 0) (local.get 1)))
  (func (export "sizes") (result i32 i32 i32) (memory.size $a) (memory.size $b) (memory.size $c))
  (func (export "grow") (param i32) (result i32) (memory.grow $b (local.get 0)))
  (func (export "fill") (param i32 i32 i32)
    (memory.fill $c (local.get 0) (local.get 1) (local.get 2)))
  (func (export "copy") (param i32 i32 i32)
    (memory.copy $a $b (local.get 0) (local.get 1) (local.get 2)))
  (func (export "init") (param i32 i32 i32)
    (memory.init $c $p (local.get 0) (local.get 1) (local.get 2))))"""


def test_loads_and_stores() -> None:
    with store() as linked:
        instance = linked.load("m", OWN)
        assert instance.call("load", [4]) == [0, ord("a"), 0]
        instance.call("store", [1, 0x1122_3344_5566_7788])
        assert instance.call("load", [4]) == [0, ord("a"), 0x55]
        assert instance.call("last", [65536]) == [0]


def test_every_memory_has_its_own_size() -> None:
    with store() as linked:
        instance = linked.load("m", OWN)
        assert instance.call("sizes", []) == [1, 2, 1]
        assert instance.call("grow", [1]) == [2]
        assert instance.call("grow", [1]) == [0xFFFF_FFFF]
        assert instance.call("sizes", []) == [1, 3, 1]
        assert instance.call("last", [2 * 65536]) == [0]


def test_bulk_instructions() -> None:
    with store() as linked:
        instance = linked.load("m", OWN)
        instance.call("copy", [4, 5, 2])
        assert instance.call("load", [4]) == [ord("b"), ord("a"), 0]
        instance.call("fill", [0, 7, 65536])
        assert instance.call("load", [65535]) == [0, 0, 7]
        instance.call("init", [65533, 0, 3])
        assert instance.call("load", [65535]) == [0, 0, ord("z")]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("last", [2 * 65536 - 65528 - 7]),
        ("last", [0xFFFF_FFFF]),
        ("far", [0]),
        ("far", [0xFFFF_FFFF]),
        ("store", [65529, 0]),
        ("store", [65536, 0]),
        ("fill", [65536, 0, 1]),
        ("fill", [0xFFFF_FFFF, 0, 0xFFFF_FFFF]),
        ("copy", [0, 2 * 65536, 1]),
        ("copy", [65536, 0, 1]),
        ("init", [65534, 0, 3]),
        ("init", [0, 1, 3]),
    ],
)
def test_the_end_of_each_memory(name: str, arguments: list[int]) -> None:
    """A store that reaches past the end writes nothing of what would have been inside."""
    with store() as linked:
        instance = linked.load("m", OWN)
        instance.call("fill", [0, 7, 65536])
        with pytest.raises(Trapped, match="out of bounds memory access"):
            instance.call(name, arguments)
        assert instance.call("load", [65535])[2] == 7


def test_one_memory_under_two_indices() -> None:
    """An importer may get the same memory twice: then both are one, whatever grows."""
    with store() as linked:
        linked.load("m", OWN)
        both = linked.load(
            "n",
            """(module (memory $x (import "m" "b") 1) (memory $y (import "m" "b") 1)
              (func (export "f") (param i32) (result i32)
                (i32.store $x (i32.const 0) (local.get 0))
                (i32.store $y (i32.const 0) (i32.const 8))
                (i32.load $x (i32.const 0)))
              (func (export "grow") (result i32 i32)
                (drop (memory.grow $y (i32.const 1))) (memory.size $x) (memory.size $y)))""",
        )
        assert both.call("f", [5]) == [8]
        assert both.call("grow", []) == [3, 3]
