"""Mistakes that have no place in a dialect file: in assembly, at linking, in the project."""

from __future__ import annotations


class BuildError(Exception):
    """`str()` of it is what to tell the user; one line for each reason."""
