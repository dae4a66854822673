"""Enums and flags: members, numbers, tests, matching."""

from __future__ import annotations

from pykern.lang import Array, Final, enum, flags, i16, is_member, struct, test, u8, u16, u32, u64
from tests.compiler.programs.support.hidden import hidden
from tests.compiler.programs.support.output import write_line


@enum(u8)
class Kind:
    NONE = 0
    DATA = 1
    CODE = 2
    LAST = 200


@enum(i16)
class Level:
    LOW = -300
    ZERO = 0
    HIGH = 300


@flags(u32)
class Rights:
    READ = 1
    WRITE = 2
    EXECUTE = 1 << 2
    ALL = 7


@struct
class Block:
    kind: Kind = Kind.DATA
    rights: Rights = Rights.READ


DEFAULT: Final[Kind] = Kind.CODE
current: Kind = Kind.LAST


def described(kind: Kind) -> u32:
    match kind:
        case Kind.NONE:
            return 10
        case Kind.DATA | Kind.CODE:
            return 20 + kind.value
        case Kind.LAST:
            return 30


@test
def members() -> None:
    for kind in Array(Kind.NONE, Kind.DATA, Kind.CODE, Kind.LAST):
        write_line(f"{kind.value} {described(kind)} {kind == Kind.DATA} {kind != Kind.DATA}")
    write_line(f"{Level.LOW.value} {Level.HIGH.value} {Level.LOW == Level.ZERO}")
    write_line(f"{DEFAULT.value} {current.value}")


@test
def numbers_to_members() -> None:
    for number in range(4):
        if is_member(Kind, number):
            write_line(f"{number} is {Kind(u8(number)).value}")
        else:
            write_line(f"{number} is none")
    write_line(f"{Kind(hidden(u8(200))) == Kind.LAST} {is_member(Kind, hidden(u64(1) << 32))}")
    write_line(f"{Level(hidden(i16(-300))) == Level.LOW} {is_member(Level, hidden(u16(0xFED4)))}")


@test
def fields() -> None:
    block = Block()
    write_line(f"{block.kind.value} {block.rights.value}")
    block.kind = Kind(block.kind.value + 1)
    block.rights |= Rights.WRITE
    write_line(f"{block.kind == Kind.CODE} {block.rights.value}")


@test
def flag_sets() -> None:
    rights = Rights.READ | hidden(Rights.EXECUTE)
    write_line(f"{rights.value} {Rights.READ in rights} {Rights.WRITE in rights}")
    write_line(f"{Rights.READ | Rights.EXECUTE in rights} {Rights.ALL in rights}")
    write_line(f"{(rights & Rights.READ).value} {(rights ^ Rights.ALL).value} {(~rights).value}")
    rights &= ~Rights.READ
    write_line(f"{rights.value} {rights == Rights.EXECUTE} {rights != Rights.EXECUTE}")
    write_line(f"{Rights(0).value} {Rights(hidden(u32(6))) == Rights.WRITE | Rights.EXECUTE}")


@test
def rest_of_the_members() -> None:
    for level in Array(Level.LOW, Level.ZERO, Level.HIGH):
        match level:
            case Level.LOW:
                write_line("low")
            case other if other.value > 0:
                write_line("above zero")
            case _:
                write_line("rest")
