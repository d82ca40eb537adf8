"""Where templates come from, and what of them is kept for the pages after."""

import functools
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jinja2 import BaseLoader, BytecodeCache, Environment, TemplateNotFound
from jinja2.bccache import Bucket
from jinja2.environment import Template, TemplateModule
from jinja2.runtime import Context

if TYPE_CHECKING:
    from node.kernel.node import Node

HERE: Final = Path(__file__).parent


class Templates(BaseLoader):
    """Our own templates, and each module's under its own name; nothing but ``.html``."""

    def __init__(self, node: "Node") -> None:
        self._ours = HERE / "templates"
        self._theirs = {m.name: m.folder("templates") for m in node.registry.modules}

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """The text of a template.

        Raises:
            TemplateNotFound: there is none, or its name leaves its folder.
        """
        path = self._path(template)
        if path is None:
            raise TemplateNotFound(template)
        changed = path.stat().st_mtime
        return path.read_text("utf-8"), str(path), lambda: path.stat().st_mtime == changed

    def _path(self, template: str) -> Path | None:
        parts = template.split("/")
        if not template.endswith(".html") or {"", ".", ".."} & set(parts) or "\\" in template:
            return None
        folder = self._theirs.get(parts[0]) if len(parts) > 1 else self._ours
        if folder is None:
            return None
        places = (folder.joinpath(*parts), folder.joinpath(*parts[1:]))
        return next((path for path in places if path.is_file()), None)


class _Compiled(BytecodeCache):
    """The templates compiled in this process, for all its nodes; a changed source is another."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what was compiled of this source before."""
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled now."""
        self._codes[bucket.key, bucket.checksum] = bucket.code


@functools.cache
def compiled() -> BytecodeCache:
    """What all nodes of this process compile their templates into."""
    return _Compiled()


class Pages(Environment):
    """An environment whose parts are defined once: all of them for each page takes too long."""

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self._kept = threading.local()

    def parts(self, values: Mapping[str, Any]) -> TemplateModule:
        """The parts, which speak for one page until the next asks for them.

        In one thread no two pages are rendered at a time: to render one waits for nothing.
        Another thread, such as that of a route which is a plain function, has its own.
        """
        template = self.get_template("parts.html")
        kept: tuple[Template, Context, TemplateModule] | None
        kept = getattr(self._kept, "parts", None)
        if kept is None or kept[0] is not template:
            context = template.new_context()
            kept = self._kept.parts = template, context, TemplateModule(template, context)
        _, context, module = kept
        context.parent = {**self.globals, **values}
        return module
