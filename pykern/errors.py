"""What the tools raise when they can't do what was asked.

Each becomes one line on standard error and an exit status, in `pykern.cli` and nowhere else.
Every other exception is a bug of pykern's.
"""

from __future__ import annotations

from pykern.exit_status import ExitStatus


class ToolError(Exception):
    """Something outside pykern stands in the way: a file, a program, the machine's end."""

    status = ExitStatus.FAILED


class UsageError(ToolError):
    """The request itself is wrong."""

    status = ExitStatus.USAGE


class ToolMissing(ToolError):
    """A program that is needed is not installed; the message says how to install it."""


class Reported(ToolError):
    """The reasons have been printed; the message only counts them."""


class Terminated(BaseException):
    """A signal asked the command to end. Like KeyboardInterrupt, nothing may swallow it."""

    def __init__(self, signal_number: int) -> None:
        self.signal_number = signal_number
        super().__init__(signal_number)
