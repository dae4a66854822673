"""What a failed check becomes: the compiler calls these, they word the panic.

`CheckSite` is laid out by the compiler (`lower.checks`), one constant for each check in the source.
"""

from __future__ import annotations

from pykern.lang import (
    Format,
    NoReturn,
    Ptr,
    Str,
    bitcast,
    cold,
    enum,
    export,
    extern,
    i64,
    struct,
    u8,
    u32,
    u64,
)


@enum(u8)
class Check:
    """What was checked. The numbers are the compiler's."""

    OVERFLOW = 0
    SHIFT = 1
    DIVISION = 2
    CONVERSION = 3
    INDEX = 4
    SLICE = 5
    LENGTHS = 6
    MEMBER = 7
    NULL = 8
    UNREACHABLE = 9


@struct
class CheckSite:
    """Where and what: `operator` as written, `type_name` of the result, `signed` says how to print
    the values.
    """

    file: Str
    line: u32
    column: u32
    kind: Check
    signed: u8
    operator: Str
    type_name: Str


@extern("pk_panic")
def pk_panic(file: Str, line: u32, message: Format) -> NoReturn: ...


@cold
@export("pk_check_failed")
def check_failed(site: Ptr[CheckSite], a: u64, b: u64) -> NoReturn:
    """`a` and `b` are the operands, sign-extended where `signed`; of a slice, its bounds; of an
    index, index and length.
    """
    match site.kind:
        case Check.OVERFLOW:
            overflow(site, a, b)
        case Check.SHIFT:
            pk_panic(site.file, site.line, f"shift by {b}: {site.type_name} has fewer bits")
        case Check.DIVISION:
            pk_panic(
                site.file, site.line, f"division by zero ({site.operator} on {site.type_name})"
            )
        case Check.CONVERSION:
            conversion(site, a)
        case Check.INDEX:
            pk_panic(site.file, site.line, f"index {a} out of range: length is {b}")
        case Check.SLICE:
            pk_panic(site.file, site.line, f"slice bounds out of range: {a} with {b}")
        case Check.LENGTHS:
            pk_panic(site.file, site.line, f"lengths differ: {a} and {b}")
        case Check.MEMBER:
            pk_panic(site.file, site.line, f"{a} is not a member of {site.type_name}")
        case Check.NULL:
            pk_panic(site.file, site.line, f"address 0 cannot be {site.type_name}")
        case Check.UNREACHABLE:
            pk_panic(site.file, site.line, "reached code that cannot be reached")


@cold
def overflow(site: Ptr[CheckSite], a: u64, b: u64) -> NoReturn:
    if site.signed != 0:
        x = bitcast(i64, a)
        y = bitcast(i64, b)
        pk_panic(site.file, site.line, f"{site.type_name} overflow: {x} {site.operator} {y}")
    pk_panic(site.file, site.line, f"{site.type_name} overflow: {a} {site.operator} {b}")


@cold
def conversion(site: Ptr[CheckSite], a: u64) -> NoReturn:
    if site.signed != 0:
        x = bitcast(i64, a)
        pk_panic(site.file, site.line, f"{x} does not fit {site.type_name}")
    pk_panic(site.file, site.line, f"{a} does not fit {site.type_name}")
