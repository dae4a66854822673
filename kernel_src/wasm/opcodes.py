"""The opcode table: one row for each instruction.

The decoder, the validator, the compiler and every message read this table; nothing else in the
engine spells an instruction's name, immediates or type. A row has four columns:

- the code in hexadecimal: one byte, or the prefix fc and the number after it;
- the name of the text format;
- the immediates that follow the code, `-` for none (the `IMMEDIATE_*` constants below); for a load
  or store, `access` and the number of bytes it touches;
- the type, operands before the colon and result after it: i = i32, I = i64, f = f32, F = f64.
  A star: no fixed type, `validate.py` has a rule for the instruction.

A row whose immediates are the name of a proposal is an instruction that is known and refused.
Opcodes fit 16 bits: one-byte codes are themselves, fc n is 0x100 + n. The tables are indexed by
that. Specification: 5.4 (codes), 3.3 (types), appendix A (index of instructions).
"""
from __future__ import annotations

from typing import Final

from pykern.lang import Array, Str, comptime, u8, u16, u32, usize

ROWS: Final = """
00   unreachable                -            *
01   nop                        -            :
02   block                      block        *
03   loop                       block        *
04   if                         block        *
05   else                       -            *
06   try                        exceptions   *
07   catch                      exceptions   *
08   throw                      exceptions   *
09   rethrow                    exceptions   *
0a   throw_ref                  exceptions   *
0b   end                        -            *
0c   br                         label        *
0d   br_if                      label        *
0e   br_table                   labels       *
0f   return                     -            *
10   call                       function     *
11   call_indirect              type_table   *
12   return_call                function     *
13   return_call_indirect       type_table   *
14   call_ref                   references   *
15   return_call_ref            references   *
18   delegate                   exceptions   *
19   catch_all                  exceptions   *
1a   drop                       -            *
1b   select                     -            *
1c   select                     types        *
1f   try_table                  exceptions   *
20   local.get                  local        *
21   local.set                  local        *
22   local.tee                  local        *
23   global.get                 global       *
24   global.set                 global       *
25   table.get                  table        *
26   table.set                  table        *
28   i32.load                   access4      i:i
29   i64.load                   access8      i:I
2a   f32.load                   access4      i:f
2b   f64.load                   access8      i:F
2c   i32.load8_s                access1      i:i
2d   i32.load8_u                access1      i:i
2e   i32.load16_s               access2      i:i
2f   i32.load16_u               access2      i:i
30   i64.load8_s                access1      i:I
31   i64.load8_u                access1      i:I
32   i64.load16_s               access2      i:I
33   i64.load16_u               access2      i:I
34   i64.load32_s               access4      i:I
35   i64.load32_u               access4      i:I
36   i32.store                  access4      ii:
37   i64.store                  access8      iI:
38   f32.store                  access4      if:
39   f64.store                  access8      iF:
3a   i32.store8                 access1      ii:
3b   i32.store16                access2      ii:
3c   i64.store8                 access1      iI:
3d   i64.store16                access2      iI:
3e   i64.store32                access4      iI:
3f   memory.size                memory       :i
40   memory.grow                memory       i:i
41   i32.const                  i32          :i
42   i64.const                  i64          :I
43   f32.const                  f32          :f
44   f64.const                  f64          :F
45   i32.eqz                    -            i:i
46   i32.eq                     -            ii:i
47   i32.ne                     -            ii:i
48   i32.lt_s                   -            ii:i
49   i32.lt_u                   -            ii:i
4a   i32.gt_s                   -            ii:i
4b   i32.gt_u                   -            ii:i
4c   i32.le_s                   -            ii:i
4d   i32.le_u                   -            ii:i
4e   i32.ge_s                   -            ii:i
4f   i32.ge_u                   -            ii:i
50   i64.eqz                    -            I:i
51   i64.eq                     -            II:i
52   i64.ne                     -            II:i
53   i64.lt_s                   -            II:i
54   i64.lt_u                   -            II:i
55   i64.gt_s                   -            II:i
56   i64.gt_u                   -            II:i
57   i64.le_s                   -            II:i
58   i64.le_u                   -            II:i
59   i64.ge_s                   -            II:i
5a   i64.ge_u                   -            II:i
5b   f32.eq                     -            ff:i
5c   f32.ne                     -            ff:i
5d   f32.lt                     -            ff:i
5e   f32.gt                     -            ff:i
5f   f32.le                     -            ff:i
60   f32.ge                     -            ff:i
61   f64.eq                     -            FF:i
62   f64.ne                     -            FF:i
63   f64.lt                     -            FF:i
64   f64.gt                     -            FF:i
65   f64.le                     -            FF:i
66   f64.ge                     -            FF:i
67   i32.clz                    -            i:i
68   i32.ctz                    -            i:i
69   i32.popcnt                 -            i:i
6a   i32.add                    -            ii:i
6b   i32.sub                    -            ii:i
6c   i32.mul                    -            ii:i
6d   i32.div_s                  -            ii:i
6e   i32.div_u                  -            ii:i
6f   i32.rem_s                  -            ii:i
70   i32.rem_u                  -            ii:i
71   i32.and                    -            ii:i
72   i32.or                     -            ii:i
73   i32.xor                    -            ii:i
74   i32.shl                    -            ii:i
75   i32.shr_s                  -            ii:i
76   i32.shr_u                  -            ii:i
77   i32.rotl                   -            ii:i
78   i32.rotr                   -            ii:i
79   i64.clz                    -            I:I
7a   i64.ctz                    -            I:I
7b   i64.popcnt                 -            I:I
7c   i64.add                    -            II:I
7d   i64.sub                    -            II:I
7e   i64.mul                    -            II:I
7f   i64.div_s                  -            II:I
80   i64.div_u                  -            II:I
81   i64.rem_s                  -            II:I
82   i64.rem_u                  -            II:I
83   i64.and                    -            II:I
84   i64.or                     -            II:I
85   i64.xor                    -            II:I
86   i64.shl                    -            II:I
87   i64.shr_s                  -            II:I
88   i64.shr_u                  -            II:I
89   i64.rotl                   -            II:I
8a   i64.rotr                   -            II:I
8b   f32.abs                    -            f:f
8c   f32.neg                    -            f:f
8d   f32.ceil                   -            f:f
8e   f32.floor                  -            f:f
8f   f32.trunc                  -            f:f
90   f32.nearest                -            f:f
91   f32.sqrt                   -            f:f
92   f32.add                    -            ff:f
93   f32.sub                    -            ff:f
94   f32.mul                    -            ff:f
95   f32.div                    -            ff:f
96   f32.min                    -            ff:f
97   f32.max                    -            ff:f
98   f32.copysign               -            ff:f
99   f64.abs                    -            F:F
9a   f64.neg                    -            F:F
9b   f64.ceil                   -            F:F
9c   f64.floor                  -            F:F
9d   f64.trunc                  -            F:F
9e   f64.nearest                -            F:F
9f   f64.sqrt                   -            F:F
a0   f64.add                    -            FF:F
a1   f64.sub                    -            FF:F
a2   f64.mul                    -            FF:F
a3   f64.div                    -            FF:F
a4   f64.min                    -            FF:F
a5   f64.max                    -            FF:F
a6   f64.copysign               -            FF:F
a7   i32.wrap_i64               -            I:i
a8   i32.trunc_f32_s            -            f:i
a9   i32.trunc_f32_u            -            f:i
aa   i32.trunc_f64_s            -            F:i
ab   i32.trunc_f64_u            -            F:i
ac   i64.extend_i32_s           -            i:I
ad   i64.extend_i32_u           -            i:I
ae   i64.trunc_f32_s            -            f:I
af   i64.trunc_f32_u            -            f:I
b0   i64.trunc_f64_s            -            F:I
b1   i64.trunc_f64_u            -            F:I
b2   f32.convert_i32_s          -            i:f
b3   f32.convert_i32_u          -            i:f
b4   f32.convert_i64_s          -            I:f
b5   f32.convert_i64_u          -            I:f
b6   f32.demote_f64             -            F:f
b7   f64.convert_i32_s          -            i:F
b8   f64.convert_i32_u          -            i:F
b9   f64.convert_i64_s          -            I:F
ba   f64.convert_i64_u          -            I:F
bb   f64.promote_f32            -            f:F
bc   i32.reinterpret_f32        -            f:i
bd   i64.reinterpret_f64        -            F:I
be   f32.reinterpret_i32        -            i:f
bf   f64.reinterpret_i64        -            I:F
c0   i32.extend8_s              -            i:i
c1   i32.extend16_s             -            i:i
c2   i64.extend8_s              -            I:I
c3   i64.extend16_s             -            I:I
c4   i64.extend32_s             -            I:I
d0   ref.null                   reference    *
d1   ref.is_null                -            *
d2   ref.func                   function     *
d3   ref.eq                     gc           *
d4   ref.as_non_null            references   *
d5   br_on_null                 references   *
d6   br_on_non_null             references   *
fc00 i32.trunc_sat_f32_s        -            f:i
fc01 i32.trunc_sat_f32_u        -            f:i
fc02 i32.trunc_sat_f64_s        -            F:i
fc03 i32.trunc_sat_f64_u        -            F:i
fc04 i64.trunc_sat_f32_s        -            f:I
fc05 i64.trunc_sat_f32_u        -            f:I
fc06 i64.trunc_sat_f64_s        -            F:I
fc07 i64.trunc_sat_f64_u        -            F:I
fc08 memory.init                data_memory  iii:
fc09 data.drop                  data         :
fc0a memory.copy                memories     iii:
fc0b memory.fill                memory       iii:
fc0c table.init                 elem_table   *
fc0d elem.drop                  elem         :
fc0e table.copy                 tables       *
fc0f table.grow                 table        *
fc10 table.size                 table        :i
fc11 table.fill                 table        *
"""

