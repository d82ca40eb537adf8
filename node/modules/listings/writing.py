"""Between a row and the wire: a notice of ours as a Listing, any Listing as a row. Pure."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from federation.origins import domain, same_origin
from node.kernel.access import Reach
from node.kernel.community import Community
from node.kernel.errors import Refused
from node.modules.listings import about, concepts, places, telling_when, when
from node.modules.listings.objects import Listing
from node.modules.listings.rules import UNSAID, State, minutes
from node.modules.listings.tables import Notice
from vocab import focal, html
from vocab.model import PUBLIC, Object, id_of
from vocab.types import Document, Hashtag, Image, Intent, Measure
from vocab.values import dataclass
from web.language import catalogue, mark
from web.voice import Voice, zone_of

TITLE = 200
LONGEST = 50_000
PRICE_ACTION = "transfer"
_WORDS = {"offer": mark("Offer: %(title)s"), "request": mark("Need: %(title)s")}
_AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")


def said(notice: Notice, community: Community, followers: str | None) -> Listing:
    """A notice of ours as others read it (vocabulary.md 6.3).

    Args:
        notice: of a member of this community.
        community: whose it is; the first words are in its language.
        followers: the owner's followers collection.
    """
    to, cc = addressing(notice.reach, community, followers)
    topic = concepts.shared(notice.concept, notice.topics)
    public = notice.reach == Reach.PUBLIC
    return Listing(
        id=notice.id,
        purpose=notice.purpose,
        attributed_to=notice.owner,
        audience=community.id,
        content=_content(notice, community),
        lang=notice.lang,
        url=notice.url,
        published=notice.published,
        updated=notice.updated,
        start_time=notice.starts,
        end_time=notice.ends,
        location=places.told(notice.place, notice.cell),
        hours=telling_when.hours_of(notice.when),
        schedule=telling_when.schedule_of(notice.when),
        lifecycle=notice.lifecycle,
        revision=notice.revision,
        publishes=_primary(notice),
        reciprocal=_return(notice, community.origin),
        unit_based=bool(notice.unit_based),
        sharing_terms=tuple(notice.terms),
        match_scope=notice.match_scope,
        handling={Reach.PUBLIC: "public", Reach.TRUSTED: "trustedPeers"}.get(Reach(notice.reach)),
        searchable_by=(PUBLIC,) if public else (),
        to=to,
        cc=cc,
        tag=(_tag(topic, community.origin),) if topic else (),
        attachment=_attached(notice),
    )


def said_to(notice: Notice, community: Community, to: str) -> Listing:
    """A notice of ours as one person elsewhere reads it, to whom it is shown by name.

    It can be answered, and nothing else: it is neither matched there nor shown around, and the
    photo, which only members may fetch, is not named.
    """
    whole = said(notice, community, None)
    return replace(
        whole,
        to=(to,),
        cc=(),
        match_scope="localOnly",
        handling="recipientsOnly",
        attachment=(),
    )


def _attached(notice: Notice) -> tuple[Document, ...]:
    """The photo of a notice as it travels (W8)."""
    if notice.photo is None:
        return ()
    return (
        Document(
            url=notice.photo["url"],
            media_type=notice.photo["media"],
            name=notice.photo["name"] or None,
            width=notice.photo.get("width"),
            height=notice.photo.get("height"),
            blurhash=notice.photo.get("blurhash") or None,
            focal_point=notice.photo.get("focus"),
        ),
    )


def photo_of(listing: Object) -> dict[str, Any] | None:
    """The first picture of a listing; where it lies, and what is said about it."""
    for one in listing.attachment[:16]:
        media = _media(one) or ("image/" if isinstance(one, Image) else "")
        if isinstance(one, Document) and one.url and domain(one.url) and media[:6] == "image/":
            said = {"url": one.url, "name": html.line(one.name or one.summary, 1500)}
            drawn = {"width": one.width, "height": one.height, "blurhash": one.blurhash}
            kept = {name: held for name, held in drawn.items() if held}
            is_sane = all(str(held)[:120] == str(held) for held in kept.values())
            focus = focal.point(one.focal_point)
            more = {**(kept if is_sane else {}), **({"focus": focus} if focus else {})}
            return {**said, "host": domain(one.url), "media": media, **more}
    return None


def _media(one: Object | str) -> str:
    return (one.media_type or "")[:100] if isinstance(one, Object) else ""


def addressing(
    reach: str, community: Community, followers: str | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The `to` and `cc` of a notice; both empty for what stays in the community."""
    if reach == Reach.PUBLIC:
        return (PUBLIC,), tuple(one for one in (followers, community.id) if one)
    return ((community.peers,), ()) if reach == Reach.TRUSTED else ((), ())


