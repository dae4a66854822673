;; Values across calls live in kept registers, then in memory; arguments and results on the stack.
(module
  (type $unary (func (param i32) (result i32)))
  (import "pykern" "exit" (func $exit (param i32)))
  (table 4 funcref)
  (func $many (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32 i32 i32)
    (local.get 7) (local.get 6) (local.get 0))
  (func (param i32 i32) (result i32)
    (call $many (i32.const 1) (local.get 1) (i32.const 3) (i32.const 4)
      (i32.const 5) (i32.const 6) (local.get 0) (i32.const 8))
    (i32.add) (i32.add))
  (func (param i32) (result i32)
    (call $exit (local.get 0))
    (call_indirect (type $unary) (i32.const 2) (local.get 0))))
