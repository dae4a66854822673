"""Modules that tests start from, and ways to cut them."""

from __future__ import annotations

from tests.support.wast import assemble

# Every section, every kind of import, export and segment, locals, blocks, calls, tables.
ALL_SECTIONS = assemble(
    """
    (module $everything
      (type $binary (func (param i32 i32) (result i32)))
      (import "pykern" "write" (func $write (param i32 i32)))
      (import "env" "memory" (memory 1 4))
      (import "env" "table" (table $imported 2 funcref))
      (import "env" "base" (global $base i32))
      (table $functions 4 8 funcref)
      (table $things 2 externref)
      (memory $second 1)
      (global $counter (mut i64) (i64.const -5))
      (global $start i32 (i32.add (global.get $base) (i32.const 16)))
      (global $half f32 (f32.const 0.5))
      (global $reference funcref (ref.func $add))
      (export "add" (func $add))
      (export "memory" (memory 0))
      (export "counter" (global $counter))
      (export "functions" (table $functions))
      (start $init)
      (elem (table $functions) (i32.const 1) func $add $init)
      (elem $passive func $add)
      (elem $expressions funcref (ref.null func) (ref.func $add))
      (elem declare func $loop)
      (data (i32.const 0) "hello\\n")
      (data $later "later")
      (data (memory $second) (global.get $base) "second")
      (func $add (type $binary) (i32.add (local.get 0) (local.get 1)))
      (func $init
        (local $i i32) (local f64 f64 i64)
        (memory.init $later (i32.const 8) (i32.const 0) (i32.const 5))
        (data.drop $later)
        (table.init $functions $passive (i32.const 0) (i32.const 0) (i32.const 1))
        (table.set $things (i32.const 0) (ref.null extern))
        (call $write (i32.const 0) (i32.const 6)))
      (func $loop (param $n i32) (result i64)
        (local $sum i64)
        (block $done
          (loop $again
            (br_if $done (i32.eqz (local.get $n)))
            (local.set $sum
              (i64.add (local.get $sum) (i64.load offset=8 align=4 (local.get $n))))
            (local.set $n (i32.sub (local.get $n) (i32.const 1)))
            (br $again)))
        (if (result i64) (i64.eqz (local.get $sum))
          (then (i64.const 1))
          (else (global.set $counter (local.get $sum)) (local.get $sum))))
      (func $switch (param i32) (result f32)
        (block $a (block $b (block $c
          (br_table $a $b $c (local.get 0))
          (drop (i32.const 0)))
          (return (f32.const 1.5)))
          (return (f32.convert_i32_s (i32.trunc_sat_f64_s (f64.const 2)))))
        (drop (call_indirect $functions (type $binary)
          (i32.const 1) (i32.const 2) (i32.const 1)))
        (select (f32.const 1) (global.get $half) (ref.is_null (global.get $reference)))))
    """
)


def sections(module: bytes) -> list[tuple[int, int, int]]:
    """(id, first byte, end) of each section, the id's byte being the first."""
    found = []
    position = 8
    while position < len(module):
        start = position
        size = shift = 0
        position += 1
        while True:
            byte = module[position]
            position += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        position += size
        found.append((module[start], start, position))
    return found


def leb128(value: int) -> bytes:
    encoded = bytearray()
    while True:
        byte = value & 0x7F
        value >>= 7
        if value == 0:
            encoded.append(byte)
            return bytes(encoded)
        encoded.append(byte | 0x80)


def cut_section(module: bytes, start: int, end: int, kept: int) -> bytes:
    """The module with one section's content cut after `kept` bytes, its size put right."""
    header = start + 1
    while module[header] >= 0x80:
        header += 1
    content = module[header + 1 : end][:kept]
    return module[: start + 1] + leb128(len(content)) + content + module[end:]
