"""The Library page: what is in the index, reading it, adding to it, and cleaning it.

Everything shown of an article goes through elements that take text as text: never Markdown or HTML.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from index.errors import MemoireError, NoLibrary
from index.intake.files import READERS
from index.page.charts import draw_bars, draw_months
from index.settings import load_settings
from index.store.catalogue import Catalogue, Listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from index.articles import Article
    from index.indexing import Progress, Report
    from index.settings import Settings
    from index.store.catalogue import Count, Group

UPLOADS = "uploads"
_STYLE = """<style>
.st-key-library_figures [data-testid="stMetricValue"] { font-size: 1.5rem; }
.st-key-library_figures { column-gap: 2.5rem; }
</style>"""
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_SHOWN_REJECTIONS = 20


def show_library() -> None:
    """Draw the page for the library that the settings name."""
    st.html(_STYLE)
    st.title("Library")
    try:
        settings = load_settings()
    except MemoireError as exc:
        _say_error(exc)
        return
    names = ["Overview", "Articles", "Add", "Copies", "Set aside"]
    overview, articles, add, copies, rejected = st.tabs(names)
    with add:  # first: what it adds is then in what the others show
        _add(settings)
    try:
        with Catalogue.open(settings.library) as catalogue:
            with overview:
                _overview(catalogue)
            with articles:
                _articles(catalogue, settings)
            with copies:
                _copies(catalogue.groups())
            with rejected:
                _rejected(catalogue)
    except NoLibrary:
        with overview:
            st.info("Nothing is indexed yet. Add articles under “Add”.")
    except MemoireError as exc:
        _say_error(exc)


def _overview(catalogue: Catalogue) -> None:
    held = catalogue.overview()
    figures = {
        "Articles": f"{held.articles:,}",
        "From": held.first.text if held.first else "–",
        "To": held.last.text if held.last else "–",
        "Date unknown": f"{held.undated:,}",
    }
    with st.container(horizontal=True, key="library_figures"):
        for name, value in figures.items():
            st.metric(name, value, width="content")
    if months := catalogue.by_month():
        st.subheader("By month of publication")
        draw_months(months)
    left, right = st.columns(2)
    with left:
        _bars("By outlet", catalogue.by_outlet())
    with right:
        _bars("By country named in the metadata", catalogue.by_country())


def _bars(title: str, counts: Sequence[Count]) -> None:
    st.subheader(title)
    if counts:
        draw_bars(counts)
    else:
        st.caption("None is named.")


def _articles(catalogue: Catalogue, settings: Settings) -> None:
    text = st.text_input("Search titles, outlets and texts", key="library_search")
    found = catalogue.listing(text)
    if not found:
        st.caption("No article holds these words.")
        return
    chosen = st.selectbox(
        f"{len(found)} articles" if text else f"The newest {len(found)}",
        found,
        format_func=_line,
        index=None,
        placeholder="Choose an article to read",
        key="library_article",
    )
    article = catalogue.article(chosen.id) if chosen else None
    if article is None or chosen is None:
        _table(found)
        return
    older = catalogue.older(article)
    _read(article, chosen)
    for number, version in enumerate(older, 1):
        with st.expander(f"Older version {number}"):
            st.text(version.title)
            st.text(version.text)
    _removal(article, settings)


def _table(found: Sequence[Listed]) -> None:
    """Draw the list; a click on a row chooses its article."""

    def choose() -> None:
        rows = st.session_state["library_table"].selection.rows
        st.session_state["library_article"] = found[rows[0]] if rows else None

    rows = [
        {
            "published": listed.published or "unknown",
            "title": listed.title,
            "outlet": listed.outlet,
            "copies": listed.copies or None,
        }
        for listed in found
    ]
    columns = {"title": st.column_config.TextColumn(width="large")}
    st.dataframe(
        rows,
        hide_index=True,
        column_config=columns,
        on_select=choose,
        selection_mode="single-row",
        key="library_table",
    )


def _line(listed: Listed) -> str:
    copies = f" · {listed.copies + 1} articles, 1 origin" if listed.copies else ""
    return _entry(listed) + copies


def _entry(listed: Listed) -> str:
    parts = (listed.published or "date unknown", listed.title, listed.outlet or "outlet unknown")
    return " · ".join(parts)


def _read(article: Article, listed: Listed) -> None:
    st.subheader(_literal(article.title), anchor=False)
    published = article.published.text if article.published else "date unknown"
    about = (article.outlet, article.author or article.speaker, published, article.url)
    st.text("\n".join(part for part in about if part))
    st.caption(f"Ingested {listed.ingested[:10]}")
    with st.container(height=420):
        st.text(article.text)


def _removal(article: Article, settings: Settings) -> None:
    asked = st.session_state.get("library_removing") == article.id
    if not asked:
        if st.button("Remove this article…", key="library_remove"):
            st.session_state["library_removing"] = article.id
            st.rerun()
        return
    st.warning("This removes the article and its older versions from the library for good.")
    yes, no = st.columns(2)
    if yes.button("Remove for good", type="primary", key="library_remove_yes"):
        from index.store.writing import LibraryWriter

        with _said(), LibraryWriter.existing(settings.library) as writer:
            writer.remove([article.id])
            del st.session_state["library_removing"]
            st.session_state["library_said"] = "Removed 1 article."
            st.rerun()
    if no.button("Keep it", key="library_remove_no"):
        del st.session_state["library_removing"]
        st.rerun()


def _add(settings: Settings) -> None:
    if said := st.session_state.pop("library_said", None):
        st.success(said)
    kinds = [suffix.removeprefix(".") for suffix in READERS]
    with st.form("library_files", clear_on_submit=True):
        files = st.file_uploader("Files", type=kinds, accept_multiple_files=True)
        if st.form_submit_button("Add these files") and files:
            with _said():
                paths = [_kept(settings, file.name, file.getvalue()) for file in files]
                from index.indexing import index_paths

                _report(_watched(lambda on_progress: index_paths(paths, settings, on_progress)))
    with st.form("library_link", clear_on_submit=True):
        link = st.text_input("Link to an article", placeholder="https://…")
        if st.form_submit_button("Add link") and link:
            from index.newsroom import index_links

            with _said():
                _report(_watched(lambda on_progress: index_links([link.strip()], settings, on_progress)))
    with st.form("library_feed", clear_on_submit=True):
        feed = st.text_input("RSS, Atom or JSON feed, or sitemap", placeholder="https://…")
        if st.form_submit_button("Follow feed") and feed:
            from index.intake.feeds import ListedFeed
            from index.newsroom import follow, poll

            with _said():
                follow([ListedFeed(feed.strip())], settings)
                _report(_watched(lambda shown: poll(settings, shown, only=[feed.strip()])))
    _feeds(settings)


def _kept(settings: Settings, name: str, content: bytes) -> Path:
    """Keep an uploaded file; one of the same name with other content stays beside it."""
    digest = hashlib.blake2b(content, digest_size=8).hexdigest()
    path = settings.library / UPLOADS / digest / Path(name).name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def _feeds(settings: Settings) -> None:
    try:
        with Catalogue.open(settings.library) as catalogue:
            feeds = catalogue.feeds()
    except NoLibrary:
        return
    except MemoireError as exc:
        _say_error(exc)
        return
    if not feeds:
        return
    st.subheader("Followed feeds")
    rows = [
        {
            "feed": f.title or f.url,
            "address": f.url,
            "minutes": f.every,
            "read": f.checked,
            "problem": f.problem,
        }
        for f in feeds
    ]
    st.dataframe(rows, hide_index=True)
    if st.button("Poll them now", key="library_poll"):
        from index.newsroom import poll

        with _said():
            _report(_watched(lambda on_progress: poll(settings, on_progress)))


def _watched(work: Callable[[Callable[[Progress], None]], Report]) -> Report:
    """Run an indexing run with its progress drawn as it goes."""
    bar = st.progress(0.0, "Reading…")

    def show(progress: Progress) -> None:
        done = min(progress.done / max(progress.total, 1), 1.0)
        bar.progress(done, f"{progress.articles:,} articles, {progress.passages:,} passages")

    try:
        return work(show)
    finally:
        bar.empty()


def _report(report: Report) -> None:
    articles = f"{report.added:,} new article{'s' if report.added != 1 else ''}"
    st.success(f"{articles}, {report.unchanged:,} unchanged.")
    for rejection in report.rejections[:_SHOWN_REJECTIONS]:
        st.warning(_literal(f"Set aside {rejection.location}: {rejection.reason}"))


@contextmanager
def _said() -> Iterator[None]:
    """Say on the page what went wrong within the block."""
    try:
        yield
    except MemoireError as exc:
        _say_error(exc)
    except OSError as exc:
        st.error(_literal(f"It could not be written: {exc.strerror or exc}."))


def _copies(groups: Sequence[Group]) -> None:
    st.caption("Articles that share most of their wording and appeared within days have one origin.")
    if not groups:
        st.info("There are no copies.")
    for group in groups:
        with st.container(border=True):
            st.markdown(f"**{len(group.articles)} articles, 1 origin**")
            st.text("\n".join(_entry(listed) for listed in group.articles))


def _rejected(catalogue: Catalogue) -> None:
    rejections = catalogue.overview().rejections
    if not rejections:
        st.info("Everything indexed could be read.")
        return
    st.caption("Each is tried again by the next run over it.")
    st.dataframe([{"where": r.location, "why": r.reason} for r in rejections], hide_index=True)


def _say_error(exc: MemoireError) -> None:
    st.error(_literal(f"{exc.problem} {exc.remedy}".strip()))


def _literal(text: str) -> str:
    """Return Markdown that reads as this text."""
    return _PUNCTUATION.sub(r"\\\1", " ".join(text.split()))
