"""The commands of `pykern wasm`, one a file."""
