"""Every answer leaves a line; replayed, it brings the same evidence or says what has changed since."""

from __future__ import annotations

import json
import multiprocessing
import shutil
import stat
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from assistant.answers import Limits, Message, Question
from assistant.assistant import Assistant
from assistant.records.audit import AuditLine, AuditLog, audit_line
from assistant.records.replaying import replay
from index.errors import InputError, StorageError
from index.indexing import index_paths
from index.settings import Settings, load_settings
from index.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Outcome

ASKED = Question(
    text="What did Bayramov tell him by phone?",
    history=(Message(role="user", content="Whom did Bayramov call?"),),
)


@pytest.fixture(scope="module")
def line(library_folder: Path) -> AuditLine:
    """The line of an answer from the library."""
    settings = load_settings(library=library_folder, api_key="very-secret")
    with Library.open(library_folder) as library:
        answer = Assistant(library, settings).ask(ASKED)
    assert answer.claims
    return audit_line("0cfca3ec0aa03b0d", "https://id.example#7", "Ada", ASKED, answer, settings)


def _kept(line: AuditLine, library: Path) -> AuditLine:
    AuditLog(load_settings(library=library).audit_folder).append(line)
    return line


# -- the line --------------------------------------------------------------------------------------


def test_a_line_holds_all_it_takes_and_no_secret(line: AuditLine, tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit")
    log.append(line)
    assert log.find(line.id) == line
    (file,) = log.folder.glob("*.jsonl")
    assert file.name == f"{datetime.now(UTC):%Y-%m}.jsonl"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    stored = json.loads(file.read_text())
    assert stored["question"]["history"][0]["content"] == "Whom did Bayramov call?"
    assert stored["at"].endswith("Z")
    assert (stored["user"], stored["writer"]) == ("https://id.example#7", "verbatim")
    assert stored["passages"][0]["rank"] == 1
    cited = {(c["article_id"], c["start"], c["end"]) for c in stored["cited"]}
    assert cited
    assert "very-secret" not in file.read_text()
    assert "base_url" not in stored["searching"]


def test_the_prompt_is_named_by_its_hash(line: AuditLine) -> None:
    import prompts

    settings = load_settings(base_url="http://key@localhost/v1")
    answer = _answer_of(line, prompt="answer@v1", writer="openai:tiny")
    written = audit_line("a", "u", "n", ASKED, answer, settings)
    assert written.prompt_sha == prompts.load("answer@v1").sha
    assert "key@" not in written.model_dump_json()
    gone = _answer_of(line, prompt="answer@v99")
    assert audit_line("a", "u", "n", ASKED, gone, settings).prompt_sha is None


def _answer_of(line: AuditLine, **changes: Any) -> Any:
    from assistant.answers import Answer

    facts: dict[str, Any] = {
        "id": line.id, "question": line.question.text, "abstained": False, "reason": None,
        "claims": (), "searched_for": "", "as_of": None, "writer": line.writer, "prompt": None,
        "index_hash": line.index_hash, "seconds": 0.1,
    }  # fmt: skip
    return Answer(**facts | changes)


def test_months_are_files_and_the_newest_line_comes_first(line: AuditLine, tmp_path: Path) -> None:
    log = AuditLog(tmp_path)
    moments = {"a1": datetime(2026, 10, 31, 23, 59, tzinfo=UTC), "a2": datetime(2026, 11, 1, tzinfo=UTC)}
    for name, at in moments.items():
        log.append(line.model_copy(update={"id": name, "at": at}))
    assert [file.name for file in sorted(tmp_path.glob("*.jsonl"))] == ["2026-10.jsonl", "2026-11.jsonl"]
    assert [one.id for one in log.lines()] == ["a2", "a1"]
    with pytest.raises(InputError, match="2 audited answers"):
        log.find("a")
    with pytest.raises(InputError, match="holds no answer 'b'"):
        log.find("b")
    (tmp_path / "2026-10.jsonl").unlink()
    assert log.find("a").id == "a2"


def test_a_torn_line_costs_only_itself(line: AuditLine, tmp_path: Path) -> None:
    log = AuditLog(tmp_path)
    log.append(line.model_copy(update={"id": "before"}))
    (file,) = tmp_path.glob("*.jsonl")
    whole = file.read_bytes()
    file.write_bytes(whole + whole[: len(whole) // 2])
    log.append(line.model_copy(update={"id": "after"}))
    assert [one.id for one in log.lines()] == ["after", "before"]


def test_no_place_to_write(line: AuditLine, tmp_path: Path) -> None:
    (tmp_path / "audit").write_text("a file")
    with pytest.raises(StorageError, match="MEMOIRE_AUDIT"):
        AuditLog(tmp_path / "audit").append(line)


def _append_often(folder: Path, stored: str, name: str) -> None:
    line = AuditLine.model_validate_json(stored)
    for number in range(40):
        AuditLog(folder).append(line.model_copy(update={"id": f"{name}{number}"}))


def test_processes_append_at_once(line: AuditLine, tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    stored = line.model_dump_json()
    writers = [context.Process(target=_append_often, args=(tmp_path, stored, name)) for name in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    ids = [one.id for one in AuditLog(tmp_path).lines()]
    assert sorted(ids) == sorted(f"{name}{number}" for name in "ab" for number in range(40))


# -- replayed --------------------------------------------------------------------------------------


def test_the_same_library_gives_the_same_evidence(
    line: AuditLine, library_copy: Path, memoire: Callable[..., Outcome]
) -> None:
    _kept(line, library_copy)
    told = memoire("replay", line.id[:6], "--library", library_copy)
    assert told.code == 0, told
    assert f"The same evidence: all {len(line.passages)} passages." in told.out
    assert "Ada" in told.out
    facts = json.loads(memoire("replay", line.id, "--json", "--library", library_copy).out)
    assert facts["outcome"] == "same"
    assert facts["lost"] == facts["found"] == facts["gone"] == facts["changes"] == []


def test_the_settings_and_the_day_are_those_of_then(
    line: AuditLine, library_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEMOIRE_CANDIDATES", "5")
    monkeypatch.setenv("MEMOIRE_RERANKED", "5")
    lately = Question(text="What happened last year?")
    settings = load_settings(library=library_folder, candidates=40, reranked=12)
    with Library.open(library_folder) as library:
        assistant = Assistant(library, settings)
        assistant.retrieval.engine.today = lambda: date(2024, 6, 1)
        answer = assistant.ask(lately)
        assert answer.reading
        assert answer.reading.time == "1 January 2023 to 31 December 2023"
        then = audit_line("b", "u", "n", lately, answer, settings)
        old = then.model_copy(update={"day": date(2024, 6, 1)})
        assert replay(old, library, load_settings(library=library_folder)).outcome == "same"
        other = then.model_copy(update={"day": date(2026, 6, 1)})
        read = replay(other, library, load_settings(library=library_folder))
        assert "the question is read in another way" in read.changes
        assert replay(line, library, load_settings(library=library_folder)).changes == ()


def test_what_is_gone_from_the_library_is_named(
    line: AuditLine,
    library_copy: Path,
    sample_articles: Path,
    tmp_path: Path,
    memoire: Callable[..., Outcome],
) -> None:
    _kept(line, library_copy)
    fewer = Path(shutil.copytree(sample_articles, tmp_path / "articles"))
    (fewer / "2023-04-19-bayramov-hogan-phone-call.md").unlink()
    _index_anew(fewer, library_copy)
    told = memoire("replay", line.id, "--library", library_copy)
    assert told.code == 3, told
    assert "Other evidence:" in told.out
    assert f"The library has changed since: {line.index_hash} then" in told.out
    gone = told.out.partition("No longer in the library:")[2]
    assert "2023-04-19-bayramov-hogan-phone-call.md" in gone.partition("Came then")[0]


def _index_anew(articles: Path, library: Path) -> None:
    kept = library / "audit"
    for entry in library.iterdir():
        if entry != kept:
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    index_paths([articles], load_settings(library=library))


def test_a_replaced_article_is_named_as_such(tmp_path: Path, memoire: Callable[..., Outcome]) -> None:
    file, library = tmp_path / "ferry.md", tmp_path / "library"
    rest = " ".join(f"Stop {n} lies {n * n} miles from pier {n + 7}." for n in range(30))
    text = (
        "---\ntitle: Ferry\nurl: https://zembla.example/ferry\n---\nThe ferry to Onhava sails {}. "
        + rest
    )
    settings = load_settings(library=library)
    file.write_text(text.format("in May"))
    index_paths([file], settings)
    question = Question(text="When does the ferry to Onhava sail?")
    with Library.open(library) as opened:
        answer = Assistant(opened, settings).ask(question)
    log = AuditLog(settings.audit_folder)
    log.append(audit_line("a", "u", "n", question, answer, settings))
    file.write_text(text.format("in June"))
    index_paths([file], settings)
    told = memoire("replay", "a", "--library", library)
    assert told.code == 3, told
    assert "Replaced by a newer version:\n  Ferry — zembla.example, undated, ferry.md" in told.out
    assert "No longer in the library" not in told.out


def test_another_library_with_the_same_evidence_is_the_same(
    line: AuditLine, library_copy: Path, tmp_path: Path, memoire: Callable[..., Outcome]
) -> None:
    _kept(line, library_copy)
    _add_nothing_to_the_point(library_copy, tmp_path)
    told = memoire("replay", line.id, "--library", library_copy)
    assert told.code == 0, told
    assert "The same evidence" in told.out
    assert "The library has changed since" in told.out


def _add_nothing_to_the_point(library: Path, tmp_path: Path) -> None:
    file = tmp_path / "pears.md"
    file.write_text("---\ntitle: Pears\n---\nPears ripen late.\n")
    index_paths([file], load_settings(library=library))


def test_other_evidence_from_the_same_library_is_no_replay(
    line: AuditLine, library_copy: Path, memoire: Callable[..., Outcome]
) -> None:
    _kept(line.model_copy(update={"question": Question(text="Who spoke of Karabakh?")}), library_copy)
    told = memoire("replay", line.id, "--library", library_copy)
    assert told.code == 1, told
    assert "The library is the same as then" in told.out
    assert "Came then, not now:" in told.out


def test_no_such_answer(library_copy: Path, memoire: Callable[..., Outcome]) -> None:
    told = memoire("replay", "nope", "--library", library_copy)
    assert told.code == 2
    assert "holds no answer 'nope'" in told.err


def test_a_changed_prompt_and_program_are_told(
    line: AuditLine, library_copy: Path, memoire: Callable[..., Outcome]
) -> None:
    changed = {"prompt": "answer@v1", "prompt_sha": "0", "program": "0.0.1"}
    _kept(line.model_copy(update=changed), library_copy)
    told = memoire("replay", line.id, "--library", library_copy)
    assert told.code == 0
    assert "Note: the prompt answer@v1 has been edited." in told.out
    assert "Note: the program was 0.0.1 and is " in told.out


def test_limits_travel_with_the_question(line: AuditLine, tmp_path: Path) -> None:
    limited = ASKED.model_copy(update={"limits": Limits(outlets=("Azertag",)), "literal": True})
    log = AuditLog(tmp_path)
    log.append(line.model_copy(update={"question": limited}))
    assert log.find(line.id).question == limited


def test_settings_name_the_places(tmp_path: Path) -> None:
    beside = Settings(library=tmp_path)
    assert beside.conversations_file == tmp_path / "conversations.sqlite"
    assert beside.audit_folder == tmp_path / "audit"
    elsewhere = load_settings(conversations=tmp_path / "c", audit=tmp_path / "a")
    assert (elsewhere.conversations_file, elsewhere.audit_folder) == (tmp_path / "c", tmp_path / "a")