# Immediates, and the fields of `Instruction` that they fill
IMMEDIATE_NONE: Final[u8] = 0
IMMEDIATE_BLOCK: Final[u8] = 1  # block type: params, results
IMMEDIATE_LABEL: Final[u8] = 2  # index
IMMEDIATE_LABELS: Final[u8] = 3  # targets_start, targets_count
IMMEDIATE_FUNCTION: Final[u8] = 4  # index
IMMEDIATE_TYPE_TABLE: Final[u8] = 5  # index: type; index2: table
IMMEDIATE_LOCAL: Final[u8] = 6  # index
IMMEDIATE_GLOBAL: Final[u8] = 7  # index
IMMEDIATE_TABLE: Final[u8] = 8  # index
IMMEDIATE_TABLES: Final[u8] = 9  # index: destination; index2: source
IMMEDIATE_MEMORY: Final[u8] = 10  # index
IMMEDIATE_MEMORIES: Final[u8] = 11  # index: destination; index2: source
IMMEDIATE_DATA: Final[u8] = 12  # index: data segment
IMMEDIATE_DATA_MEMORY: Final[u8] = 13  # index: data segment; index2: memory
IMMEDIATE_ELEM: Final[u8] = 14  # index: element segment
IMMEDIATE_ELEM_TABLE: Final[u8] = 15  # index: element segment; index2: table
IMMEDIATE_ACCESS: Final[u8] = 16  # align (a power of 2), value: offset, index: memory
IMMEDIATE_I32: Final[u8] = 17  # value
IMMEDIATE_I64: Final[u8] = 18  # value
IMMEDIATE_F32: Final[u8] = 19  # value: the bits
IMMEDIATE_F64: Final[u8] = 20  # value: the bits
IMMEDIATE_TYPES: Final[u8] = 21  # type
IMMEDIATE_REFERENCE: Final[u8] = 22  # type
IMMEDIATE_UNKNOWN: Final[u8] = 23  # no such instruction
# From here on: instructions that are known, and refused
IMMEDIATE_EXCEPTIONS: Final[u8] = 24
IMMEDIATE_REFERENCES: Final[u8] = 25
IMMEDIATE_GC: Final[u8] = 26

