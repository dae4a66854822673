"""Random dialect programs, each with the Python program that says what it does."""
