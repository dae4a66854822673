"""A script of the specification suite as the commands that a machine runs.

The form is that of kernel_src/selftest/spec_format.py, whose numbers are repeated here; a test
holds the two together. All names of a script are resolved here: the machine knows slots.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from pathlib import Path

from pykern.wasm import spectest
from pykern.wasm.engine import Refusal
from pykern.wasm.runner import SPECTEST, SUPERSEDED
from pykern.wasm.script import Command, NotText, assemble, read_script
from pykern.wasm.sexpr import Form
from pykern.wasm.values import FRACTION_BITS, Unknown, constant

UNKNOWN_TEXT = "text that the assembler does not know"
REFUSED_TEXT = "a binary: the assembler refuses the text, as it should"
SLOTS_MAX = 480
BLAMES = {Refusal.MALFORMED: 1, Refusal.INVALID: 2}


class Op(IntEnum):
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


class Action(IntEnum):
    INVOKE = 0
    GET = 1


class Match(IntEnum):
    BITS = 0
    NOT_NULL = 1
    NAN32_CANONICAL = 2
    NAN32_ARITHMETIC = 3
    NAN64_CANONICAL = 4
    NAN64_ARITHMETIC = 5


class Skip(Exception):
    """The command cannot be given to a machine, for want of what the text names."""


def u32(number: int) -> bytes:
    return struct.pack("<I", number)


def text(content: bytes) -> bytes:
    return u32(len(content)) + content


class Stream:
    """The commands of one script, as they are read."""

    def __init__(self, path: Path) -> None:
        self.parts: list[bytes] = []
        self.problems: list[str] = []  # commands that make no sense: the others do without them
        self.slots = 0
        self.current: int | None = None
        self.asked = SLOTS_MAX  # the slot of the present command's action
        self.named: dict[str, int] = {}
        self.definitions: dict[str | None, bytes | Skip] = {}
        binary = text(assemble(spectest.TEXT))
        slot = u32(self.new_slot())
        self.put(Op.MODULE, 0, slot + binary)
        self.put(Op.REGISTER, 0, slot + text(SPECTEST.encode()))
        for command in read_script(path):
            self.asked = SLOTS_MAX
            try:
                op, operands = self.operation(command)
                self.put(op, command.line, operands)
            except (Skip, Unknown) as reason:
                operands = u32(self.asked) + text(str(reason).encode())
                self.put(Op.SKIPPED, command.line, operands)
            except (KeyError, ValueError) as error:
                self.problems.append(f"line {command.line}: {command.kind}: {error}")

    def put(self, op: Op, line: int, operands: bytes) -> None:
        self.parts.append(struct.pack("<BII", op, line, len(operands)) + operands)

    @property
    def commands(self) -> int:
        """Those in the content; the two that are the machine's own are not counted."""
        return len(self.parts) - 2

    @property
    def content(self) -> bytes:
        return b"".join(self.parts)

    def new_slot(self) -> int:
        self.slots += 1
        if self.slots > SLOTS_MAX:
            raise ValueError(f"more than {SLOTS_MAX} modules")
        return self.slots - 1

    def operation(self, command: Command) -> tuple[Op, bytes]:
        form, message = command.form, text(command.message.encode("utf-8", "replace"))
        match command.kind:
            case "module":
                return self.module(command)
            case "register":
                slot = self.named[str(form[2])] if len(form) > 2 else self.current_slot()
                return Op.REGISTER, u32(slot) + string(form[1])
            case "invoke" | "get":
                return Op.ACTION, self.action(form)
            case "assert_return":
                return Op.RETURN, self.action(form[1]) + results(form[2:])
            case "assert_trap" | "assert_exhaustion" | "assert_uninstantiable":
                if command.module_form() is None:
                    return Op.TRAP, self.action(form[1]) + message
                return Op.TRAP_MODULE, self.given_module(command) + message
            case "assert_unlinkable":
                return Op.UNLINKABLE, self.given_module(command) + message
            case "assert_malformed" | "assert_invalid":
                return Op.REFUSED, refused(command)
            case "assert_exception":
                return Op.EXCEPTION, self.action(form[1])
            case _:
                raise Skip(f"the command {command.kind}")

    # Modules

    def module(self, command: Command) -> tuple[Op, bytes]:
        """Also `(module definition $d …)` and `(module instance $i $d)`."""
        form = command.form
        kind = form[1] if len(form) > 1 else None
        names = [str(word) for word in form[1:4] if isinstance(word, str) and word[0] == "$"]
        if kind == "definition":
            return Op.VALID, self.define(command, names)
        self.current = self.new_slot()
        if names:
            self.named[names[0]] = self.current
        slot = u32(self.current)
        try:
            if kind == "instance":
                definition = self.definitions[names[1] if len(names) > 1 else None]
                if isinstance(definition, Skip):
                    raise definition
                return Op.MODULE, slot + text(definition)
            return Op.MODULE, slot + text(binary_of(command))
        except Skip as reason:
            return Op.MISSING, slot + text(str(reason).encode())

    def define(self, command: Command, names: list[str]) -> bytes:
        definition: bytes | Skip
        try:
            definition = binary_of(command)
        except Skip as reason:
            definition = reason
        for name in (None, *names):
            self.definitions[name] = definition
        if isinstance(definition, Skip):
            raise definition
        return text(definition)

    def given_module(self, command: Command) -> bytes:
        return u32(self.new_slot()) + text(binary_of(command))

    def current_slot(self) -> int:
        if self.current is None:
            raise Skip("no module")
        return self.current

    # Actions

    def action(self, form: object) -> bytes:
        """`(invoke $module? "name" argument…)` or `(get $module? "name")`."""
        assert isinstance(form, Form)
        rest = list(form[1:])
        slot = self.named[str(rest.pop(0))] if isinstance(rest[0], str) else self.current_slot()
        self.asked = slot
        name = string(rest.pop(0))
        kind = Action.GET if form[0] == "get" else Action.INVOKE
        arguments = [constant(item) for item in rest if isinstance(item, Form)]
        words = struct.pack(f"<{len(arguments)}Q", *arguments)
        return bytes([kind]) + u32(slot) + name + bytes([len(arguments)]) + words


