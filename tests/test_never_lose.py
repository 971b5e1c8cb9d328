"""What goes wrong in a year and no one sees: clocks, disks that are not there, files being written."""

from __future__ import annotations

import json
import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from index.errors import InputError, StorageError
from index.indexing import index_paths
from index.intake import files as intake
from index.intake.feeds import ListedFeed
from index.newsroom import follow, poll
from index.settings import load_settings
from index.store.library import DATABASE, Library
from index.store.writing import LibraryWriter
from tests.test_feeds import FULL, _item, _rss, _serve
from tests.web_server import LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from index.settings import Settings
    from tests.conftest import Outcome
    from tests.web_server import Server

SOON = datetime.now(UTC) + timedelta(days=400)


@pytest.fixture
def chosen(tmp_path: Path) -> Settings:
    return load_settings(library=tmp_path / "library", **LIMITS)


def _sources(settings: Settings) -> list[str]:
    with Library.open(settings.library) as library:
        assert library.vectors.ids() == library.passage_ids()
        return sorted(article.source for article in library.articles())


def _alter(settings: Settings, sql: str, *values: Any) -> None:
    database = sqlite3.connect(settings.library / DATABASE)
    with database:
        database.execute(sql, values)
    database.close()


def _lines(path: Path, numbers: range) -> bytes:
    rows = [{"source": f"{path.name} {n:02}", "text": f"The envoy number {n} spoke."} for n in numbers]
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


# -- clocks ----------------------------------------------------------------------------------------


def test_a_clock_that_was_ahead_does_not_silence_a_feed(server: Server, chosen: Settings) -> None:
    _serve(server, "/feed", _rss(_item("/one", full=FULL)))
    follow([ListedFeed(f"{server.url}/feed", every=15)], chosen)
    poll(chosen)
    _alter(chosen, "UPDATE feed SET checked = ?", SOON.isoformat())
    _serve(server, "/feed", _rss(_item("/one", full=FULL), _item("/two", full=FULL)))
    assert poll(chosen).added == 1


def test_nor_an_entry_that_was_to_be_tried_again(server: Server, chosen: Settings) -> None:
    _serve(server, "/feed", _rss(_item("/late")))
    follow([ListedFeed(f"{server.url}/feed")], chosen)
    poll(chosen)
    (state,) = _awaited(chosen)
    ahead = state | {"since": SOON.isoformat(), "due": SOON.isoformat()}
    _alter(chosen, "UPDATE awaited SET state = ?", json.dumps(ahead))
    poll(chosen)
    assert server.paths().count("/late") == 2
    (state,) = _awaited(chosen)
    assert datetime.fromisoformat(state["since"]) < SOON - timedelta(days=300)


def _awaited(settings: Settings) -> list[dict[str, Any]]:
    database = sqlite3.connect(settings.library / DATABASE)
    rows = database.execute("SELECT state FROM awaited").fetchall()
    database.close()
    return [json.loads(state) for (state,) in rows]


# -- a server that says "unchanged" for ever ---------------------------------------------------------


def test_a_feed_that_is_always_unchanged_is_read_whole_once_a_day(
    server: Server, chosen: Settings
) -> None:
    def stubborn(handler: Any) -> None:
        if handler.headers.get("If-None-Match"):
            handler.answer(304, b"")
        else:
            handler.answer(200, _rss(*items), content_type="text/xml", ETag='"1"')

    items = [_item("/one", full=FULL)]
    server.pages["/feed"] = stubborn
    follow([ListedFeed(f"{server.url}/feed")], chosen)
    assert poll(chosen).added == 1
    items.insert(0, _item("/two", full=FULL.replace("Zembla", "Onhava")))
    assert poll(chosen).added == 0
    yesterday = datetime.now(UTC) - timedelta(days=1)
    _alter(chosen, "UPDATE feed SET checked = ?", yesterday.isoformat())
    assert poll(chosen).added == 1
    assert len(_sources(chosen)) == 2


# -- disks and files ---------------------------------------------------------------------------------


