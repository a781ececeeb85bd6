"""The bodies of an answer with their roles: who leads, helps, is copied, supervises."""

from collections.abc import Iterator

from governance.book.terms import Role, Step
from governance.owner.answer import NamedBody, OwnerQuestion
from governance.owner.compiled import NOBODY, Compiled, valid_on
from governance.owner.site import Site, reach_of
from governance.owner.verdict import Verdict

__all__ = ["Naming"]

_RANK = {Role.CO_ORGANISER: 0, Role.SUPERVISING: 1, Role.COPIED: 2}


class Naming:
    """Names the bodies of verdicts.

    Parameters
    ----------
    compiled
        The rule book.
    """

    def __init__(self, compiled: Compiled) -> None:
        self._compiled = compiled

    def primary(self, verdict: Verdict) -> NamedBody | None:
        """Name the body that answers or leads; None for nobody."""
        lead = verdict.lead
        return None if lead is None else self._named(lead.body, Role.PRIMARY, lead.rule_code)

    def others(
        self, verdict: Verdict, site: Site, category: int, question: OwnerQuestion
    ) -> tuple[NamedBody, ...]:
        """Name the other bodies, each once in its strongest role: co-organisers first.

        The primary is not repeated. Without a primary, those who would be copied are still named.
        """
        found: dict[int, NamedBody] = {}
        primary = verdict.lead.body if verdict.lead else NOBODY
        pairs = sorted(self._pairs(verdict, site, category, question), key=lambda p: _RANK[p[1]])
        for body, role, because in pairs:
            row = self._compiled.bodies[body]
            if body != primary and valid_on(row.valid_from, row.valid_to, question.at):
                found.setdefault(body, self._named(body, role, because))
        return tuple(found.values())

    def _named(self, ordinal: int, role: Role, because: str) -> NamedBody:
        body = self._compiled.bodies[ordinal]
        return NamedBody(
            code=body.code,
            name=body.name,
            kind=body.kind,
            role=role,
            phone=body.phone,
            because=because,
        )

    def _pairs(
        self, verdict: Verdict, site: Site, category: int, question: OwnerQuestion
    ) -> Iterator[tuple[int, Role, str]]:
        compiled, chain = self._compiled, site.chain
        for candidate in verdict.equals:
            yield candidate.body, Role.CO_ORGANISER, candidate.rule_code
        if verdict.lead is not None and verdict.lead.ruling is not None:
            for code in verdict.lead.ruling.co_organisers:
                if code in compiled.body_at:
                    yield compiled.body_at[code], Role.CO_ORGANISER, verdict.lead.rule_code
        yield from self._added(site, category, question)
        entry = compiled.categories[category]
        for role, references in (
            (Role.CO_ORGANISER, entry.co_organisers),
            (Role.COPIED, entry.copied),
            (Role.SUPERVISING, entry.supervising),
        ):
            for reference in references:
                body = compiled.resolve_reference(reference, category, chain)
                if body != NOBODY:
                    yield body, role, f"catalogue:{entry.code}"
        if verdict.status == "disputed":
            body = self._supervisor(site)
            if body != NOBODY:
                yield body, Role.SUPERVISING, "disputed"

    def _supervisor(self, site: Site) -> int:
        """Find who supervises a dispute: the district, or the city where districts are at odds."""
        area = site.areas.get(Step.DISTRICT)
        if area is None or area.ordinal < 0 or len(area.covering) > 1:
            return self._compiled.city
        return int(self._compiled.governing[Step.DISTRICT][area.ordinal])

    def _added(
        self, site: Site, category: int, question: OwnerQuestion
    ) -> Iterator[tuple[int, Role, str]]:
        """Find the bodies that rules add in other roles."""
        compiled, chain = self._compiled, site.chain
        places: list[tuple[str, int, float | None]] = [
            (compiled.layer_of[step], hit.ordinal, None) for step, hit in site.areas.items()
        ]
        places += [(hit.layer, hit.ordinal, None) for hit in site.overlays]
        places += [(hit.layer, hit.ordinal, hit.distance_m) for hit in (*site.lines, *site.assets)]
        for layer, ordinal, distance in places:
            rules = compiled.additions.get(layer)
            for at, word in rules.of(ordinal) if rules is not None else ():
                if distance is not None and distance > reach_of(compiled, at, layer, ordinal):
                    continue
                if self._speaks(at, category, question):
                    yield from self._pair(at, compiled.resolve(word, category, chain))
        for at in compiled.general_additions:
            if self._speaks(at, category, question):
                body = compiled.resolve_reference(compiled.rules[at].body, category, chain)
                yield from self._pair(at, body)

    def _pair(self, at: int, body: int) -> Iterator[tuple[int, Role, str]]:
        rule = self._compiled.rules[at]
        if body != NOBODY:
            yield body, rule.role, rule.code

    def _speaks(self, at: int, category: int, question: OwnerQuestion) -> bool:
        rule = self._compiled.rules[at]
        return (
            bool(self._compiled.applies[category, at])
            and valid_on(rule.valid_from, rule.valid_to, question.at)
            and rule.caller.value in {"", question.caller.value}
        )
