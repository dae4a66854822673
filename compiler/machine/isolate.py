"""Runs one function in a forked child, for calls into LLVM that may end the process.

LLVM reports an error in assembly text (a module's or an instruction's) by printing it and
calling `exit`. In a child that is harmless: its standard error is the diagnosis.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from typing import NoReturn


class ChildFailed(Exception):
    """The child ended without a result. `output` is what it wrote on standard error."""

    def __init__(self, status: int, output: str) -> None:
        self.status = status
        self.output = output
        super().__init__(output or f"the child process ended with status {status}")


def run_isolated(function: Callable[[], bytes]) -> bytes:
    """`function()`, computed in a child; `ChildFailed` if the child ends before it returns."""
    result_read, result_write = os.pipe()
    errors_read, errors_write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(result_read)
        os.close(errors_read)
        _run_child(function, result_write, errors_write)
    os.close(result_write)
    os.close(errors_write)
    with os.fdopen(result_read, "rb") as results, os.fdopen(errors_read, "rb") as errors:
        # What LLVM prints about one module is far below a pipe's capacity, so the order is free.
        result = results.read()
        output = errors.read()
    _, wait_status = os.waitpid(child, 0)
    status = os.waitstatus_to_exitcode(wait_status)
    if status != 0:
        raise ChildFailed(status, output.decode("utf-8", "replace"))
    return result


def _run_child(function: Callable[[], bytes], result_write: int, errors_write: int) -> NoReturn:
    status = 1
    try:
        os.dup2(errors_write, 2)
        with os.fdopen(result_write, "wb") as results:
            results.write(function())
        status = 0
    except BaseException:
        os.write(errors_write, traceback.format_exc().encode())
    finally:
        os._exit(status)
