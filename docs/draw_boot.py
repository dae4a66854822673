"""Draws the picture of a boot in README: what `pykern run` printed, as an SVG.

    pykern run | python docs/draw_boot.py docs/boot.svg
"""

from __future__ import annotations

import html
import sys
from pathlib import Path

CHARACTER_WIDTH = 8.4
LINE_HEIGHT = 19
MARGIN = 18
FONT_SIZE = 14
COLUMNS = 100

BACKGROUND = "#16181d"
TEXT = "#d7dae0"
PROMPT = "#7f8591"

# The first prefix that a line begins with gives its colour; a server's line begins with its name.
COLOURS = (
    ("$ ", PROMPT),
    ("@ ", "#7f8591"),
    ("debug: ", "#7f8591"),
    ("info: ", "#8cc4ff"),
    ("warn: ", "#ffcf70"),
    ("error: ", "#ff7b72"),
    ("PANIC: ", "#ff7b72"),
)


def colour_of(line: str) -> str:
    return next((colour for prefix, colour in COLOURS if line.startswith(prefix)), TEXT)


def draw(lines: list[str]) -> str:
    """The picture: a dark window as wide as the longest line, one text element a line."""
    cut = [line if len(line) <= COLUMNS else line[: COLUMNS - 1] + "…" for line in lines]
    width = round(max(map(len, cut), default=0) * CHARACTER_WIDTH) + 2 * MARGIN
    height = len(cut) * LINE_HEIGHT + 2 * MARGIN
    rows = [
        f'<text x="{MARGIN}" y="{MARGIN + LINE_HEIGHT * number + FONT_SIZE}" '
        f'fill="{colour_of(line)}">{html.escape(line)}</text>'
        for number, line in enumerate(cut)
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'font-family="ui-monospace, Menlo, Consolas, monospace" font-size="{FONT_SIZE}" '
            'xml:space="preserve">',
            f'<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>',
            *rows,
            "</svg>\n",
        ]
    )


def main() -> None:
    printed = sys.stdin.read().splitlines()
    Path(sys.argv[1]).write_text(draw(["$ make run", *printed]))


if __name__ == "__main__":
    main()
