"""The protocol between servers, itself a module: what comes in, what goes out, who is who."""

from datetime import timedelta

from federation import (
    absence,
    client,
    collections,
    counting,
    delivery,
    discovery,
    documents,
    followers,
    forwarding,
    naming,
    nodeinfo,
    receiving,
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
        *collections.routes,
        *followers.routes,
    ),
    jobs={
        "fan_out": delivery.fan_out,
        "introduce": delivery.introduce,
        "deliver": delivery.deliver,
        "close": delivery.close,
        "look_after": absence.look_after,
        "tidy": delivery.tidy,
        "empty": delivery.empty,
        "forwarded": forwarding.forwarded,
        "name": naming.find_out,
        "resolve": receiving.resolve,
        "sweep": receiving.sweep,
    },
    metrics=counting.metrics,
    pumps=(receiving.receive,),
    every={
        "sweep": timedelta(days=1),
        "tidy": timedelta(hours=1),
        "empty": timedelta(days=1),
    },
)
