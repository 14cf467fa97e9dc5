"""The pages. For now: health."""

from bot.web.health import Health, routes

__all__ = ["Health", "routes"]
