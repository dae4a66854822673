"""`pykern iso`: what is refused before anything is made, and GRUB's configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from pykern import tools
from pykern.errors import ToolMissing, UsageError
from pykern.iso import PARTS, configuration, make_iso


def test_the_configuration_names_kernel_initrd_and_options() -> None:
    lines = [line.strip() for line in configuration(True, "log=debug").splitlines()]
    assert "multiboot2 /boot/pykern.elf log=debug" in lines
    assert "module2 /boot/initrd.tar" in lines
    assert not any("module2" in line for line in configuration(False, "").splitlines())


@pytest.mark.parametrize("append", ["a;b", "a{b", "$x", "a\nb", "caf\u00e9", "'", "a\\b"])
def test_what_grub_would_read_otherwise_is_refused(tmp_path: Path, append: str) -> None:
    with pytest.raises(UsageError, match="can't hold"):
        make_iso(tmp_path / "kernel", None, append, tmp_path / "image")


def test_missing_packages_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    tools.find.cache_clear()
    with pytest.raises(ToolMissing, match="apt-get install .*grub-common.*xorriso mtools"):
        make_iso(tmp_path / "kernel", None, "", tmp_path / "image")
    assert not (tmp_path / "image").exists()
    tools.find.cache_clear()


def test_an_absent_platform_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    absent = tools.Tool("grub-uefi", package="grub-efi-amd64-bin", file=tmp_path / "x86_64-efi")
    monkeypatch.setitem(tools.TOOLS, "grub-uefi", absent)
    with pytest.raises(ToolMissing, match="apt-get install .*grub-efi-amd64-bin"):
        tools.require(*PARTS)
