"""Posts that nobody sent to us, but that their own server shows to everybody."""

from federation.origins import domain, same_origin
from federation.policy import refuses
from federation.queries import forgotten
from federation.trust import Wanted
from node.kernel.access import Reach
from node.kernel.unit import Unit
from node.modules.notes import hashtags, keeping, polls, queries, quotes, rules, tagging
from vocab.model import Object, id_of
from vocab.types import Post


def keep(unit: Unit, post: Object, *, look_further: bool = True, is_quoted: bool = False) -> None:
    """Keep a post that is for all, as its own server shows it; nothing if it is known, or gone.

    Args:
        unit: the unit.
        post: as it was fetched.
        look_further: have what it answers fetched too; not if somebody is at that already.
        is_quoted: it came because another quotes it; what it quotes itself is left where it is,
            or a chain of quotes would be fetched without end (V35).

    Raises:
        Wanted: nobody here has met its author.
    """
    id, owner = post.id or "", id_of(post.attributed_to) or ""
    to, cc = list(post.to), list(post.cc)
    reach = rules.reach_of({*to, *cc}, ours=False, peers=False)
    if reach is not Reach.PUBLIC or not isinstance(post, Post) or post.kind is not None:
        return
    if not _may_come(unit, id, owner):
        return
    author = unit.account(owner)
    if author is None:
        raise Wanted(owner)
    if author.gone is None and author.suspended is None:
        row = keeping.row(post, author, to, cc, unit.now)
        row |= {"reach": reach.value, "thread": keeping.thread_of(unit, post)}
        queries.add(unit, row, ())
        tagging.tag(unit, id, hashtags.words(row["hashtags"]))
        polls.keep(unit, id, post)
        if row["quote"] and not is_quoted:
            quotes.look(unit, id)
        if look_further:
            look_up(unit, post)


def look_up(unit: Unit, post: Object) -> None:
    """Have what a stranger's post answers fetched, if it is not here."""
    parent = post.in_reply_to
    if parent and not unit.ours(parent) and queries.stored(unit.db, parent) is None:
        once = f"notes.gather {post.id}"[:255]
        unit.later("notes.gather", lane=domain(parent), once=once, post=post.id)


def _may_come(unit: Unit, id: str, owner: str) -> bool:
    if not id or unit.ours(id) or not same_origin(id, owner):
        return False
    if queries.stored(unit.db, id) is not None or forgotten(unit.db, owner, [id]):
        return False
    return not refuses(unit.db, unit.registry, owner)
