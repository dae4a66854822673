"""The machine's registers, what each is for in generated code, and places to hold a value.

    rdi rsi rdx rcx r8 r9   arguments 0 to 5; free for values in between
    rax rdx                 results 0 and 1
    rbx rbp r12 r13         kept by the callee: the only homes for a value across a call
    r10                     free for values
    r11                     scratch of the emitter: never holds a value between two instructions
    r14                     the instance's context (`context.py`)
    r15                     base of linear memory 0
    rsp                     the stack; there is no frame pointer
    xmm0 .. xmm14           floats; no callee keeps them
    xmm15                   the emitter's second scratch, for floats

There are two classes of registers, general and vector, and each value belongs to one: floats live
in vector registers, everything else in general ones. Only the low 32 or 64 bits of a vector
register mean anything.

A *place* says where a value is: a register, or a word of the frame. Places are dense numbers, so
that tables can be indexed by them:

    0 .. 15                 the general register of that number
    16 .. 31                vector register 0 to 15
    32 .. 32+spills-1       spill slot n
    INCOMING + n            word n of the area above the return address: stack arguments
    OUTGOING + n            word n of the area at rsp, where a call's stack arguments go
"""

from __future__ import annotations

from typing import Final

from pykern.lang import Array, Str, u8, u32

RAX: Final[u8] = 0
RCX: Final[u8] = 1
RDX: Final[u8] = 2
RBX: Final[u8] = 3
RSP: Final[u8] = 4
RBP: Final[u8] = 5
RSI: Final[u8] = 6
RDI: Final[u8] = 7
R8: Final[u8] = 8
R9: Final[u8] = 9
R10: Final[u8] = 10
R11: Final[u8] = 11
R12: Final[u8] = 12
R13: Final[u8] = 13
R14: Final[u8] = 14
R15: Final[u8] = 15
XMM0: Final[u8] = 16
XMM15: Final[u8] = 31

REGISTERS: Final[u32] = 32
GENERAL_COUNT: Final[u32] = 16
NO_REG: Final[u8] = 0xFF

SCRATCH: Final[u8] = R11
VECTOR_SCRATCH: Final[u8] = XMM15
CONTEXT: Final[u8] = R14
MEMORY: Final[u8] = R15

ARGUMENT_COUNT: Final[u32] = 6
ARGUMENTS: Final[Array[u8, 6]] = Array(RDI, RSI, RDX, RCX, R8, R9)
RESULT_COUNT: Final[u32] = 2
RESULTS: Final[Array[u8, 2]] = Array(RAX, RDX)

# Sets of registers: bit n is register n
CALLEE_SAVED: Final[u32] = u32(1) << RBX | u32(1) << RBP | u32(1) << R12 | u32(1) << R13
RESERVED: Final[u32] = u32(1) << RSP | u32(1) << SCRATCH | u32(1) << CONTEXT | u32(1) << MEMORY
VECTORS: Final[u32] = 0x7FFF_0000  # those that may hold a value
ALLOCATABLE: Final[u32] = (0xFFFF & ~RESERVED) | VECTORS
CALLER_SAVED: Final[u32] = ALLOCATABLE & ~CALLEE_SAVED
NO_REGS: Final[u32] = 0

# Every general register that may hold a value, those first that cost nothing to use. The arguments
# come last of them: a value in rdi is in the way of every call.
ORDER_COUNT: Final[u32] = 12
ORDER: Final[Array[u8, 12]] = Array(RAX, RCX, RDX, R10, RSI, RDI, R8, R9, RBX, RBP, R12, R13)
# And every vector register
VECTOR_ORDER: Final[Array[u8, 15]] = Array(
    16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
)  # fmt: skip

NO_PLACE: Final[u32] = 0xFFFF_FFFF
FIRST_SLOT: Final[u32] = REGISTERS
INCOMING: Final[u32] = 0x4000_0000
OUTGOING: Final[u32] = 0x8000_0000

# By register
NAMES_64: Final[Array[Str, 32]] = Array(
    "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
    "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
    "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",
    "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15",
)  # fmt: skip


def is_register(place: u32) -> bool:
    return place < REGISTERS


def is_vector(place: u32) -> bool:
    return place >= GENERAL_COUNT and place < REGISTERS


def is_slot(place: u32) -> bool:
    return place >= FIRST_SLOT and place < INCOMING


def is_incoming(place: u32) -> bool:
    return place >= INCOMING and place < OUTGOING


def in_set(registers: u32, register: u8) -> bool:
    return (registers >> register) & 1 != 0
