"""Declarations of linkage and the machine's own operations."""

from __future__ import annotations

from pykern.lang import (
    Final,
    NoReturn,
    Ptr,
    asm,
    cli,
    cold,
    cpuid,
    export,
    extern,
    hlt,
    inb,
    inl,
    inline,
    interrupt_safe,
    invlpg,
    inw,
    lgdt,
    lidt,
    ltr,
    naked,
    noinline,
    outb,
    outl,
    outw,
    rdmsr,
    rdtsc,
    read_cr0,
    read_cr2,
    read_cr3,
    read_cr4,
    read_flags,
    read_fp,
    rep_movsb,
    rep_movsq,
    rep_stosb,
    rep_stosq,
    return_address,
    section,
    sti,
    struct,
    swapgs,
    u8,
    u16,
    u32,
    u64,
    usize,
    write_cr0,
    write_cr3,
    write_cr4,
    wrmsr,
    xgetbv,
    xsetbv,
)

COM1: Final = 0x3F8
EFER: Final[u32] = 0xC000_0080


@struct(packed=True)
class TablePointer:
    limit: u16
    base: usize


@extern
def kernel_end() -> usize: ...


@extern("switch_stacks")
def switch(old: Ptr[usize], new: usize) -> None: ...


@extern("pykern", "call")
def host_call(number: u32, argument: u64) -> u64: ...


@extern
def give_up(code: u32) -> NoReturn: ...


@naked
def current_stack() -> usize:
    asm("movq %rsp, %rax\nret", "", None)


@naked
def forever() -> NoReturn:
    asm("1: hlt\njmp 1b", "", None)


@export("kmain")
@section(".text.boot")
def kmain(info: usize) -> NoReturn:
    ports()
    control(info)
    strings(info)
    while True:
        hlt()


@cold
@noinline
def ports() -> u32:
    outb(COM1, 0x41)
    outw(COM1, 1)
    outl(COM1, 1)
    return inb(COM1) + inw(COM1 + 2) + inl(COM1)


@interrupt_safe
def control(address: usize) -> u64:
    wrmsr(EFER, rdmsr(EFER) | 1 << 11)
    write_cr0(read_cr0())
    write_cr3(read_cr3() ^ read_cr2())
    write_cr4(read_cr4())
    cli()
    invlpg(address)
    sti()
    swapgs()
    lgdt(address)
    lidt(address)
    ltr(0x28)
    xsetbv(0, xgetbv(0))
    return read_flags() + rdtsc() + read_fp() + return_address()


@inline
def features(leaf: u32) -> u32:
    _, ebx, ecx, edx = cpuid(leaf, 0)
    return ebx ^ ecx ^ edx


def strings(address: usize) -> None:
    rep_movsb(address, address + 64, 64)
    rep_movsq(address, address + 64, 8)
    rep_stosb(address, 0, 64)
    rep_stosq(address, 0, 8)


def assembly(value: u64) -> u64:
    low = asm("movl $1, $0", "=r,r", u32, u32(7))
    asm("nop", "", None)
    switch_result = asm("bsrq $1, $0", "=r,r,~{cc},pure", u64, value)
    if low == 0:
        give_up(u8(3))
    return switch_result + u64(low) + host_call(1, kernel_end())
