"""Every form of the encoder against a disassembler, over registers, widths and addresses."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cache
from typing import Any

import capstone
import pytest

from tests.support.host import host_program

ENCODE = "kernel_src.jit.encode"
FLOATS = "kernel_src.jit.encode_float"
CONTROL = "kernel_src.jit.encode_control"
REG64 = [
    "rax",
    "rcx",
    "rdx",
    "rbx",
    "rsp",
    "rbp",
    "rsi",
    "rdi",
    "r8",
    "r9",
    "r10",
    "r11",
    "r12",
    "r13",
    "r14",
    "r15",
]
REG32 = ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"] + [f"r{n}d" for n in range(8, 16)]
REG16 = ["ax", "cx", "dx", "bx", "sp", "bp", "si", "di"] + [f"r{n}w" for n in range(8, 16)]
REG8 = ["al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil"] + [f"r{n}b" for n in range(8, 16)]
ALL = range(16)
PAIRS = list(itertools.product(ALL, ALL))
WIDTHS = (False, True)
ALU = {0: "add", 1: "or", 4: "and", 5: "sub", 6: "xor", 7: "cmp"}
SHIFTS = {0: "rol", 1: "ror", 4: "shl", 5: "shr", 7: "sar"}
CONDITIONS = {
    2: "b", 3: "ae", 4: "e", 5: "ne", 6: "be", 7: "a", 12: "l", 13: "ge", 14: "le", 15: "g",
}  # fmt: skip
IMMEDIATES = (0, 1, -1, 127, 128, -128, -129, 0x7FFFFFFF, -0x80000000)
DISPLACEMENTS = (0, 1, -128, 127, 128, -129, 0x7FFFFFFF, -0x80000000)


@cache
def disassembler() -> capstone.Cs:
    return capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_64)


class Bench:
    """Encodes one instruction at a time and reads it back."""

    def __init__(self) -> None:
        self.program = host_program(ENCODE, FLOATS, CONTROL)
        self.encode = self.program.module(ENCODE)
        self.floats = self.program.module(FLOATS)
        self.control = self.program.module(CONTROL)
        self.buffer = self.program.array("u8", 32)
        self.code = self.program.new(f"{ENCODE}.Code", data=self.buffer)

    def bytes_of(self, function: str, *arguments: Any) -> bytes:
        self.code.used = 0
        modules = self.encode, self.floats, self.control
        module = next(module for module in modules if hasattr(module, function))
        getattr(module, function)(self.code, *arguments)
        assert not self.code.overflow
        return self.buffer[: self.code.used].bytes()

    def text(self, function: str, *arguments: Any) -> str:
        code = self.bytes_of(function, *arguments)
        found = list(disassembler().disasm(code, 0))
        assert len(found) == 1 and found[0].size == len(code), f"{code.hex()}: {found}"
        return f"{found[0].mnemonic} {found[0].op_str}".strip()

    def mem(self, base: int, disp: int, index: int = 4, scale: int = 0) -> Any:
        return self.encode.Mem(base=base, disp=disp, index=index, scale=scale)


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench()


def number(value: int) -> str:
    """As the disassembler writes an immediate or displacement."""
    return str(value) if abs(value) < 10 else hex(value)


def address(base: int, disp: int, index: int = 4, scale: int = 0) -> str:
    text = REG64[base]
    if index != 4:
        text += f" + {REG64[index]}" + (f"*{1 << scale}" if scale else "")
    if disp:
        text += f" {'-' if disp < 0 else '+'} {number(abs(disp))}"
    return f"[{text}]"


def memories(bench: Bench) -> Iterator[tuple[Any, str]]:
    for base, disp in itertools.product(ALL, DISPLACEMENTS):
        yield bench.mem(base, disp), address(base, disp)
    indexed = (pair for pair in PAIRS if pair[1] != 4)
    for n, (base, index) in enumerate(indexed):
        place = base, (0, 8, 0x1234)[n % 3], index, n % 4
        yield bench.mem(*place), address(*place)


def registers(wide: bool) -> list[str]:
    return REG64 if wide else REG32


def pointer(wide: bool) -> str:
    return "qword ptr " if wide else "dword ptr "


@pytest.mark.parametrize("wide", WIDTHS)
def test_register_pairs(bench: Bench, wide: bool) -> None:
    names = registers(wide)
    for a, b in PAIRS:
        ab = f"{names[a]}, {names[b]}"
        assert bench.text("mov_rr", wide, a, b) == f"mov {ab}"
        op, name = list(ALU.items())[(a + b) % len(ALU)]
        assert bench.text("alu_rr", op, wide, a, b) == f"{name} {ab}"
        assert bench.text("test_rr", wide, a, b) in (f"test {ab}", f"test {names[b]}, {names[a]}")
        assert bench.text("movsx_r8", wide, a, b) == f"movsx {names[a]}, {REG8[b]}"
        cc, name = list(CONDITIONS.items())[(a + b) % len(CONDITIONS)]
        assert bench.text("cmov_rr", cc, wide, a, b) == f"cmov{name} {ab}"
        for opcode, name in opcodes(bench).items():
            assert bench.text("op_rr", opcode, wide, a, b) == f"{name} {ab}"


def opcodes(bench: Bench) -> dict[int, str]:
    encode = bench.encode
    return {
        encode.BSF: "bsf",
        encode.BSR: "bsr",
        encode.POPCNT: "popcnt",
        encode.IMUL: "imul",
    }


def test_byte_registers(bench: Bench) -> None:
    for a, b in PAIRS:
        assert bench.text("movzx_r8", a, b) == f"movzx {REG32[a]}, {REG8[b]}"
        mov16 = bench.text("op_rr", bench.encode.MOVSX16, True, a, b)
        assert mov16 == f"movsx {REG64[a]}, {REG16[b]}"
        sign32 = bench.text("op_rr", bench.encode.MOVSXD, True, a, b)
        assert sign32 == f"movsxd {REG64[a]}, {REG32[b]}"
    for a, (cc, name) in itertools.product(ALL, CONDITIONS.items()):
        assert bench.text("set_r8", cc, a) == f"set{name} {REG8[a]}"


def test_exchange(bench: Bench) -> None:
    for a, b in PAIRS:
        names = (f"{REG64[a]}, {REG64[b]}", f"{REG64[b]}, {REG64[a]}")
        assert bench.text("xchg_rr", a, b) in [f"xchg {n}" for n in names]


def check_test(text: str, register: int, imm: int, wide: bool) -> None:
    """Whatever the width, the bits tested are those of the sign-extended immediate."""
    mnemonic, _, operands = text.partition(" ")
    name, _, value = operands.partition(", ")
    widths = {REG8[register]: 8, REG32[register]: 32, REG64[register]: 64}
    assert mnemonic == "test"
    assert int(value, 0) % (1 << widths[name]) == imm % (1 << (64 if wide else 32))


@pytest.mark.parametrize("wide", WIDTHS)
def test_immediates(bench: Bench, wide: bool) -> None:
    names = registers(wide)
    bits = 64 if wide else 32
    for a, imm in itertools.product(ALL, IMMEDIATES):
        for op, name in ALU.items():
            text = bench.text("alu_ri", op, wide, a, imm)
            mnemonic, _, operands = text.partition(" ")
            register, _, value = operands.partition(", ")
            assert (mnemonic, register) == (name, names[a])
            assert int(value, 0) % (1 << bits) == imm % (1 << bits)
        check_test(bench.text("test_ri", wide, a, imm), a, imm, wide)
        text = bench.text("imul_rri", wide, a, 15 - a, imm)
        head, _, value = text.rpartition(", ")
        assert head == f"imul {names[a]}, {names[15 - a]}"
        assert int(value, 0) % (1 << bits) == imm % (1 << bits)
    for a, count in itertools.product(ALL, (1, 2, 31, 63)):
        for op, name in SHIFTS.items():
            expected = {f"{name} {names[a]}, {number(count)}"}
            if count == 1:
                expected.add(f"{name} {names[a]}")
            assert bench.text("shift_ri", op, wide, a, count) in expected
            assert bench.text("shift_rcl", op, wide, a) == f"{name} {names[a]}, cl"


CONSTANTS = (0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1 << 32, 2**64 - 1, 2**64 - 2**31)
CONSTANTS_WIDE = (2**63, 2**64 - 2**31 - 1, 0x0123456789ABCDEF)


def test_constants(bench: Bench) -> None:
    """The value that the instruction leaves in all 64 bits."""
    for a, bits in itertools.product(ALL, CONSTANTS + CONSTANTS_WIDE):
        mnemonic, _, operands = bench.text("mov_ri", a, bits).partition(" ")
        register, _, value = operands.partition(", ")
        assert mnemonic in ("mov", "movabs")
        assert register == (REG32[a] if bits < 1 << 32 else REG64[a])
        assert int(value, 0) % (1 << 64) == bits
        length = len(bench.bytes_of("mov_ri", a, bits))
        assert length == (6 if a >= 8 else 5) if bits < 1 << 32 else length in (7, 10)
    for a in ALL:
        assert bench.text("zero_r", a) == f"xor {REG32[a]}, {REG32[a]}"


@pytest.mark.parametrize("wide", WIDTHS)
def test_memory_operands(bench: Bench, wide: bool) -> None:
    encode = bench.encode
    names = registers(wide)
    size = pointer(wide)
    for n, (mem, text) in enumerate(memories(bench)):
        reg = n % 16
        name = names[reg]
        assert bench.text("op_rm", encode.LOAD, wide, reg, mem) == f"mov {name}, {size}{text}"
        assert bench.text("op_rm", encode.LEA, wide, reg, mem) == f"lea {name}, {text}"
        op, mnemonic = list(ALU.items())[n % len(ALU)]
        assert bench.text("alu_rm", op, wide, reg, mem) == f"{mnemonic} {name}, {size}{text}"
        assert bench.text("cmov_rm", 4, wide, reg, mem) == f"cmove {name}, {size}{text}"
        assert bench.text("unary_m", encode.UNARY_IDIV, wide, mem) == f"idiv {size}{text}"
        found = bench.text("alu_mi", encode.ALU_CMP, wide, mem, 5)
        assert found == f"cmp {size}{text}, 5"
        found = bench.text("alu_mi", encode.ALU_CMP, wide, mem, 500)
        assert found == f"cmp {size}{text}, 0x1f4"


def test_narrow_memory(bench: Bench) -> None:
    encode = bench.encode
    for n, (mem, text) in enumerate(memories(bench)):
        reg = n % 16
        for bytes, size, names in (
            (1, "byte", REG8), (2, "word", REG16), (4, "dword", REG32), (8, "qword", REG64),
        ):  # fmt: skip
            stored = bench.text("store_mr", bytes, mem, reg)
            assert stored == f"mov {size} ptr {text}, {names[reg]}"
            stored = bench.text("store_mi", bytes, mem, 7)
            assert stored == f"mov {size} ptr {text}, 7"
        loaded = bench.text("op_rm", encode.MOVZX8, False, reg, mem)
        assert loaded == f"movzx {REG32[reg]}, byte ptr {text}"
        loaded = bench.text("op_rm", encode.MOVSX16, True, reg, mem)
        assert loaded == f"movsx {REG64[reg]}, word ptr {text}"
        loaded = bench.text("op_rm", encode.MOVSXD, True, reg, mem)
        assert loaded == f"movsxd {REG64[reg]}, dword ptr {text}"
        assert bench.text("push_m", mem) == f"push qword ptr {text}"
        assert bench.text("pop_m", mem) == f"pop qword ptr {text}"
        assert bench.text("call_m", mem) == f"call qword ptr {text}"
        assert bench.text("jmp_m", mem) == f"jmp qword ptr {text}"


@pytest.mark.parametrize("wide", WIDTHS)
def test_one_register(bench: Bench, wide: bool) -> None:
    names = registers(wide)
    for a in ALL:
        for op, name in ((2, "not"), (3, "neg"), (6, "div"), (7, "idiv")):
            assert bench.text("unary_r", op, wide, a) == f"{name} {names[a]}"
    assert bench.text("sign_extend_rax", wide) == ("cqo" if wide else "cdq")


def test_stack_and_control(bench: Bench) -> None:
    for a in ALL:
        assert bench.text("push_r", a) == f"push {REG64[a]}"
        assert bench.text("pop_r", a) == f"pop {REG64[a]}"
        assert bench.text("call_r", a) == f"call {REG64[a]}"
        assert bench.text("jmp_r", a) == f"jmp {REG64[a]}"
        assert bench.text("lea_rip", a) == f"lea {REG64[a]}, [rip]"
    for cc, name in CONDITIONS.items():
        assert bench.text("jcc_short", cc) == f"j{name} 2"
        assert bench.text("jcc_near", cc) == f"j{name} 6"
    assert bench.text("jmp_short") == "jmp 2"
    assert bench.text("jmp_near") == "jmp 5"
    assert bench.text("call_near") == "call 5"
    assert bench.text("ret") == "ret"
    assert bench.text("ud2") == "ud2"


@pytest.mark.parametrize("wide", WIDTHS)
def test_floats(bench: Bench, wide: bool) -> None:
    floats = bench.floats
    kind = "sd" if wide else "ss"
    general = registers(wide)
    names = {
        floats.ADDS: f"add{kind}",
        floats.SUBS: f"sub{kind}",
        floats.MULS: f"mul{kind}",
        floats.DIVS: f"div{kind}",
        floats.MINS: f"min{kind}",
        floats.MAXS: f"max{kind}",
        floats.SQRTS: f"sqrt{kind}",
        floats.UCOMIS: f"ucomi{kind}",
        floats.CVTS2S: "cvtsd2ss" if wide else "cvtss2sd",
    }
    for a, b in PAIRS:
        ab = f"xmm{a}, xmm{b}"
        for opcode, name in names.items():
            assert bench.text("float_rr", opcode, wide, a, b) == f"{name} {ab}"
        for mode in (8, 9, 10, 11):
            found = bench.text("round_rri", wide, a, b, mode)
            assert found == f"round{kind} {ab}, {number(mode)}"
        move = "movq" if wide else "movd"
        assert bench.text("op_rr", floats.MOVD_XR, wide, a, b) == f"{move} xmm{a}, {general[b]}"
        assert bench.text("op_rr", floats.MOVD_RX, wide, a, b) == f"{move} {general[b]}, xmm{a}"
        for wide_int in WIDTHS:
            ints = registers(wide_int)
            opcode = floats.for_width(floats.CVTSI2S, wide)
            found = bench.text("op_rr", opcode, wide_int, a, b)
            assert found == f"cvtsi2{kind} xmm{a}, {ints[b]}"
            opcode = floats.for_width(floats.CVTTS2SI, wide)
            found = bench.text("op_rr", opcode, wide_int, a, b)
            assert found == f"cvtt{kind}2si {ints[a]}, xmm{b}"
    bits = {floats.ORPS: "orps", floats.ANDPS: "andps", floats.XORPS: "xorps"}
    for opcode, name in bits.items():
        assert bench.text("op_rr", opcode, False, 3, 12) == f"{name} xmm3, xmm12"


def test_vector_registers_are_numbered_from_16(bench: Bench) -> None:
    for a, b in PAIRS:
        found = bench.text("move_float_rr", 16 + a, 16 + b)
        assert found == f"movaps xmm{a}, xmm{b}"
        found = bench.text("float_rr", bench.floats.ADDS, True, 16 + a, 16 + b)
        assert found == f"addsd xmm{a}, xmm{b}"
    for a in ALL:
        assert bench.text("zero_float", 16 + a) == f"xorps xmm{a}, xmm{a}"


@pytest.mark.parametrize("wide", WIDTHS)
def test_floats_in_memory(bench: Bench, wide: bool) -> None:
    floats = bench.floats
    kind = "sd" if wide else "ss"
    for n, (mem, text) in enumerate(memories(bench)):
        reg, name, size = 16 + n % 16, f"xmm{n % 16}", pointer(wide)
        loaded = bench.text("float_rm", floats.MOVS_XM, wide, reg, mem)
        assert loaded == f"mov{kind} {name}, {size}{text}"
        stored = bench.text("float_rm", floats.MOVS_MX, wide, reg, mem)
        assert stored == f"mov{kind} {size}{text}, {name}"
        added = bench.text("float_rm", floats.ADDS, wide, reg, mem)
        assert added == f"add{kind} {name}, {size}{text}"
    for n in ALL:
        opcode = floats.for_width(floats.MULS, wide)
        found = bench.text("op_rip", opcode, False, 16 + n)
        assert found == f"mul{kind} xmm{n}, {pointer(wide)}[rip]"


def test_padding_runs_past(bench: Bench) -> None:
    for start in range(1, 33):
        bench.code.used = start
        bench.control.nops_until(bench.code, 32)
        assert bench.code.used == 32
        found = list(disassembler().disasm(bench.buffer[start:32].bytes(), 0))
        assert sum(insn.size for insn in found) == 32 - start
        assert all(insn.mnemonic == "nop" for insn in found)


def test_patches(bench: Bench) -> None:
    at = None
    bench.code.used = 0
    at = bench.control.jcc_near(bench.code, 4)
    bench.code.patch32(at, -0x1234)
    found = next(disassembler().disasm(bench.buffer[:6].bytes(), 0x10000))
    assert found.op_str == hex(0x10000 + 6 - 0x1234)
    bench.code.used = 0
    at = bench.control.jmp_short(bench.code)
    bench.code.patch8(at, -128)
    found = next(disassembler().disasm(bench.buffer[:2].bytes(), 0x10000))
    assert found.op_str == hex(0x10000 + 2 - 128)


def test_a_full_buffer_is_noticed_and_not_exceeded(bench: Bench) -> None:
    buffer = bench.program.array("u8", 4)
    code = bench.program.new(f"{ENCODE}.Code", data=buffer[:3])
    bench.encode.mov_ri(code, 0, 0x11223344)
    assert code.overflow
    assert code.used == 5
    assert buffer.bytes() == bytes([0xB8, 0x44, 0x33, 0])
