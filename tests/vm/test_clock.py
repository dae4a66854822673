"""The TSC's frequency as the kernel finds it, on machines where it is known.

When QEMU's clock counts instructions, an instruction is a nanosecond: the TSC has one gigahertz.
"""

from __future__ import annotations

import re

import pytest

from pykern.machine import run_machine
from pykern.qemu import MachineConfig, MachineType
from pykern.serial import SerialLog
from tests.support.built import PATIENCE_SECONDS, Built

TRUE_HZ = 1_000_000_000
# The PIT's own tick is a six thousandth of what is measured, and is read at both ends.
TOLERANCE = {"HPET": 0.0001, "PIT": 0.0005}


@pytest.mark.parametrize(
    ("machine", "reference"), [(MachineType.Q35, "HPET"), (MachineType.MICROVM, "PIT")]
)
def test_the_measured_frequency_is_right(
    built: Built, machine: MachineType, reference: str
) -> None:
    config = MachineConfig(built.kernel, built.initrd, machine=machine, count_instructions=True)
    log, text = SerialLog(), []
    run_machine(config, lambda data: text.append(log.feed(data)), PATIENCE_SECONDS)
    text.append(log.close())
    found = re.search(rf"clock: TSC at (\d+) Hz, measured by the {reference}", "".join(text))
    assert found, "".join(text)
    assert abs(int(found[1]) - TRUE_HZ) <= TRUE_HZ * TOLERANCE[reference]
