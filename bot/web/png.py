"""An SVG as a PNG, drawn by a process of its own.

The library holds Python's lock while it draws, for up to a second or two: nobody would get an answer meanwhile. And what
it needs, some fifty megabytes for a large map, goes back to the machine as soon as it is done.
"""

import asyncio
import sys
from importlib.util import find_spec
from pathlib import Path

_LONGEST = 20.0  # seconds
_CHILD = Path(__file__).with_name("png_child.py")


class NotDrawn(Exception):
    """There is no picture. Holds nothing of what was to be in it."""


async def png(svg: str) -> bytes:
    """The picture, in the size that the SVG says. Raises NotDrawn."""
    child = await asyncio.create_subprocess_exec(
        *command(), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(_LONGEST):
            drawn, _ = await child.communicate(svg.encode())
    except TimeoutError:
        raise NotDrawn("it took too long") from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode or not drawn.startswith(b"\x89PNG"):
        raise NotDrawn(f"the child ended with {child.returncode}")
    return drawn


def command() -> list[str]:
    """What is run: an SVG goes in, a PNG comes out. Nothing of this process's environment or folder is looked at."""
    from bot.matching.drawing import FONT  # noqa: PLC0415  with it comes NumPy

    return [sys.executable, "-I", str(_CHILD), str(_font()), FONT]


def _font() -> Path:
    """DejaVu Sans, as it lies in a package of which nothing else is used; fonts of the machine are never looked for."""
    package = find_spec("ziafont")
    if package is None or package.origin is None:
        raise NotDrawn("the font is not installed")
    return Path(package.origin).parent / "fonts" / "DejaVuSans.ttf"
