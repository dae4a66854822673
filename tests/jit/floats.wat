;; Floats: values in vector registers across a loop, constants in memory, comparisons that are
;; branched on, the two-operand form of what may not be exchanged, a float alive across a call.
(module
  (memory 1)
  (func $sum (param $p i32) (param $n i32) (result f64)
    (local $total f64)
    (loop $again
      (local.set $total
        (f64.add
          (local.get $total)
          (f64.mul (f64.load (local.get $p)) (f64.const 0.5))))
      (local.set $p (i32.add (local.get $p) (i32.const 8)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $total))
  (func $equal (param $a f64) (param $b f64) (result i32)
    (if (result i32)
      (f64.eq (local.get $a) (local.get $b))
      (then (i32.const 1))
      (else (f64.lt (local.get $a) (f64.neg (local.get $b))))))
  (func $reversed (param $a f32) (param $b f32) (result f32)
    (select
      (f32.sub (local.get $b) (local.get $a))
      (f32.sqrt (local.get $a))
      (f32.ne (local.get $a) (local.get $b))))
  (func $across (param $a f64) (param $i i32) (result f64)
    (f64.add
      (f64.convert_i32_s (local.get $i))
      (f64.mul (local.get $a) (call $sum (local.get $i) (local.get $i))))))
