"""A machine's description becomes QEMU's arguments."""

from __future__ import annotations

from pathlib import Path

import pytest

from pykern.errors import UsageError
from pykern.qemu import (
    Accelerator,
    Display,
    MachineConfig,
    MachineType,
    choose_accelerator,
    command_line,
    has_kvm,
)

KERNEL = Path("/k/pykern.elf")


def arguments(config: MachineConfig, kvm: bool = False) -> list[str]:
    return command_line(config, "qemu", kvm)


def value_of(option: str, line: list[str]) -> str:
    return line[line.index(option) + 1]


def test_the_defaults() -> None:
    line = arguments(MachineConfig(KERNEL))
    assert line[0] == "qemu"
    assert value_of("-kernel", line) == str(KERNEL)
    assert value_of("-machine", line) == "q35"
    assert value_of("-accel", line) == "tcg"
    assert value_of("-display", line) == "none"
    assert value_of("-device", line) == "isa-debug-exit,iobase=0xf4,iosize=0x4"
    assert "-no-reboot" in line
    assert not {"-initrd", "-append", "-gdb", "-S", "-mon", "-icount"} & set(line)


def test_what_is_asked_for_arrives() -> None:
    config = MachineConfig(KERNEL, Path("/k/initrd.tar"), "log=debug x=y z", smp=4, memory=64)
    line = arguments(config)
    assert value_of("-initrd", line) == "/k/initrd.tar"
    assert value_of("-append", line) == "log=debug x=y z"
    assert value_of("-smp", line) == "4"
    assert value_of("-m", line) == "64M"


def test_a_microvm_has_its_serial_port_and_no_screen() -> None:
    line = arguments(MachineConfig(KERNEL, machine=MachineType.MICROVM))
    assert value_of("-machine", line) == "microvm,isa-serial=on"
    assert "-vga" not in line
    with pytest.raises(UsageError, match="no screen"):
        arguments(MachineConfig(KERNEL, machine=MachineType.MICROVM, display=Display.GTK))


def test_a_debugger_and_control_get_their_sockets() -> None:
    line = arguments(MachineConfig(KERNEL, gdb_listener=7, halted=True, qmp_listener=8))
    assert "-S" in line
    assert "socket,id=gdb0,fd=7,server=on,wait=off" in line
    assert "socket,id=qmp0,fd=8,server=on,wait=off" in line


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"smp": 0}, "0 processors"),
        ({"smp": 65}, "65 processors"),
        ({"memory": 1}, "1 MiB"),
        ({"memory": -5}, "-5 MiB"),
        ({"append": "a\nb"}, "printable"),
    ],
)
def test_impossible_machines_are_refused(change: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        MachineConfig(KERNEL, **change)  # type: ignore[arg-type]


def test_a_comma_in_the_initrd_path_is_refused() -> None:
    with pytest.raises(UsageError, match="comma"):
        arguments(MachineConfig(KERNEL, Path("/k/a,b.tar")))


@pytest.mark.parametrize(
    ("wanted", "kvm", "chosen"),
    [
        (Accelerator.TCG, True, Accelerator.TCG),
        (Accelerator.AUTO, True, Accelerator.KVM),
        (Accelerator.AUTO, False, Accelerator.TCG),
        (Accelerator.KVM, True, Accelerator.KVM),
    ],
)
def test_the_accelerator(wanted: Accelerator, kvm: bool, chosen: Accelerator) -> None:
    assert choose_accelerator(wanted, kvm) is chosen


def test_kvm_is_refused_without_the_processor_for_it() -> None:
    with pytest.raises(UsageError, match="neither vmx nor svm"):
        choose_accelerator(Accelerator.KVM, host_has_kvm=False)


def test_kvm_is_seen_in_the_processor_flags() -> None:
    assert has_kvm("processor\t: 0\nflags\t\t: fpu vmx sse\n")
    assert has_kvm("flags\t\t: svm\n")
    assert not has_kvm("flags\t\t: fpu vmxoff\nmodel name : svm\n")
    assert not has_kvm("")
