"""A module's verdict from our validator and from wasmtime's, in comparable form."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Any

import wasmtime

WORKSPACE_BYTES = 16 << 20


class Blame(IntEnum):
    VALID = 0
    MALFORMED = 1
    INVALID = 2
    UNSUPPORTED = 3


@dataclass(frozen=True)
class Verdict:
    blame: Blame
    offset: int
    text: str
    memory: int

    def __str__(self) -> str:
        return f"{self.blame.name}: {self.text}" if self.text else self.blame.name


LATER_FEATURES = (
    "simd",
    "relaxed_simd",
    "threads",
    "memory64",
    "gc",
    "function_references",
    "exceptions",
    "custom_page_sizes",
)


@cache
def _engine(later_features: bool) -> wasmtime.Engine:
    config = wasmtime.Config()
    for feature in LATER_FEATURES:
        setattr(config, f"wasm_{feature}", later_features)
    config.wasm_multi_memory = True
    config.wasm_tail_call = True
    return wasmtime.Engine(config)


def wasmtime_refusal(module: bytes, later_features: bool = True) -> str | None:
    """Why wasmtime, with or without the features we lack, refuses the module; None if valid."""
    try:
        wasmtime.Module.validate(_engine(later_features), module)
    except wasmtime.WasmtimeError as error:
        return str(error)
    return None


class Judge:
    """`check` is the module kernel_src.wasm.check of a host program."""

    def __init__(self, check: Any) -> None:
        self._check = check
        self._workspace = bytearray(WORKSPACE_BYTES)
        self._message = bytearray(200)

    def judge(self, module: bytes) -> Verdict:
        """What the engine's validator says of the module."""
        found = self._check.check_module(module, self._workspace, self._message)
        text = bytes(self._message[: found.text]).decode("utf-8", "backslashreplace")
        return Verdict(Blame(int(found.blame)), found.offset, text, found.memory)

    def disagreement(self, module: bytes) -> str | None:
        """How our verdict and wasmtime's differ, None if they agree.

        What we call unsupported must be refused by a wasmtime that lacks the same features, or
        valid only because of them.
        """
        ours = self.judge(module)
        theirs = wasmtime_refusal(module)
        if ours.blame == Blame.UNSUPPORTED:
            restricted = wasmtime_refusal(module, later_features=False)
            return None if restricted else f"ours {ours}, but wasmtime needs no later feature"
        if (ours.blame == Blame.VALID) == (theirs is None):
            return None
        return f"ours {ours}; wasmtime: {theirs or 'valid'}"
