"""Examines a library, and mends what can be mended from the articles it stores."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from index.errors import LibraryError, LibraryMismatch, MemoireError
from index.indexing import Progress, passage_input, rebuild
from index.store.database import open_database, translated
from index.store.library import DATABASE, Library
from index.store.vector_check import check_vectors
from index.store.writing import LibraryWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from index.settings import Settings

_ALIKE = 0.98  # int8 results differ a little between processors; another model's differ by far more
_SAMPLE = 3
_MEND = "Run: memoire doctor --mend"
_AGAIN = "Delete articles.sqlite3 and vectors-* in its folder and index the articles again."


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing examined. `cure` is what `mend` does about it, nothing if it can do nothing."""

    severity: Literal["ok", "warning", "error"]
    what: str
    remedy: str = ""
    cure: Literal["rebuild", "new vectors", "relate"] | None = None


def examine(settings: Settings) -> list[Finding]:
    """Examine the library and the models the settings name; every check gives a finding.

    Raises:
        NoLibrary: there is no library.
    """
    Library.open(settings.library).close()
    findings = list(_database(settings.library / DATABASE))
    if not any(f.severity == "error" and f.cure is None for f in findings):
        with Library.open(settings.library) as library:
            findings += _contents(library, settings)
    return findings


def mend(settings: Settings, on_progress: Callable[[Progress], None] = lambda _: None) -> list[Finding]:
    """Mend what can be mended; return the findings that were acted on.

    Passages, full text and vectors are made anew from the stored articles; vectors that are sound
    are kept. Articles are never touched.

    Raises:
        LibraryError: the library is being written to, or cannot be written.
    """
    findings = [finding for finding in examine(settings) if finding.cure]
    if any(finding.cure == "new vectors" for finding in findings):
        with LibraryWriter.exclusive(settings.library) as library:
            shutil.rmtree(library.vectors_folder(library.signature or ""))
    if any(finding.cure in ("rebuild", "new vectors") for finding in findings):
        rebuild(settings, on_progress)
    if any(finding.cure == "relate" for finding in findings):
        with LibraryWriter.existing(settings.library) as library:
            library.relate()
    return findings


def _database(path: Path) -> Iterator[Finding]:
    try:
        database = open_database(path, create=False)
        try:
            yield from _tables(database, path)
        finally:
            database.close()
    except LibraryError as exc:
        yield Finding("error", exc.problem, exc.remedy)


def _tables(database: sqlite3.Connection, path: Path) -> Iterator[Finding]:
    with translated(path):
        problems = [row[0] for row in database.execute("PRAGMA integrity_check")]
        problems += ["a row is lost" for _ in database.execute("PRAGMA foreign_key_check")]
        offsets = database.execute(_BAD_OFFSETS).fetchone()[0] if problems == ["ok"] else 0
    if problems != ["ok"]:
        yield Finding("error", f"The database {path} is damaged: {problems[0]}.", _AGAIN)
        return
    yield Finding("ok", "The database is sound.")
    if offsets:
        what = f"{offsets:,} passages do not lie within their article's text."
        yield Finding("error", what, _MEND, "rebuild")
    else:
        yield Finding("ok", "Every passage lies within its article's text.")
    yield _full_text(database, path)


def _full_text(database: sqlite3.Connection, path: Path) -> Finding:
    check = "INSERT INTO passage_words (passage_words, rank) VALUES ('integrity-check', 1)"
    try:
        database.execute(check)
    except sqlite3.DatabaseError as exc:
        if exc.sqlite_errorcode & 0xFF == sqlite3.SQLITE_CORRUPT:
            what = "The full text does not match the passages."
            return Finding("error", what, _MEND, "rebuild")
        what = f"The full text of {path} could not be checked: {exc}."
        return Finding("warning", what, "Try again when nothing writes to it.")
    finally:
        database.rollback()
    return Finding("ok", "The full text matches the passages.")


