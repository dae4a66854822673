"""Loops of unusual shapes: which blocks repeat, and what must survive until they do."""

from __future__ import annotations

import wasmtime

from tests.support.jit import Instance, compile_module

# The last branch back to the outer loop comes before the inner loop's own: what follows it repeats
# through the inner loop, so $kept, which only the outer loop needs, must survive there.
INNER_ENDS_LAST = """
(module
  (func (export "f") (param $n i32) (result i32)
    (local $kept i32) (local $sum i32) (local $m i32)
    (local.set $kept (i32.mul (local.get $n) (i32.const 3)))
    (loop $outer
      (local.set $sum (i32.add (local.get $sum) (local.get $kept)))
      (local.set $m (i32.and (local.get $n) (i32.const 7)))
      (loop $inner
        (block $more
          (br_if $more (local.get $m))
          (if (i32.eqz (local.get $n)) (then (return (local.get $sum))))
          (local.set $n (i32.sub (local.get $n) (i32.const 1)))
          (br $outer))
        (local.set $m (i32.sub (local.get $m) (i32.const 1)))
        (local.set $sum
          (i32.add (local.get $sum) (i32.mul (local.get $m) (local.get $m))))
        (br $inner)))
    (unreachable)))
"""


def test_an_inner_loop_may_end_after_the_last_branch_back() -> None:
    compile_module(INNER_ENDS_LAST)  # with the allocation checker
    instance = Instance(INNER_ENDS_LAST)
    store = wasmtime.Store()
    module = wasmtime.Module(store.engine, INNER_ENDS_LAST)
    reference = wasmtime.Instance(store, module, []).exports(store)["f"]
    try:
        for n in (0, 1, 9, 30):
            assert instance.call("f", n) == [reference(store, n)]  # type: ignore[operator]
    finally:
        instance.close()
