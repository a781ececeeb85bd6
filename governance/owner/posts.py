"""Posts that answer for a place: grid staff, street chiefs, commissioners and the others."""

from datetime import date

from governance.book.definition import Post
from governance.book.terms import PostKind
from governance.owner.answer import NamedPost
from governance.owner.compiled import PARTITIONS, Compiled, valid_on
from governance.owner.site import Site, default_reach

__all__ = ["PostTable"]

_ORDER = {kind: rank for rank, kind in enumerate(PostKind)}


class PostTable:
    """Posts by the place that they answer for.

    Parameters
    ----------
    compiled
        The rule book.
    """

    def __init__(self, compiled: Compiled) -> None:
        self._compiled = compiled
        self._posts: dict[tuple[str, str], list[Post]] = {}
        for post in compiled.book.posts:
            self._posts.setdefault((post.layer, post.area), []).append(post)
        for posts in self._posts.values():
            posts.sort(key=lambda post: (_ORDER[post.kind], post.code))

    def at(self, site: Site, day: date, *, show_phones: bool) -> tuple[NamedPost, ...]:
        """List the posts of the areas and roads at a site, from the finest area outwards.

        Parameters
        ----------
        site
            What lies at the place.
        day
            Day on which they hold.
        show_phones
            Whether work phones are shown; they are left empty otherwise.

        Returns
        -------
        tuple
            Posts without a holder too.
        """
        compiled = self._compiled
        places = [
            (compiled.layer_of[step], site.areas[step].ordinal)
            for step in PARTITIONS
            if step in site.areas and site.areas[step].ordinal >= 0
        ]
        places += [(hit.layer, hit.ordinal) for hit in site.overlays]
        places += [
            (hit.layer, hit.ordinal)
            for hit in site.lines
            if hit.distance_m <= default_reach(compiled, hit.layer, hit.ordinal)
        ]
        found = []
        for layer, ordinal in places:
            area = compiled.areas[layer][ordinal]
            for post in self._posts.get((layer, area.code), ()):
                if valid_on(post.valid_from, post.valid_to, day):
                    phone = post.phone if show_phones else ""
                    found.append(
                        NamedPost(
                            code=post.code,
                            kind=post.kind.value,
                            layer=layer,
                            area=area.code,
                            area_name=area.name,
                            holder=post.holder,
                            phone=phone,
                        )
                    )
        return tuple(found)
