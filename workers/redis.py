"""News of work by way of Redis (arq): a worker elsewhere hears at once that there is some.

Only the news goes there, never the work: the rows are the queue. A worker looks at them by
itself too, so a Redis that is emptied, slow or dead costs a second, and no job.
"""

import asyncio
import contextlib
import hashlib
import json
import logging
from typing import Any

from arq.connections import ArqRedis, RedisSettings, create_pool
from arq.worker import Worker
from redis.exceptions import RedisError

from node.kernel.node import Node
from node.kernel.settings import Unusable
from workers import inline

log = logging.getLogger(__name__)

POLL = 0.05
"""Seconds between two looks at Redis."""

AGAIN = 1.0
"""Seconds before a Redis that was away is looked for again."""

PATIENCE = 2.0
"""Seconds to wait for Redis to take a piece of news, and for which news stays fresh."""

_AWAY = (RedisError, OSError, TimeoutError)


def _to_json(value: dict[str, Any]) -> bytes:
    # arq would pickle otherwise, and whoever can write to Redis could then run code here
    return json.dumps(value, default=str).encode()


def _from_json(raw: bytes) -> dict[str, Any]:
    found = json.loads(raw)
    if not isinstance(found, dict):
        message = "news is a JSON object"
        raise TypeError(message)
    return found


def queue(node: Node) -> str:
    """Under which name this node's workers listen: several nodes may share one Redis."""
    return f"folkmoot:{hashlib.sha256(node.origin.encode()).hexdigest()[:8]}"


def _address(node: Node) -> RedisSettings:
    try:
        settings = RedisSettings.from_dsn(node.settings.redis)
    except (RuntimeError, ValueError) as error:
        # it may hold a password, so it is not repeated
        message = f"redis: {error}; write an address like redis://localhost:6379/0"
        raise Unusable(message) from error
    settings.conn_retries = 0
    return settings


async def _connect(node: Node) -> ArqRedis:
    return await create_pool(
        _address(node),
        job_serializer=_to_json,
        job_deserializer=_from_json,
        default_queue_name=queue(node),
    )


async def wake(ctx: dict[Any, Any]) -> None:
    """The one thing that is ever asked by way of Redis: look at the rows."""
    ctx["node"].waiting.set()


class Announcer:
    """Tells workers elsewhere that there is work; what gathers meanwhile is told once."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._pool: ArqRedis | None = None
        self._news = False
        self._task: asyncio.Task[None] | None = None

    def __call__(self) -> None:
        """There is work. Never waits and never fails."""
        self._node.waiting.set()
        self._news = True
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._carry())

    async def close(self) -> None:
        """Let the last news go out and leave Redis."""
        if self._task is not None:
            await self._task
        await self._forget()

    async def _carry(self) -> None:
        while self._news:
            self._news = False
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._tell()
            except _AWAY as error:
                log.warning("no news by way of Redis, workers look by themselves: %s", error)
                await self._forget()

    async def _tell(self) -> None:
        if self._pool is None:
            self._pool = await _connect(self._node)
        name = queue(self._node)
        await self._pool.enqueue_job(
            wake.__name__, _job_id=name, _queue_name=name, _expires=PATIENCE
        )

    async def _forget(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            with contextlib.suppress(*_AWAY):
                await pool.aclose()


def announcer(node: Node) -> Announcer:
    """What to put in the place of `node.wake`, so that workers elsewhere hear of work.

    Raises:
        Unusable: the setting `redis` is no address of a Redis.
    """
    _address(node)
    return Announcer(node)


async def forever(node: Node) -> None:
    """Do background work of this node until cancelled, woken by way of Redis.

    Raises:
        Unusable: the setting `redis` is no address of a Redis.
    """
    _address(node)
    logging.getLogger("arq").setLevel(logging.ERROR)
    listening = asyncio.create_task(_listen(node))
    try:
        await inline.forever(node)
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def _listen(node: Node) -> None:
    """Hear news for ever; arq itself ends when Redis goes away, so it is begun again."""
    while True:
        try:
            await _hear(node)
        except _AWAY as error:
            log.warning("Redis is away, looking at the rows instead: %s", error)
        except Exception:
            log.exception("hearing news stumbled")
        await asyncio.sleep(AGAIN)


async def _hear(node: Node) -> None:
    pool = await _connect(node)
    try:
        ear = Worker(
            [wake],
            redis_pool=pool,
            queue_name=queue(node),
            ctx={"node": node},
            handle_signals=False,
            poll_delay=POLL,
            keep_result=0,
            max_tries=1,
            job_timeout=PATIENCE,
            log_results=False,
            job_serializer=_to_json,
            job_deserializer=_from_json,
        )
        node.waiting.set()
        await ear.async_run()
    finally:
        with contextlib.suppress(*_AWAY):
            await pool.aclose()
