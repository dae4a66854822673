;; A cycle of moves on the way back to the loop.
(module
  (func (param $n i32) (param $a i32) (param $b i32) (result i32)
    (loop $again
      (local.get $a) (local.get $b) (local.set $a) (local.set $b)
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $a)))
