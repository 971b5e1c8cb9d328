"""Links and feeds from a real local server: what is taken, what is set aside, what is asked again."""

from __future__ import annotations

import gzip
import json
import sqlite3
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from index.dates import PartialDate
from index.errors import InputError, NoLibrary
from index.indexing import Report
from index.intake.documents import text_of_fragment
from index.intake.feeds import Awaited, Entry, Feed, ListedFeed, parse_feed
from index.intake.metadata import UnreadableError
from index.newsroom import (
    STARTER_FEEDS,
    follow,
    index_links,
    poll,
    read_feed_list,
    seconds_until_due,
)
from index.settings import Settings, load_settings
from index.store.following import Following
from index.store.library import DATABASE, Library
from index.store.writing import LibraryWriter
from tests.test_documents import PAGE, _pdf
from tests.web_server import LIMITS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.web_server import Server

FULL = (
    "<p>" + "The envoy of Zembla spoke of the ferry. " * 40 + "</p><script>bad()</script><p>The end.</p>"
)


def test_a_page_that_is_no_feed_tells_its_own() -> None:
    head = '<link rel="alternate" type="application/rss+xml" href="/rss/news.xml">'
    page = f"<!doctype html><html><head><title>Zembla</title>{head}</head><body>Hello</body></html>"
    with pytest.raises(UnreadableError, match=r"as its own: https://mfa\.example/rss/news\.xml$"):
        parse_feed(page.encode(), "https://mfa.example/en/")
    with pytest.raises(UnreadableError, match=r"feed or sitemap$"):
        parse_feed(b"<html><head><title>Zembla</title></head></html>", "https://mfa.example/en/")


def _rss(*items: str) -> bytes:
    head = '<?xml version="1.0"?><rss version="2.0" xmlns:c="http://purl.org/rss/1.0/modules/content/">'
    return f"{head}<channel><title>Zembla &amp; Post</title>{''.join(items)}</channel></rss>".encode()


def _item(
    link: str, title: str = "Ferry &lt;b&gt;talks&lt;/b&gt;", full: str = "", summary: str = "In short."
) -> str:
    content = f"<c:encoded><![CDATA[{full}]]></c:encoded>" if full else ""
    return (
        f"<item><title>{title}</title><link>{link}</link><description>{summary}</description>"
        f"<pubDate>Fri, 03 May 2024 23:30:00 -0500</pubDate>{content}</item>"
    )


@pytest.fixture
def chosen(tmp_path: Path) -> Settings:
    return load_settings(library=tmp_path / "library", **LIMITS)


def _serve(server: Server, path: str, body: bytes, kind: str = "text/html", **headers: str) -> None:
    server.pages[path] = lambda handler: handler.answer(200, body, content_type=kind, **headers)


def _titles(chosen: Settings) -> list[str]:
    with Library.open(chosen.library) as library:
        assert library.vectors.ids() == library.passage_ids()
        return sorted(article.title for article in library.articles())


# -- links -----------------------------------------------------------------------------------------


def test_a_link(server: Server, chosen: Settings) -> None:
    _serve(server, "/ferry", PAGE.encode())
    report = index_links([f"{server.url}/ferry"], chosen)
    assert (report.added, report.rejections) == (1, [])
    with Library.open(chosen.library) as library:
        (article,) = library.articles()
    assert (article.url, article.outlet) == (f"{server.url}/ferry", "Zembla Post")
    assert index_links([f"{server.url}/ferry"], chosen).unchanged == 1


def test_a_link_whose_article_was_corrected(server: Server, chosen: Settings) -> None:
    _serve(server, "/ferry", PAGE.encode())
    index_links([f"{server.url}/ferry"], chosen)
    with Library.open(chosen.library) as library:
        (old,) = library.articles()
    _serve(server, "/ferry", PAGE.replace("since March", "since February").encode())
    index_links([f"{server.url}/ferry"], chosen)
    with Library.open(chosen.library) as library:
        (new,) = library.articles()
        assert "since February" in new.text
        assert library.article(old.id) == old


def test_a_link_to_a_pdf(server: Server, chosen: Settings) -> None:
    _serve(server, "/c.pdf", _pdf("The ferry sailed.", title="Communiqué"), "application/pdf")
    assert index_links([f"{server.url}/c.pdf"], chosen).added == 1
    assert _titles(chosen) == ["Communiqué"]


