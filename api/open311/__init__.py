"""Open311 GeoReport v2 under ``/open311/v2``: tickets for programs that speak the standard."""

from api.open311.options import Open311Options
from api.open311.routes import add_open311_routes

__all__ = ["Open311Options", "add_open311_routes"]