def test_prune_keeps_what_an_unmounted_disk_held(tmp_path: Path, chosen: Settings) -> None:
    disk, gone = tmp_path / "disk", tmp_path / "gone"
    for folder in (disk / "a", disk / "b", gone):
        folder.mkdir(parents=True)
        for n in range(2):
            (folder / f"{n}.md").write_text(f"The envoy {folder.name}{n} spoke of grain and ferries.\n")
    index_paths([disk, gone], chosen)
    (disk / "a" / "0.md").unlink()
    shutil.rmtree(disk / "b")
    (disk / "b").mkdir()  # a mount point with nothing mounted
    shutil.rmtree(gone)
    with LibraryWriter.exclusive(chosen.library) as writer:
        pruned = writer.prune()
        assert (pruned.files, pruned.articles) == (1, 1)
        assert sorted(folder.name for folder in pruned.absent) == ["b", "gone"]
        assert len(_sources(chosen)) == 5
        assert writer.prune(folders=True).articles == 4
    assert len(_sources(chosen)) == 1


def test_prune_says_which_folders_it_left(
    memoire: Callable[..., Outcome], tmp_path: Path, chosen: Settings
) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    (folder / "a.md").write_text("The envoy spoke of grain.\n")
    index_paths([folder], chosen)
    shutil.rmtree(folder)
    told = memoire("index", "prune", "--library", chosen.library)
    assert "removed 0 articles" in told.out
    assert f"{folder}" in told.err
    assert "--folders" in told.err
    assert (
        "removed 1 articles" in memoire("index", "prune", "--folders", "--library", chosen.library).out
    )


def test_indexing_a_folder_that_is_not_mounted_removes_nothing(tmp_path: Path, chosen: Settings) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    (folder / "a.md").write_text("The envoy spoke of grain.\n")
    index_paths([folder], chosen)
    (folder / "a.md").unlink()
    for _ in range(2):
        with pytest.raises(InputError):
            index_paths([folder], chosen)
        assert _sources(chosen) == ["a.md"]
        shutil.rmtree(folder, ignore_errors=True)


def test_a_file_that_changes_while_it_is_read_loses_nothing(
    tmp_path: Path, chosen: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_bytes(_lines(path, range(6)))
    index_paths([path], chosen)
    assert len(_sources(chosen)) == 6
    reader = intake.READERS[".jsonl"]

    def meanwhile(file: Any, name: str, most: int) -> Any:
        yield from reader(file, name, most)
        with path.open("ab") as other:  # another program goes on writing
            other.write(_lines(path, range(3, 9)))

    path.write_bytes(_lines(path, range(3)))  # it began anew: the rest is not there yet
    monkeypatch.setitem(intake.READERS, ".jsonl", meanwhile)
    report = index_paths([path], chosen)
    assert [rejection.reason for rejection in report.rejections] == [
        "changed while it was read; the next run reads it again"
    ]
    assert len(_sources(chosen)) == 6
    monkeypatch.undo()
    assert index_paths([path], chosen).rejections == []
    assert len(_sources(chosen)) == 9


def test_a_disk_that_fails_in_the_middle_of_a_file_loses_nothing(
    tmp_path: Path, chosen: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_bytes(_lines(path, range(6)))
    index_paths([path], chosen)
    reader = intake.READERS[".jsonl"]

    def failing(file: Any, name: str, most: int) -> Any:
        items = reader(file, name, most)
        yield next(items)
        raise OSError(5, "Input/output error")

    path.write_bytes(_lines(path, range(7)))
    monkeypatch.setitem(intake.READERS, ".jsonl", failing)
    assert [r.reason for r in index_paths([path], chosen).rejections] == [
        "cannot be read: Input/output error"
    ]
    assert len(_sources(chosen)) == 6
    monkeypatch.undo()
    index_paths([path], chosen)
    assert len(_sources(chosen)) == 7


def test_watching_goes_on_when_the_disk_was_full(
    memoire: Callable[..., Outcome], chosen: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow([ListedFeed("https://news.example/feed")], chosen)
    ends: list[BaseException] = [StorageError("The disk is full.", "Free space."), KeyboardInterrupt()]

    def poll_of_that_day(*_: object, **__: object) -> None:
        raise ends.pop(0)

    monkeypatch.setattr("index.newsroom.poll", poll_of_that_day)
    monkeypatch.setattr("index.newsroom.seconds_until_due", lambda *_: 0.0)
    monkeypatch.setattr("assistant.cli.index._PAUSE_AFTER_FAILURE", 0.0)
    told = memoire("index", "watch", "--library", chosen.library)
    assert not ends
    assert "The disk is full. The next poll tries again." in told.err
