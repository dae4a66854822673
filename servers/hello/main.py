"""The smallest server that takes the whole path: text, arithmetic, memory, tables, calls."""
from __future__ import annotations

from typing import Final

from pykern.lang import (
    Array,
    Fn,
    Slice,
    comptime,
    export,
    u8,
    u32,
    u64,
    usize,
    utf8,
    wrapping,
    zeroed,
)
from servers.sdk.process import finish
from servers.sdk.text import write_line

PRIMES_BELOW: Final[u32] = 1000

CRC_POLYNOMIAL: Final = 0xEDB8_8320


@comptime
def crc_table() -> list[int]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (CRC_POLYNOMIAL if value & 1 else 0)
        table.append(value)
    return table


CRC_TABLE: Final[Array[u32, 256]] = crc_table()

is_composite: Array[bool, PRIMES_BELOW] = zeroed()


@export("_start")
def start() -> None:
    write_line("hello from a server")
    write_line(f"{count_primes()} primes below {PRIMES_BELOW:,}")
    write_line(f"crc32 of 'pykern' is {crc32(utf8('pykern')):08x}")
    write_line(f"the 90th Fibonacci number is {fibonacci(90)}")
    operations: Array[Fn[[u64, u64], u64], 3] = Array(add, multiply, power)
    for operation in operations:
        write_line(f"3 and 20 make {operation(3, 20)}")
    finish(0)


def count_primes() -> usize:
    """The sieve of Eratosthenes."""
    count: usize = 0
    for number in range(2, PRIMES_BELOW):
        if not is_composite[number]:
            count += 1
            multiple = number * number
            while multiple < PRIMES_BELOW:
                is_composite[multiple] = True
                multiple += number
    return count


def crc32(text: Slice[u8]) -> u32:
    crc: u32 = 0xFFFF_FFFF
    for byte in text:
        crc = crc >> 8 ^ CRC_TABLE[(crc ^ byte) & 0xFF]
    return ~crc


def fibonacci(index: u32) -> u64:
    a: u64 = 0
    b: u64 = 1
    for _ in range(index):
        a, b = b, a + b
    return a


def add(a: u64, b: u64) -> u64:
    return a + b


def multiply(a: u64, b: u64) -> u64:
    return a * b


@wrapping
def power(a: u64, b: u64) -> u64:
    result: u64 = 1
    for _ in range(b):
        result *= a
    return result
