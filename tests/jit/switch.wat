;; A table of distances; one target needs a move.
(module
  (func (param i32) (result i32)
    (local $x i32)
    (block $c
      (block $b
        (block $a (br_table $a $b $a $c (local.get 0)))
        (local.set $x (i32.const 10)))
      (local.set $x (i32.add (local.get $x) (local.get 0))))
    (local.get $x)))
