"""Stylesheet, pictures and other files that never change: read once, named by their hash.

An address holds the hash of what it names, so a browser may keep it for a year.
"""

import functools
import hashlib
import mimetypes
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from starlette.requests import Request
from starlette.responses import Response

from node.kernel.errors import Missing

if TYPE_CHECKING:
    from node.kernel.node import Node

PREFIX: Final = "/static/"
_YEAR: Final = "public, max-age=31536000, immutable"
_KINDS: Final = frozenset({".css", ".js", ".svg", ".png", ".webmanifest"})


class Files:
    """All files of `web/static` and of the modules' ``static`` folders (as ``<module>/x``)."""

    def __init__(self, node: "Node") -> None:
        self._files = dict(_read(Path(__file__).parent / "static"))
        for module in node.registry.modules:
            if (folder := module.folder("static")) is not None:
                self._files |= {f"{module.name}/{name}": f for name, f in _read(folder).items()}

    def address(self, name: str) -> str:
        """Where a file is to be had: ``/static/<hash>/<name>``.

        Raises:
            KeyError: there is no such file; a template that asks for it is wrong.
        """
        digest, _ = self._files[name]
        return f"{PREFIX}{digest}/{name}"

    def serve(self, request: Request) -> Response:
        """Answer with a file; one asked for under an old hash may not be kept."""
        digest, _, name = request.scope["path"].removeprefix(PREFIX).partition("/")
        if name not in self._files:
            raise Missing(detail=name)
        current, body = self._files[name]
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        kept = _YEAR if digest == current else "no-cache"
        return Response(body, media_type=kind, headers={"Cache-Control": kept})


@functools.cache
def _read(folder: Path) -> Mapping[str, tuple[str, bytes]]:
    """The hash and the bytes of every file of ours in a folder, by its name there."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in _KINDS:
            body = path.read_bytes()
            digest = hashlib.sha256(body).hexdigest()[:12]
            found[path.relative_to(folder).as_posix()] = (digest, body)
    return found
