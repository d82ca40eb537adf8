"""Names in an order in which each comes after those it requires."""

from collections.abc import Mapping, Sequence


def in_order(requires: Mapping[str, Sequence[str]]) -> list[str]:
    """Names by the alphabet, each after those it requires.

    Args:
        requires: name to the names it requires.

    Raises:
        ValueError: one requires itself by way of others, or what is not here.

    >>> in_order({"a": ["b"], "b": [], "c": []})
    ['b', 'a', 'c']
    """
    done: list[str] = []

    def add(name: str, asking: tuple[str, ...]) -> None:
        if name in done:
            return
        if name in asking:
            message = f"modules require each other: {' → '.join((*asking, name))}"
            raise ValueError(message)
        if name not in requires:
            message = f"module {asking[-1]} requires {name}, which is not here"
            raise ValueError(message)
        for other in requires[name]:
            add(other, (*asking, name))
        done.append(name)

    for name in sorted(requires):
        add(name, ())
    return done
