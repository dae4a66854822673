"""What a loader may hand over: memory of any size, command lines, initrds that are flawed."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pykern import qemu
from pykern.kernel_exit import BOOT_REFUSED
from pykern.machine import run_machine
from pykern.qemu import MachineConfig, MachineType
from pykern.serial import Event, SerialLog
from tests.support import acpi
from tests.support.built import Built

BLOCK = 512


def packed(names: list[str], content: bytes = b"x") -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in names:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return archive.getvalue()


def patched(archive: bytes, at: int, data: bytes, mend: bool = True) -> bytes:
    """The archive with bytes of its first header replaced, and the checksum mended."""
    changed = bytearray(archive)
    changed[at : at + len(data)] = data
    if mend:
        changed[148:156] = b" " * 8
        changed[148:156] = b"%06o\0 " % sum(changed[:BLOCK])
    return bytes(changed)


GOOD = packed(["servers/a.wasm"])

TOO_LARGE = "the file is larger than the rest of the archive (at offset 0x0)"

HOSTILE = {
    "cut in a header": (GOOD[:300], "the archive ends inside a header (at offset 0x0)"),
    "cut in a file": (GOOD[:600], TOO_LARGE),
    "no end": (GOOD[:1024], "the end of the archive is missing (at offset 0x400)"),
    "not an archive": (b"\x7fELF" * 500, "not a ustar header (at offset 0x0)"),
    "wrong checksum": (patched(GOOD, 0, b"S", mend=False), "the checksum is wrong (at offset 0x0)"),
    "absurd size": (patched(GOOD, 124, b"77777777777\0"), TOO_LARGE),
    "size that is no number": (
        patched(GOOD, 124, b"-0000000001\0"),
        "the size is not an octal number (at offset 0x0)",
    ),
    "unknown type": (patched(GOOD, 156, b"2"), "neither a file nor a folder (at offset 0x0)"),
    "path to elsewhere": (
        packed(["servers/../a"]),
        "the name is not a plain relative path (at offset 0x0)",
    ),
    "twice": (packed(["a", "b", "a"]), "the name is there already (at offset 0x800)"),
    "no servers": (packed(["etc/motd"]), "no file servers/NAME.wasm in it"),
    "long name": (
        packed(["etc/motd", f"servers/{'x' * 33}.wasm"]),
        "the server at offset 0x400 has too long a name",
    ),
}


@pytest.mark.parametrize("flaw", HOSTILE)
def test_hostile_initrd(built: Built, tmp_path: Path, flaw: str) -> None:
    archive, text = HOSTILE[flaw]
    initrd = tmp_path / "initrd.tar"
    initrd.write_bytes(archive)
    run = built.run(initrd=initrd)
    assert run.status == BOOT_REFUSED
    assert run.events[-1] == Event("refused", f"initrd: {text}")


def test_no_initrd(built: Built) -> None:
    log = SerialLog()
    ending = run_machine(MachineConfig(built.kernel), log.feed, 120)
    assert ending.value == BOOT_REFUSED
    expected = "initrd: there is none, and so there are no servers"
    assert log.find("refused") == Event("refused", expected)


@pytest.mark.parametrize("memory", [16, 24, 64, 512, 3072, 5000, 64 << 10])
def test_memory_sizes(built: Built, memory: int) -> None:
    run = built.run(memory=memory)
    assert run.status == 0, run.text
    free = next(line for line in run.lines if line.startswith("info: memory: "))
    # The image, low memory, and 10 bytes for each frame, those of q35's hole below 4 GiB too.
    frames_end = memory if memory < 2816 else memory + 2048
    assert memory - 8 - frames_end // 400 <= int(free.split()[2]) < memory


def test_too_little_memory_is_refused(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each size boots, or is refused in words about memory; from some size on, all boot."""
    monkeypatch.setattr(qemu, "MINIMUM_MEMORY", 1)
    booted = []
    for memory in range(2, 10):
        run = built.run(memory=memory)
        if run.status != 0:
            assert run.status == BOOT_REFUSED, run.text
            assert "memory" in run.events[-1].text
        booted.append(run.status == 0)
    assert booted == sorted(booted)
    assert booted[-1] and not booted[0]


def test_flawed_tables_are_left_out(built: Built, tmp_path: Path) -> None:
    """QEMU's own HPET table is replaced by one of a device that is not in memory."""
    (tmp_path / "hpet").write_bytes(acpi.hpet(space=1))
    (tmp_path / "ssdt").write_bytes(acpi.table(b"SSDT", b"\x08_S5_\x12\xff"))
    extra = ["-machine", "hpet=off"]
    for name in ("hpet", "ssdt"):
        extra += ["-acpitable", f"file={tmp_path / name}"]
    run = built.run(extra=tuple(extra))
    assert run.status == 0, run.text
    flaws = [line for line in run.lines if line.startswith("warn: ")]
    assert len(flaws) == 1
    assert "the HPET does not lie in memory" in flaws[0]


def test_processors_beyond_the_most_are_left_alone(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(qemu, "MAXIMUM_CPUS", 255)
    run = built.run(smp=66)
    assert run.status == 0, run.text
    assert any(line.endswith("2 more processors are not used") for line in run.lines)


def test_microvm(built: Built) -> None:
    assert built.run(machine=MachineType.MICROVM).status == 0


LINES: dict[str, tuple[str, Callable[[list[str]], bool]]] = {
    "debug shows more": ("log=debug", lambda lines: any(x.startswith("debug: ") for x in lines)),
    "info is the default": ("", lambda lines: not any(x.startswith("debug: ") for x in lines)),
    "error shows less": ("log=error", lambda lines: not any(x.startswith("info: ") for x in lines)),
    "unknown level": ("log=loud", lambda lines: any("there is no level loud" in x for x in lines)),
}


@pytest.mark.parametrize("case", LINES)
def test_log_levels(built: Built, case: str) -> None:
    append, holds = LINES[case]
    run = built.run(append)
    assert run.status == 0
    assert holds(run.lines), run.text


def test_words_without_effect_are_named(built: Built) -> None:
    run = built.run("quiet  log=info colour=red log=debug")
    assert run.status == 0
    assert [line for line in run.lines if line.startswith("warn: ")] == [
        "warn: command line: quiet is not of the form name=value",
        "warn: command line: there is no option colour",
        "warn: command line: log=debug has no effect: the first log counts",
    ]


def test_endless_command_line_is_refused(built: Built) -> None:
    run = built.run("x" * 1100)
    assert run.status == BOOT_REFUSED
    assert run.events[-1].text == "boot information: the command line is longer than: 0x400"


def test_processor_without_what_generated_code_needs_is_refused(built: Built) -> None:
    run = built.run(cpu="qemu64")
    assert run.status == BOOT_REFUSED
    assert run.events[-1].text == "processor: no POPCNT"
