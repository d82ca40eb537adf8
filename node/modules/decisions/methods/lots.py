"""Drawing lots that nobody can steer and everybody can draw again.

Whoever guards the lot says the digest of a secret word before the first ballot, and the word
after the last. The words, and the digest of the ballots, are the seed: who knew a word could not
know the ballots, and who cast the last ballot could not know the words.

Source: commitment as M. Blum, Coin Flipping by Telephone (1981); the order by SHA-256 of seed and
name, as RFC 3797 draws by a digest of published sources.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence


def commitment(word: str) -> str:
    """What is said of a secret word before: its SHA-256, in hex. The word needs 128 random bits."""
    return hashlib.sha256(word.encode()).hexdigest()


def kept(word: str, said: str) -> bool:
    """Whether a word is the one that was promised."""
    return commitment(word) == said


def seed(words: Iterable[str], ballots: str) -> str:
    """The seed of a lot.

    Args:
        words: those that were promised and told, in any order.
        ballots: the digest of all ballots that were counted.
    """
    return hashlib.sha256("\x1f".join((*sorted(words), ballots)).encode()).hexdigest()


def order(names: Collection[str], seed: str) -> tuple[str, ...]:
    """Names in the order in which they are drawn; the same for everybody who has the seed."""
    return tuple(
        sorted(names, key=lambda name: hashlib.sha256(f"{seed}\x1f{name}".encode()).digest())
    )


def jury(
    people: Collection[str], seats: int, seed: str, out: Sequence[str] = ()
) -> tuple[str, ...]:
    """Who is drawn for some seats; those who are out are replaced in the order of the lot.

    Args:
        people: all of whom it is drawn, each once.
        seats: how many are drawn.
        seed: published, and fixed only after the list was.
        out: who is left out, for a reason or at their own wish.

    Source: sortition; P. Stone, The Luck of the Draw (2011).
    """
    drawn = [name for name in order(people, seed) if name not in out]
    return tuple(drawn[:seats])
