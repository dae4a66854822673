"""The four functions LLVM calls for copies and fills it does not write out itself.

Words go by `rep movsq`/`rep stosq`, the rest by bytes: no loop that LLVM would recognise as the
very function it is in, and no register but the general ones.
"""
from __future__ import annotations

from pykern.lang import (
    export,
    i32,
    load,
    ptr_at,
    rep_movsb,
    rep_movsq,
    rep_stosb,
    rep_stosq,
    store,
    truncate,
    u8,
    u32,
    u64,
    usize,
)


@export("memcpy")
def memcpy(destination: usize, source: usize, count: usize) -> usize:
    rep_movsq(destination, source, count >> 3)
    done = count & ~usize(7)
    rep_movsb(destination + done, source + done, count & 7)
    return destination


@export("memmove")
def memmove(destination: usize, source: usize, count: usize) -> usize:
    if destination <= source or destination - source >= count:
        return memcpy(destination, source, count)
    rest = count
    while rest >= 8:  # from the end, since the destination's start overlaps the source's end
        rest -= 8
        store(ptr_at(u64, destination + rest), load(ptr_at(u64, source + rest)))
    while rest > 0:
        rest -= 1
        store(ptr_at(u8, destination + rest), load(ptr_at(u8, source + rest)))
    return destination


@export("memset")
def memset(destination: usize, value: u32, count: usize) -> usize:
    byte = truncate(u8, value)
    rep_stosq(destination, u64(byte) * 0x0101_0101_0101_0101, count >> 3)
    done = count & ~usize(7)
    rep_stosb(destination + done, byte, count & 7)
    return destination


@export("memcmp")
def memcmp(a: usize, b: usize, count: usize) -> i32:
    for index in range(count):
        x = load(ptr_at(u8, a + index))
        y = load(ptr_at(u8, b + index))
        if x != y:
            return i32(x) - i32(y)
    return 0
