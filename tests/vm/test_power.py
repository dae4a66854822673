"""The ends of a machine that ACPI makes, on both boards."""

from __future__ import annotations

import pytest

from pykern.machine import EndKind
from pykern.qemu import MachineType
from pykern.serial import Event
from tests.support.built import Built


@pytest.mark.parametrize("machine", MachineType)
@pytest.mark.parametrize("way", ["poweroff", "reset"])
def test_the_machine_ends_as_asked(built: Built, machine: MachineType, way: str) -> None:
    """QEMU ends with status 0: the exit device, which is tried afterwards, would make it 3."""
    run = built.run(f"end={way}", machine=machine)
    assert run.ending.kind is EndKind.STOPPED
    assert run.events[-1] == Event("exit", "0")
    assert run.status == 0


def test_an_unknown_way_is_named(built: Built) -> None:
    run = built.run("end=softly")
    assert run.ending.kind is EndKind.EXITED
    assert "warn: end: there is no way softly; there are exit, poweroff and reset" in run.lines


@pytest.mark.parametrize("processors", [1, 3, 64])
def test_the_processors_are_counted(built: Built, processors: int) -> None:
    run = built.run(smp=processors)
    assert run.status == 0
    start = f"info: acpi: {processors} processors, 1 I/O APICs, local APICs at 0xfee00000"
    assert start in run.lines
    assert "info: acpi: HPET at 0xfed00000" in run.lines