def _contents(library: Library, settings: Settings) -> Iterator[Finding]:
    yield _articles(library)
    yield _relations(library)
    yield from _set_aside(library)
    models = list(_models(settings))
    yield from models
    try:
        library.require(settings)
    except LibraryMismatch as exc:
        yield Finding("error", exc.problem, exc.remedy)
        return
    stored = _stored_vectors(library)
    yield stored
    yield from _other_stores(library)
    if stored.severity == "ok" and all(model.severity == "ok" for model in models):
        yield _made_by(library, settings)


def _articles(library: Library) -> Finding:
    ids = [row.id for row in library.articles()]
    changed = sum(not library.has(article_id) for article_id in ids)
    if changed:
        what = f"{changed:,} of {len(ids):,} articles are not as they were indexed."
        return Finding("error", what, _AGAIN)
    return Finding("ok", f"{len(ids):,} articles are stored as they were indexed.")


def _relations(library: Library) -> Finding:
    if count := library.unrelated():
        what = f"{count:,} articles were not compared with the others for copies."
        return Finding("warning", what, _MEND, "relate")
    return Finding("ok", "Every article was compared with the others for copies.")


def _set_aside(library: Library) -> Iterator[Finding]:
    if count := len(library.overview().rejections):
        what = f"{count:,} files or lines could not be read when they were indexed."
        yield Finding("warning", what, "Run: memoire index rejected")


def _models(settings: Settings) -> Iterator[Finding]:
    from index.models import Embedder, Reranker

    for kind in (Embedder, Reranker):
        try:
            kind(settings)
        except MemoireError as exc:
            yield Finding("error", exc.problem, exc.remedy)
        else:
            name = settings.embedding_model if kind is Embedder else settings.reranker_model
            yield Finding("ok", f"The model {name} loads.")


def _stored_vectors(library: Library) -> Finding:
    check = check_vectors(library.folder)
    if check.broken:
        what = f"The vector store is damaged: {check.broken}"
        return Finding("error", what, _MEND, "new vectors")
    if check.missing:
        return Finding("error", f"{check.missing:,} passages have no vector.", _MEND, "rebuild")
    if check.orphans:
        what = f"{check.orphans:,} vectors belong to no passage."
        return Finding("warning", what, "The next indexing run removes them.", "rebuild")
    return Finding("ok", "Every passage has its vector.")


def _other_stores(library: Library) -> Iterator[Finding]:
    own = library.vectors_folder(library.signature or "")
    others = [folder.name for folder in library.folder.glob("vectors-*") if folder != own]
    if others:
        what = f"Vectors of another model or an unfinished rebuild remain: {', '.join(others)}."
        yield Finding("warning", what, _MEND, "rebuild")


def _made_by(library: Library, settings: Settings) -> Finding:
    """Embed a few passages again: a model can change behind the same name."""
    from index.models import Embedder

    ids = sorted(library.passage_ids())
    sample = library.resolve(ids[:: max(1, len(ids) // _SAMPLE)][:_SAMPLE])
    if not sample:
        return Finding("ok", "There are no vectors yet.")
    fresh = Embedder(settings).encode_passages([passage_input(a, p) for p, a in sample])
    stored = library.vectors.read([passage.id for passage, _ in sample])
    for vector, (passage, _) in zip(fresh, sample, strict=True):
        other = stored[passage.id]
        if other.shape != vector.shape or float(vector @ other) < _ALIKE:
            what = "The stored vectors are not what the embedding model gives now."
            return Finding("error", what, _MEND, "new vectors")
    return Finding("ok", "The stored vectors are the embedding model's.")


_BAD_OFFSETS = """
    SELECT count(*) FROM passage LEFT JOIN article ON article.key = article_key
    WHERE article.key IS NULL OR NOT (0 <= start AND start < "end" AND "end" <= length(text))
        OR passage.id != article.id || '.' || start || '.' || "end"
"""
