# mypy: disable-error-code="empty-body"
"""The machine's own operations: signatures for editors and type checkers.

Every one of them raises `NeedsMachineError` under CPython.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, overload

from pykern.lang.cells import Order
from pykern.lang.errors import compiled_only
from pykern.lang.types import u8, u16, u32, u64, usize

if TYPE_CHECKING:
    from typing_extensions import TypeForm

T = TypeVar("T")


@compiled_only
def inb(port: u16) -> u8: ...


@compiled_only
def inw(port: u16) -> u16: ...


@compiled_only
def inl(port: u16) -> u32: ...


@compiled_only
def outb(port: u16, value: u8) -> None: ...


@compiled_only
def outw(port: u16, value: u16) -> None: ...


@compiled_only
def outl(port: u16, value: u32) -> None: ...


@compiled_only
def rdmsr(register: u32) -> u64: ...


@compiled_only
def wrmsr(register: u32, value: u64) -> None: ...


@compiled_only
def read_cr0() -> u64: ...


@compiled_only
def read_cr2() -> u64: ...


@compiled_only
def read_cr3() -> u64: ...


@compiled_only
def read_cr4() -> u64: ...


@compiled_only
def write_cr0(value: u64) -> None: ...


@compiled_only
def write_cr3(value: u64) -> None: ...


@compiled_only
def write_cr4(value: u64) -> None: ...


@compiled_only
def read_flags() -> u64: ...


@compiled_only
def cli() -> None: ...


@compiled_only
def sti() -> None: ...


@compiled_only
def hlt() -> None: ...


@compiled_only
def pause() -> None: ...


@compiled_only
def invlpg(address: usize) -> None: ...


@compiled_only
def cpuid(leaf: u32, subleaf: u32) -> tuple[u32, u32, u32, u32]:
    """EAX, EBX, ECX, EDX."""


@compiled_only
def rdtsc() -> u64: ...


@compiled_only
def lgdt(address: usize) -> None: ...


@compiled_only
def lidt(address: usize) -> None: ...


@compiled_only
def ltr(selector: u16) -> None: ...


@compiled_only
def rep_movsb(destination: usize, source: usize, count: usize) -> None: ...


@compiled_only
def rep_movsq(destination: usize, source: usize, count: usize) -> None: ...


@compiled_only
def rep_stosb(destination: usize, value: u8, count: usize) -> None: ...


@compiled_only
def rep_stosq(destination: usize, value: u64, count: usize) -> None: ...


@compiled_only
def swapgs() -> None: ...


@compiled_only
def read_fp() -> usize:
    """The frame pointer."""


@compiled_only
def return_address() -> usize: ...


@compiled_only
def xgetbv(register: u32) -> u64: ...


@compiled_only
def xsetbv(register: u32, value: u64) -> None: ...


def fence(order: Order) -> None:
    """Orders memory accesses among processors: nothing to do with one thread of execution."""


def compiler_fence() -> None:
    """Keeps the compiler from moving memory accesses across."""


@overload
def asm(template: str, constraints: str, result: None, /, *operands: object) -> None: ...
@overload
def asm(template: str, constraints: str, result: TypeForm[T], /, *operands: object) -> T: ...
@compiled_only
def asm(template: str, constraints: str, result: object, /, *operands: object) -> object:
    """Inline assembly in LLVM's syntax; `result` is the type of its output, or None."""
