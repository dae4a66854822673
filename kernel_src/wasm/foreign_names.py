"""Names of the instructions with a prefix that the engine knows only to refuse them by name.

Each is the number after the prefix, in hexadecimal, and the name. Vectors (fd): specification
5.4.9. Garbage collection (fb): 5.4.5. Atomics (fe) and wide arithmetic (fc): their proposals.
"""
from __future__ import annotations

from typing import Final

from pykern.lang import Array, Str, comptime, u32

VECTOR_ROWS: Final = """
00 v128.load  01 v128.load8x8_s  02 v128.load8x8_u  03 v128.load16x4_s  04 v128.load16x4_u
05 v128.load32x2_s  06 v128.load32x2_u  07 v128.load8_splat  08 v128.load16_splat
09 v128.load32_splat  0a v128.load64_splat  0b v128.store  0c v128.const  0d i8x16.shuffle
0e i8x16.swizzle  0f i8x16.splat  10 i16x8.splat  11 i32x4.splat  12 i64x2.splat  13 f32x4.splat
14 f64x2.splat  15 i8x16.extract_lane_s  16 i8x16.extract_lane_u  17 i8x16.replace_lane
18 i16x8.extract_lane_s  19 i16x8.extract_lane_u  1a i16x8.replace_lane  1b i32x4.extract_lane
1c i32x4.replace_lane  1d i64x2.extract_lane  1e i64x2.replace_lane  1f f32x4.extract_lane
20 f32x4.replace_lane  21 f64x2.extract_lane  22 f64x2.replace_lane  23 i8x16.eq  24 i8x16.ne
25 i8x16.lt_s  26 i8x16.lt_u  27 i8x16.gt_s  28 i8x16.gt_u  29 i8x16.le_s  2a i8x16.le_u
2b i8x16.ge_s  2c i8x16.ge_u  2d i16x8.eq  2e i16x8.ne  2f i16x8.lt_s  30 i16x8.lt_u
31 i16x8.gt_s  32 i16x8.gt_u  33 i16x8.le_s  34 i16x8.le_u  35 i16x8.ge_s  36 i16x8.ge_u
37 i32x4.eq  38 i32x4.ne  39 i32x4.lt_s  3a i32x4.lt_u  3b i32x4.gt_s  3c i32x4.gt_u
3d i32x4.le_s  3e i32x4.le_u  3f i32x4.ge_s  40 i32x4.ge_u  41 f32x4.eq  42 f32x4.ne  43 f32x4.lt
44 f32x4.gt  45 f32x4.le  46 f32x4.ge  47 f64x2.eq  48 f64x2.ne  49 f64x2.lt  4a f64x2.gt
4b f64x2.le  4c f64x2.ge  4d v128.not  4e v128.and  4f v128.andnot  50 v128.or  51 v128.xor
52 v128.bitselect  53 v128.any_true  54 v128.load8_lane  55 v128.load16_lane  56 v128.load32_lane
57 v128.load64_lane  58 v128.store8_lane  59 v128.store16_lane  5a v128.store32_lane
5b v128.store64_lane  5c v128.load32_zero  5d v128.load64_zero  5e f32x4.demote_f64x2_zero
5f f64x2.promote_low_f32x4  60 i8x16.abs  61 i8x16.neg  62 i8x16.popcnt  63 i8x16.all_true
64 i8x16.bitmask  65 i8x16.narrow_i16x8_s  66 i8x16.narrow_i16x8_u  67 f32x4.ceil  68 f32x4.floor
69 f32x4.trunc  6a f32x4.nearest  6b i8x16.shl  6c i8x16.shr_s  6d i8x16.shr_u  6e i8x16.add
6f i8x16.add_sat_s  70 i8x16.add_sat_u  71 i8x16.sub  72 i8x16.sub_sat_s  73 i8x16.sub_sat_u
74 f64x2.ceil  75 f64x2.floor  76 i8x16.min_s  77 i8x16.min_u  78 i8x16.max_s  79 i8x16.max_u
7a f64x2.trunc  7b i8x16.avgr_u  7c i16x8.extadd_pairwise_i8x16_s
7d i16x8.extadd_pairwise_i8x16_u  7e i32x4.extadd_pairwise_i16x8_s
7f i32x4.extadd_pairwise_i16x8_u  80 i16x8.abs  81 i16x8.neg  82 i16x8.q15mulr_sat_s
83 i16x8.all_true  84 i16x8.bitmask  85 i16x8.narrow_i32x4_s  86 i16x8.narrow_i32x4_u
87 i16x8.extend_low_i8x16_s  88 i16x8.extend_high_i8x16_s  89 i16x8.extend_low_i8x16_u
8a i16x8.extend_high_i8x16_u  8b i16x8.shl  8c i16x8.shr_s  8d i16x8.shr_u  8e i16x8.add
8f i16x8.add_sat_s  90 i16x8.add_sat_u  91 i16x8.sub  92 i16x8.sub_sat_s  93 i16x8.sub_sat_u
94 f64x2.nearest  95 i16x8.mul  96 i16x8.min_s  97 i16x8.min_u  98 i16x8.max_s  99 i16x8.max_u
9b i16x8.avgr_u  9c i16x8.extmul_low_i8x16_s  9d i16x8.extmul_high_i8x16_s
9e i16x8.extmul_low_i8x16_u  9f i16x8.extmul_high_i8x16_u  a0 i32x4.abs  a1 i32x4.neg
a3 i32x4.all_true  a4 i32x4.bitmask  a7 i32x4.extend_low_i16x8_s  a8 i32x4.extend_high_i16x8_s
a9 i32x4.extend_low_i16x8_u  aa i32x4.extend_high_i16x8_u  ab i32x4.shl  ac i32x4.shr_s
ad i32x4.shr_u  ae i32x4.add  b1 i32x4.sub  b5 i32x4.mul  b6 i32x4.min_s  b7 i32x4.min_u
b8 i32x4.max_s  b9 i32x4.max_u  ba i32x4.dot_i16x8_s  bc i32x4.extmul_low_i16x8_s
bd i32x4.extmul_high_i16x8_s  be i32x4.extmul_low_i16x8_u  bf i32x4.extmul_high_i16x8_u
c0 i64x2.abs  c1 i64x2.neg  c3 i64x2.all_true  c4 i64x2.bitmask  c7 i64x2.extend_low_i32x4_s
c8 i64x2.extend_high_i32x4_s  c9 i64x2.extend_low_i32x4_u  ca i64x2.extend_high_i32x4_u
cb i64x2.shl  cc i64x2.shr_s  cd i64x2.shr_u  ce i64x2.add  d1 i64x2.sub  d5 i64x2.mul
d6 i64x2.eq  d7 i64x2.ne  d8 i64x2.lt_s  d9 i64x2.gt_s  da i64x2.le_s  db i64x2.ge_s
dc i64x2.extmul_low_i32x4_s  dd i64x2.extmul_high_i32x4_s  de i64x2.extmul_low_i32x4_u
df i64x2.extmul_high_i32x4_u  e0 f32x4.abs  e1 f32x4.neg  e3 f32x4.sqrt  e4 f32x4.add
e5 f32x4.sub  e6 f32x4.mul  e7 f32x4.div  e8 f32x4.min  e9 f32x4.max  ea f32x4.pmin  eb f32x4.pmax
ec f64x2.abs  ed f64x2.neg  ef f64x2.sqrt  f0 f64x2.add  f1 f64x2.sub  f2 f64x2.mul  f3 f64x2.div
f4 f64x2.min  f5 f64x2.max  f6 f64x2.pmin  f7 f64x2.pmax  f8 i32x4.trunc_sat_f32x4_s
f9 i32x4.trunc_sat_f32x4_u  fa f32x4.convert_i32x4_s  fb f32x4.convert_i32x4_u
fc i32x4.trunc_sat_f64x2_s_zero  fd i32x4.trunc_sat_f64x2_u_zero  fe f64x2.convert_low_i32x4_s
ff f64x2.convert_low_i32x4_u  100 i8x16.relaxed_swizzle  101 i32x4.relaxed_trunc_f32x4_s
102 i32x4.relaxed_trunc_f32x4_u  103 i32x4.relaxed_trunc_f64x2_s_zero
104 i32x4.relaxed_trunc_f64x2_u_zero  105 f32x4.relaxed_madd  106 f32x4.relaxed_nmadd
107 f64x2.relaxed_madd  108 f64x2.relaxed_nmadd  109 i8x16.relaxed_laneselect
10a i16x8.relaxed_laneselect  10b i32x4.relaxed_laneselect  10c i64x2.relaxed_laneselect
10d f32x4.relaxed_min  10e f32x4.relaxed_max  10f f64x2.relaxed_min  110 f64x2.relaxed_max
111 i16x8.relaxed_q15mulr_s  112 i16x8.relaxed_dot_i8x16_i7x16_s
113 i32x4.relaxed_dot_i8x16_i7x16_add_s
"""


