"""What people get wrong and what breaks: one clear line, the right exit code, nothing lost."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.store.library import DATABASE, Library
from tests.conftest import Outcome

Memoire = Callable[..., Outcome]
GOOD = "---\ntitle: Ferry\n---\nThe harbour master of Zembla opened a ferry line to Onhava in May.\n"


def _one_line(outcome: Outcome, code: int, *parts: str) -> None:
    assert outcome.code == code, outcome
    lines = outcome.err.splitlines()
    assert len(lines) == 1, outcome.err
    assert lines[0].startswith("memoire: ")
    for part in parts:
        assert part in lines[0]


def _still_answers(memoire: Memoire, library: Path) -> None:
    found = memoire("search", "--library", library, "--json", "-k", 1, "fuel depot explosion")
    assert found.code == 0, found.err
    assert "fuel-depot" in json.loads(found.out)[0]["source"]


# -- what is given to index ------------------------------------------------------------------------


def test_missing_path(memoire: Memoire, library_folder: Path, tmp_path: Path) -> None:
    missing = tmp_path / "nowhere"
    _one_line(memoire("index", "--library", library_folder, missing), 2, str(missing))
    _one_line(memoire("index", "--library", tmp_path / "new", missing), 2, "Check the path.")
    assert not (tmp_path / "new").exists()


def test_empty_folder(memoire: Memoire, library_folder: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    _one_line(memoire("index", "--library", library_folder, empty), 2, "holds no articles", ".md")


def test_another_format(memoire: Memoire, library_folder: Path, tmp_path: Path) -> None:
    picture = tmp_path / "photo.png"
    picture.write_bytes(b"\x89PNG")
    _one_line(memoire("index", "--library", library_folder, picture), 2, "photo.png", ".jsonl")


BAD_FILES = {
    "binary.md": (b"GIF89a\0\0\0\x01", "binary"),
    "latin.md": ("Erdoğan met Mitsotakis in Athens, café".encode("cp1254"), "UTF-8"),
    "empty.txt": (b" \n", "no text"),
    "broken.md": (b"---\ntitle: [a\nb: c\n---\ntext\n", "front matter"),
    "unclosed.md": (b"---\ntitle: a\n\ntext\n", "never closed"),
    "unclosed-crlf.md": (b"---\r\ntitle: a\r\n\r\ntext\r\n", "never closed"),
    "dated.md": (b"---\npublished: last spring\n---\ntext\n", "last spring"),
    "impossible.md": (b"---\npublished: 2023-02-30\n---\ntext\n", "front matter"),
    "tag.md": (b"---\npublished: !!timestamp x\n---\ntext\n", "front matter"),
    "nested.md": (b"---\ntitle: {a: b}\n---\ntext\n", "metadata"),
    "date-list.md": (b"---\npublished: [2023]\n---\ntext\n", "publication date"),
    "surrogate.md": (b'---\ntitle: "\\ud800"\n---\ntext\n', "invalid Unicode"),
    "list.md": (b"---\n- a\n---\ntext\n", "front matter"),
    "number.jsonl": (b'{"text": "a", "n": ' + b"1" * 5000 + b"}\n", "JSON"),
    "half.jsonl": (b'{"text": "a"', "JSON"),
    "array.jsonl": (b"[1]\n", "object"),
    "textless.jsonl": (b'{"title": "a"}\n', '"text"'),
    "huge.txt": (b"A sentence of an endless article. " * 1_500_000, "5 MB"),
    "huge-line.jsonl": (b'{"text": "' + b"a" * 6_000_000 + b'"}\n', "5 MB"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_set_aside(
    name: str, memoire: Memoire, library_folder: Path, tmp_path: Path
) -> None:
    library = Path(shutil.copytree(library_folder, tmp_path / "library"))
    content, reason = BAD_FILES[name]
    path = tmp_path / name
    path.write_bytes(content)
    _one_line(memoire("index", "--library", library, path), 1, "set aside", name, reason)
    assert reason in memoire("index", "rejected", "--library", library).out
    assert memoire("status", "--json", "--library", library).out != ""
    with Library.open(library) as opened:
        assert opened.overview().articles == 6


def test_a_bad_file_does_not_keep_a_good_one_out(
    memoire: Memoire, library_copy: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "good.md").write_text(GOOD, "utf-8")
    for name, (content, _) in BAD_FILES.items():
        if len(content) < 10_000:
            (folder / name).write_bytes(content)
    (folder / "gone.md").symlink_to(tmp_path / "nowhere")
    os.mkfifo(folder / "pipe.md")
    done = memoire("index", "--library", library_copy, folder)
    assert done.code == 0
    assert "1 new article " in done.out
    assert "more" in done.err.splitlines()[-1]
    assert len(done.err.splitlines()) == 11
    listed = memoire("index", "rejected", "--library", library_copy).out
    assert "pipe.md: is not a regular file" in listed
    assert "gone.md: cannot be read: No such file" in listed
    _still_answers(memoire, library_copy)


def test_names_and_addresses_that_are_no_text(
    memoire: Memoire, library_copy: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "names"
    folder.mkdir()
    (folder / os.fsdecode(b"caf\xe9.md")).write_text(GOOD, "utf-8")
    (folder / "url.md").write_text(f'---\nurl: "http://[x"\n---\n{GOOD}', "utf-8")
    done = memoire("index", "--library", library_copy, folder)
    assert (done.code, done.err) == (0, "")
    with Library.open(library_copy) as library:
        assert "caf\\xe9.md" in {article.source for article in library.articles()}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_unreadable_file(memoire: Memoire, library_copy: Path, tmp_path: Path) -> None:
    path = tmp_path / "secret.md"
    path.write_text(GOOD, "utf-8")
    path.chmod(0)
    _one_line(memoire("index", "--library", library_copy, path), 1, "secret.md", "Permission")


# -- what is asked ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "said"), [("?! …", "no words"), ("", "no words"), ("why " * 25_000, "100,000")]
)
@pytest.mark.parametrize("command", ["ask", "search"])
def test_questions_that_are_none(
    command: str, question: str, said: str, memoire: Memoire, library_folder: Path
) -> None:
    asked = question + "why?" if len(question) > 1000 else question
    said = "100,004" if len(question) > 1000 else said
    outcome = memoire(command, "--library", library_folder, asked)
    if question or command == "search":
        _one_line(outcome, 2, said)
    assert outcome.code == 2


def test_batch_files_that_are_none(memoire: Memoire, library_folder: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text("\n\n", "utf-8")
    ask = ("ask", "--library", library_folder, "--batch")
    _one_line(memoire(*ask, empty), 2, "no questions")
    _one_line(memoire(*ask, tmp_path / "nowhere.jsonl"), 2, "No such file")
    _one_line(memoire(*ask, tmp_path), 2, "directory")


def test_settings_that_are_none(
    memoire: Memoire, library_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEMOIRE_RERANKT", "1")
    _one_line(memoire("status", "--library", library_folder), 2, "MEMOIRE_RERANKED")
    monkeypatch.delenv("MEMOIRE_RERANKT")
    monkeypatch.setenv("MEMOIRE_RERANKED", "many")
    _one_line(memoire("status", "--library", library_folder), 2, "MEMOIRE_RERANKED", "integer")


def test_a_dotenv_shared_with_others(
    memoire: Memoire, library_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    dotenv = tmp_path / ".env"
    dotenv.write_text("OPENAI_API_KEY=x\n", "utf-8")
    assert memoire("status", "--library", library_folder).code == 0
    dotenv.write_text("MEMOIRE_WRITR=x\n", "utf-8")
    _one_line(memoire("status", "--library", library_folder), 2, "MEMOIRE_WRITER")
    dotenv.write_bytes(b"MEMOIRE_WRITER=\xff\n")
    _one_line(memoire("status", "--library", library_folder), 2, "UTF-8")


# -- the library -----------------------------------------------------------------------------------

COMMANDS = (["status"], ["search", "ferry"], ["ask", "What ferry?"], ["doctor"])


@pytest.mark.parametrize("command", COMMANDS)
def test_no_library(command: list[str], memoire: Memoire, tmp_path: Path) -> None:
    _one_line(memoire(*command, "--library", tmp_path / "none"), 1, "memoire index")
    assert not (tmp_path / "none").exists()


def test_library_is_a_file(memoire: Memoire, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("x", "utf-8")
    _one_line(memoire("status", "--library", path), 2, "is a file")


def test_library_of_a_newer_version(memoire: Memoire, library_copy: Path, sample_articles: Path) -> None:
    database = sqlite3.connect(library_copy / DATABASE)
    database.execute("PRAGMA user_version = 99")
    database.close()
    for command in (["status"], ["search", "ferry"], ["index", str(sample_articles)]):
        _one_line(memoire(*command, "--library", library_copy), 1, "newer version")


def test_garbage_database(memoire: Memoire, library_copy: Path, sample_articles: Path) -> None:
    (library_copy / DATABASE).write_bytes(b"garbage" * 5000)
    for command in (["status"], ["search", "ferry"], ["index", str(sample_articles)]):
        _one_line(memoire(*command, "--library", library_copy), 1, DATABASE, "index the articles")


def test_truncated_database(memoire: Memoire, library_copy: Path) -> None:
    path = library_copy / DATABASE
    os.truncate(path, path.stat().st_size // 2)
    _one_line(memoire("search", "fuel", "--library", library_copy), 1, "cannot be read")


def test_truncated_vectors(memoire: Memoire, library_copy: Path) -> None:
    store = next(library_copy.glob("vectors-*/chroma.sqlite3"))
    os.truncate(store, store.stat().st_size // 2)
    _one_line(memoire("search", "fuel", "--library", library_copy), 1, "doctor --mend")
    assert memoire("doctor", "--mend", "--library", library_copy).code == 0
    _still_answers(memoire, library_copy)


HOLDER = """
import sys
from pathlib import Path
from index.store.writing import LibraryWriter
with LibraryWriter.exclusive(Path(sys.argv[1])):
    print("holding", flush=True)
    sys.stdin.read()
