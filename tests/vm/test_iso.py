"""The image of `pykern iso`, booted by both kinds of firmware, and Multiboot2's way in."""

from __future__ import annotations

from pathlib import Path

import pytest

from pykern import tools
from pykern.iso import PARTS, make_iso
from pykern.kernel_exit import BOOT_REFUSED, verdict
from pykern.machine import run_machine
from pykern.qemu import MachineConfig
from pykern.serial import Event, SerialLog
from tests.support.built import Built
from tests.vm.test_servers import HELLO

PATIENCE_SECONDS = 240
OVMF = tools.TOOLS["ovmf"]

pytestmark = pytest.mark.skipif(
    not all(tools.TOOLS[name].is_present() for name in PARTS),
    reason="not all of GRUB's packages are installed: see `pykern iso`",
)


def boot(built: Built, disc: Path, firmware: Path | None = None) -> tuple[int, SerialLog, str]:
    config = MachineConfig(built.kernel, disc=disc, firmware=firmware, smp=2)
    log, text = SerialLog(), []
    ending = run_machine(config, lambda data: text.append(log.feed(data)), PATIENCE_SECONDS)
    text.append(log.close())
    return verdict(ending, log)[0], log, "".join(text)


@pytest.mark.parametrize("firmware", ["bios", "uefi"])
def test_the_image_boots(built: Built, tmp_path: Path, firmware: str) -> None:
    if firmware == "uefi" and not OVMF.is_present():
        pytest.skip("ovmf is not installed")
    disc = tmp_path / "pykern.iso"
    make_iso(built.kernel, built.initrd, "log=debug end=poweroff", disc)
    status, log, text = boot(built, disc, OVMF.file if firmware == "uefi" else None)
    assert status == 0, text
    lines = text.splitlines()
    assert [line for line in lines if line.startswith("hello| ")] == HELLO
    assert log.events[-1] == Event("exit", "0")
    assert any(line.startswith("debug: memory: 0x") for line in lines)
    assert "info: acpi: 2 processors, 1 I/O APICs, local APICs at 0xfee00000" in lines
    screens = [line for line in lines if line.startswith("info: screen: ")]
    assert len(screens) == 1
    assert screens[0].startswith("info: screen: 1024 x 768, 32 bits, at 0x")


def test_an_image_without_an_initrd_says_so(built: Built, tmp_path: Path) -> None:
    disc = tmp_path / "pykern.iso"
    make_iso(built.kernel, None, "", disc)
    status, log, text = boot(built, disc)
    assert status == BOOT_REFUSED, text
    assert log.events[-1].text == "initrd: there is none, and so there are no servers"
