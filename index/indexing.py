"""An indexing run: read what changed, chunk it, embed it, commit it in batches."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from index.intake.chunking import split_passages
from index.intake.files import find_files
from index.intake.metadata import Rejection, UnreadableError
from index.intake.sources import FileSource
from index.store.library import Library, signature_of
from index.store.rows import Entry, FileRead
from index.store.writing import LibraryWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from index.articles import Article, Passage
    from index.intake.sources import Source
    from index.models import Embedder
    from index.settings import Settings

ENCODED_AT_ONCE = 512  # progress is told after as many
BATCH_PASSAGES = 2048  # each commit waits for the disk; a killed run loses at most this many
BATCH_SECONDS = 20.0  # nor more than this, where the web or the machine is slow
_HEADING_CHARS = 160


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: in bytes of files, in pages of the web, in articles when rebuilding."""

    done: int
    total: int
    articles: int
    passages: int


@dataclass(slots=True)
class Report:
    """What a run did. `encode_seconds` is the part spent inside the embedding model."""

    files: int = 0
    unchanged: int = 0
    added: int = 0
    passages: int = 0
    rejections: list[Rejection] = field(default_factory=list)
    seconds: float = 0.0
    encode_seconds: float = 0.0


def passage_input(article: Article, passage: Passage) -> str:
    """Return what is embedded for a passage: its article's heading, then its text."""
    return f"{article.heading[:_HEADING_CHARS]}\n{article.text[passage.start : passage.end]}"


def index_paths(
    paths: Sequence[Path],
    settings: Settings,
    on_progress: Callable[[Progress], None] = lambda _: None,
    *,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
) -> Report:
    """Bring the library up to date with the files under `paths`; return what was done.

    `include` and `exclude` are globs for what is found in folders (see `find_files`).

    Unchanged files cost a hash. A file that cannot be read is set aside with its reason and tried
    again by the next run.

    Raises:
        InputError: a path does not exist or holds no articles; nothing was written.
        LibraryError: the library cannot be used; what was indexed before is unharmed.
    """
    files = find_files(paths, include, exclude)
    return index_sources([FileSource(path) for path in files], settings, on_progress)


