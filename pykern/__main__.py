"""`python -m pykern`: the pykern command."""

from __future__ import annotations

import sys

from pykern.cli import main

if __name__ == "__main__":
    sys.exit(main())
