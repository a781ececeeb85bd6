"""All routes of tickets, in the order in which they are looked for."""

from fastapi import FastAPI

from api.incidents import add_incident_routes
from api.state import Service
from api.tickets_acts import add_ticket_act_route
from api.tickets_batch import add_ticket_batch_route
from api.tickets_corrections import add_ticket_correction_route
from api.tickets_post import add_ticket_post_route
from api.tickets_read import add_ticket_read_routes
from api.tickets_returns import add_return_routes
from api.tickets_review import add_ticket_review_routes
from api.tickets_search import add_ticket_search_route
from api.tickets_stream import add_ticket_stream_route

__all__ = ["add_ticket_routes"]


def add_ticket_routes(app: FastAPI, service: Service) -> None:
    """Register ``/v1/tickets``, ``/v1/incidents``, ``/v1/channels`` and ``/v1/rules/accuracy``.

    Fixed paths come before that of a single ticket: the first route that fits answers.
    """
    add_ticket_post_route(app, service)
    add_ticket_batch_route(app, service)
    add_ticket_search_route(app, service)
    add_ticket_stream_route(app, service)
    add_ticket_review_routes(app, service)
    add_return_routes(app, service)
    add_ticket_read_routes(app, service)
    add_ticket_act_route(app, service)
    add_ticket_correction_route(app, service)
    add_incident_routes(app, service)
