"""The network as a picture: where everybody stands on it, and the SVG. Pure: the same network gives the same picture."""

from bot.matching.drawing.layout import Layout, lay_out
from bot.matching.drawing.picture import FONT, Dot, draw, spanning

__all__ = ["FONT", "Dot", "Layout", "draw", "lay_out", "spanning"]
