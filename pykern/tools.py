"""The programs pykern needs but can't carry: where they are, and how they are installed.

`python3 -m pykern.tools qemu gdb` makes sure they are there. It runs before anything else is
installed, so this file uses Python's own library only.
"""

from __future__ import annotations

import argparse
import functools
import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from pykern.errors import ToolMissing

OLDEST_PYTHON = (3, 11)
GRUB = Path("/usr/lib/grub")


@dataclass(frozen=True)
class Tool:
    """A program (or a Python module, or a file) and the Debian package it comes in."""

    name: str
    package: str
    program: str | None = None
    module: str | None = None
    file: Path | None = None

    def is_present(self) -> bool:
        if self.module is not None:
            return importlib.util.find_spec(self.module) is not None
        if self.file is not None:
            return self.file.exists()
        return self.program is not None and shutil.which(self.program) is not None


TOOLS = {
    tool.name: tool
    for tool in (
        Tool("qemu", package="qemu-system-x86", program="qemu-system-x86_64"),
        Tool("gdb", package="gdb", program="gdb"),
        Tool("grub-mkrescue", package="grub-common", program="grub-mkrescue"),
        Tool("xorriso", package="xorriso", program="xorriso"),
        Tool("mformat", package="mtools", program="mformat"),
        Tool("grub-bios", package="grub-pc-bin", file=GRUB / "i386-pc"),
        Tool("grub-uefi", package="grub-efi-amd64-bin", file=GRUB / "x86_64-efi"),
        Tool("ovmf", package="ovmf", file=Path("/usr/share/OVMF/OVMF_CODE_4M.fd")),
        Tool("venv", package="python3-venv", module="ensurepip"),
    )
}


@functools.cache
def find(name: str) -> Path:
    """The program's path, or `ToolMissing` with the line that tells how to get it."""
    tool = TOOLS[name]
    found = shutil.which(tool.program) if tool.program else None
    if found is None:
        raise ToolMissing(missing_line(tool))
    return Path(found)


def require(*names: str) -> None:
    """Sees that all of them are there, for a program that would complain in its own words."""
    missing = [TOOLS[name] for name in names if not TOOLS[name].is_present()]
    if missing:
        packages = " ".join(tool.package for tool in missing)
        wanted = ", ".join(str(tool.program or tool.file or tool.module) for tool in missing)
        raise ToolMissing(
            f"{wanted}: not installed; on Debian or Ubuntu: apt-get install {packages}"
        )


def missing_line(tool: Tool) -> str:
    wanted = tool.program or tool.file or f"Python's {tool.module}"
    return f"{wanted} is not installed; on Debian or Ubuntu: apt-get install {tool.package}"


def package_manager() -> list[str] | None:
    """apt-get as this user may call it without being asked for a password; None if not at all."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return ["apt-get"]
    if shutil.which("sudo") is None:
        return None
    allowed = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return ["sudo", "-n", "apt-get"] if allowed.returncode == 0 else None


def install(tools: list[Tool]) -> bool:
    """Asks the system's package manager for the tools; says whether it did its work."""
    manager = package_manager()
    if manager is None:
        return False
    packages = [tool.package for tool in tools]
    print(f"installing {' '.join(packages)}", file=sys.stderr, flush=True)
    wanted = [*manager, "install", "-y", "-q", "--no-install-recommends", *packages]
    # A fresh container has no package lists; where they are recent, the update is not needed.
    return run_quietly(wanted) or (run_quietly([*manager, "update", "-q"]) and run_quietly(wanted))


def run_quietly(command: list[str]) -> bool:
    """Runs a package manager; its output is shown only if it fails."""
    settings = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command, env=settings, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        print(f"{' '.join(command)}: {''.join(last)}", file=sys.stderr)
    return done.returncode == 0


def main(arguments: list[str] | None = None) -> int:
    """Installs what is missing of the named tools; 0 if all of the required ones are there."""
    parser = argparse.ArgumentParser(prog="python3 -m pykern.tools", description=__doc__)
    parser.add_argument("tools", nargs="+", choices=sorted(TOOLS))
    parser.add_argument("--optional", action="store_true", help="do not fail if one is missing")
    options = parser.parse_args(arguments)
    if sys.version_info < OLDEST_PYTHON:
        needed = ".".join(map(str, OLDEST_PYTHON))
        print(f"pykern needs Python {needed} or newer; this is {sys.version}", file=sys.stderr)
        return 1
    missing = [TOOLS[name] for name in options.tools if not TOOLS[name].is_present()]
    if missing:
        install(missing)
        importlib.invalidate_caches()
    still_missing = [tool for tool in missing if not tool.is_present()]
    for tool in still_missing:
        print(missing_line(tool), file=sys.stderr)
    return 1 if still_missing and not options.optional else 0


if __name__ == "__main__":
    sys.exit(main())
