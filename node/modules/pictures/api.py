"""What other modules may use of pictures.

A form with pictures: `enctype="multipart/form-data"`, `{{ pictures.fields(most) }}` of
`pictures/parts.html`, `await taken(request, most=…)` before the unit; in the unit `documents(…)`
for what travels and `attach(…)` once the thing is there; `remove_about(…)` when it is deleted. The
module says by its hook `shows` who may see its things; who may not sees no picture of them either.
"""

from node.modules.pictures.fields import Brought, opened, taken
from node.modules.pictures.keeping import Chosen, attach, documents, remove_about
from node.modules.pictures.queries import about
from node.modules.pictures.rules import MOST
from node.modules.pictures.showing import tags

__all__ = [
    "MOST", "Brought", "Chosen", "about", "attach", "documents", "opened", "remove_about", "tags",
    "taken",
]  # fmt: skip
