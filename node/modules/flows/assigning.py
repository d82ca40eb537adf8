"""Which offer for which need, so that all together fit best: exact; pure.

A flow of least cost: from a source over needs and offers to a sink, where each need is met once
and each offer as often as it can be. Each round takes the way that adds most and may move what
was given before; when no way adds anything, nothing better is left.

Source: Edmonds and Karp, Theoretical improvements in algorithmic efficiency for network flow
problems (1972), section 1.2: shortest augmenting paths with node potentials.
"""

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from node.modules.flows.circles import Edge

SOURCE, SINK = ("source", ""), ("sink", "")
Place = tuple[str, str]
"""A need, an offer, or one of the two ends."""


@dataclass(kw_only=True)
class _Arc:
    """One way of the net; `back` is the same way in the other direction."""

    to: Place
    room: int
    cost: int
    edge: Edge | None = None
    back: "_Arc | None" = None


@dataclass(kw_only=True)
class _Net:
    arcs: dict[Place, list[_Arc]] = field(default_factory=dict)
    height: dict[Place, int] = field(default_factory=dict)
    """Potentials, by which no way that is left costs less than nothing."""

    def add(self, start: Place, end: Place, room: int, cost: int, edge: Edge | None = None) -> None:
        there = _Arc(to=end, room=room, cost=cost, edge=edge)
        there.back = _Arc(to=start, room=0, cost=-cost, back=there)
        self.arcs.setdefault(start, []).append(there)
        self.arcs.setdefault(end, []).append(there.back)


def best(edges: Iterable[Edge], capacity: Mapping[str, int] | None = None) -> list[Edge]:
    """The pairs whose scores add up to the most.

    Args:
        edges: what fits what; scores above zero.
        capacity: how many needs an offer can meet, by the offer's id; one if it is not named.

    Returns:
        One edge for each need that is met, by the id of the need.
    """
    net = _built(list(edges), capacity or {})
    while (way := _shortest(net)) is not None:
        for arc in way:
            arc.room -= 1
            assert arc.back is not None, "arcs are made in pairs"
            arc.back.room += 1
    arcs = (arc for start in net.arcs.values() for arc in start)
    taken = (arc.edge for arc in arcs if arc.edge is not None and arc.room == 0)
    return sorted(taken, key=lambda edge: edge.need)


def _built(edges: list[Edge], capacity: Mapping[str, int]) -> _Net:
    net = _Net(arcs={SOURCE: [], SINK: []})
    fit = [e for e in edges if e.giver != e.receiver and e.score > 0]
    for need in sorted({edge.need for edge in fit}):
        net.add(SOURCE, ("need", need), 1, 0)
        net.height[("need", need)] = 0
    for edge in sorted(fit, key=lambda one: (one.need, one.offer)):
        offer = ("offer", edge.offer)
        net.add(("need", edge.need), offer, 1, -edge.score, edge)
        net.height[offer] = min(net.height.get(offer, 0), -edge.score)
    for name in sorted({edge.offer for edge in fit}):
        net.add(("offer", name), SINK, max(capacity.get(name, 1), 0), 0)
    net.height[SOURCE] = 0
    net.height[SINK] = min(net.height.values())
    return net


def _shortest(net: _Net) -> list[_Arc] | None:
    """The way from source to sink that adds most; None if none adds anything.

    Heights are brought up to date, so that the next search again knows no cost below zero.
    """
    far: dict[Place, int] = {SOURCE: 0}
    came: dict[Place, _Arc] = {}
    done: set[Place] = set()
    queue: list[tuple[int, Place]] = [(0, SOURCE)]
    while queue:
        length, here = heapq.heappop(queue)
        if here in done:
            continue
        done.add(here)
        for arc in net.arcs[here]:
            if arc.room == 0:
                continue
            onward = length + arc.cost + net.height[here] - net.height[arc.to]
            if onward < far.get(arc.to, onward + 1):
                far[arc.to] = onward
                came[arc.to] = arc
                heapq.heappush(queue, (onward, arc.to))
    if SINK not in far:
        return None
    for place, length in far.items():
        net.height[place] += length
    if net.height[SINK] - net.height[SOURCE] >= 0:
        return None
    return _way(came)


def _way(came: Mapping[Place, _Arc]) -> list[_Arc]:
    way, here = [], SINK
    while here != SOURCE:
        arc = came[here]
        assert arc.back is not None, "arcs are made in pairs"
        way.append(arc)
        here = arc.back.to
    return way
