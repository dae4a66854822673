"""The values that switch the machine off: the package \\_S5 in a table of AML (ACPI 6.5, 7.4.2.5).

AML is not interpreted. What compilers make of `Name (\\_S5, Package () {...})` is a fixed sequence
of bytes (20.2.5.1, 20.2.5.4), which is searched for; a package that is computed is not found, and
then there is no way to switch off.
"""
from __future__ import annotations

from typing import Final

from kernel_src.acpi.tables import HEADER_BYTES, BadTable, Tables
from kernel_src.lib.bytes import same_bytes
from pykern.lang import Ptr, Slice, raises, u8, u64, usize, utf8, value

NAME_OP: Final = 0x08
ROOT_CHARACTER: Final = 0x5C
UNDERSCORE: Final = 0x5F
PACKAGE_OP: Final = 0x12
ZERO_OP: Final = 0x00
ONE_OP: Final = 0x01
BYTE_PREFIX: Final = 0x0A
WORD_PREFIX: Final = 0x0B
DWORD_PREFIX: Final = 0x0C

NAME_BYTES: Final = 4
SLEEP_TYPE_MASK: Final = 7


@value
class SleepTypes:
    """What PM1a's and PM1b's control blocks want in their field SLP_TYP."""

    found: bool
    a: u8
    b: u8


NOT_FOUND: Final = SleepTypes(found=False, a=0, b=0)


@raises(BadTable)
def read_sleep_types(tables: Ptr[Tables], dsdt: u64) -> SleepTypes:
    """Most firmware says it in the DSDT, some in an SSDT."""
    types = NOT_FOUND
    if dsdt != 0:
        types = find_sleep_types(tables.table_at(dsdt, utf8("DSDT"), HEADER_BYTES))
    number: usize = tables.find(utf8("SSDT"))
    while not types.found and number < tables.count:
        address = tables.addresses[number]
        types = find_sleep_types(tables.table_at(address, utf8("SSDT"), HEADER_BYTES))
        number = tables.find(utf8("SSDT"), number + 1)
    return types


def find_sleep_types(table: Slice[u8]) -> SleepTypes:
    at: usize = 1
    while at + NAME_BYTES < len(table):
        if is_name(table, at):
            types = read_package(table[at + NAME_BYTES :])
            if types.found:
                return types
        at += 1
    return NOT_FOUND


def is_name(table: Slice[u8], at: usize) -> bool:
    """Whether `Name (_S5_, ` is there, with or without the root's backslash."""
    if table[at] != UNDERSCORE or not same_bytes(table[at : at + NAME_BYTES], utf8("_S5_")):
        return False
    before = table[at - 1]
    return before == NAME_OP or (before == ROOT_CHARACTER and at >= 2 and table[at - 2] == NAME_OP)


def read_package(code: Slice[u8]) -> SleepTypes:
    """PackageOp, PkgLength of one to four bytes, the number of elements, the elements."""
    if len(code) < 2 or code[0] != PACKAGE_OP:
        return NOT_FOUND
    elements: usize = 2 + usize(code[1] >> 6)
    if elements >= len(code) or code[elements] == 0:
        return NOT_FOUND
    has_a, a, size = read_integer(code[elements + 1 :])
    if not has_a:
        return NOT_FOUND
    if code[elements] == 1:
        # Some firmware puts both values into one number.
        return SleepTypes(found=True, a=a, b=a)
    has_b, b, _ = read_integer(code[elements + 1 + size :])
    return SleepTypes(found=has_b, a=a, b=b)


def read_integer(code: Slice[u8]) -> tuple[bool, u8, usize]:
    """Whether an integer constant is there, its low three bits, and its bytes."""
    if len(code) == 0:
        return False, 0, 0
    if code[0] == ZERO_OP or code[0] == ONE_OP:
        return True, code[0], 1
    size = integer_bytes(code[0])
    if size == 0 or size > len(code):
        return False, 0, 0
    return True, code[1] & SLEEP_TYPE_MASK, size


def integer_bytes(prefix: u8) -> usize:
    """Bytes of a constant that begins with this; 0: it is none."""
    if prefix == BYTE_PREFIX:
        return 2
    if prefix == WORD_PREFIX:
        return 3
    return 5 if prefix == DWORD_PREFIX else 0
