"""The commands of `memoire`: what they print where, and how they end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.main import get_command

from assistant.cli.main import app
from index.store.library import Library
from tests.conftest import NAMES, Outcome

Memoire = Callable[..., Outcome]
HOSTILE = "The \x1b[31mharbour\x1b[0m master \u202eof Zembla [bold]opened[/bold] a \x9bferry line."


def _commands(command: object, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    below = [
        found
        for name, child in getattr(command, "commands", {}).items()
        for found in _commands(child, (*path, name))
    ]
    return [path, *below]


@pytest.mark.parametrize("command", _commands(get_command(app)), ids=" ".join)
def test_every_command_has_help(command: tuple[str, ...], memoire: Memoire) -> None:
    shown = memoire(*command, "--help")
    assert shown.code == 0
    assert shown.err == ""
    assert "Usage:" in shown.out
    assert len(shown.out.split("Usage:")[1].split("\n\n")[0].splitlines()) >= 1
    for line in shown.out.splitlines():
        assert not line.rstrip().endswith("│   --"), "an option without help"


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from assistant.cli.main import app\n"
        "try: app(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'chromadb', 'streamlit', 'langchain_core', 'numpy', 'transformers'}\n"
        "sys.exit(' '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""
    assert done.returncode == 0


def test_version(memoire: Memoire) -> None:
    assert memoire("--version").out.startswith("memoire ")


def test_usage_errors_end_with_2(memoire: Memoire, library_folder: Path) -> None:
    for args in (["bogus"], ["search"], ["ask"], ["index"], ["search", "-k", "0", "x"]):
        outcome = memoire("--library", library_folder, *args)
        assert outcome.code == 2
        assert outcome.out == ""
        assert outcome.err != ""
    both = memoire("ask", "Who?", "--batch", "x.jsonl")
    assert "one of the two" in both.err


# -- index -----------------------------------------------------------------------------------------


def test_index(memoire: Memoire, sample_articles: Path, tmp_path: Path) -> None:
    library = tmp_path / "library"
    first = memoire("index", "--library", library, sample_articles)
    assert (first.code, first.err) == (0, "")
    assert first.out.startswith("Indexed 6 new articles")
    again = memoire("index", "add", sample_articles, "--library", library)
    assert again.out.startswith("Indexed 0 new articles")
    assert "6 unchanged" in again.out
    rebuilt = memoire("index", "--library", library, "--rebuild")
    assert rebuilt.out.startswith("Rebuilt 6 articles")
    assert memoire("index", "rejected", "--library", library).out.startswith("Everything")


def test_a_path_named_like_a_command(
    memoire: Memoire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "rejected"
    folder.mkdir()
    (folder / "a.md").write_text("The ferry sailed.\n", "utf-8")
    for args in (["index", "./rejected"], ["index", "add", "rejected"]):
        assert memoire(*args).out.startswith("Indexed")
    assert memoire("index", "rejected").out.startswith("Everything")


@pytest.mark.parametrize(
    "args",
    [
        ["--library", "DIR", "status", "--json"],
        ["status", "--json", "--library", "DIR"],
        ["--library", "elsewhere", "status", "--library", "DIR", "--json"],
    ],
)
def test_library_before_and_after(args: list[str], memoire: Memoire, library_folder: Path) -> None:
    shown = memoire(*(str(library_folder) if arg == "DIR" else arg for arg in args))
    assert json.loads(shown.out)["library"] == str(library_folder.resolve())


@pytest.mark.parametrize(
    "args",
    [
        ["--library", "DIR", "index", "rejected"],
        ["index", "--library", "DIR", "rejected"],
        ["index", "--library=DIR", "rejected"],
        ["index", "rejected", "--library", "DIR"],
    ],
)
def test_library_of_a_group(args: list[str], memoire: Memoire, library_folder: Path) -> None:
    shown = memoire(*(arg.replace("DIR", str(library_folder)) for arg in args))
    assert (shown.code, shown.out) == (0, "Everything indexed could be read.\n")


def test_library_from_the_environment(
    memoire: Memoire, library_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEMOIRE_LIBRARY", str(library_folder))
    facts = json.loads(memoire("status", "--json").out)
    assert (facts["articles"], facts["set_aside"]) == (6, 0)
    assert "Articles:" in memoire("status").out


# -- search and ask --------------------------------------------------------------------------------


def test_search_json(memoire: Memoire, library_folder: Path) -> None:
    shown = memoire("search", "fuel", "depot", "--json", "-k", 3, "--library", library_folder)
    assert (shown.code, shown.err) == (0, "")
    hits = json.loads(shown.out)
    assert [hit["rank"] for hit in hits] == [1, 2, 3]
    assert sorted(hits, key=lambda hit: -hit["score"]) == hits
    with Library.open(library_folder) as library:
        texts = {article.source: article.text for article in library.articles()}
    for hit in hits:
        assert set(hit) == {
            "rank", "score", "source", "title", "published", "start", "end", "text",
        }  # fmt: skip
        assert texts[hit["source"]][hit["start"] : hit["end"]] == hit["text"]


def test_search_text(memoire: Memoire, library_folder: Path) -> None:
    shown = memoire("search", "fuel depot", "-k", 1, "--library", library_folder)
    assert shown.out.startswith("1. ")
    assert "26 September 2023" in shown.out


def test_ask_json(memoire: Memoire, library_folder: Path) -> None:
    shown = memoire("ask", "Who died in the fuel depot?", "--json", "--library", library_folder)
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.count("\n") == 1
    answer = json.loads(shown.out)
    assert set(answer) >= {
        "id", "question", "abstained", "reason", "claims", "searched_for", "as_of", "writer",
        "prompt", "index_hash", "seconds",
    }  # fmt: skip
    assert not answer["abstained"]
    for claim in answer["claims"]:
        for citation in claim["citations"]:
            assert set(citation) >= {
                "number", "source", "title", "outlet", "published", "url", "start", "end", "quote",
            }  # fmt: skip
            assert citation["source"] in NAMES


def test_ask_text(memoire: Memoire, library_folder: Path) -> None:
    shown = memoire("ask", "Who", "died in the fuel depot?", "--library", library_folder)
    assert (shown.code, shown.err) == (0, "")
    claims, sources = shown.out.split("\nSources:\n")
    assert "[1]" in claims
    assert sources.startswith("[1] ")
    assert "2023-09-26-fuel-depot-explosion-karabakh.md" in sources


def test_ask_abstains(memoire: Memoire, library_folder: Path) -> None:
    shown = memoire("ask", "How do I bake sourdough bread?", "--library", library_folder)
    assert shown.code == 0
    assert shown.out.startswith("No article here is on this; the nearest is “")
    assert "Closest articles:" in shown.out


def test_ask_with_no_such_writer(memoire: Memoire, library_folder: Path) -> None:
    shown = memoire("ask", "Who?", "--writer", "nobody", "--library", library_folder)
    assert shown.code == 2
    assert shown.out == ""
    assert "nobody" in shown.err


def test_batch(memoire: Memoire, library_folder: Path, tmp_path: Path) -> None:
    asked = "What of the fuel depot explosion?"
    lines = [
        {"id": "a", "question": asked},
        {"id": 7, "question": "?!"},
        "not JSON",
        {"id": "c"},
        {"id": "d", "question": "x", "history": [{"role": "robot", "content": "x"}]},
        {
            "id": "e",
            "question": "And when did it happen?",
            "history": [{"role": "user", "content": asked}, {"role": "assistant", "content": "…"}],
        },
    ]
    path = tmp_path / "questions.jsonl"
    path.write_text(
        "\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines) + "\n\n", "utf-8"
    )
    shown = memoire("ask", "--batch", path, "--library", library_folder)
    answers = [json.loads(line) for line in shown.out.splitlines()]
    assert [answer["id"] for answer in answers] == ["a", "7", None, "c", "d", "e"]
    assert ["error" in answer for answer in answers] == [False, True, True, True, True, False]
    assert "depot" in answers[5]["searched_for"]
    assert shown.code == 1
    assert len(shown.err.splitlines()) == 4


def test_batch_from_stdin(memoire: Memoire, library_folder: Path) -> None:
    line = json.dumps({"question": "Who died in the fuel depot?"}).encode()
    shown = memoire("ask", "--batch", "-", "--library", library_folder, stdin=line + b"\n\xff\n")
    assert ["error" in json.loads(answer) for answer in shown.out.splitlines()] == [False, True]


def test_articles_cannot_drive_the_terminal(memoire: Memoire, tmp_path: Path) -> None:
    folder, library = tmp_path / "articles", tmp_path / "library"
    folder.mkdir()
    record = {"title": "\x1b]0;owned\x07[red]Ferry[/red]", "text": HOSTILE, "outlet": "\x9bZ"}
    (folder / "hostile.jsonl").write_text(json.dumps(record) + "\n", "utf-8")
    assert memoire("index", folder, "--library", library).code == 0
    for args in (["search", "Zembla ferry"], ["ask", "Who opened a ferry line in Zembla?"]):
        for form in ([], ["--json"]):
            shown = memoire(*args, *form, "--library", library)
            assert shown.code == 0
            assert not set("\x1b\x07\x9b\u202e") & set(shown.out)
            assert "[bold]opened[/bold]" in shown.out
    found = json.loads(memoire("search", "Zembla", "--json", "--library", library).out)
    assert found[0]["text"] == HOSTILE


# -- as a process ----------------------------------------------------------------------------------


def _start(*args: object, **env: str) -> subprocess.Popen[bytes]:
    """Start the installed command: under `-m` Python itself may decide how Ctrl-C ends it."""
    return subprocess.Popen(
        [Path(sys.executable).with_name("memoire"), *map(str, args)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **env},
    )


def test_a_terminal_without_utf8(library_folder: Path) -> None:
    args = ("search", "Erdoğan", "-k", 1, "--library", library_folder)
    with _start(*args, "--json", PYTHONIOENCODING="ascii") as shown:
        out, err = shown.communicate()
    assert err == b""
    assert json.loads(out.decode("ascii"))[0]["rank"] == 1
    with _start(*args, PYTHONIOENCODING="ascii") as shown:
        out, err = shown.communicate()
    assert (shown.returncode, err) == (0, b"")
    assert out.decode("ascii").startswith("1. ")


def test_a_pipe_closed_early(library_folder: Path) -> None:
    with _start("search", "peace", "-k", 50, "--library", library_folder) as shown:
        assert shown.stdout is not None
        assert shown.stderr is not None
        shown.stdout.close()
        assert shown.stderr.read() == b""


def test_ctrl_c(tmp_path: Path) -> None:
    articles = tmp_path / "many.jsonl"
    with articles.open("w", encoding="utf-8") as file:
        for n in range(3000):
            file.write(json.dumps({"title": f"{n}", "text": f"Ferry {n} sailed. " * 20}) + "\n")
    library = tmp_path / "library"
    with _start("index", articles, "--library", library) as run:
        while not (library / "articles.sqlite3").exists():
            time.sleep(0.05)
        time.sleep(0.5)
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=30)
    assert (out, err) == (b"", b"memoire: Stopped; what was indexed is kept.\n")
    assert run.returncode == 130


def test_chat(library_folder: Path) -> None:
    with _start("chat", "--library", library_folder, "--port", 18_651) as chat:
        assert chat.stdout is not None
        try:
            line = chat.stdout.readline()
            assert b"http://localhost:18651" in line
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open("http://localhost:18651/", timeout=5) as page:
                assert page.status == 200
            with _start("chat", "--library", library_folder, "--port", 18_651) as second:
                assert b"Port 18651 is taken" in second.communicate()[1]
            assert second.returncode == 2
        finally:
            chat.send_signal(signal.SIGINT)
        assert chat.wait(timeout=20) == 130
