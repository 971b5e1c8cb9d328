"""Twenty more pages and feed entries with a known article in them, written after extraction was settled.

Each is built as a named public template builds it: classes, order, what stands around.
`eval.bench.pages` holds those that extraction was worked on with; docs/library.md has what these
showed at first sight.
"""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING

from eval.bench.pages import NOISE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from index.articles import Article

_MENU = (
    "<header><nav><ul><li><a href='/'>Home</a></li><li><a href='/news'>News</a></li></ul></nav></header>"
)
_FOOT = f"<footer><p>{NOISE}</p><p>© 2026</p></footer>"


def _day(a: Article) -> str:
    return a.published.first.isoformat() if a.published else ""


def _reversed_day(a: Article) -> str:
    return a.published.first.strftime("%d.%m.%Y") if a.published else ""


def _title(a: Article) -> str:
    return html.escape(a.title)


def _paragraphs(a: Article, opening: str = "<p>", closing: str = "</p>") -> str:
    blocks = [block.strip() for block in a.text.split("\n\n") if block.strip()]
    return "".join(f"{opening}{html.escape(block)}{closing}" for block in blocks)


def _page(a: Article, head: str, body: str, site: str = "Site") -> str:
    direction = " dir='rtl'" if a.language in ("ar", "fa") else ""
    return (
        f"<!DOCTYPE html><html lang='{a.language or 'en'}'{direction}><head><meta charset='utf-8'>"
        f"<title>{_title(a)} - {site}</title>{head}</head><body>{_MENU}{body}{_FOOT}</body></html>"
    )


def _yoast(a: Article) -> str:
    graph = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "Article", "headline": a.title, "datePublished": f"{_day(a)}T09:00:00+00:00"},
            {"@type": "WebPage", "url": "https://site.example/a"},
        ],
    }
    return f"<script type='application/ld+json' class='yoast-schema-graph'>{json.dumps(graph)}</script>"


def _wordpress_blocks(a: Article) -> str:
    return _page(
        a,
        _yoast(a),
        "<div class='wp-site-blocks'><main class='wp-block-group'>"
        f"<h1 class='wp-block-post-title'>{_title(a)}</h1>"
        f"<div class='entry-content wp-block-post-content'>{_paragraphs(a)}"
        f"<div class='wp-block-buttons'><a class='wp-block-button__link'>Donate</a></div></div>"
        f"<div class='wp-block-post-terms'>Tags: <a href='/t'>talks</a></div>"
        f"<div class='wp-block-comments'><h2>Leave a reply</h2><p>{NOISE}</p></div></main></div>",
    )


def _elementor(a: Article) -> str:
    return _page(
        a,
        f"<meta property='article:published_time' content='{_day(a)}T10:00:00+04:00'>",
        f"<div class='elementor-widget-heading'><h1 class='elementor-heading-title'>"
        f"{_title(a)}</h1></div>"
        f"<div class='elementor-widget-post-info'><time>{_day(a)}</time></div>"
        f"<div class='elementor-widget-theme-post-content'>{_paragraphs(a)}</div>"
        f"<div class='elementor-widget-share-buttons'><span>Facebook</span><span>X</span></div>"
        f"<div class='elementor-posts'><article><h3>Another story</h3><p>{NOISE}</p></article></div>",
    )


def _drupal_7(a: Article) -> str:
    return _page(
        a,
        "",
        f"<div id='content'><h1 class='page-header'>{_title(a)}</h1><div class='node node-news'>"
        f"<div class='field field-name-field-news-date'><div class='field-items'>"
        f"<div class='field-item even'>"
        f"<span class='date-display-single' content='{_day(a)}T00:00:00+04:00'>{_reversed_day(a)}</span>"
        f"</div></div></div><div class='field field-name-body'><div class='field-items'>"
        f"<div class='field-item even'>{_paragraphs(a)}</div></div></div>"
        f"<ul class='links inline'><li class='print_html'>Printer-friendly version</li></ul></div>"
        "</div>",
    )


def _sitecore(a: Article) -> str:
    return _page(
        a,
        "",
        f"<main><div class='component title-component'><div class='component-content'><h1>"
        f"{_title(a)}</h1>"
        f"<span class='field-publication-date'>{_reversed_day(a)}</span></div></div>"
        f"<div class='component rich-text'><div class='component-content'>{_paragraphs(a)}</div></div>"
        f"<div class='component link-list'><h3>Useful links</h3><ul><li>{NOISE}</li></ul></div></main>",
    )


