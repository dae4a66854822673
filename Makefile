# `make run` and `make test` set up everything they need. The environment lives in .venv and is
# made again when pyproject.toml changes; the system's package manager is asked for QEMU where it may be.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help run build test debug clean distclean

help:
	@echo "make run      build and boot in QEMU"
	@echo "make build    build only"
	@echo "make test     the whole test suite, linter and type checker"
	@echo "make debug    boot halted, with gdb attached"
	@echo "make clean    remove what was built; distclean removes the environment too"

run: $(READY)
	@$(PYTHON) -m pykern.tools qemu
	@$(BIN)/pykern run

build: $(READY)
	@$(BIN)/pykern build

debug: $(READY)
	@$(PYTHON) -m pykern.tools qemu gdb
	@$(BIN)/pykern debug

test: $(READY)
	@$(PYTHON) -m pykern.tools qemu
	@$(PYTHON) -m pykern.tools --optional gdb
	@$(PYTHON) -m pykern.tools --optional grub-mkrescue grub-bios grub-uefi xorriso mformat ovmf
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -n 2

$(READY): pyproject.toml
	@$(PYTHON) -m pykern.tools venv
	@echo "setting up $(VENV)"
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

clean:
	rm -rf build .pykern-cache .pytest_cache .mypy_cache .ruff_cache .hypothesis

distclean: clean
	rm -rf $(VENV) *.egg-info
