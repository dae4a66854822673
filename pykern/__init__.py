"""The pykern command, its tools, and `pykern.lang`, the names of the dialect."""
