"""Addresses for every route of a node, made from its own table of routes."""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from tests.boundaries.world import World

NONSENSE = ("nothing", "..%2f..%2fetc", "%00", "%ed%a0%80", "' OR 1=1 --", "{{7*7}}", "ä" * 300)
"""Ids that name nothing, some in ways that break a reader."""

QUERIES = (
    "page=true&after=x", "page=-1", "after=%00", "after=" + "9" * 150, "who=%00&about=%00",
    "about=https://[&who=https://[x",
    "about=' OR '1'='1", "next=//evil.test", "next=javascript:alert(1)", "resource=%00",
    "resource=acct:%00@alder.test", "resource=" + "a" * 5000, "q[]=1&q[]=2", "%", "&&&=", "a;b",
    "kind=%27&topic=%27&purpose=%27&words=%27&q=%27", "closed=1&closed=2", "token=%00",
    "before=0001-01-01T00:00:00%2B14:00", "before=9999-12-31T23:59:59-14:00",
    "invite=%00", "answer=x&record=%00", "to=%00&about=%ed%a0%80", "before=%00&page=1e9",
)  # fmt: skip
"""Query strings that nobody's browser sends."""

ACCEPTS = (
    "", "*/*", "text/html", "application/activity+json", "application/json", "image/png", ";;q=x",
    "text/html;q=0, application/ld+json;q=nan", "a/b," * 500,
)  # fmt: skip
"""What may be asked for, and what should not be."""


def routes(app: Any) -> Iterator[tuple[str, frozenset[str]]]:
    """Every route of the pages: its path and methods, one by one."""
    for route in app._pages.routes:
        yield route.path, frozenset(route.methods)


def reading(app: Any) -> list[str]:
    """The paths that can be read."""
    return sorted({path for path, methods in routes(app) if "GET" in methods})


def writing(app: Any) -> list[str]:
    """The paths that forms are sent to."""
    return sorted({path for path, methods in routes(app) if "POST" in methods})


SLUGS = {
    "/l/": ("notice", "need", "offer"), "/n/": ("post",), "/p/": ("here", "public", "course"),
    "/d/": ("record",), "/j/": ("joint",), "/reports/": ("told",), "/match/": ("match", "aside"),
    "/introductions/": ("introduction",),
    "/agreements/": ("agreement",), "/time/entry/": ("entry",), "/desk/time/entry/": ("entry",),
    "/flow/": ("flow",), "/ideas/": ("idea",), "/votes/": ("here", "choice here"),
    "/shelf/": ("thing",), "/loans/": ("loan",),
    "/deliveries/": ("here", "public"), "/challenges/": ("here", "public"),
    "/deliberation/": ("course", "here"), "/rounds/": ("round", "course"),
    "/roles/": ("role",), "/selections/": ("selection",),
    "/juries/": ("public", "here", "course"),
    "/me/profile/": ("gift", "skill", "asset"),
}  # fmt: skip
"""Which of the world's ids belong behind which beginning."""


def known(w: World, path: str) -> Mapping[str, list[str]]:
    """What may stand in the places of a path, from what is kept; one of another kind, too."""
    wanted = next((names for start, names in SLUGS.items() if path.startswith(start)), ())
    plain = {name: value for name, value in w.ids.items() if not value.startswith("http")}
    slugs = [value for name, value in plain.items() if name.endswith(wanted or "report")]
    keys = [v.rpartition("/")[2] for v in w.ids.values() if v.startswith("http")]
    one = plain["gift" if path.startswith("/n/") else "direct post"]
    return {
        "slug": [*slugs, one],
        "key": [*keys, one],
        "handle": ["ana", "sus", w.node.community.handle],
        "who": ["ana", "sus", f"bo@{w.other.community.domain}"],
        "kind": ["gift", "skill", "asset", "mission"],
        "name": ["followers", "outbox", "inbox", "listings", "decisions", "in-force", "peers",
                 "facets", "ideas.points", "members_invite",
                 "listing.schema.json", "app.css", "icons.svg"],
        "domain": [w.other.community.domain, "nobody.test"],
        "number": ["2.1", "2.0"],
        "file": ["ana.svg", "ana.png", "sus.gif"],
        "word": ["repair"], "how": ["nothing"], "value": ["120", "yes"],
        "what": ["blocks", "mutes"],
        "measure": [w.ids["measure"]],
        "step": [w.ids["step"]],
        "challenge": [w.ids["challenge"]],
        "holding": [w.ids["holding"]], "id": ["nothing"],
        "remark": [w.ids["remark"]],
        "stance": ["support", "neither", "nothing"],
        "act": ["take", "show", "nothing", "goOn", "answer", "withdraw"],
        "epoch": ["0", "ff"],
        "part": ["likes", "shares", "replies", "context", "nothing", "objection"],
    }  # fmt: skip


def filled(path: str, values: Mapping[str, list[str]]) -> list[str]:
    """A route's path with all that its places may hold."""
    parts = path.split("/")
    choices = [_part(part, values) for part in parts]
    return ["/".join(one) for one in itertools.product(*choices)]


def _part(part: str, values: Mapping[str, list[str]]) -> list[str]:
    if "{" not in part:
        return [part]
    before, _, rest = part.partition("{")
    place, _, after = rest.partition("}")
    return [before + value + after for value in values[place.partition(":")[0]]]


def nonsense(path: str) -> list[str]:
    """A route's path with things in its places that name nothing."""
    if "{" not in path:
        return []
    return [one for word in NONSENSE for one in filled(path, _Same(word))]


class _Same(dict[str, list[str]]):
    def __init__(self, word: str) -> None:
        super().__init__()
        self.word = word

    def __missing__(self, _name: str) -> list[str]:
        return [self.word]
