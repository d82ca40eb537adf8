"""Passwords: argon2id, slow on purpose, in two threads of their own.

Source: OWASP Password Storage Cheat Sheet (19 MiB, two passes, one lane).
"""

import asyncio
import functools
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from node.kernel.errors import TryLater
from web.language import mark

if TYPE_CHECKING:
    from argon2 import PasswordHasher

_AT_ONCE: Final = 2
_WAITING: Final = 64


class _Lane:
    """Two threads, and a limit to how many may wait for them."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="password")
        self.places = threading.BoundedSemaphore(_WAITING)


@functools.cache
def _lane() -> _Lane:
    return _Lane()


@functools.cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@functools.cache
def _nobody() -> str:
    """The hash of a password that nobody has, for names that nobody has."""
    return _hasher().hash("nobody is called so")


async def hash_password(password: str) -> str:
    """The hash that is kept of a password.

    Raises:
        TryLater: too many wait for theirs already.
    """
    lane = _enter()
    try:
        return await asyncio.get_running_loop().run_in_executor(lane.pool, _hasher().hash, password)
    finally:
        lane.places.release()


async def check_password(password: str, hashed: str | None) -> bool:
    """Whether this is the password; takes as long when there is no hash to compare with.

    Raises:
        TryLater: too many wait for theirs already.
    """
    lane = _enter()
    try:
        return await asyncio.get_running_loop().run_in_executor(
            lane.pool, _verify, password, hashed
        )
    finally:
        lane.places.release()


def stale(hashed: str) -> bool:
    """Whether a hash was made with other figures than today's."""
    return _hasher().check_needs_rehash(hashed)


def _enter() -> _Lane:
    lane = _lane()
    if not lane.places.acquire(blocking=False):
        raise TryLater(
            "too many passwords at once",
            code="E_BUSY",
            safe=mark("Many people are signing in. Try again in a minute."),
        )
    return lane


def _verify(password: str, hashed: str | None) -> bool:
    from argon2.exceptions import InvalidHashError, VerificationError

    instead = _nobody()  # made before anything is compared, so that the first try tells nothing
    try:
        _hasher().verify(hashed or instead, password)
    except (VerificationError, InvalidHashError):
        return False
    return hashed is not None