def _content(notice: Notice, community: Community) -> str:
    """What everybody's software shows: the title, the words, the way here (W6, W9)."""
    words = catalogue(community.language).gettext(_WORDS[notice.purpose])
    title = _bare(html.from_text(words % {"title": notice.title}))
    bold = f"<p><strong>{title}</strong></p>"
    return bold + html.from_text(notice.text) + _way(notice, community)


def _bare(paragraph: str) -> str:
    return paragraph.removeprefix("<p>").removesuffix("</p>")


def _way(notice: Notice, community: Community) -> str:
    url = notice.url or ""
    way = f'<a href="{url}">{url.partition("://")[2]}</a>'
    topic = concepts.shared(notice.concept, notice.topics)
    if topic is not None:
        tag = _tag(topic, community.origin)
        way += f' <a href="{tag.href}" class="mention hashtag" rel="tag">{tag.name}</a>'
    facts = _facts(notice, community)
    return f"<p>{_bare(html.from_text(facts))}<br>{way}</p>" if facts else f"<p>{way}</p>"


def _facts(notice: Notice, community: Community) -> str:
    """When and where, in one line in the community's language; "" if it does not say."""
    voice = Voice(
        language=community.language,
        zone=zone_of(community.timezone),
        now=notice.updated or notice.published,
        words={},
        catalogue=catalogue(community.language),
    )
    said = (telling_when.in_words(notice.when, voice), notice.place if notice.cell else "")
    return " · ".join(one for one in said if one)


def _tag(topic: str, origin: str) -> Hashtag:
    word = topic.replace("-", "")
    return Hashtag(href=f"{origin}/tags/{word}", name=f"#{word}")


def _primary(notice: Notice) -> Intent:
    others = tuple(one for one in notice.topics if one != notice.concept)
    return Intent(
        id=f"{notice.id}#primary",
        name=notice.title,
        action=notice.action,
        resource_conforms_to=notice.concept,
        resource_classified_as=others,
        resource_quantity=Measure(unit=notice.unit, amount=notice.amount),
        minimum_quantity=_bound(notice, notice.least),
        available_quantity=_bound(notice, notice.available),
        due=notice.due,
    )


def _bound(notice: Notice, number: str | None) -> Measure | None:
    return Measure(unit=notice.unit, amount=number) if number and notice.unit_based else None


def _return(notice: Notice, origin: str) -> Intent | None:
    """What is wished in return: an hour for an hour, where time credit is among the terms."""
    if "timeCredit" not in notice.terms or notice.minutes is None:
        return None
    return Intent(
        id=f"{notice.id}#reciprocal",
        action=PRICE_ACTION,
        resource_conforms_to=f"{origin}/currency/hours",
        resource_quantity=Measure(unit=notice.unit, amount=notice.amount),
    )


@dataclass(frozen=True, kw_only=True)
class Wished:
    """What somebody wishes in return: so much of something, named by an IRI."""

    id: str
    unit: str
    amount: str
    of: str
    action: str = PRICE_ACTION

    @property
    def minutes(self) -> int | None:
        """In whole minutes, where it is time."""
        return minutes(self.unit, self.amount)


def wished(notice: Notice, origin: str) -> Wished | None:
    """What is wished in return for a notice, ours or another's; None for nothing."""
    if notice.local:
        back = _back(_return(notice, origin), notice.id)
        return Wished(**back) if back else None
    return Wished(**notice.back) if notice.back else None


# Reading ------------------------------------------------------------------------------------


def row_of(listing: Listing, owner: str, host: str, now: datetime) -> dict[str, Any]:
    """The columns of `listing` that a Listing speaks of, whoever made it.

    Raises:
        Refused: E_LISTING, it does not say what is offered or sought.
    """
    intent = listing.publishes
    title = html.line((intent.name if intent else None) or listing.name, TITLE)
    if listing.id is None or listing.purpose not in _WORDS or not title or intent is None:
        raise Refused("E_LISTING", f"{listing.id}: purpose or title is missing")
    action = (intent.action or "deliverService")[:40]
    handling = listing.handling if listing.handling == "trustedPeers" else "public"
    topics = topics_of(listing)
    times = telling_when.heard(listing.start_time, intent.due, listing.hours, listing.schedule)
    where = places.heard(listing.location)
    return {
        "id": listing.id,
        "owner": owner,
        "community": listing.audience if same_origin(listing.audience, listing.id) else None,
        "domain": host,
        "url": listing.url if same_origin(listing.url, listing.id) else listing.id,
        "purpose": listing.purpose,
        "title": title,
        "text": words(listing.content or "", title, facts=times.said or where is not None),
        "lang": (listing.lang or "")[:35] or None,
        "kind": concepts.kind_of(action, intent.resource_classified_as),
        "action": action,
        "concept": next(filter(concepts.name_of, topics), intent.resource_conforms_to),
        "terms": [term[:100] for term in listing.sharing_terms[:10]],
        **_amounts(listing, intent),
        "foreign": listing.foreign,
        "price": html.line(listing.price_text, 100) or None,
        "photo": photo_of(listing),
        **_where(listing, where),
        **when.columns(times),
        "lifecycle": _state(listing),
        "revision": min(max(listing.revision or 0, 0), 2**31 - 2),
        "handling": handling,
        "match_scope": (listing.match_scope or "public")[:20],
        # what is dated ahead would stand first for ever
        "published": min(listing.published or now, now),
        "updated": min(listing.updated, now) if listing.updated else None,
        "ends": listing.end_time or _assumed(listing, now),
    }


