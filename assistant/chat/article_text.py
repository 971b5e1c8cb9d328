"""An article's text as HTML: what is cited marked, Markdown shown as a reader expects it.

The text content of the HTML is exactly the stored text, so that offsets stay what they are. What an
article writes as HTML is text. Markdown's own characters stay in the HTML and are hidden by style.
"""

from __future__ import annotations

import re
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from assistant.text import as_html

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.answers import Citation
    from index.articles import Article

Range = tuple[int, int]
Style = tuple[int, int, str]

# A line end before the text or inside a hard-wrapped paragraph: shown as a space, kept in the text.
_SOFT_LINE_END = re.compile(
    r"\A(?:\r?\n)+|(?<=[^\n]{45})(?<![.!?:”\"…])\r?\n(?!\d{1,3}[.)])(?=[^\s\-*+#>|•·])"
)
_HEADING = re.compile(r"^(#{1,6}[ \t]+)([^\n]*?)([ \t]+#+)?[ \t]*\r?$", re.MULTILINE)
_BULLET = re.compile(r"^[ \t]*([-*+][ \t]+)(?=\S)", re.MULTILINE)
_QUOTED = re.compile(r"^(>[ \t]?)([^\n]*)$", re.MULTILINE)
_RULE = re.compile(r"^[ \t]*(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$", re.MULTILINE)
_LINK = re.compile(
    r"(!?\[)([^\[\]\n]{1,300})(\]\((?:https?://|mailto:|/|#)[^()\s]*(?:\([^()\s]*\)[^()\s]*)*\))"
)
_STRONG = re.compile(r"(\*\*|__)(?=[^\s*_])([^\n]{0,1000}?[^\s*_])(\1)")
_EMPHASIS = re.compile(r"(?<![\w*_\\])([*_])(?=[^\s*_])([^\n*_]{0,1000}?(?<=[^\s\\]))(\1)(?![\w*_])")
_AROUND = (
    (_HEADING, "heading"),
    (_QUOTED, "quoted"),
    (_LINK, "link"),
    (_STRONG, "strong"),
    (_EMPHASIS, "emphasis"),
)


def article_html(
    article: Article,
    citations: Sequence[Citation],
    chosen: int | None,
    token: int = 0,
    span: Range | None = None,
) -> str:
    """Return the article's text as HTML whose text content is exactly the stored text.

    The chosen citation (by its place) or else the `span` looked at is marked `cited`, other
    citations of the article `also`.
    """
    here = [(c.start, c.end) for c in citations if c.article_id == article.id]
    cited = [span] if span else []
    if chosen is not None:
        cited = [(citations[chosen].start, citations[chosen].end)]
    text, styles = article.text, sorted(_styles(article.text))
    edges = {0, len(text), *chain(*here, *cited)}
    cuts = sorted(cut for cut in edges if not any(a < cut < b for a, b in cited))
    parts = []
    for start, end in pairwise(cuts):
        part = _styled(text, start, end, styles)
        if _within(start, end, cited):
            part = f'<mark class="cited">{part}</mark>'
        elif _within(start, end, here):
            part = f'<mark class="also">{part}</mark>'
        parts.append(part)
    return f'<div class="source-text" dir="auto" data-opened="{token}">{"".join(parts)}</div>'


def _within(start: int, end: int, spans: Sequence[Range]) -> bool:
    return any(first <= start and end <= last for first, last in spans)


def _styles(text: str) -> Iterator[Style]:
    """Yield what is shown otherwise than as it stands; one may lie within another."""
    for match in _SOFT_LINE_END.finditer(text):
        yield *match.span(), "soft"
    for match in _RULE.finditer(text):
        yield *match.span(), "rule"
    for match in _BULLET.finditer(text):
        yield *match.span(1), "bullet"
    for pattern, style in _AROUND:
        for match in pattern.finditer(text):
            yield *match.span(2), style
            for delimiter in (1, 3)[: pattern.groups - 1]:
                if match.start(delimiter) >= 0:
                    yield *match.span(delimiter), "markup"


def _styled(text: str, start: int, end: int, styles: Sequence[Style]) -> str:
    """Return a stretch of the text, each piece in the styles that cover it."""
    here = [(max(a, start), min(b, end), name) for a, b, name in styles if a < end and b > start]
    cuts = sorted({start, end, *(at for a, b, _ in here for at in (a, b))})
    parts, opened, coming = [], [], 0
    for first, last in pairwise(cuts):
        while coming < len(here) and here[coming][0] <= first:
            opened.append(here[coming])
            coming += 1
        opened = [style for style in opened if style[1] > first]
        names = " ".join(dict.fromkeys(name for _, _, name in opened))
        piece = as_html(text[first:last])
        parts.append(f'<span class="{names}">{piece}</span>' if names else piece)
    return "".join(parts)
