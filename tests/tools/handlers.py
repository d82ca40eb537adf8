"""Prints which function carries out which activity: `make handlers`."""

from node.kernel.module import Registry, installed


def rows(registry: Registry) -> list[tuple[str, str]]:
    """Each handled activity, spelled as Accept(Follow), and its function."""
    return sorted(
        ("(".join(t.__name__ for t in path) + ")" * (len(path) - 1), _name(handler))
        for path, handler in registry.handlers.items()
    )


def _name(handler: object) -> str:
    return f"{handler.__module__}.{getattr(handler, '__name__', '?')}"


if __name__ == "__main__":
    found = rows(Registry(installed()))
    width = max((len(activity) for activity, _ in found), default=0)
    for activity, function in found:
        print(f"{activity:<{width}}  {function}")
