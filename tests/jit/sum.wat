;; A loop that is tested at its end; its two parameters must stay in registers without moves.
(module (memory 1)
  (func (param $address i32) (param $count i32) (result i64)
    (local $sum i64)
    (loop $again
      (local.set $sum
        (i64.add (local.get $sum) (i64.load32_u offset=16 (local.get $address))))
      (local.set $address (i32.add (local.get $address) (i32.const 4)))
      (br_if $again
        (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
    (local.get $sum)))
