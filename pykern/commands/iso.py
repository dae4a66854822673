"""`pykern iso`: build what changed, and make a bootable image of it."""

from __future__ import annotations

from pathlib import Path

import click

from pykern.build_config import BuildConfig, Profile
from pykern.building import files_to_boot
from pykern.commands.options import BUILD_OPTIONS, FILE, with_options
from pykern.environment import Environment
from pykern.exit_status import ExitStatus
from pykern.iso import make_iso

IMAGE = "pykern.iso"


@click.command(epilog="Example: pykern iso --append log=debug")
@click.argument("image", required=False, type=click.Path(dir_okay=False, path_type=Path))
@with_options(BUILD_OPTIONS)
@click.option("--append", default="", help="The kernel's command line.")
@click.option("--kernel", type=FILE, help="Put this ELF file in, instead of building one.")
@click.option("--initrd", type=FILE, help="With --kernel: the initrd to put in.")
@click.pass_obj
def command(
    environment: Environment,
    image: Path | None,
    profile: Profile,
    out: Path | None,
    jobs: int | None,
    append: str,
    kernel: Path | None,
    initrd: Path | None,
) -> int:
    """Make the image IMAGE (build/pykern.iso), which BIOS and UEFI machines boot by GRUB."""
    folder = BuildConfig.make(environment, out=out, profile=profile, jobs=jobs, tests=False).out
    kernel, initrd = files_to_boot(environment, kernel, initrd, profile=profile, out=out, jobs=jobs)
    target = image or folder / IMAGE
    make_iso(kernel, initrd, append, target)
    environment.say(f"{target}: {target.stat().st_size >> 20} MiB")
    return ExitStatus.DONE