def _govuk(a: Article) -> str:
    return _page(
        a,
        f"<meta name='govuk:first-published-at' content='{_day(a)}T12:00:00+00:00'>"
        f"<meta name='govuk:format' content='press_release'>",
        f"<main class='govuk-main-wrapper'><h1 class='gem-c-title__text'>{_title(a)}</h1>"
        f"<div class='gem-c-metadata'><dl><dt>From:</dt><dd>Foreign Office</dd><dt>Published</dt>"
        f"<dd>{_day(a)}</dd></dl></div><div class='gem-c-govspeak govuk-govspeak'>{_paragraphs(a)}</div>"
        f"<div class='gem-c-share-links'><h2>Share this page</h2><ul><li>Facebook</li></ul></div>"
        "</main>",
    )


def _typo3(a: Article) -> str:
    return _page(
        a,
        f"<meta name='date' content='{_day(a)}'>",
        f"<div class='news news-single'>"
        f"<div class='article' itemscope itemtype='http://schema.org/Article'>"
        f"<h1 itemprop='headline'>{_title(a)}</h1><div class='news-text-wrap' itemprop='articleBody'>"
        f"{_paragraphs(a)}</div><div class='news-backlink-wrap'><a href='/'>Back</a></div></div></div>",
    )


def _joomla(a: Article) -> str:
    return _page(
        a,
        "",
        f"<div class='com-content-article item-page' itemscope><h1 itemprop='headline'>{_title(a)}</h1>"
        f"<dl class='article-info text-muted'><dt>Details</dt><dd class='published'>"
        f"<time datetime='{_day(a)}T08:00:00+00:00' itemprop='datePublished'>"
        f"Published: {_day(a)}</time></dd>"
        f"<dd class='hits'>Hits: 412</dd></dl>"
        f"<div itemprop='articleBody' class='com-content-article__body'>{_paragraphs(a)}</div>"
        f"<nav class='pagenavigation'><a href='/p'>Prev</a></nav></div>",
    )


def _liferay(a: Article) -> str:
    return _page(
        a,
        "",
        f"<section class='portlet-asset-publisher'><div class='asset-full-content'>"
        f"<h3 class='asset-title'>{_title(a)}</h3><div class='metadata-entry metadata-publish-date'>"
        f"{_reversed_day(a)}</div><div class='journal-content-article'>{_paragraphs(a)}</div>"
        f"<div class='taglib-social-bookmarks'><ul><li>Twitter</li></ul></div></div></section>",
    )


def _experience_manager(a: Article) -> str:
    return _page(
        a,
        f"<meta property='og:type' content='article'><meta name='publishDate' content='{_day(a)}'>",
        f"<div class='root responsivegrid'><div class='aem-Grid'><div class='cmp-title'><h1>"
        f"{_title(a)}</h1>"
        f"</div><div class='cmp-text'>{_paragraphs(a)}</div><div class='cmp-teaser'><h2>See also</h2>"
        f"<p>{NOISE}</p></div></div></div>",
    )


def _bitrix_list(a: Article) -> str:
    return _page(
        a,
        "",
        f"<div class='news__detail'><div class='news__date'>{_reversed_day(a)}</div>"
        f"<h1 class='news__title'>{_title(a)}</h1><div class='news__text'>"
        f"{_paragraphs(a, '', '<br />')}</div>"
        f"<div class='ya-share2'></div></div><div class='news__more'><h2>Другие новости</h2>"
        f"<div class='news__date'>01.01.2020</div><a href='/x'>{NOISE}</a></div>",
    )


def _ministry_divs(a: Article) -> str:
    return _page(
        a,
        "",
        f"<div class='top-bar'><div class='current-date'>24.11.2026</div></div><div class='container'>"
        f"<div class='page-title'>{_title(a)}</div><div class='news-date'>{_reversed_day(a)}</div>"
        f"<div class='text-block'>{_paragraphs(a, '<div>', '</div>')}</div></div>",
    )


def _spans(a: Article) -> str:
    return _page(
        a,
        f"<meta itemprop='datePublished' content='{_day(a)}'>",
        f"<div class='post'><h2 class='post__title'>{_title(a)}</h2><div class='post__body'>"
        f"{_paragraphs(a, '<p><span style=font-size:14px>', '</span></p>')}</div></div>",
    )


def _justified(a: Article) -> str:
    return _page(
        a,
        f"<meta property='article:published_time' content='{_day(a)}'>",
        f"<article class='post type-post'><header class='entry-header'><h1>{_title(a)}</h1></header>"
        f"<div class='entry-content'>{_paragraphs(a, '<p style=text-align:justify>&nbsp;')}"
        f"<div class='jp-relatedposts'><h3>Related</h3><p>{NOISE}</p></div></div></article>",
    )


