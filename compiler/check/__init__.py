"""Syntax tree to typed tree: names, types, constants, bodies."""
