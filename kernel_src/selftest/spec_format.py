"""The form of a specification script for the machine: commands in binary, one after the other.

A script is a file `spec/NAME` of the initrd. Numbers are little-endian; a text or a module is a
u32 length and so many bytes. A command is

    u8 op    u32 line    u32 length    operands, `length` bytes

with these operands:

    MODULE       u32 slot, module             instantiate; line 0: part of no script, not counted
    VALID        module                       is only to be valid
    REGISTER     u32 slot, name               its exports can be imported from here on
    ACTION       action                       must not trap
    RETURN       action, results              must end with these results
    TRAP         action, message              must trap
    TRAP_MODULE  u32 slot, module, message    must trap while it is instantiated
    REFUSED      u8 blames, module, message, superseded
                                              1 << Blame of each way in which it may be refused; if
                                              it is accepted, `superseded` is why that is no failure
    UNLINKABLE   u32 slot, module, message    must be refused for its imports
    EXCEPTION    action                       must throw
    MISSING      u32 slot, reason             no module for the slot can be given
    SKIPPED      u32 slot, reason             the command cannot be given, for this reason unless
                                              the slot has one; SLOTS_MAX: it is about no slot

    action       u8 Action, u32 slot, name, u8 count, u64 for each argument
    results      u8 count, and for each result: u8 count, and for each alternative: u8 Match, u64

Whoever writes a script gives every module that is instantiated a slot of its own, from 0 on.
"""
from __future__ import annotations

from typing import Final

from pykern.lang import enum, u8

SLOTS_MAX: Final = 480
"""Modules of a script; all stay loaded to its end, each in a range of `VIRTUAL_RANGES_MAX`."""

NAMES_MAX: Final = 64
"""Modules a script registers."""


@enum(u8)
class Op:
    MODULE = 0
    VALID = 1
    REGISTER = 2
    ACTION = 3
    RETURN = 4
    TRAP = 5
    TRAP_MODULE = 6
    REFUSED = 7
    UNLINKABLE = 8
    EXCEPTION = 9
    MISSING = 10
    SKIPPED = 11


@enum(u8)
class Action:
    INVOKE = 0
    GET = 1


@enum(u8)
class Match:
    """What a result is compared with; the word is used by BITS alone."""

    BITS = 0
    NOT_NULL = 1
    NAN32_CANONICAL = 2
    NAN32_ARITHMETIC = 3
    NAN64_CANONICAL = 4
    NAN64_ARITHMETIC = 5
