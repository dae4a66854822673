"""A bootable image: GRUB for BIOS and UEFI, and kernel and initrd, on an ISO 9660 file system."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from pykern import tools
from pykern.errors import ToolError, UsageError

KERNEL = "boot/pykern.elf"
INITRD = "boot/initrd.tar"
CONFIGURATION = "boot/grub/grub.cfg"

# grub-mkrescue makes an image for what it finds parts of, and leaves the rest out without a word.
PARTS = ("grub-mkrescue", "grub-bios", "grub-uefi", "xorriso", "mformat")


def make_iso(kernel: Path, initrd: Path | None, append: str, target: Path) -> None:
    """Writes the image, or leaves what was there."""
    check_append(append)
    tools.require(*PARTS)
    program = tools.find("grub-mkrescue")
    with tempfile.TemporaryDirectory(prefix="pykern-iso-") as folder:
        tree = Path(folder) / "tree"
        (tree / CONFIGURATION).parent.mkdir(parents=True)
        (tree / CONFIGURATION).write_text(configuration(initrd is not None, append))
        shutil.copyfile(kernel, tree / KERNEL)
        if initrd is not None:
            shutil.copyfile(initrd, tree / INITRD)
        image = Path(folder) / "image.iso"
        run_mkrescue(program, tree, image)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(image, target)


def configuration(has_initrd: bool, append: str) -> str:
    """GRUB's configuration: one entry, started at once."""
    lines = [
        "set timeout=0",
        "insmod all_video",
        "menuentry pykern {",
        f"    multiboot2 /{KERNEL} {append}".rstrip(),
        *([f"    module2 /{INITRD}"] if has_initrd else []),
        "    boot",
        "}",
    ]
    return "\n".join(lines) + "\n"


def check_append(append: str) -> None:
    """Some characters mean something to GRUB; no option of the kernel needs them."""
    special = sorted(set(append) & set("\"'\\${}<>|;&#"))
    if special or not (append.isascii() and (append.isprintable() or not append)):
        shown = " ".join(special) or repr(append)
        raise UsageError(f"the command line of an image can't hold {shown}")


def run_mkrescue(program: Path, tree: Path, image: Path) -> None:
    done = subprocess.run(
        [program, "-o", image, tree],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0 or not image.is_file():
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise ToolError(f"grub-mkrescue: {''.join(last)}")
