"""Sitemaps as feeds: the pages a site names, with what a news sitemap says of them.

A plain sitemap says when a page changed, which is no day of publication and is used only to tell which
pages are the newest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MOST_PAGES = 1_000  # as many as a news sitemap may name; a plain one may name a site's every page
_MOST_PARTS = 10


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What a sitemap says of its newest pages, by element name; an index names other sitemaps."""

    pages: Sequence[Mapping[str, str]]
    parts: Sequence[str]


def parse_sitemap(body: bytes) -> Sitemap | None:
    """Return the newest pages or parts, newest first; None where it is no sitemap.

    The body must declare no entities; `parse_feed` sees to it.
    """
    if not any(name in body for name in (b"urlset", b"sitemapindex")):
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    try:
        root = etree.fromstring(body.strip(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    kind = None if root is None else etree.QName(root).localname
    if kind not in ("urlset", "sitemapindex"):
        return None
    listed = [_said(item) for item in root.iterchildren("{*}url", "{*}sitemap")]
    listed = [said for said in listed if "loc" in said]
    listed.sort(key=lambda said: said.get("publication_date") or said.get("lastmod", ""), reverse=True)
    if kind == "urlset":
        return Sitemap(listed[:_MOST_PAGES], ())
    return Sitemap((), [said["loc"] for said in listed[:_MOST_PARTS]])


def _said(item: etree._Element) -> dict[str, str]:
    """The text of an item's elements; what an image or a video in it is called is not the page's."""
    own = [*item.iterchildren("{*}loc", "{*}lastmod"), *item.iterfind("{*}news//{*}*")]
    return {etree.QName(el).localname: el.text.strip() for el in own if el.text and el.text.strip()}
