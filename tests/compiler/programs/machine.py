"""The processor's own operations that any program may use."""

from __future__ import annotations

from pykern.lang import (
    Array,
    Order,
    address_of,
    asm,
    compiler_fence,
    cpuid,
    fence,
    naked,
    noinline,
    pause,
    rdtsc,
    read_fp,
    rep_movsb,
    rep_movsq,
    rep_stosb,
    rep_stosq,
    test,
    u8,
    u32,
    u64,
    usize,
    zeroed,
)
from tests.compiler.programs.support.hidden import hidden
from tests.compiler.programs.support.output import write_line

# routes: host machine (wasm has none of these operations, and neither has CPython)


@test
def assembly() -> None:
    value = hidden(u64(0x1_0000))
    write_line(f"{asm('bsrq $1, $0', '=r,r,~{cc},pure', u64, value)}")
    sum = asm("leal 5($1, $2), $0", "=r,r,r", u32, hidden(u32(10)), u32(20))
    write_line(f"{sum}")
    asm("nop", "", None)
    words: Array[u64, 2] = Array(5, 6)
    asm("incq ($0)\n incq 8($0)", "r,~{cc},~{memory}", None, address_of(words))
    write_line(f"{words[0]} {words[1]}")


@naked
def doubled(n: u64) -> u64:
    asm("leaq (%rdi, %rdi), %rax\n ret", "", None)


@test
def a_function_of_assembly() -> None:
    write_line(f"{doubled(hidden(u64(21)))}")


@test
def strings() -> None:
    bytes: Array[u8, 32] = zeroed()
    start = address_of(bytes)
    rep_stosb(start, 7, 9)
    rep_movsb(start + 8, start + 6, 3)
    write_line(f"{bytes[8]} {bytes[9]} {bytes[10]} {bytes[11]}")
    rep_stosq(start, 0x0102_0304_0506_0708, 2)
    rep_movsq(start + 16, start, 2)
    write_line(f"{bytes[0]} {bytes[15]} {bytes[16]} {bytes[31]}")


@test
def identification() -> None:
    highest, b, d, c = cpuid(0, 0)
    again, _, _, _ = cpuid(0, 0)
    write_line(f"{highest >= 1} {highest == again} {b | c | d != 0}")


@test
def time_goes_on() -> None:
    before = rdtsc()
    pause()
    write_line(f"{rdtsc() >= before}")


@noinline
def frame() -> usize:
    return read_fp()


@test
def frames() -> None:
    """The frame of a function that is called lies below its caller's."""
    write_line(f"{frame() < read_fp()} {read_fp() % 16}")


@test
def fences() -> None:
    fence(Order.ACQUIRE)
    fence(Order.SEQ_CST)
    compiler_fence()
    write_line("in order")
