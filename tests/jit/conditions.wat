;; Comparisons go into what uses them.
(module
  (func (param i32 i32) (result i32)
    (select (local.get 0) (local.get 1) (i32.lt_s (local.get 0) (local.get 1))))
  (func (param i64) (result i32) (i64.eqz (local.get 0)))
  (func (param i32 i64) (result i32)
    (i32.eqz (i32.eqz (i64.gt_u (i64.const 5) (local.get 1)))))
  (func (param i32) (result i32)
    (block (br_if 0 (i32.eqz (i32.ne (local.get 0) (i32.const 3)))) (return (i32.const 7)))
    (i32.const 8)))