def _amp_story(a: Article) -> str:
    return _page(
        a,
        _yoast(a) + "<link rel='canonical' href='https://site.example/a'>",
        f"<div class='amp-wp-article'><header><h1 class='amp-wp-title'>{_title(a)}</h1></header>"
        f"<div class='amp-wp-article-content'>{_paragraphs(a)}<amp-iframe src='https://x.example'>"
        f"</amp-iframe>"
        f"</div><footer class='amp-wp-article-footer'><div>Categories: World</div></footer></div>",
    ).replace("<html", "<html amp")


def _fragments(a: Article) -> str:
    return _page(
        a,
        f"<script type='application/ld+json'>{json.dumps([{'datePublished': _day(a)}])}</script>",
        f"<main id='main'><h1>{_title(a)}</h1><div data-component='text-block'>"
        + _paragraphs(a, "</div><div data-component='text-block'><p>")
        + f"</div><div data-component='links-block'><p>{NOISE}</p></div></main>",
    )


def _rss_full(a: Article) -> str:
    day = a.published.first.strftime("%a, %d %b %Y 10:00:00 +0400") if a.published else ""
    content = (
        f"<![CDATA[{_paragraphs(a)}<p>The post <a href='/a'>{_title(a)}</a>"
        f" appeared first on Site.</p>]]>"
    )
    return (
        "<?xml version='1.0' encoding='UTF-8'?><rss version='2.0'"
        " xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>Site</title><item>"
        f"<title>{_title(a)}</title><link>https://site.example/a</link><pubDate>{day}</pubDate>"
        f"<description>Short.</description><content:encoded>{content}</content:encoded></item>"
        f"</channel></rss>"
    )


def _rss_yandex(a: Article) -> str:
    day = a.published.first.strftime("%a, %d %b %Y 10:00:00 +0300") if a.published else ""
    return (
        "<?xml version='1.0' encoding='UTF-8'?>"
        "<rss version='2.0' xmlns:yandex='http://news.yandex.ru'><channel>"
        f"<title>Site</title><item><title>{_title(a)}</title><link>https://site.example/a</link>"
        f"<pubDate>{day}</pubDate><yandex:full-text>{html.escape(a.text)}</yandex:full-text>"
        f"</item></channel></rss>"
    )


def _atom_xhtml(a: Article) -> str:
    return (
        "<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><title>Site</title><entry>"
        f"<title type='html'>{html.escape(_title(a))}</title>"
        f"<link rel='alternate' href='https://site.example/a'/>"
        f"<link rel='enclosure' href='https://site.example/a.mp3'/><updated>"
        f"{_day(a)}T12:00:00Z</updated>"
        f"<published>{_day(a)}T08:00:00Z</published><content type='xhtml'>"
        f"<div xmlns='http://www.w3.org/1999/xhtml'>{_paragraphs(a)}</div></content></entry></feed>"
    )


def _json_feed(a: Article) -> str:
    item = {
        "id": "1",
        "url": "https://site.example/a",
        "title": a.title,
        "content_html": _paragraphs(a),
        "date_published": f"{_day(a)}T08:00:00+04:00",
    }
    version = "https://jsonfeed.org/version/1.1"
    return json.dumps({"version": version, "title": "Site", "items": [item]}, ensure_ascii=False)


TEMPLATES: Mapping[str, tuple[str, Callable[[Article], str]]] = {
    "WordPress, block theme": ("en", _wordpress_blocks),
    "WordPress, Elementor": ("tr", _elementor),
    "Drupal 7": ("az", _drupal_7),
    "Sitecore": ("en", _sitecore),
    "GOV.UK": ("en", _govuk),
    "TYPO3": ("fr", _typo3),
    "Joomla": ("hy", _joomla),
    "Liferay": ("ka", _liferay),
    "Adobe Experience Manager": ("en", _experience_manager),
    "Bitrix with other news below": ("ru", _bitrix_list),
    "ministry, boxes only, today's date on top": ("az", _ministry_divs),
    "styled spans": ("hy", _spans),
    "WordPress, right to left": ("ar", _justified),
    "AMP for WordPress": ("fa", _amp_story),
    "headless, a box a paragraph": ("en", _fragments),
    "RSS, full text": ("en", _rss_full),
    "RSS, Yandex full text": ("ru", _rss_yandex),
    "Atom, XHTML": ("az", _atom_xhtml),
    "JSON Feed": ("hy", _json_feed),
    "Atom, right to left": ("ar", _atom_xhtml),
}
"""Each template by name, with the language it is filled in."""
