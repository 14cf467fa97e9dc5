"""The pages: health, and the picture of the map."""

from bot.web.health import Health, routes
from bot.web.map import map_routes

__all__ = ["Health", "map_routes", "routes"]
