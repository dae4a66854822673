"""A module's verdict from our validator and from wasmtime's, in comparable form."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cache

import wasmtime

from tests.support.host import host_program

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


_workspace = bytearray(WORKSPACE_BYTES)
_message = bytearray(200)


def judge(module: bytes) -> Verdict:
    """What `kernel_src.wasm.check` says of the module."""
    check = host_program("kernel_src.wasm.check").module("kernel_src.wasm.check")
    found = check.check_module(module, _workspace, _message)
    text = bytes(_message[: found.text]).decode("utf-8", "backslashreplace")
    return Verdict(Blame(int(found.blame)), found.offset, text, found.memory)


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


def disagreement(module: bytes) -> str | None:
    """How our verdict and wasmtime's differ, None if they agree.

    What we call unsupported must be refused by a wasmtime that lacks the same features, or valid
    only because of them.
    """
    ours = judge(module)
    theirs = wasmtime_refusal(module)
    if ours.blame == Blame.UNSUPPORTED:
        restricted = wasmtime_refusal(module, later_features=False)
        return None if restricted else f"ours {ours}, but wasmtime needs no later feature"
    if (ours.blame == Blame.VALID) == (theirs is None):
        return None
    return f"ours {ours}; wasmtime: {theirs or 'valid'}"