def _where(listing: Listing, cell: places.Cell | None) -> dict[str, Any]:
    place = listing.location
    name = html.line(place.name, places.NAME) if isinstance(place, Object) else None
    north, east = (cell.north, cell.east) if cell else (None, None)
    return {"place": name or None, "north": north, "east": east}


def _amounts(listing: Listing, intent: Intent) -> dict[str, Any]:
    """What FEP-0837 says of how much may be agreed on, and of what is wished in return."""
    unit, amount = _measure(intent.resource_quantity)
    bounds = (intent.minimum_quantity, intent.available_quantity)
    least, available = (
        one.amount if one and one.unit == unit and _AMOUNT.fullmatch(one.amount or "") else None
        for one in bounds
    )
    return {
        "unit": unit,
        "amount": amount,
        "intent": intent.id or f"{listing.id}#primary",
        "unit_based": listing.unit_based,
        "least": least,
        "available": available,
        "back": _back(listing.reciprocal, listing.id),
    }


def _back(wished: Intent | None, listing: str | None) -> dict[str, str] | None:
    if wished is None:
        return None
    unit, amount = _measure(wished.resource_quantity)
    return {
        "id": wished.id or f"{listing}#reciprocal",
        "unit": unit,
        "amount": amount,
        "of": (wished.resource_conforms_to or "")[:2048],
        "action": (wished.action or "")[:40],
    }


def _assumed(listing: Listing, now: datetime) -> datetime | None:
    """When a listing of other software ends that does not say: by its intent, else by us."""
    if listing.foreign is None:
        return None
    due = listing.publishes.due if listing.publishes else None
    return due or now + UNSAID


def topics_of(listing: Listing) -> list[str]:
    """Every concept a listing is classified by, its main one first; at most twenty.

    Other software knows nothing of our list, so there we read its words, too.
    """
    intent = listing.publishes
    named: list[str | None] = (
        [intent.resource_conforms_to, *intent.resource_classified_as] if intent else []
    )
    said = [one for one in named if one and len(one) <= 2048]
    if listing.foreign is not None and not any(map(concepts.name_of, said)):
        tags = [one.name for one in listing.tag if isinstance(one, Object) and one.name]
        title = (intent.name if intent else None) or listing.name
        said = [*about.topics(said, tags, title or ""), *said]
    return list(dict.fromkeys(said))[:20]


def words(content: str, title: str, *, facts: bool = False) -> str:
    """The plain words of a listing without its title above and the way to it below.

    `facts`: it says when or where, so that a line above the way may say it in words, too.
    """
    parts = html.to_text(content[:LONGEST]).split("\n\n")
    if parts and parts[0].endswith(title):
        del parts[0]
    elif parts:
        parts[0] = parts[0].removeprefix(f"{title}\n")
    above, _, way = parts[-1].rpartition("\n") if parts else ("", "", "")
    if parts and _only_links(way) and (not above or (facts and "\n" not in above)):
        del parts[-1]
    return "\n\n".join(parts)


def _only_links(part: str) -> bool:
    return all(one.startswith("#") or _is_address(one) for one in part.split())


def _is_address(word: str) -> bool:
    """Whether a word is an address without its scheme, of a name or of a name with a port."""
    host, slash, _ = word.partition("/")
    return bool(slash) and ("." in word or ":" in host)


def _measure(measure: Measure | None) -> tuple[str, str]:
    """Unit and amount, as far as they can be used; else one piece."""
    unit, amount = (measure.unit, measure.amount) if measure else (None, None)
    if unit and len(unit) <= 61 and amount and _AMOUNT.fullmatch(amount):
        return unit, amount
    return "one", "1"


def _state(listing: Listing) -> State:
    if listing.publishes is not None and listing.publishes.finished:
        return State.FULFILLED
    said = listing.lifecycle
    return State(said) if said in set(State) else State.OPEN


def owner_of(listing: Listing) -> str:
    """Whose it is; "" where it does not say."""
    return id_of(listing.attributed_to) or ""


def with_kind(kind: str, concept: str | None, above: Iterable[str] = ()) -> Iterable[str]:
    """What a notice of ours is classified by: its topic, those above it, and its kind."""
    return [one for one in (concept, *above, concepts.concept(f"kind-{kind}")) if one]


def later(notice: Notice, now: datetime, **values: Any) -> Notice:
    """The next revision of a notice."""
    return replace(notice, revision=notice.revision + 1, updated=now, **values)