"""


def test_a_second_writer(memoire: Memoire, library_copy: Path, sample_articles: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(library_copy)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"holding\n"
        _one_line(memoire("index", "--library", library_copy, sample_articles), 1, "Another process")
        _still_answers(memoire, library_copy)
        holder.communicate()
    assert memoire("index", "--library", library_copy, sample_articles).code == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, with four megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _in_a_process(*args: object) -> Outcome:
    """Run `memoire` in a process of its own: Chroma keeps a store's files open in one."""
    done = subprocess.run(
        [sys.executable, "-m", "assistant.cli.main", *map(str, args)],
        capture_output=True,
        text=True,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def test_full_disk(library_folder: Path, small_disk: Path, tmp_path: Path) -> None:
    library = Path(shutil.copytree(library_folder, small_disk / "library"))
    more = tmp_path / "more.jsonl"
    more.write_text(
        "".join(
            json.dumps({"title": f"Ferry {n}", "text": "Ferry sailed. " + f"{n:0700} " * 12}) + "\n"
            for n in range(24)
        ),
        "utf-8",
    )
    filler = small_disk / "filler"
    with filler.open("wb") as file:
        file.write(b"x" * (os.statvfs(small_disk).f_bavail * 4096 - 60_000))
    outcome = _in_a_process("index", "--library", library, more)
    _one_line(outcome, 1, "full", "run the command again" if "vector" in outcome.err else "unharmed")
    _still_answers(_in_a_process, library)
    filler.unlink()
    _still_answers(_in_a_process, library)


def test_read_only_disk(library_folder: Path, small_disk: Path, sample_articles: Path) -> None:
    library = Path(shutil.copytree(library_folder, small_disk / "library"))
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    for command in (["index", str(sample_articles)], ["search", "fuel"]):
        outcome = _in_a_process(*command, "--library", library)
        _one_line(outcome, 1, "cannot be written")
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    _still_answers(_in_a_process, library)
