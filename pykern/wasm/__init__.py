"""The kernel's wasm engine in a Linux process, and the specification suite on top of it."""