ATOMIC_ROWS: Final = """
00 memory.atomic.notify  01 memory.atomic.wait32  02 memory.atomic.wait64  03 atomic.fence
10 i32.atomic.load  11 i64.atomic.load  12 i32.atomic.load8_u  13 i32.atomic.load16_u
14 i64.atomic.load8_u  15 i64.atomic.load16_u  16 i64.atomic.load32_u  17 i32.atomic.store
18 i64.atomic.store  19 i32.atomic.store8  1a i32.atomic.store16  1b i64.atomic.store8
1c i64.atomic.store16  1d i64.atomic.store32  1e i32.atomic.rmw.add  1f i64.atomic.rmw.add
20 i32.atomic.rmw8.add_u  21 i32.atomic.rmw16.add_u  22 i64.atomic.rmw8.add_u
23 i64.atomic.rmw16.add_u  24 i64.atomic.rmw32.add_u  25 i32.atomic.rmw.sub  26 i64.atomic.rmw.sub
27 i32.atomic.rmw8.sub_u  28 i32.atomic.rmw16.sub_u  29 i64.atomic.rmw8.sub_u
2a i64.atomic.rmw16.sub_u  2b i64.atomic.rmw32.sub_u  2c i32.atomic.rmw.and  2d i64.atomic.rmw.and
2e i32.atomic.rmw8.and_u  2f i32.atomic.rmw16.and_u  30 i64.atomic.rmw8.and_u
31 i64.atomic.rmw16.and_u  32 i64.atomic.rmw32.and_u  33 i32.atomic.rmw.or  34 i64.atomic.rmw.or
35 i32.atomic.rmw8.or_u  36 i32.atomic.rmw16.or_u  37 i64.atomic.rmw8.or_u
38 i64.atomic.rmw16.or_u  39 i64.atomic.rmw32.or_u  3a i32.atomic.rmw.xor  3b i64.atomic.rmw.xor
3c i32.atomic.rmw8.xor_u  3d i32.atomic.rmw16.xor_u  3e i64.atomic.rmw8.xor_u
3f i64.atomic.rmw16.xor_u  40 i64.atomic.rmw32.xor_u  41 i32.atomic.rmw.xchg
42 i64.atomic.rmw.xchg  43 i32.atomic.rmw8.xchg_u  44 i32.atomic.rmw16.xchg_u
45 i64.atomic.rmw8.xchg_u  46 i64.atomic.rmw16.xchg_u  47 i64.atomic.rmw32.xchg_u
48 i32.atomic.rmw.cmpxchg  49 i64.atomic.rmw.cmpxchg  4a i32.atomic.rmw8.cmpxchg_u
4b i32.atomic.rmw16.cmpxchg_u  4c i64.atomic.rmw8.cmpxchg_u  4d i64.atomic.rmw16.cmpxchg_u
4e i64.atomic.rmw32.cmpxchg_u
"""

