"""The protocol between servers, itself a module: what comes in, what goes out, who is who."""

from datetime import timedelta

from federation import (
    absence,
    catching,
    client,
    collections,
    counting,
    delivery,
    discovery,
    documents,
    followers,
    forwarding,
    missed,
    naming,
    nodeinfo,
    pairs,
    receiving,
    tidying,
)
from federation.tables import metadata
from node.kernel.module import Module

module = Module(
    name="federation",
    title="Federation",
    package="federation",
    metadata=metadata,
    essential=True,
    routes=(
        *discovery.routes,
        *nodeinfo.routes,
        *client.routes,
        *documents.routes,
        *missed.routes,
        *collections.routes,
        *followers.routes,
    ),
    jobs={
        "fan_out": delivery.fan_out,
        "introduce": delivery.introduce,
        "deliver": delivery.deliver,
        "catch_up": catching.catch_up,
        "acquaint": catching.acquaint,
        "reconcile": catching.reconcile,
        "wake_up": catching.wake_up,
        "close": tidying.close,
        "look_after": absence.look_after,
        "tidy": tidying.tidy,
        "empty": tidying.empty,
        "forwarded": forwarding.forwarded,
        "name": naming.find_out,
        "resolve": receiving.resolve,
        "sweep": receiving.sweep,
    },
    metrics=counting.metrics,
    pumps=(receiving.receive,),
    capabilities=(pairs.LINK,),
    every={
        "wake_up": timedelta(minutes=15),
        "reconcile": timedelta(days=1),
        "sweep": timedelta(days=1),
        "tidy": timedelta(hours=1),
        "empty": timedelta(days=1),
    },
)