@pytest.mark.parametrize(("kind", "reason"), [("image/png", "kind"), ("text/html", "no article")])
def test_a_link_to_something_else(kind: str, reason: str, server: Server, chosen: Settings) -> None:
    _serve(server, "/x", b"<html></html>", kind)
    (rejection,) = index_links([f"{server.url}/x"], chosen).rejections
    assert reason in rejection.reason
    with Library.open(chosen.library) as library:
        assert library.overview().rejections == [rejection]
    _serve(server, "/x", PAGE.encode())
    assert index_links([f"{server.url}/x"], chosen).rejections == []
    with Library.open(chosen.library) as library:
        assert library.overview().rejections == []


def test_a_link_that_is_none(chosen: Settings) -> None:
    with pytest.raises(InputError, match="web address"):
        index_links(["https://"], chosen)
    assert not chosen.library.exists()


# -- sitemaps --------------------------------------------------------------------------------------

NEWS = """<url><loc>{url}</loc><image:image><image:loc>http://127.0.0.1/a.png</image:loc>
<image:title>A picture</image:title></image:image><news:news><news:publication>
<news:name>Zembla Wire</news:name><news:language>en</news:language></news:publication>
<news:publication_date>2024-05-03T23:30:00-05:00</news:publication_date>
<news:title>Ferry &amp;amp; talks</news:title></news:news></url>"""


