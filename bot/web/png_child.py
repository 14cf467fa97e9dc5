"""What runs in a process of its own: reads an SVG, writes a PNG. Its arguments: the font's file and its name."""

import sys

import resvg_py


def main() -> None:
    font, family = sys.argv[1:]
    svg = sys.stdin.buffer.read().decode()
    drawn = resvg_py.svg_to_bytes(
        svg_string=svg, skip_system_fonts=True, font_files=[font], font_family=family, sans_serif_family=family
    )
    sys.stdout.buffer.write(drawn)


if __name__ == "__main__":
    main()
