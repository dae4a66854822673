"""LLVM IR and assembly to objects, objects to images."""