def index_sources(
    sources: Sequence[Source],
    settings: Settings,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Report:
    """Bring the library up to date with sources of any kind; return what was done.

    Raises:
        LibraryError: the library cannot be used; what was indexed before is unharmed.
    """
    started = time.perf_counter()
    with LibraryWriter.exclusive(settings.library) as library:
        library.sign(settings)
        run = _Run(library, settings, on_progress)
        with library.settled():
            library.relate()  # what an older version of the program signed in its own way
            run.read(sources)
        run.report.encode_seconds = run.encoder.seconds
        run.report.seconds = time.perf_counter() - started
        return run.report


def rebuild(settings: Settings, on_progress: Callable[[Progress], None] = lambda _: None) -> Report:
    """Chunk and embed every stored article anew with the settings' model and chunking.

    The old vectors serve until the new ones are complete; a rebuild cut short goes on where it was.
    """
    started = time.perf_counter()
    Library.open(settings.library).close()
    with LibraryWriter.exclusive(settings.library) as library:
        vectors = library.vectors_for(signature_of(settings))
        present = vectors.ids()
        encoder = _Encoder(settings)
        articles = list(library.articles())
        every: list[Passage] = []
        for done, article in enumerate(articles, 1):
            passages = split_passages(article, settings.passage_chars)
            missing = [p for p in passages if p.id not in present]
            if missing:
                texts = [passage_input(article, p) for p in missing]
                vectors.put([p.id for p in missing], encoder.encode(texts))
            every.extend(passages)
            on_progress(Progress(done, len(articles), done, len(every)))
        library.replace_passages(settings, every)
    return Report(
        added=len(articles),
        passages=len(every),
        seconds=time.perf_counter() - started,
        encode_seconds=encoder.seconds,
    )


class _Encoder:
    """The embedding model, loaded when first needed, with the time it took."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._model: Embedder | None = None
        self.seconds = 0.0

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self._model is None:
            from index.models import Embedder

            self._model = Embedder(self._settings)
        started = time.perf_counter()
        vectors = self._model.encode_passages(texts)
        self.seconds += time.perf_counter() - started
        return vectors


class _Run:
    """One run over files: the articles waiting to be embedded and the files they complete."""

    def __init__(
        self, library: LibraryWriter, settings: Settings, on_progress: Callable[[Progress], None]
    ) -> None:
        self.library = library
        self.settings = settings
        self.report = Report()
        self.encoder = _Encoder(settings)
        self.on_progress = on_progress
        self.waiting: dict[str, tuple[str, Article, list[Passage]]] = {}
        self.encoded: dict[str, Entry] = {}
        self.complete: list[FileRead] = []
        self.committed = time.monotonic()
        self.done = self.total = 0

    def read(self, sources: Sequence[Source]) -> None:
        """Read the sources that changed since they were last read."""
        known = self.library.known_files()
        self.total = sum(source.size for source in sources)
        for source in sources:
            self.report.files += 1
            self._read_source(source, known)
            self.done += source.size
        self._commit()
        self.library.remove_unheld()  # not before the end: an article may move between files

    def _read_source(self, source: Source, known: Mapping[str, str]) -> None:
        location = source.location
        article_ids: list[str] = []
        rejections: list[Rejection] = []
        mark = ""
        try:
            mark = source.mark()
            if known.get(location) == mark:
                self.report.unchanged += 1
                return
            for item in source.read(int(self.settings.max_article_mb * 1e6)):
                if isinstance(item, Rejection):
                    rejections.append(item)
                    continue
                article_ids.append(item.id)
                self._take(location, item)
        except UnreadableError as exc:
            rejections.append(Rejection(source.name, str(exc), broken_off=True))
        if any(rejection.broken_off for rejection in rejections):
            article_ids.clear()  # what it held before it still may hold
        self._finish(FileRead(location, mark, article_ids, rejections))

    def _take(self, location: str, article: Article) -> None:
        if article.id in self.waiting or article.id in self.encoded:
            return
        # A known article waits too, with nothing to embed: it must be held by this file before the
        # file that held it so far gives it up.
        known = self.library.has(article.id)
        passages = [] if known else split_passages(article, self.settings.passage_chars)
        self.report.added += not known
        self.waiting[article.id] = (location, article, passages)
        waiting = sum(len(entry[2]) or 1 for entry in self.waiting.values())
        encoded = sum(len(entry.passages) or 1 for entry in self.encoded.values())
        late = time.monotonic() - self.committed > BATCH_SECONDS
        if late or waiting + encoded >= BATCH_PASSAGES:
            self._commit()
        elif waiting >= ENCODED_AT_ONCE:
            self._encode()

    def _finish(self, file: FileRead) -> None:
        self.report.rejections.extend(file.rejections)
        self.complete.append(file)

    def _encode(self) -> None:
        """Embed what waits."""
        import numpy as np

        texts = [passage_input(a, p) for _, a, passages in self.waiting.values() for p in passages]
        starts = range(0, len(texts), ENCODED_AT_ONCE)
        parts = [self.encoder.encode(texts[at : at + ENCODED_AT_ONCE]) for at in starts]
        vectors = np.concatenate(parts) if parts else np.zeros((0, 1), np.float32)
        at = 0
        for location, article, passages in self.waiting.values():
            entry = Entry(location, article, passages, vectors[at : at + len(passages)])
            self.encoded[article.id] = entry
            at += len(passages)
        self.report.passages += len(texts)
        self.waiting.clear()
        self.on_progress(Progress(self.done, self.total, self.report.added, self.report.passages))

    def _commit(self) -> None:
        """Commit a batch, then the files that it completes."""
        self._encode()
        self.library.add(list(self.encoded.values()), self.complete)
        self.encoded.clear()
        self.complete.clear()
        self.committed = time.monotonic()
