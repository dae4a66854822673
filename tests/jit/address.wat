;; base + (index << 2) in one instruction; the sum wraps at 32 bits, so it is not part of the address.
;; A shift that is used twice is not taken in. The loop is small: its head is aligned.
(module
  (memory 1)
  (func $element (param $base i32) (param $i i32) (result i32)
    (i32.load offset=8 (i32.add (local.get $base) (i32.shl (local.get $i) (i32.const 2)))))
  (func $twice (param $base i64) (param $i i64) (result i64) (local $scaled i64)
    (local.set $scaled (i64.shl (local.get $i) (i64.const 3)))
    (i64.xor (i64.add (local.get $scaled) (local.get $base)) (local.get $scaled)))
  (func $clear (param $base i32) (param $n i32)
    (loop $again
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (i32.store
        (i32.add (i32.shl (local.get $n) (i32.const 2)) (local.get $base)) (i32.const 0))
      (br_if $again (local.get $n)))))
