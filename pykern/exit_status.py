"""The exit statuses of the command.

`pykern run` is the exception: it ends with the status the machine ended with.
"""

from __future__ import annotations

from enum import IntEnum


class ExitStatus(IntEnum):
    """What a shell sees."""

    DONE = 0
    FAILED = 1  # what was asked for was tried and did not succeed
    USAGE = 2  # what was asked for makes no sense
    INTERNAL = 3  # pykern itself is wrong
    INTERRUPTED = 130  # 128 + SIGINT, as shells report it
