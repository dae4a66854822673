"""The engine against wasmtime: random modules that are run, and damaged ones that are judged."""
