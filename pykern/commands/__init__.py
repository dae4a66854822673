"""The commands, one a file; `pykern.cli.COMMANDS` lists them."""
