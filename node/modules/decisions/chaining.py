"""Binding each record of ours to the one before. Units.

Records that are older than the chain have left and can not be written again. They enter it as
they are, in the order of their numbers, before the first record that names them.
"""

from typing import Any

from sqlalchemy import bindparam, select, update

from node.kernel.database import change_rows
from node.kernel.keys import EDWARDS, QUANTUM, method
from node.kernel.tables import Account, actor_key
from node.kernel.unit import Unit
from node.modules.decisions import chain, queries, seals
from node.modules.decisions.tables import record
from vocab import proofs

# Built once: building takes longer than asking.
_KEY = select(actor_key.c.ed25519).where(actor_key.c.account == bindparam("account"))
_QUANTUM_KEY = select(actor_key.c.mldsa44).where(actor_key.c.account == bindparam("account"))


def end(unit: Unit, us: Account) -> tuple[int, str]:
    """Number and link of our last record, all older ones bound; 0 and "" if there is none."""
    number, before = 0, ""
    for each in queries.links(unit.db, us.id):
        number = each.number
        if each.link is None:
            before = chain.link(number, chain.leaf(each.document), before)
            bound = record.c.id == each.id
            unit.db.execute(update(record).where(bound).values(link=before))
        else:
            before = each.link
    return number, before


def bind(
    unit: Unit, us: Account, record_id: str, document: dict[str, Any], place: tuple[int, str]
) -> tuple[int, str]:
    """Give a record of ours its number and link, and sign where the chain ends now.

    Args:
        unit: the unit.
        us: our community.
        record_id: a record that is kept already.
        document: as it was signed.
        place: what `end` said before it.

    Returns:
        What `end` says from now on.
    """
    number, before = place[0] + 1, place[1]
    link = chain.link(number, chain.leaf(document), before)
    values = {"number": number, "link": link, "checkpoint": signed(unit, us, number, link)}
    change_rows(unit.db, record.c.id, record_id, **values)
    return number, link


def signed(unit: Unit, us: Account, number: int, link: str) -> dict[str, Any]:
    """Our word for how long our chain is and how it ends."""
    said = chain.checkpoint(community=us.id, number=number, link=link, at=unit.now)
    return sealed(unit, us, said)


def sealed(unit: Unit, us: Account, document: dict[str, Any]) -> dict[str, Any]:
    """A document of our community's with its proof (eddsa-jcs-2022)."""
    key = unit.db.scalar(_KEY, {"account": us.id})
    named = method(us.assertion_keys, EDWARDS)
    assert key is not None, "the community has keys since it was founded"
    assert named is not None, "and its page lists them"
    return seals.sealed(document, key=key, method=named, created=unit.now)


def sealed_twice(unit: Unit, us: Account, document: dict[str, Any]) -> dict[str, Any]:
    """A document with a second proof (mldsa44-jcs-2024) as well, if keepers have asked for that."""
    first = sealed(unit, us, document)
    key = unit.db.scalar(_QUANTUM_KEY, {"account": us.id})
    named = method(us.assertion_keys, QUANTUM)
    if key is None or named is None or not proofs.has_mldsa44():
        return first
    second = seals.sealed(document, key=key, method=named, created=unit.now)
    return proofs.gathered([first, second])


def confirm(unit: Unit, us: Account) -> None:
    """Sign the end of our chain if nobody has, or with a key that we have no more."""
    number, link = end(unit, us)
    held = queries.checkpoint(unit.db, us.id)
    key = ((held or {}).get("proof") or {}).get("verificationMethod")
    if number and (held is None or held["number"] != number or key not in us.assertion_keys):
        mine = (record.c.owner == us.id) & (record.c.number == number)
        word = signed(unit, us, number, link)
        unit.db.execute(update(record).where(mine).values(checkpoint=word))