OPCODES: Final[usize] = 0x112

PREFIX_GC: Final[u8] = 0xFB
PREFIX_MISC: Final[u8] = 0xFC
PREFIX_SIMD: Final[u8] = 0xFD
PREFIX_THREADS: Final[u8] = 0xFE
MISC_BASE: Final[u16] = 0x100
MISC_COUNT: Final[u32] = 18


@comptime
def table_index(code: str) -> int:
    """The index of a row: fc12 is 0x112."""
    if code.startswith("fc"):
        return 0x100 + int(code[2:], 16)
    return int(code, 16)


@comptime
def name_table(rows: str, count: int) -> list[str]:
    table = [""] * count
    for row in rows.strip().splitlines():
        table[table_index(row.split()[0])] = row.split()[1]
    return table


@comptime
def immediate_table(rows: str, count: int) -> list[int]:
    names = [
        "-", "block", "label", "labels", "function", "type_table", "local", "global", "table",
        "tables", "memory", "memories", "data", "data_memory", "elem", "elem_table", "access",
        "i32", "i64", "f32", "f64", "types", "reference", "unknown", "exceptions", "references",
        "gc",
    ]
    table = [names.index("unknown")] * count
    for row in rows.strip().splitlines():
        immediates = row.split()[2]
        if immediates.startswith("access"):
            immediates = "access"
        table[table_index(row.split()[0])] = names.index(immediates)
    return table


@comptime
def access_table(rows: str, count: int) -> list[int]:
    table = [0] * count
    for row in rows.strip().splitlines():
        immediates = row.split()[2]
        if immediates.startswith("access"):
            table[table_index(row.split()[0])] = int(immediates[6:])
    return table


@comptime
def value_type(letter: str) -> int:
    return 0x7F - "iIfF".index(letter)


@comptime
def operand_table(rows: str, count: int) -> list[int]:
    """The operands' types, the last (the first to be popped) in the lowest byte; 0 ends them."""
    table = [0] * count
    for row in rows.strip().splitlines():
        operands = row.split()[3].split(":")[0]
        if operands != "*":
            packed = 0
            for letter in operands:
                packed = packed << 8 | value_type(letter)
            table[table_index(row.split()[0])] = packed
    return table


@comptime
def result_table(rows: str, count: int) -> list[int]:
    """The result's type, or `NO_RESULT`, or `SPECIAL_TYPE` where the row has a star."""
    table = [1] * count
    for row in rows.strip().splitlines():
        type = row.split()[3]
        result = 1
        if type != "*":
            result = value_type(type[-1]) if type[-1] != ":" else 0
        table[table_index(row.split()[0])] = result
    return table


NO_RESULT: Final[u8] = 0
SPECIAL_TYPE: Final[u8] = 1

NAMES: Final[Array[Str, 0x112]] = name_table(ROWS, 0x112)
IMMEDIATES: Final[Array[u8, 0x112]] = immediate_table(ROWS, 0x112)
ACCESS_BYTES: Final[Array[u8, 0x112]] = access_table(ROWS, 0x112)
OPERANDS: Final[Array[u32, 0x112]] = operand_table(ROWS, 0x112)
RESULTS: Final[Array[u8, 0x112]] = result_table(ROWS, 0x112)