def string(item: object) -> bytes:
    assert isinstance(item, bytes), f"{item!r} is no string"
    return text(item)


def binary_of(command: Command) -> bytes:
    try:
        return command.module()
    except NotText:
        raise Skip(UNKNOWN_TEXT) from None


def refused(command: Command) -> bytes:
    """Text is refused by the assembler, which leaves some of its rules to validation."""
    expected = [Refusal.MALFORMED if command.kind == "assert_malformed" else Refusal.INVALID]
    if command.is_quoted():
        expected = [Refusal.MALFORMED, Refusal.INVALID]
    try:
        binary = command.module()
    except NotText:
        raise Skip(REFUSED_TEXT if command.is_quoted() else UNKNOWN_TEXT) from None
    message = command.message
    superseded = f"superseded: {message} are allowed" if message in SUPERSEDED else ""
    return b"".join([
        bytes([sum(1 << BLAMES[refusal] for refusal in expected)]),
        text(binary),
        text(message.encode("utf-8", "replace")),
        text(superseded.encode()),
    ])  # fmt: skip


def results(expected: list[str | bytes | Form]) -> bytes:
    forms = [form for form in expected if isinstance(form, Form)]
    return bytes([len(forms)]) + b"".join(alternatives(form) for form in forms)


def alternatives(form: Form) -> bytes:
    choices = [form]
    if form[0] == "either":
        choices = [choice for choice in form[1:] if isinstance(choice, Form)]
    return bytes([len(choices)]) + b"".join(
        struct.pack("<BQ", *pattern(choice)) for choice in choices
    )


def pattern(form: Form) -> tuple[Match, int]:
    match form:
        case [str(word), "nan:canonical" | "nan:arithmetic" as kind]:
            return nan(word.removesuffix(".const"), kind), 0
        case ["ref.func" | "ref.extern"]:
            return Match.NOT_NULL, 0
        case _:
            return Match.BITS, constant(form)


def nan(kind: str, pattern: str) -> Match:
    if kind not in FRACTION_BITS:
        raise Unknown("fixed-width SIMD")
    return Match[f"NAN{kind[1:]}_{pattern.removeprefix('nan:').upper()}"]
