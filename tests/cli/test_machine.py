"""A QEMU process is spawned, read, written to, timed and always ended."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pykern.machine import (
    Deadline,
    Ending,
    EndKind,
    Machine,
    TimedOut,
    ending_of,
    run_machine,
)
from pykern.qemu import MachineConfig, MachineType
from tests.support.tiny_kernel import (
    ECHO,
    HALT_FOR_EVER,
    TRIPLE_FAULT,
    build_tiny_kernel,
    exit_with,
)

PATIENCE_SECONDS = 60


def run(config: MachineConfig, **options: object) -> tuple[Ending, bytes]:
    output = bytearray()
    settings: dict[str, object] = {"timeout": PATIENCE_SECONDS, **options}
    ending = run_machine(config, output.extend, **settings)  # type: ignore[arg-type]
    return ending, bytes(output)


@pytest.mark.parametrize("machine", list(MachineType))
@pytest.mark.parametrize("value", [1, 5, 127])
def test_output_and_exit_value(tmp_path: Path, machine: MachineType, value: int) -> None:
    kernel = build_tiny_kernel(tmp_path, b"hello\r\n", exit_with(value))
    ending, output = run(MachineConfig(kernel, machine=machine, memory=64))
    assert output == b"hello\r\n"
    assert (ending.kind, ending.value) == (EndKind.EXITED, value)


def test_more_output_than_a_pipe_holds(tmp_path: Path) -> None:
    text = b"0123456789abcde\n" * 8192
    kernel = build_tiny_kernel(tmp_path, text, exit_with(1))
    ending, output = run(MachineConfig(kernel))
    assert ending.value == 1
    assert output == text


def test_several_processors_do_not_disturb_it(tmp_path: Path) -> None:
    kernel = build_tiny_kernel(tmp_path, b"x", exit_with(2))
    assert run(MachineConfig(kernel, smp=4))[0].value == 2


def test_a_triple_fault_ends_without_a_value(tmp_path: Path) -> None:
    kernel = build_tiny_kernel(tmp_path, b"", TRIPLE_FAULT)
    assert run(MachineConfig(kernel))[0].kind is EndKind.STOPPED


def test_what_is_sent_arrives(tmp_path: Path) -> None:
    kernel = build_tiny_kernel(tmp_path, b"", ECHO)
    ending, output = run(MachineConfig(kernel), typed=b"abcx")
    assert output == b"abcx"
    assert ending.value == 9


def test_keys_are_passed_on_and_their_end_is_no_end(tmp_path: Path) -> None:
    kernel = build_tiny_kernel(tmp_path, b"", ECHO)
    reader, writer = os.pipe()
    os.write(writer, b"keysx")
    os.close(writer)
    try:
        ending, output = run(MachineConfig(kernel), keyboard=reader)
    finally:
        os.close(reader)
    assert output == b"keysx"
    assert ending.value == 9


def test_a_hung_guest_is_ended_in_time(tmp_path: Path) -> None:
    kernel = build_tiny_kernel(tmp_path, b"stuck", HALT_FOR_EVER)
    ending, output = run(MachineConfig(kernel), timeout=2)
    assert ending.kind is EndKind.TIMED_OUT
    assert output in (b"stuck", b"")


def test_leaving_ends_the_process_also_on_an_error(tmp_path: Path) -> None:
    kernel = build_tiny_kernel(tmp_path, b"ready", HALT_FOR_EVER)
    with pytest.raises(RuntimeError), Machine(MachineConfig(kernel)) as machine:
        assert machine.receive(Deadline(PATIENCE_SECONDS))
        process = machine.process
        raise RuntimeError
    assert process.returncode == -signal.SIGKILL


def test_waiting_gives_up_at_the_deadline(tmp_path: Path) -> None:
    kernel = build_tiny_kernel(tmp_path, b"", HALT_FOR_EVER)
    with Machine(MachineConfig(kernel)) as machine:
        with pytest.raises(TimedOut):
            machine.receive(Deadline(0.1))
        with pytest.raises(TimedOut):
            machine.ending(Deadline(0.1))


def test_a_file_that_is_no_kernel(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("not a kernel")
    ending, output = run(MachineConfig(tmp_path / "text"))
    assert ending.kind is EndKind.BROKE
    assert "kernel" in ending.message
    assert output == b""


def test_killing_its_owner_kills_the_machine(tmp_path: Path) -> None:
    kernel = build_tiny_kernel(tmp_path, b"ready", HALT_FOR_EVER)
    program = (
        "import sys; from pathlib import Path\n"
        "from pykern.machine import Deadline, Machine\n"
        "from pykern.qemu import MachineConfig\n"
        "with Machine(MachineConfig(Path(sys.argv[1]))) as machine:\n"
        "    machine.receive(Deadline(None))\n"
        "    print(machine.process.pid, flush=True)\n"
        "    machine.ending(Deadline(None))\n"
    )
    owner = subprocess.Popen([sys.executable, "-c", program, kernel], stdout=subprocess.PIPE)
    assert owner.stdout is not None
    machine = os.pidfd_open(int(owner.stdout.readline()))
    owner.kill()
    owner.communicate()
    # The descriptor becomes readable when the process has ended.
    assert select.select([machine], [], [], PATIENCE_SECONDS)[0]
    os.close(machine)


@pytest.mark.parametrize(
    ("status", "ending"),
    [
        (0, Ending(EndKind.STOPPED)),
        (1, Ending(EndKind.BROKE, message="QEMU ended with status 1")),
        (2, Ending(EndKind.BROKE, message="QEMU ended with status 2")),
        (3, Ending(EndKind.EXITED, value=1)),
        (255, Ending(EndKind.EXITED, value=127)),
        (-11, Ending(EndKind.BROKE, message="QEMU was ended by SIGSEGV")),
    ],
)
def test_what_a_status_means(status: int, ending: Ending) -> None:
    assert ending_of(status, "") == ending
