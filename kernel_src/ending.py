"""The ways a run ends that are nobody's bug; a bug ends in `panic`."""
from __future__ import annotations

import kernel_src.console as console
import kernel_src.log as log
from kernel_src.abi import EXIT_BOOT_REFUSED, EXIT_TRAPPED, exit_value_of
from kernel_src.arch.debug_exit import end_machine
from pykern.lang import Format, NoReturn, u32


def finish(status: u32) -> NoReturn:
    """Everything has ended: the run's status is that of its servers."""
    log.event(f"exit {status}")
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