GC_ROWS: Final = """
00 struct.new  01 struct.new_default  02 struct.get  03 struct.get_s  04 struct.get_u
05 struct.set  06 array.new  07 array.new_default  08 array.new_fixed  09 array.new_data
0a array.new_elem  0b array.get  0c array.get_s  0d array.get_u  0e array.set  0f array.len
10 array.fill  11 array.copy  12 array.init_data  13 array.init_elem  14 ref.test  15 ref.test
16 ref.cast  17 ref.cast  18 br_on_cast  19 br_on_cast_fail  1a any.convert_extern
1b extern.convert_any  1c ref.i31  1d i31.get_s  1e i31.get_u
"""

WIDE_ROWS: Final = """
13 i64.add128  14 i64.sub128  15 i64.mul_wide_s  16 i64.mul_wide_u
"""

RELAXED_FIRST: Final[u32] = 0x100
WIDE_FIRST: Final[u32] = 0x13
WIDE_LAST: Final[u32] = 0x16


@comptime
def names(rows: str, count: int, unknown: str) -> list[str]:
    table = [unknown] * count
    words = rows.split()
    for i in range(0, len(words), 2):
        table[int(words[i], 16)] = words[i + 1]
    return table


VECTOR_NAMES: Final[Array[Str, 0x114]] = names(VECTOR_ROWS, 0x114, "vector instruction")
ATOMIC_NAMES: Final[Array[Str, 0x4F]] = names(ATOMIC_ROWS, 0x4F, "atomic instruction")
GC_NAMES: Final[Array[Str, 0x1F]] = names(GC_ROWS, 0x1F, "instruction with the prefix 0xfb")
WIDE_NAMES: Final[Array[Str, 0x17]] = names(WIDE_ROWS, 0x17, "")


def vector_name(number: u32) -> Str:
    return VECTOR_NAMES[number] if number < len(VECTOR_NAMES) else "vector instruction"


def atomic_name(number: u32) -> Str:
    return ATOMIC_NAMES[number] if number < len(ATOMIC_NAMES) else "atomic instruction"


def gc_name(number: u32) -> Str:
    return GC_NAMES[number] if number < len(GC_NAMES) else "instruction with the prefix 0xfb"
