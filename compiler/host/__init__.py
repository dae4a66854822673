"""Dialect modules inside the running Python process, for tests."""
