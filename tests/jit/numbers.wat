(module
  (memory 1)
  ;; The product is computed once in each arm that comes after it, and anew after the merge
  (func (export "arms") (param i32 i32) (result i32)
    (i32.mul (local.get 0) (local.get 1))
    (if (result i32) (local.get 0)
      (then (i32.rotl (i32.add (local.get 0) (i32.const 7)) (local.get 1)))
      (else (i32.mul (local.get 0) (local.get 1))))
    (i32.add)
    (i32.xor (i32.rotl (i32.add (i32.const 7) (local.get 0)) (local.get 1))))
  ;; One store and one load; the store of a byte may change what was loaded
  (func (export "memory") (param i32 i32) (result i32)
    (i32.store offset=4 (local.get 0) (local.get 1))
    (i32.store offset=8 (local.get 0) (i32.const 5))
    (i32.load offset=4 (local.get 0))
    (i32.store8 (local.get 1) (i32.const 9))
    (i32.add (i32.load offset=4 (local.get 0)))
    (i32.add (i32.load offset=4 (local.get 0))))
  ;; Constants, identities, a division
  (func (export "cheaper") (param i32) (result i32)
    (i32.mul (i32.sub (i32.const 12) (i32.const 4)) (local.get 0))
    (i32.add (i32.or (i32.const 0) (local.get 0)))
    (i32.add (i32.rem_s (local.get 0) (i32.const 10)))))
