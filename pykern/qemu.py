"""A machine's description and the QEMU command line that makes it. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pykern.errors import UsageError

# The port to which the kernel writes how it ended. QEMU then ends with status 2 * value + 1.
EXIT_PORT = 0xF4
EXIT_PORT_BYTES = 4

MAXIMUM_CPUS = 64
MINIMUM_MEMORY = 16
MAXIMUM_MEMORY = 1 << 20

CPU_FEATURES_FOR_KVM = frozenset({"vmx", "svm"})


class MachineType(StrEnum):
    """The two virtual machines the kernel runs on."""

    Q35 = "q35"
    MICROVM = "microvm"


class Accelerator(StrEnum):
    """Who executes the guest's instructions."""

    TCG = "tcg"
    KVM = "kvm"
    AUTO = "auto"  # KVM where the processor can, else TCG


class Display(StrEnum):
    """Where the guest's screen goes. The serial port is shown in any case."""

    NONE = "none"
    GTK = "gtk"
    SDL = "sdl"
    CURSES = "curses"


@dataclass(frozen=True)
class MachineConfig:
    """One machine. Paths are the host's; memory is in MiB."""

    kernel: Path
    initrd: Path | None = None
    append: str = ""
    machine: MachineType = MachineType.Q35
    smp: int = 1
    memory: int = 256
    memory_kib: int | None = None  # instead of `memory`, for those who look for how little will do
    cpu: str = "max"  # QEMU's name of the processor
    accel: Accelerator = Accelerator.TCG
    display: Display = Display.NONE
    gdb_listener: int | None = None  # the descriptor of a listening socket for a debugger
    halted: bool = False  # wait for the debugger before the first instruction
    qmp_listener: int | None = None  # the same for QEMU's control protocol
    count_instructions: bool = False  # the guest's clock counts instructions: runs repeat exactly
    disc: Path | None = None  # boot from this CD image, and let its loader find the kernel
    firmware: Path | None = None  # what QEMU runs instead of its BIOS
    extra: tuple[str, ...] = ()  # more arguments, passed on as they are

    def __post_init__(self) -> None:
        if not 1 <= self.smp <= MAXIMUM_CPUS:
            raise UsageError(f"{self.smp} processors: there may be 1 to {MAXIMUM_CPUS}")
        if not MINIMUM_MEMORY <= self.memory <= MAXIMUM_MEMORY:
            limits = f"{MINIMUM_MEMORY} to {MAXIMUM_MEMORY}"
            raise UsageError(f"{self.memory} MiB of memory: there may be {limits}")
        if not self.append.isprintable():
            raise UsageError("the kernel's command line must be printable text")


def command_line(config: MachineConfig, qemu: str, host_has_kvm: bool) -> list[str]:
    """QEMU's arguments, its own name first."""
    return [
        qemu,
        *machine_arguments(config, host_has_kvm),
        *boot_arguments(config),
        *device_arguments(config),
        *control_arguments(config),
        *config.extra,
    ]


def machine_arguments(config: MachineConfig, host_has_kvm: bool) -> list[str]:
    """The board, the processors and the memory."""
    board = str(config.machine)
    if config.machine is MachineType.MICROVM:
        board += ",isa-serial=on"
    chosen = choose_accelerator(config.accel, host_has_kvm)
    arguments = ["-nodefaults", "-no-user-config", "-machine", board, "-accel", str(chosen)]
    arguments += ["-cpu", config.cpu, "-smp", str(config.smp), "-m", memory_of(config)]
    # The host gives what the guest touches; it may well have less than the guest could.
    memory = f"memory-backend-ram,id=memory,size={memory_of(config)},reserve=off"
    arguments += ["-object", memory, "-machine", "memory-backend=memory"]
    if config.count_instructions:
        arguments += ["-icount", "shift=0"]
    return arguments


def memory_of(config: MachineConfig) -> str:
    return f"{config.memory}M" if config.memory_kib is None else f"{config.memory_kib}K"


def boot_arguments(config: MachineConfig) -> list[str]:
    """What the loader puts into memory. A reset ends the machine: a triple fault must not loop."""
    if config.disc is not None:
        return [*firmware_arguments(config), "-no-reboot", "-cdrom", str(config.disc)]
    arguments = ["-kernel", str(config.kernel), "-no-reboot"]
    if config.initrd is not None:
        # QEMU reads a comma in this argument as the start of another file.
        if "," in str(config.initrd):
            raise UsageError(f"QEMU can't load an initrd with a comma in its path: {config.initrd}")
        arguments += ["-initrd", str(config.initrd)]
    if config.append:
        arguments += ["-append", config.append]
    return arguments


def firmware_arguments(config: MachineConfig) -> list[str]:
    if config.firmware is None:
        return []
    if "," in str(config.firmware):
        raise UsageError(f"QEMU can't load firmware with a comma in its path: {config.firmware}")
    drive = f"if=pflash,unit=0,format=raw,readonly=on,file={config.firmware}"
    return ["-drive", drive]


def device_arguments(config: MachineConfig) -> list[str]:
    """The serial port on QEMU's standard streams, the screen, and the exit port."""
    arguments = ["-chardev", "stdio,id=serial0,signal=off", "-serial", "chardev:serial0"]
    arguments += ["-display", str(config.display)]
    if config.machine is MachineType.Q35:
        arguments += ["-vga", "std"]
    elif config.display is not Display.NONE:
        raise UsageError("a microvm has no screen; use --machine q35 with --display")
    exit_device = f"isa-debug-exit,iobase={EXIT_PORT:#x},iosize={EXIT_PORT_BYTES:#x}"
    return [*arguments, "-device", exit_device]


def control_arguments(config: MachineConfig) -> list[str]:
    """Through what the machine is debugged and driven.

    The sockets are listening before QEMU starts, so nobody has to wait for them to appear.
    """
    arguments = []
    if config.gdb_listener is not None:
        arguments += ["-chardev", listening_chardev("gdb0", config.gdb_listener)]
        arguments += ["-gdb", "chardev:gdb0"]
    if config.halted:
        arguments += ["-S"]
    if config.qmp_listener is not None:
        arguments += ["-chardev", listening_chardev("qmp0", config.qmp_listener)]
        arguments += ["-mon", "chardev=qmp0,mode=control"]
    return arguments


def listening_chardev(name: str, descriptor: int) -> str:
    return f"socket,id={name},fd={descriptor},server=on,wait=off"


def choose_accelerator(wanted: Accelerator, host_has_kvm: bool) -> Accelerator:
    """Settles `auto`. Refuses KVM where it would be emulated, a hundred times slower than TCG."""
    if wanted is Accelerator.AUTO:
        return Accelerator.KVM if host_has_kvm else Accelerator.TCG
    if wanted is Accelerator.KVM and not host_has_kvm:
        raise UsageError("--accel kvm: this host's processor shows neither vmx nor svm")
    return wanted


def has_kvm(cpu_info: str) -> bool:
    """Whether the text of /proc/cpuinfo shows hardware virtualisation."""
    for line in cpu_info.splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "flags":
            return not CPU_FEATURES_FOR_KVM.isdisjoint(value.split())
    return False


def host_has_kvm() -> bool:
    """`has_kvm` for this host."""
    try:
        return has_kvm(Path("/proc/cpuinfo").read_text())
    except OSError:
        return False
