"""How the commands of a script come out: counted, and said why they fail or are skipped."""
from __future__ import annotations

from typing import Final

import kernel_src.log as log
from kernel_src.lib.bytes import same_bytes
from pykern.lang import (
    Array,
    Error,
    Format,
    NoReturn,
    Slice,
    panic,
    raises,
    struct,
    u8,
    u32,
    usize,
    zeroed,
)
from pykern.rt.format import format_into

REASONS_MAX: Final = 32
PROBLEM_MAX: Final = 256


class Skipped(Error):
    """The command needs something that is not there; `Verdict.reason` names it."""


class Failed(Error):
    """The engine does something else than the script asks for; `Verdict.problem` says what."""


@struct
class Reason:
    text: Slice[u8]
    count: u32


@struct
class Verdict:
    """Of one script."""

    passed: u32 = 0
    failed: u32 = 0
    skipped: u32 = 0
    reason: Slice[u8] = zeroed()
    # Why a module was left out that others are linked to: what it would have written is missing
    left_out: Slice[u8] = zeroed()
    problem_length: usize = 0
    problem: Array[u8, PROBLEM_MAX] = zeroed()
    reasons: Array[Reason, REASONS_MAX] = zeroed()

    @raises(Skipped)
    def skip(self, reason: Slice[u8]) -> NoReturn:
        self.reason = reason
        raise Skipped

    @raises(Failed)
    def fail(self, problem: Format) -> NoReturn:
        self.problem_length = format_into(self.problem, problem)
        raise Failed

    def count_failure(self, line: u32) -> None:
        """After a linked module was left out, a failure is no news."""
        if len(self.left_out) != 0:
            self.count_skip(self.left_out)
            return
        self.failed += 1
        log.event(f"spec failed {line} {self.problem[: self.problem_length]}")

    def count_skip(self, text: Slice[u8]) -> None:
        self.skipped += 1
        for reason in self.reasons:
            if reason.count == 0:
                reason.text = text
            if same_bytes(reason.text, text):
                reason.count += 1
                return
        panic("spec: too many reasons to skip commands")

    def tell(self) -> None:
        for reason in self.reasons:
            if reason.count != 0:
                log.event(f"spec skipped {reason.count} {reason.text}")
        log.event(f"spec end {self.passed} {self.failed} {self.skipped}")


def agree(found: Slice[u8], expected: Slice[u8]) -> bool:
    """One text begins with the other: the suite abbreviates, and so do we."""
    length = min(len(found), len(expected))
    return same_bytes(found[:length], expected[:length])
