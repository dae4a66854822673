"""What the value at the exit port says, and the exit status a command makes of it.

The values are those of kernel_src/abi.py; a test holds the two together.
"""

from __future__ import annotations

from pykern.exit_status import ExitStatus
from pykern.machine import Ending, EndKind
from pykern.serial import SerialLog

STATUS_FIRST = 1
STATUS_LARGE = 101
TRAPPED = 124
BOOT_REFUSED = 125
PANIC = 126
DOUBLE_PANIC = 127

# What went wrong inside the machine; the command ends with the value itself.
FAULTS = {
    TRAPPED: "a server trapped",
    BOOT_REFUSED: "the kernel refused what it was given at boot",
    PANIC: "the kernel panicked",
    DOUBLE_PANIC: "the kernel panicked while it panicked",
}

# The events in which the kernel says more than seven bits hold.
EXIT_EVENT = "exit"
REFUSED_EVENT = "refused"


def verdict(ending: Ending, log: SerialLog) -> tuple[int, str]:
    """The command's exit status and, if there is something to say about the end, a line."""
    match ending.kind:
        case EndKind.EXITED:
            assert ending.value is not None
            return verdict_of_value(ending.value, log)
        case EndKind.STOPPED:
            event = log.find(EXIT_EVENT)
            if event is not None and event.text.isdecimal():  # `end=` on the command line
                return min(int(event.text), 255), ""
            return ExitStatus.FAILED, "the machine was reset or switched off without a status"
        case EndKind.TIMED_OUT:
            return ExitStatus.FAILED, "timed out; the machine was ended"
        case EndKind.BROKE:
            return ExitStatus.FAILED, ending.message


def verdict_of_value(value: int, log: SerialLog) -> tuple[int, str]:
    if value in FAULTS:
        refused = log.find(REFUSED_EVENT) if value == BOOT_REFUSED else None
        return value, FAULTS[value] + (f": {refused.text}" if refused else "")
    if value < STATUS_LARGE:
        return value - STATUS_FIRST, ""
    event = log.find(EXIT_EVENT)
    if value == STATUS_LARGE and event is not None and event.text.isdecimal():
        # A shell sees the low byte of a status, in which 256 would look like success.
        return min(int(event.text), 255), ""
    return ExitStatus.FAILED, f"the machine ended with the unknown exit value {value}"
