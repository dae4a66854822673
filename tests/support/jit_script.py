"""Runs a specification script's modules and calls through the kernel's compiler.

A module that the compiler or the linker refuses leaves the commands about it uncounted; they are
`skipped`, under the reason. Everything else passes, or is a problem.
"""

from __future__ import annotations

import struct
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.jit import Instance, Refused, Trap, compile_module
from tests.support.wast import Command, Form, NotText, read_script

WIDTHS = {"i32": 32, "i64": 64, "f32": 32, "f64": 64}
FRACTION = {"f32": 23, "f64": 52}


@dataclass
class Outcome:
    passed: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


class Skip(Exception):
    """The command needs something that is not there."""


def number(form: Form) -> int:
    """The bits of a constant such as `(i32.const -1)`."""
    kind = str(form[0]).removesuffix(".const")
    if kind == "ref.null":
        return 0
    if kind == "ref.extern" and len(form) > 1:
        return int(str(form[1])) + 1  # any word but null
    if kind not in WIDTHS:
        raise Skip(f"a value of type {kind}")
    text = str(form[1]).replace("_", "")
    if kind in FRACTION:
        return float_bits(kind, text)
    return int(text, 0) & ((1 << WIDTHS[kind]) - 1)


def float_bits(kind: str, text: str) -> int:
    """The bits of a float literal, NaNs with their payload."""
    fraction = FRACTION[kind]
    sign = (1 << (WIDTHS[kind] - 1)) if text.startswith("-") else 0
    digits = text.lstrip("+-")
    infinity = ((1 << (WIDTHS[kind] - 1 - fraction)) - 1) << fraction
    if digits == "inf":
        return sign | infinity
    if digits.startswith("nan"):
        payload = digits.partition(":")[2]
        return sign | infinity | (int(payload, 16) if payload else 1 << (fraction - 1))
    value = float.fromhex(digits) if digits.startswith("0x") else float(digits)
    packed = struct.pack("<f" if kind == "f32" else "<d", value)
    return sign | int.from_bytes(packed, "little")


def matches(found: int, form: Form) -> bool:
    """Is the result what the form asks for: a constant, any reference, or a kind of NaN?"""
    if form[0] in ("ref.func", "ref.extern") and len(form) == 1:
        return found != 0
    if str(form[1:2] and form[1]) not in ("nan:canonical", "nan:arithmetic"):
        return found == number(form)
    kind = str(form[0]).removesuffix(".const")
    quiet = float_bits(kind, "nan")
    magnitude = found & ((1 << (WIDTHS[kind] - 1)) - 1)
    return magnitude == quiet if form[1] == "nan:canonical" else magnitude & quiet == quiet


class Script:
    def __init__(self, path: Path) -> None:
        self.outcome = Outcome()
        self.named: dict[str, Instance | str] = {}
        self.current: Instance | str = "no module"
        # Once modules are linked to each other, one that is refused makes the others' state wrong.
        self.registered = False
        self.broken = False
        for command in read_script(path):
            try:
                if self.run(command):
                    self.outcome.passed += 1
                if command.kind == "register":
                    self.registered = True
            except Skip as reason:
                self.outcome.skipped[str(reason)] += 1
            except (AssertionError, Trap) as error:
                self.outcome.problems.append(f"line {command.line}: {command.kind}: {error}")

    def run(self, command: Command) -> bool:
        """Runs one command; False if it is not about running anything."""
        match command.kind:
            case "module":
                self.load(command)
            case "invoke":
                self.invoke(command.form)
            case "assert_return":
                self.assert_return(command.form)
            case "assert_trap" | "assert_exhaustion":
                self.assert_trap(command)
            case _:
                return False
        return True

    def load(self, command: Command) -> None:
        form = command.form
        names = [item for item in form[1:3] if isinstance(item, str) and item.startswith("$")]
        self.current = "a module that was not loaded"
        try:
            binary = command.module()
            compile_module(binary)  # with all checks between the stages
            instance = Instance(binary)
            self.current = instance
        except NotText:
            self.current = "text that the assembler does not know"
            raise Skip(self.current) from None
        except Refused as error:
            self.current = str(error).split(" (at")[0]
            self.broken = self.broken or self.registered
            raise Skip(self.current) from None
        finally:
            for name in names:
                self.named[name] = self.current
        if instance.module.has_start:
            instance.call_index(int(instance.module.start_function), ())

    def find(self, form: Form) -> tuple[Instance, str, list[Form]]:
        """The instance, export and arguments of an action."""
        rest = list(form[1:])
        instance = self.current
        if isinstance(rest[0], str):
            instance = self.named[rest.pop(0)]
        if isinstance(instance, str):
            raise Skip(instance)
        if self.broken:
            raise Skip("a module linked to one that was not loaded")
        name = rest.pop(0)
        return instance, name.decode(), rest

    def invoke(self, form: Form) -> list[int]:
        instance, name, arguments = self.find(form)
        if form[0] == "get":
            return [instance.global_bits(name)]
        return instance.call(name, *(number(argument) for argument in arguments))

    def assert_return(self, form: Form) -> None:
        expected = form[2:]
        found = self.invoke(form[1])
        agree = len(found) == len(expected) and all(map(matches, found, expected))
        assert agree, f"{form[1][1:]}: {found}, not {expected}"

    def assert_trap(self, command: Command) -> None:
        action = command.form[1]
        if action[0] == "module":
            self.broken = self.broken or self.registered
            raise Skip("instantiation that traps")
        try:
            found = self.invoke(action)
        except Trap as trap:
            assert trap.cause.startswith(command.message) or command.message.startswith(
                trap.cause
            ), f"{trap.cause}, not {command.message}"
        else:
            raise AssertionError(f"{found}, not the trap {command.message}")
