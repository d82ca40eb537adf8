"""The one table of nouns that a community may rename.

Sentences are translated whole; a noun stands in them as ``%(word_member)s``,
or ``%(word_Member)s`` where the sentence begins with it.
"""

from collections.abc import Callable, Mapping
from typing import Final

from web.language import mark

WORDS: Final[Mapping[str, str]] = {
    "member": mark("member"),
    "members": mark("members"),
    "keeper": mark("keeper"),
    "keepers": mark("keepers"),
    "need": mark("need"),
    "needs": mark("needs"),
    "offer": mark("offer"),
    "offers": mark("offers"),
    "proposal": mark("proposal"),
    "proposals": mark("proposals"),
    "decision": mark("decision"),
    "decisions": mark("decisions"),
    "node": mark("trusted node"),
    "nodes": mark("trusted nodes"),
}


def placed(
    table: Mapping[str, str], chosen: Mapping[str, str], translate: Callable[[str], str]
) -> dict[str, str]:
    """Give every noun the name it has in a sentence.

    Args:
        table: noun → its English word.
        chosen: noun → the community's own word; wins over the translation.
        translate: one English word into the reader's language.

    Returns:
        ``word_member`` and, for the head of a sentence, ``word_Member``.
    """
    names: dict[str, str] = {}
    for noun, english in table.items():
        word = chosen.get(noun) or translate(english)
        names[f"word_{noun}"] = word
        names[f"word_{noun[:1].upper()}{noun[1:]}"] = word[:1].upper() + word[1:]
    return names
