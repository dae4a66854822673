"""Enums and flags."""

from __future__ import annotations

from pykern.lang import Array, Ptr, Slice, enum, flags, is_member, struct, u8, u32, zeroed


@enum(u8)
class Kind:
    """What a block holds."""

    NONE = 0
    DATA = 1
    CODE = 2


@flags(u32)
class Rights:
    READ = 1
    WRITE = 2
    EXECUTE = 1 << 2


@struct
class Block:
    kind: Kind = Kind.NONE
    rights: Rights = Rights(0)
    kinds: Array[Kind, 4] = zeroed()


def from_number(number: u8) -> Kind:
    if not is_member(Kind, number):
        return Kind.NONE
    return Kind(number)


def every_member(kind: Kind) -> u32:
    match kind:
        case Kind.NONE:
            return 0
        case Kind.DATA | Kind.CODE:
            return kind.value


def with_rest(kind: Kind) -> bool:
    match kind:
        case Kind.DATA:
            return True
        case _:
            return kind != Kind.NONE


def changed(block: Ptr[Block], other: Ptr[Block]) -> bool:
    block.kind = Kind.DATA
    relabel(other)
    return block.kind == Kind.CODE


def relabel(block: Ptr[Block]) -> None:
    block.kind = Kind.CODE if block.kind == Kind.DATA else Kind.DATA
    block.kinds[0] = block.kind


def allowed(rights: Rights, wanted: Rights) -> bool:
    if Rights.WRITE in rights and rights & Rights.EXECUTE != Rights(0):
        return False
    granted = (rights | Rights.READ) & ~Rights.EXECUTE ^ Rights(0)
    return wanted in granted and rights.value != 0


def strip(block: Ptr[Block]) -> None:
    block.rights |= Rights.READ
    block.rights &= ~Rights.WRITE


def count(blocks: Slice[Block], kind: Kind) -> u32:
    found: u32 = 0
    for block in blocks:
        if block.kind == kind:
            found += 1
    return found
