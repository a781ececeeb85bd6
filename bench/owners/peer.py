"""PostGIS on the benchmark's own cluster, asked the same questions by one query."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg

from bench.cluster import PostgisCluster
from bench.console import progress
from bench.owners.query import Form, compile_script, forms
from bench.owners.questions import Questions
from bench.owners.tables import load_book, load_places
from bench.procfs import pin_tree, tree_cpu_s
from boundaries.store import BoundaryStore
from governance.book.definition import RuleBook

Answers = dict[int, tuple[int, str, str]]
"""Step, rule and body by row; rows that nobody answers for are left out."""


@dataclass(frozen=True)
class Timing:
    """Seconds of one run: by the clock, and of processors of the whole cluster."""

    wall_s: float
    cpu_s: float


class Peer:
    """Databases with the book, one for whole shapes and one for pieces.

    Parameters
    ----------
    connections
        By whether shapes are cut up.
    cluster
        That they are in.
    """

    def __init__(
        self, connections: Mapping[bool, psycopg.Connection], cluster: PostgisCluster
    ) -> None:
        self._connections = connections
        self._cluster = cluster
        self.forms = forms()

    @property
    def version(self) -> str:
        """Version of PostgreSQL and of PostGIS."""
        query = "SELECT current_setting('server_version') || '; PostGIS ' || postgis_lib_version()"
        row = self._connections[False].execute(query).fetchone()
        return "" if row is None else f"PostgreSQL {row[0]}"

    def load(self, asked: Questions) -> None:
        """Load the rows that are asked next."""
        for connection in self._connections.values():
            load_places(connection, asked)

    def ask(self, form: Form) -> Timing:
        """Answer for all rows loaded, and only count the answers; nothing is handed back."""
        before = tree_cpu_s(self._cluster.postmaster)
        started = time.perf_counter()
        query = f"SELECT count(*), count(DISTINCT body) FROM ({form.text}) answers"
        self._connections[form.is_cut].execute(query)
        wall_s = time.perf_counter() - started
        return Timing(wall_s, tree_cpu_s(self._cluster.postmaster) - before)

    def answers(self, form: Form) -> Answers:
        """Answer for all rows loaded."""
        rows = self._connections[form.is_cut].execute(form.text).fetchall()
        return {int(row): (int(step), str(rule), str(body)) for row, step, rule, body in rows}

    def plan(self, form: Form) -> str:
        """Explain how the server goes about it."""
        rows = self._connections[form.is_cut].execute(f"EXPLAIN {form.text}").fetchall()
        return "\n".join(row[0] for row in rows)


@contextmanager
def open_peer(store: BoundaryStore, book: RuleBook, at: date, processor: int) -> Iterator[Peer]:
    """Start a cluster pinned to a processor, load the book, prepare everything; stop it at the end.

    Raises
    ------
    MissingPeerError
        PostgreSQL or PostGIS is not installed or does not start.
    NotInQueryError
        The book uses what the query does not know.
    """
    with PostgisCluster() as cluster:
        pin_tree(cluster.postmaster, {processor})
        connections: dict[bool, Any] = {}
        try:
            for is_cut in (False, True):
                progress.print(f"loading the book into PostGIS, pieces: {is_cut}")
                connections[is_cut] = _database(cluster, "pieces" if is_cut else "whole")
                load_book(connections[is_cut], store, book, at)
                connections[is_cut].execute(compile_script(is_cut=is_cut))
            yield Peer(connections, cluster)
        finally:
            for connection in connections.values():
                connection.close()


def _database(cluster: PostgisCluster, name: str) -> psycopg.Connection:
    with psycopg.connect(cluster.dsn, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    dsn = cluster.dsn.replace("dbname=postgres", f"dbname={name}")
    connection = psycopg.connect(dsn, autocommit=True)
    connection.execute("CREATE EXTENSION postgis")
    connection.execute("SET max_parallel_workers_per_gather = 0")
    return connection
