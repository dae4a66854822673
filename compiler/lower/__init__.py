"""Typed tree to LLVM IR, with its debug information."""
