"""A paper as PDF, set by Typst: footnotes at the foot of their page, tagged for screen readers.

The paper reaches the template as JSON, so no text in it can be markup. Latin, Greek, Cyrillic and Hebrew
are set in Libertinus, which Typst carries; Armenian, Georgian and Arabic in DejaVu, which the
matplotlib wheel carries (nothing of matplotlib is run).
"""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.text import reads_right_to_left
from index.errors import MemoireError

if TYPE_CHECKING:
    import typst

    from assistant.exports.paper import Paper

_TEMPLATE = Path(__file__).with_name("export.typ")


def as_pdf(paper: Paper) -> bytes:
    """Return the paper as a PDF of A4 pages.

    Raises:
        MemoireError: Typst cannot set it.
    """
    import typst

    data = json.dumps(_marked(asdict(paper)), ensure_ascii=False)
    compiler = typst.Compiler(font_paths=_fonts(), sys_inputs={"paper": data})
    try:
        made = compiler.compile(_TEMPLATE.read_bytes(), format="pdf")
    except typst.TypstError as exc:
        raise MemoireError(f"The PDF cannot be made: {exc}.", "Export as DOCX or Markdown.") from exc
    assert isinstance(made, bytes)  # noqa: S101 - one document without an output path is bytes
    return made


@cache
def _fonts() -> typst.Fonts:
    import typst

    spec = find_spec("matplotlib")
    if spec is None or spec.origin is None:
        raise MemoireError("The fonts are not installed.", "Run: pip install matplotlib")
    return typst.Fonts(font_paths=[Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"])


def _marked(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Put beside every text whether it reads from right to left."""
    if isinstance(value, str):
        return {"text": value, "rtl": reads_right_to_left(value)}
    if isinstance(value, dict):
        return {key: _marked(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_marked(inner) for inner in value]
    return value
