"""Arithmetic that panics: each function at its marked line, with its message."""

from __future__ import annotations

from pykern.lang import Final, f64, i8, i16, i32, i64, max_of, min_of, test, u8, u16, u32, u64
from tests.compiler.programs.support.hidden import hidden
from tests.compiler.programs.support.output import write_line

USES_FLOAT: Final = True


@test
def sum_of_bytes() -> None:
    x = hidden(u8(255))
    x = x + 1  # panics: u8 overflow: 255 + 1
    write_line(f"{x}")


@test
def augmented_sum() -> None:
    x = hidden(u64(max_of(u64)))
    x += 2  # panics: u64 overflow: 18446744073709551615 + 2


@test
def signed_sum() -> None:
    x = hidden(i16(-32768)) + hidden(i16(-1))  # panics: i16 overflow: -32768 + -1
    write_line(f"{x}")


@test
def difference() -> None:
    x = hidden(u32(3)) - hidden(u32(4))  # panics: u32 overflow: 3 - 4
    write_line(f"{x}")


@test
def product() -> None:
    x = hidden(i64(1 << 62)) * 2  # panics: i64 overflow: 4611686018427387904 * 2
    write_line(f"{x}")


@test
def product_of_bytes() -> None:
    x = hidden(u8(16)) * hidden(u8(16))  # panics: u8 overflow: 16 * 16
    write_line(f"{x}")


@test
def wide_product() -> None:
    x = hidden(u64(1 << 32)) * hidden(u64(1 << 32))  # panics: u64 overflow: 4294967296 * 4294967296
    write_line(f"{x}")


@test
def negation() -> None:
    x = -hidden(min_of(i32))  # panics: i32 overflow: 0 - -2147483648
    write_line(f"{x}")


@test
def absolute() -> None:
    x = abs(hidden(i8(-128)))  # panics: i8 overflow: 0 - -128
    write_line(f"{x}")


@test
def division_by_zero() -> None:
    x = hidden(u32(7)) // hidden(u32(0))  # panics: division by zero (// on u32)
    write_line(f"{x}")


@test
def remainder_by_zero() -> None:
    x = hidden(i64(-7)) % hidden(i64(0))  # panics: division by zero (% on i64)
    write_line(f"{x}")


@test
def float_division_by_zero() -> None:
    x = hidden(f64(7.0)) / hidden(f64(0.0))  # panics: division by zero (/ on f64)
    write_line(f"{u32(x)}")


@test
def least_by_minus_one() -> None:
    x = hidden(min_of(i64)) // hidden(i64(-1))  # panics: i64 overflow: -9223372036854775808 // -1
    write_line(f"{x}")


@test
def bits_shifted_out() -> None:
    x = hidden(u16(0x8000)) << 1  # panics: u16 overflow: 32768 << 1
    write_line(f"{x}")


@test
def sign_shifted_out() -> None:
    x = hidden(i8(64)) << hidden(u32(1))  # panics: i8 overflow: 64 << 1
    write_line(f"{x}")


@test
def shifted_too_far() -> None:
    x = hidden(u32(1)) << hidden(u64(32))  # panics: shift by 32: u32 has fewer bits
    write_line(f"{x}")


@test
def shifted_down_too_far() -> None:
    x = hidden(i64(-1)) >> hidden(u8(64))  # panics: shift by 64: i64 has fewer bits
    write_line(f"{x}")


@test
def number_too_large() -> None:
    x = u8(hidden(u32(256)))  # panics: 256 does not fit u8
    write_line(f"{x}")


@test
def number_below_zero() -> None:
    x = u64(hidden(i8(-1)))  # panics: -1 does not fit u64
    write_line(f"{x}")


@test
def number_without_a_sign() -> None:
    x = i64(hidden(max_of(u64)))  # panics: 18446744073709551615 does not fit i64
    write_line(f"{x}")


@test
def the_left_operand_panics_first() -> None:
    x = (hidden(u8(255)) + 1) // hidden(u8(0))  # panics: u8 overflow: 255 + 1
    write_line(f"{x}")


@test
def counting_past_the_end() -> None:
    total: u8 = 0
    for i in range(u8(200)):
        total += i  # panics: u8 overflow: 253 + 23
    write_line(f"{total}")
