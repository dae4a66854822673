"""What the firmware of the two machines says about them."""

from __future__ import annotations

import pytest

from pykern.qemu import MachineType
from tests.support.built import Built

FOUND = {
    MachineType.Q35: [
        "info: acpi: 3 processors, 1 I/O APICs, local APICs at 0xfee00000",
        "info: acpi: HPET at 0xfed00000",
        "info: acpi: PCI segment 0, buses 0 to 255, at 0xb0000000",
    ],
    # No HPET and no PCI.
    MachineType.MICROVM: ["info: acpi: 3 processors, 2 I/O APICs, local APICs at 0xfee00000"],
}


@pytest.mark.parametrize("machine", MachineType)
def test_the_tables_of_a_machine(built: Built, machine: MachineType) -> None:
    run = built.run(machine=machine, smp=3)
    assert run.status == 0, run.text
    assert [line for line in run.lines if "acpi" in line] == FOUND[machine]