def _sitemap(*items: str, kind: str = "urlset") -> bytes:
    spaces = (
        ' xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
        ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{kind}{spaces}>{"".join(items)}</{kind}>'.encode()


def test_a_news_sitemap(server: Server, chosen: Settings) -> None:
    _serve(server, "/ferry", PAGE.encode())
    body = _sitemap(NEWS.format(url=f"{server.url}/ferry"))
    _serve(server, "/news.xml", body, "application/xml", etag='"1"')
    follow([ListedFeed(f"{server.url}/news.xml")], chosen)
    assert poll(chosen).added == 1
    with Library.open(chosen.library) as library:
        (article,) = library.articles()
        (feed,) = library.feeds()
    assert (article.title, article.outlet) == ("Ferry & talks", "Zembla Wire")
    assert article.published == PartialDate(2024, 5, 3)
    assert "A picture" not in article.text
    assert (feed.etag, feed.problem) == ('"1"', None)
    assert poll(chosen).unchanged == 1
    assert server.paths().count("/ferry") == 1


def test_a_plain_sitemap_s_day_of_change_is_no_publication_date() -> None:
    item = "<url><loc>/{}</loc><lastmod>2024-05-{:02}</lastmod></url>"
    feed = parse_feed(_sitemap(*(item.format(day, day) for day in (2, 30, 4))), "http://example.org/")
    assert [entry.url[-2:] for entry in feed.entries] == ["30", "/4", "/2"]
    assert {entry.published for entry in feed.entries} == {None}


def test_a_page_that_a_plain_sitemap_says_has_changed_is_had_again(
    server: Server, chosen: Settings
) -> None:
    item = f"<url><loc>{server.url}/ferry</loc><lastmod>2024-05-{{:02}}</lastmod></url>"
    follow([ListedFeed(f"{server.url}/sitemap.xml")], chosen)
    for day, place in ((3, "Onhava"), (3, "Nowhere"), (9, "Kobaltana")):
        _serve(server, "/ferry", PAGE.replace("Onhava", place).encode())
        _serve(server, "/sitemap.xml", _sitemap(item.format(day)), "text/xml", etag=f'"{place}"')
        poll(chosen)
    with Library.open(chosen.library) as library:
        (article,) = library.articles()
    assert "Kobaltana" in article.text
    assert server.paths().count("/ferry") == 2


def test_a_sitemap_of_a_whole_site_gives_its_newest_pages() -> None:
    item = "<url><loc>/{}</loc><lastmod>2024-05-03T00:00:{:05}</lastmod></url>"
    feed = parse_feed(_sitemap(*(item.format(n, n) for n in range(3000))), "http://example.org/")
    assert len(feed.entries) == 1000
    assert feed.entries[0].url == "http://example.org/2999"


def test_an_index_of_sitemaps_one_of_which_is_gone(server: Server, chosen: Settings) -> None:
    _serve(server, "/ferry", PAGE.encode())
    packed = gzip.compress(_sitemap(NEWS.format(url=f"{server.url}/ferry")))
    _serve(server, "/a.xml.gz", packed, "application/gzip")
    parts = [f"<sitemap><loc>{server.url}/{name}</loc></sitemap>" for name in ("gone.xml", "a.xml.gz")]
    parts.append("<sitemap><loc>file:///etc/passwd</loc></sitemap>")
    _serve(server, "/sitemap.xml", _sitemap(*parts, kind="sitemapindex"), "text/xml", etag='"1"')
    follow([ListedFeed(f"{server.url}/sitemap.xml")], chosen)
    assert poll(chosen).added == 1
    with Library.open(chosen.library) as library:
        (feed,) = library.feeds()
    assert (feed.etag, feed.problem) == (None, f"{server.url}/gone.xml: the server answered 404")
    _serve(server, "/new", PAGE.replace("Onhava", "Kobaltana").encode())
    new = gzip.compress(_sitemap(NEWS.format(url=f"{server.url}/new")))
    _serve(server, "/a.xml.gz", new, "application/gzip")
    assert poll(chosen).files == 1


@pytest.mark.parametrize("body", [b"<urlset", b"<urlset/>", b"<p>urlset</p>", b"\xff<sitemapindex>"])
def test_what_is_hardly_a_sitemap(body: bytes) -> None:
    with suppress(UnreadableError):
        assert parse_feed(body, "http://example.org/").entries == []


# -- feeds -----------------------------------------------------------------------------------------


def test_a_feed_s_full_text_is_taken_and_a_summary_s_page_is_fetched(
    server: Server, chosen: Settings
) -> None:
    _serve(server, "/ferry", PAGE.encode())
    _serve(server, "/feed", _rss(_item("/ferry", "Short"), _item("/full", full=FULL)), etag='"1"')
    assert follow([ListedFeed(f"{server.url}/feed")], chosen) == 1
    assert poll(chosen).added == 2
    assert "/full" not in server.paths()
    with Library.open(chosen.library) as library:
        full, short = sorted(library.articles(), key=lambda article: article.title)
        (feed,) = library.feeds()
    assert (full.title, short.title) == ("Ferry talks", "Short")
    assert full.outlet == "Zembla & Post"
    assert full.published is not None
    assert full.published.iso == "2024-05-03", "the day as the feed's time zone has it"
    assert full.text.endswith("\n\nThe end.")
    assert "bad()" not in full.text
    assert "has not sailed since March." in short.text
    assert (feed.title, feed.etag, feed.problem) == ("Zembla & Post", '"1"', None)


def test_what_did_not_change_is_not_fetched_again(server: Server, chosen: Settings) -> None:
    _serve(server, "/ferry", PAGE.encode())
    _serve(server, "/feed", _rss(_item("/ferry")), etag='"1"', last_modified="then")
    follow([ListedFeed(f"{server.url}/feed")], chosen)
    poll(chosen)
    again = poll(chosen)
    assert (again.added, again.unchanged) == (0, 1)
    assert server.paths() == ["/feed", "/ferry", "/feed"]
    assert server.asked[-1][1]["If-None-Match"] == '"1"'
    server.pages["/feed"] = lambda handler: handler.answer(304)
    assert poll(chosen) == Report()


def test_an_entry_that_could_not_be_had_is_tried_again(server: Server, chosen: Settings) -> None:
    _serve(server, "/ferry", PAGE.encode())
    items = _item("/gone"), _item("/ferry", "Short")
    _serve(server, "/feed", _rss(*items), etag='"1"')
    follow([ListedFeed(f"{server.url}/feed")], chosen)
    report = poll(chosen)
    assert (report.added, [r.location for r in report.rejections]) == (1, [f"{server.url}/gone"])
    _serve(server, "/gone", PAGE.replace("Ferry talks resume", "Back").encode())
    server.pages["/feed"] = lambda handler: handler.answer(304)
    report = poll(chosen)
    assert (report.added, report.rejections) == (1, [])
    with Library.open(chosen.library) as library:
        assert library.overview().rejections == []
    assert poll(chosen) == Report()


def test_an_entry_that_is_gone_from_the_feed_is_still_tried(server: Server, chosen: Settings) -> None:
    _serve(server, "/feed", _rss(_item("/gone", "Ferry &amp; talks")))
    follow([ListedFeed(f"{server.url}/feed")], chosen)
    assert len(poll(chosen).rejections) == 1
    _serve(server, "/feed", _rss(_item("/full", full=FULL)))
    assert len(poll(chosen).rejections) == 1
    report = poll(chosen)
    assert (report.rejections, server.paths().count("/gone")) == ([], 2), "not before it is due"
    with Following.existing(chosen.library) as library:
        (late,) = library.awaited(f"{server.url}/feed")
        assert late.due - late.since > timedelta(minutes=14)
        library.wait_for(f"{server.url}/feed", [replace(late, due=late.since)])
    _serve(server, "/gone", PAGE.encode())
    assert poll(chosen).added == 1
    assert _titles(chosen) == ["Ferry & talks", "Ferry talks"]
    with Following.existing(chosen.library) as library:
        assert library.awaited(f"{server.url}/feed") == []
        library.unfollow(f"{server.url}/feed")


def test_waiting_doubles_and_ends_after_a_week() -> None:
    start = datetime(2024, 5, 3, tzinfo=UTC)
    late = Awaited(Entry("https://z.example/1", None, None, None, "", None, None), start, 0, start)
    waits = []
    now = start
    while again := late.after_another_try(now):
        waits.append((again.due - now) / timedelta(minutes=15))
        late, now = again, again.due
    assert waits[:4] == [0, 1, 3, 7]
    assert waits[-1] <= 64
    assert timedelta(days=7) < now - start < timedelta(days=8)


def test_each_feed_at_its_interval(server: Server, chosen: Settings, tmp_path: Path) -> None:
    for path in ("/slow", "/fast"):
        _serve(server, path, _rss(_item("/full", full=FULL)))
    listed = tmp_path / "feeds.yaml"
    listed.write_text(f"- {{url: '{server.url}/slow', every: 60}}\n- {{url: '{server.url}/fast'}}\n")
    assert follow(read_feed_list(listed), chosen) == 2
    assert seconds_until_due(chosen, 15) == 0
    poll(chosen)
    assert 14 * 60 < seconds_until_due(chosen, 15) <= 15 * 60
    assert poll(chosen, every=15) == Report()
    poll(chosen)
    assert server.paths() == ["/fast", "/slow", "/fast"]
    poll(chosen, only=[f"{server.url}/slow"])
    assert server.paths()[-1] == "/slow"
    follow([ListedFeed(f"{server.url}/slow")], chosen)
    with Library.open(chosen.library) as library:
        assert [feed.every for feed in library.feeds()] == [None, None]


@pytest.mark.parametrize(("asked", "least"), [("7200", 1.9), ("9" * 30, 23.9)])
def test_a_server_that_asks_for_rest_has_it(
    server: Server, chosen: Settings, asked: str, least: float
) -> None:
    server.pages["/feed"] = lambda handler: handler.answer(429, retry_after=asked)
    follow([ListedFeed(f"{server.url}/feed")], chosen)
    assert [rejection.reason for rejection in poll(chosen).rejections] == ["the server answered 429"]
    with Library.open(chosen.library) as library:
        (feed,) = library.feeds()
    now = datetime.now(UTC)
    assert timedelta(hours=least) < feed.due(5, now) - now <= timedelta(days=1)
    assert poll(chosen) == Report()
    assert server.paths() == ["/feed"]
    _serve(server, "/feed", _rss(_item("/full", full=FULL)))
    assert poll(chosen, only=[f"{server.url}/feed"]).added == 1
    with Library.open(chosen.library) as library:
        assert library.feeds()[0].due(5, now) - now < timedelta(minutes=6)


def test_a_library_of_before_takes_feeds(server: Server, chosen: Settings) -> None:
    _serve(server, "/feed", _rss(_item("/full", full=FULL)))
    with LibraryWriter.exclusive(chosen.library) as library:
        library.sign(chosen)
    database = sqlite3.connect(chosen.library / DATABASE)
    database.executescript(
        "DROP TABLE awaited; ALTER TABLE feed DROP COLUMN every;"
        "ALTER TABLE feed DROP COLUMN rests_until; PRAGMA user_version = 1;"
    )
    database.close()
    with Library.open(chosen.library) as library:
        assert library.feeds() == []
    follow([ListedFeed(f"{server.url}/feed", every=5)], chosen)
    assert poll(chosen).added == 1
    with Library.open(chosen.library) as library:
        assert [feed.every for feed in library.feeds()] == [5]


def test_a_feed_that_fails_does_not_stop_the_others(server: Server, chosen: Settings) -> None:
    _serve(server, "/b", _rss(_item("/full", full=FULL)))
    follow([ListedFeed(f"{server.url}/a"), ListedFeed(f"{server.url}/b")], chosen)
    report = poll(chosen)
    assert (report.added, len(report.rejections)) == (1, 1)
    with Library.open(chosen.library) as library:
        assert [feed.problem for feed in library.feeds()] == ["the server answered 404", None]


def test_no_library_no_poll(chosen: Settings) -> None:
    with pytest.raises(NoLibrary):
        poll(chosen)


def test_atom_and_json_feeds() -> None:
    atom = (
        b'<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><title>A</title>'
        b'<link href="https://x.example/1"/><published>2024-05-03T23:00:00+04:00</published>'
        b'<content type="html">&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;</content></entry></feed>'
    )
    plain = {"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": [
        {"id": "1", "url": "https://x.example/1", "title": "A", "date_published": "2024-05-03T23:00:00Z",
         "content_html": "<p>One</p><p>Two</p>"}]}  # fmt: skip
    for body in (atom, json.dumps(plain).encode()):
        (entry,) = parse_feed(body, "https://x.example/feed").entries
        assert (entry.url, entry.title, entry.text) == ("https://x.example/1", "A", "One\n\nTwo")
        assert entry.published is not None
        assert entry.published.iso == "2024-05-03"


def test_external_and_swelling_entities_are_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the password", "utf-8")
    for entity in (f'e SYSTEM "{secret.as_uri()}"', 'e "aaaaaaaaaa"'):
        body = f"<!DOCTYPE rss [<!ENTITY {entity}>]>".encode() + _rss(_item("/x", "&e;"))
        for encoded in (body, body.decode().encode("utf-16")):
            with pytest.raises(UnreadableError, match="entities"):
                parse_feed(encoded, "https://x.example/")


@pytest.mark.parametrize("link", ["javascript:alert(1)", "file:///etc/passwd", "", "http://[x"])
def test_entries_that_lead_nowhere_are_left_out(link: str) -> None:
    assert parse_feed(_rss(_item(link)), "https://x.example/feed").entries == []


@given(
    body=st.binary(max_size=200), head=st.sampled_from([b"", b"{", b"<rss>", b"<?xml?>", b'{"items": '])
)
@examples(max_examples=150, deadline=None)
def test_any_bytes_give_a_feed_or_a_reason(body: bytes, head: bytes) -> None:
    with suppress(UnreadableError):
        assert isinstance(parse_feed(head + body, "https://x.example/"), Feed)


@given(markup=st.text(max_size=60) | st.lists(st.sampled_from(
    ["<p>", "</p>", "<br>", "<script>", "</script>", "x", " & ", "<!--", "-->", "<?a?>", "&lt;", "\0"]
)).map("".join))  # fmt: skip
@examples(max_examples=200, deadline=None)
def test_any_markup_gives_text(markup: str) -> None:
    assert isinstance(text_of_fragment(markup), str)


def test_markup_as_text() -> None:
    assert (
        text_of_fragment("One <b>two</b><!-- no --> three<br>four &lt;i&gt;")
        == "One two three\n\nfour <i>"
    )


def test_the_starter_list() -> None:
    assert len(read_feed_list(STARTER_FEEDS)) >= 15


def test_a_list_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    for content in ("- 1", "{}: {", "- {url: 'x'}", "5", "- {url: 'https://x.example', every: -1}"):
        path.write_text(content, "utf-8")
        with pytest.raises(InputError):
            read_feed_list(path)
