"""The ways a run ends that are nobody's bug; a bug ends in `panic`."""
from __future__ import annotations

import kernel_src.arch.power as power
import kernel_src.console as console
import kernel_src.log as log
from kernel_src.abi import EXIT_BOOT_REFUSED, EXIT_TRAPPED, exit_value_of
from kernel_src.arch.debug_exit import end_machine
from kernel_src.lib.bytes import same_bytes
from pykern.lang import Format, NoReturn, Slice, enum, u8, u32, utf8


@enum(u8)
class End:
    """What becomes of the machine after its servers."""

    EXIT = 0  # the debug exit port has the status
    SWITCH_OFF = 1
    RESET = 2


end: End = End.EXIT


def choose_end(name: Slice[u8]) -> None:
    """As `end=NAME` on the command line asks. No name changes nothing."""
    global end
    if same_bytes(name, utf8("poweroff")):
        end = End.SWITCH_OFF
    elif same_bytes(name, utf8("reset")):
        end = End.RESET
    elif len(name) != 0 and not same_bytes(name, utf8("exit")):
        log.warn(f"end: there is no way {name}; there are exit, poweroff and reset")


def finish(status: u32) -> NoReturn:
    """Everything has ended: the run's status is that of its servers."""
    log.event(f"exit {status}")
    match end:
        case End.EXIT:
            pass
        case End.SWITCH_OFF:
            power.switch_off()
            log.error("power: ACPI names no way to switch this machine off, or it has no effect")
        case End.RESET:
            power.reset()
    end_machine(exit_value_of(status))


def finish_trapped() -> NoReturn:
    """A server trapped; what and where has been logged."""
    console.close_line()
    log.event("trapped")
    end_machine(EXIT_TRAPPED)


def refuse(reason: Format) -> NoReturn:
    """What the kernel was given at boot is not usable."""
    log.line("@ refused: ", reason)
    end_machine(EXIT_BOOT_REFUSED)
