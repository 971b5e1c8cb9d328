"""Refusing what the articles do not hold, saying why, and saying what an answer leaves open."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from assistant.abstention.decision import Signals, chance_of, decide, threshold
from assistant.abstention.reasons import withheld
from assistant.abstention.wanted import Wanted, kinds_of
from assistant.answers import Answer, Question
from assistant.asked import Asked
from assistant.assistant import Assistant
from assistant.events import Finished, Notice
from assistant.selection import candidates
from eval.bench.abstention_questions import make
from index.articles import Article
from index.dates import PartialDate
from index.indexing import index_paths
from index.settings import load_settings
from index.store.library import Library
from tests.conftest import indexed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def assistant(library_folder: Path) -> Iterator[Assistant]:
    with Library.open(library_folder) as library:
        yield Assistant(library, load_settings(library=library_folder))


def ask(assistant: Assistant, question: str) -> Answer:
    return assistant.ask(Question(text=question))


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("What did Aliyev say when Armenia joined NATO?", "false premise"),
        ("What is the population of Reykjavik?", "nothing on topic"),
        ("How do I bake sourdough bread?", "nothing on topic"),
        ("What did Bayramov and Hogan discuss in March 2011?", "outside the dates"),
        ("When did Zelensky sign a treaty with Pashinyan?", "false premise"),
        ("How many lorries did Bayramov send to Hogan?", "no answer"),
    ],
)
def test_a_refusal_says_why_and_what_next(question: str, kind: str, assistant: Assistant) -> None:
    answer = ask(assistant, question)
    assert answer.abstained
    assert answer.abstention
    assert answer.abstention.kind == kind
    assert answer.abstention.next_step
    assert answer.reason
    assert answer.reason.endswith(".")
    assert answer.closest


def test_a_false_premise_is_named_with_the_nearest_report(assistant: Assistant) -> None:
    answer = ask(assistant, "When did Zelensky sign a treaty with Pashinyan?")
    assert answer.reason
    assert answer.reason.startswith("The articles found report no such agreement between Zelensky and ")
    assert answer.closest[0].title in answer.reason


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("What did Aliyev say when Armenia joined NATO?", "no such accession by Armenia; the nearest"),
        ("Why did Aliyev lose the presidency?", "no such loss by Aliyev; the nearest"),
        ("What reasons did Aliyev give for lifting the blockade?", "no such lifting by Aliyev; "),
        ("What did Pashinyan say when he sang for Aliyev?", "no such thing of Pashinyan; "),
    ],
)
def test_what_is_not_reported_is_named_with_whoever_is_to_have_done_it(
    question: str, named: str, assistant: Assistant
) -> None:
    evidence = assistant.retrieval.gather(Question(text=question))
    why = withheld(evidence, assistant.library.overview(), date(2026, 1, 1))
    assert why.abstention.kind == "false premise"
    assert named in why.reason
    quote = why.reason.partition("“")[2].partition("”")[0]
    assert any(quote.removesuffix(" …") in " ".join(hit.article.text.split()) for hit in evidence.hits)


def test_a_name_that_no_article_has_is_named(assistant: Assistant) -> None:
    evidence = assistant.retrieval.gather(Question(text="How many Su-35 did Aliyev buy?"))
    why = withheld(evidence, assistant.library.overview(), date(2026, 1, 1))
    assert "none mentions “Su-35”" in why.reason


def test_a_number_counts_in_an_article_on_those_who_are_named(tmp_path: Path) -> None:
    told = "Zembla offered to send sailors to Ruritania, its minister told the Assembly on Monday."
    other = "Onhava had 180,000 sailors when it offered to help Ruritania."
    chosen = indexed(tmp_path, [{"title": "A day of offers", "text": text} for text in (told, other)])
    question = "How many sailors did Zembla offer to send to Ruritania?"
    with Library.open(chosen.library) as library:
        assistant = Assistant(library, chosen)
        evidence = assistant.retrieval.gather(Question(text=question))
        reranker = assistant.retrieval.engine.reranker
        found = candidates(evidence, evidence.asked, reranker)
        decision = decide(evidence, evidence.asked, found, reranker)
    assert decision.signals
    assert decision.signals.thing_missing
    assert decision.signals.kind_missing
    assert not decision.signals.names_gone


def test_an_article_that_says_it_is_unreported_is_quoted(assistant: Assistant) -> None:
    answer = ask(assistant, "What caused the explosion of the fuel depot in Karabakh?")
    assert answer.abstained
    assert answer.abstention
    assert answer.abstention.kind == "no answer"
    assert answer.reason
    assert "does not say what caused the blast" in answer.reason


def test_the_dates_asked_about_are_named(assistant: Assistant) -> None:
    answer = ask(assistant, "What did Bayramov and Hogan discuss in March 2011?")
    assert answer.reason
    assert "24 September 2020 to 8 August 2025" in answer.reason
    assert "March 2011" in answer.reason


def test_the_decision_lies_with_evidence(assistant: Assistant) -> None:
    """The same articles answer one question and not its neighbour with a year they do not hold."""

    def chance(question: str) -> float:
        evidence = assistant.retrieval.gather(Question(text=question))
        asked = Asked.of(evidence.searched_for)
        reranker = assistant.retrieval.engine.reranker
        decision = decide(evidence, asked, candidates(evidence, asked, reranker), reranker)
        assert decision.chance == chance_of(decision.signals)
        assert decision.answers == (decision.chance >= threshold())
        return decision.chance

    held = chance("What obstacles did Bayramov list in his call with Hogan in April 2023?")
    assert held > chance("What obstacles did Bayramov list in his call with Hogan in May 2011?")
    assert held > chance("What obstacles did Rahmon list in his call with Hogan?")


@pytest.mark.parametrize(
    "lack",
    ["names_off", "names_gone", "name_gone", "premise_off", "reply_missing", "off_dates", "unsaid"],
)
def test_what_is_lacking_never_speaks_for_an_answer(lack: str) -> None:
    whole = Signals(**dict.fromkeys(Signals.__dataclass_fields__, 0.0) | {"best": 5.0})
    assert chance_of(replace(whole, **{lack: 1.0})) < chance_of(whole)
    assert chance_of(replace(whole, best=8.0)) > chance_of(whole)


def test_no_evidence_is_no_answer(assistant: Assistant) -> None:
    evidence = assistant.retrieval.gather(Question(text="What did Raisi demand?"))
    asked = Asked.of("What did Raisi demand?")
    assert not decide(evidence, asked, [], assistant.retrieval.engine.reranker).answers
    assert chance_of(None) == 0.0


def test_the_present_is_dated_and_called_stale(assistant: Assistant) -> None:
    question = Question(text="What do Aliyev and Pashinyan currently say of their peace agreement?")
    *events, last = assistant.stream(question)
    assert isinstance(last, Finished)
    notices = [event.text for event in events if isinstance(event, Notice)]
    assert last.answer.notices == tuple(notices)
    assert "The library's last article is of 8 August 2025." in notices[0]
    assert notices[0].startswith("As of ")
    assert "out of date" in notices[1]


def test_a_fresh_library_is_not_called_stale(library_folder: Path) -> None:
    settings = load_settings(library=library_folder, stale_days=1_000_000)
    with Library.open(library_folder) as library:
        answer = ask(Assistant(library, settings), "What is the latest on the peace agreement?")
    assert not any("out of date" in notice for notice in answer.notices)


def test_the_past_needs_no_date_of_the_library(assistant: Assistant) -> None:
    answer = ask(assistant, "What did Aliyev and Pashinyan sign in Washington?")
    assert answer.notices == ()


def test_what_is_left_open_is_said(tmp_path: Path) -> None:
    (tmp_path / "envoys.md").write_text(
        "---\ntitle: Zembla and Ruritania exchange envoys\ndate: 2024-05-02\n---\n"
        "Zembla and Ruritania exchanged ambassadors after talks between their ministers.\n"
        "The Zemblan ambassador will be Oskar Lind.\n",
        "utf-8",
    )
    settings = load_settings(library=tmp_path / "library")
    index_paths([tmp_path / "envoys.md"], settings)
    with Library.open(tmp_path / "library") as library:
        assistant = Assistant(library, settings)
        whole = ask(assistant, "Which two countries exchanged ambassadors?")
        part = ask(assistant, "Which two countries exchanged ambassadors, and how many?")
        count = ask(assistant, "How many meetings did Zembla and Ruritania exchange ambassadors after?")
    assert not whole.abstained
    assert whole.missing == ()
    assert part.abstained or part.missing == ("The articles quoted do not say how many or how much.",)
    assert count.abstained or "A count covers only the 1 articles here" in " ".join(count.notices)


def test_the_kind_of_answer_wanted_is_read() -> None:
    assert [words for words, _ in kinds_of("Which envoys were exchanged, and when?")] == ["when"]
    assert [words for words, _ in kinds_of("How many troops will go?")] == ["how many or how much"]
    assert kinds_of("What did Kurti say when Serbia left?") == []


@pytest.mark.parametrize(
    ("question", "text", "held"),
    [
        ("Who is the mayor of Tbilisi?", "Tbilisi has been burned down 26 times.", False),
        ("Greece, 2023: And who is the mayor of Nicosia?", "Cyprus is divided.", False),
        ("Who is the mayor of Tbilisi?", "Kakha Kaladze, the mayor of Tbilisi, opened it.", True),
        ("Who was prime minister of Chad in 2021?", "The foreign minister of Chad spoke.", True),
        ("Who is lending Ankara the money?", "A bank of Russia lends it.", None),
    ],
)
def test_whose_office_is_asked_for_must_be_there(question: str, text: str, held: bool | None) -> None:
    wanted = Wanted.of(question, Asked.of(question), date(2026, 1, 1))
    assert wanted.kind_in(text) is held


def test_names_are_found_in_any_form() -> None:
    question = "What did Turkey tell Zelensky about the Tajik border?"
    wanted = Wanted.of(question, Asked.of(question), date(2026, 1, 1))
    assert wanted.forms.lacking(wanted.names, "Türkiye met Zelenskyy in Tajikistan.") == []
    assert wanted.forms.lacking(wanted.names, "Turkish troops.") == ["zelensky", "tajik"]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("What change in Omani skies came?", "Oman opened its airspace."),
        ("When were Libyans called to vote?", "Elections are to be held in Libya."),
        ("What is new of the Thai-Cambodian truce?", "Thailand and Cambodia"),
        ("What is the latest word of Port Moresby?", "Papua New Guinea said so."),
        ("What did Washington tell Bishkek?", "The United States assured the Kyrgyz Republic."),
        ("What did the White House give Americans?", "Help for U.S. citizens."),
        ("What did Mr el-Sisi say about the Congolese?", "Sisi spoke of Kinshasa."),
        ("What did Hasan Sheekh Maxamuud say?", "President Hassan Sheikh Mohamud"),
        (
            "What did Manalo say about ITLOS?",
            "Manalo: the International Tribunal for the Law of the Sea",
        ),
    ],
)
def test_a_country_is_there_by_whatever_stands_for_it(question: str, text: str) -> None:
    wanted = Wanted.of(question, Asked.of(question), date(2026, 1, 1))
    assert wanted.names
    assert wanted.forms.lacking(wanted.names, text) == []


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("What did the Omanis sign?", "Jordan signed; Romania did not."),
        ("What did Washington say?", "Let us go."),
        ("What did the Nigeriens say?", "Nigeria said so."),
        ("What did Guinea-Bissau say?", "Guinea said so."),
        ("What did Hussein say?", "Hassan Mohamud said so."),
    ],
)
def test_a_country_is_not_another_of_like_name(question: str, text: str) -> None:
    wanted = Wanted.of(question, Asked.of(question), date(2026, 1, 1))
    assert wanted.forms.lacking(wanted.names, text)


RARITY = {"blue": 4.0, "nile": 6.0, "prespa": 7.0, "egypt": 3.0, "south": 2.0, "sudan": 4.0}


@pytest.mark.parametrize(
    ("question", "text", "off"),
    [
        ("What of the dam on the Blue Nile?", "The Nile must not be closed.", 0.0),
        ("What of the dam on the Blue Nile?", "The sea is blue there.", 1.0 - 4 / 10),
        ("What did South Sudan say?", "Sudan said so.", 2 / 6),
        ("Is the Prespa deal fair?", "The Prespes agreement is a model.", 0.0),
        ("Is the Prespa deal fair?", "The Presidents agreed.", 1.0),
    ],
)
def test_a_name_is_there_where_its_telling_part_is(question: str, text: str, off: float) -> None:
    wanted = Wanted.of(question, Asked.of(question), date(2026, 1, 1))
    assert wanted.forms.names_off(wanted.names, text, RARITY) == pytest.approx(off)


@pytest.mark.parametrize(
    ("question", "deed"),
    [
        ("Why did Belgrade recognise Kosovo's independence?", "recognise"),
        ("What did Cairo pay when Ethiopia handed it the dam?", "handed"),
        ("What reasons did Trump give for lifting the sanctions on Havana?", "lifting"),
        ("On what date will Bangladesh hold elections?", "elections"),
        ("When did Ashgabat tell the UN that it gives up its neutrality?", "neutrality"),
        ("What made it possible for Onhava to be invited into the league?", "invited"),
        ("Who told the people that his country has put no bases there?", "bases"),
        ("Who said that the border had been closed by Zembla?", "closed"),
        ("What did Biden tell Zelensky in May?", None),
        ("What did Trump say after the Oval Office row?", None),
        ("Who accused Kyiv of having helped the rebels?", None),
    ],
)
def test_the_deed_taken_for_granted_is_read(question: str, deed: str | None) -> None:
    wanted = Wanted.of(question, Asked.of(question), date(2026, 1, 1))
    assert list(wanted.deed.values()) == ([deed] if deed else [])


@pytest.mark.parametrize(
    ("question", "granted"),
    [
        ("What made Zembla withdraw from the harbour treaty?", ["withdraw", "harbour", "treaty"]),
        ("How many sailors did Zembla offer to send to Ruritania?", ["offer", "send"]),
        ("For how many years has Zembla let foreign ships use Sylvania?", ["let", "foreign", "ships"]),
        ("How many sailors does Zembla pay?", []),
        ("What is the latest that Zembla proposed?", []),
    ],
)
def test_what_is_taken_for_granted_is_read(question: str, granted: list[str]) -> None:
    wanted = Wanted.of(question, Asked.of(question), date(2026, 1, 1))
    assert set(granted) <= {*wanted.event.values()}
    assert bool(wanted.event) == bool(granted)
    assert not wanted.premise


def test_a_count_of_people_is_there_whatever_they_are_called() -> None:
    question = "How many people died in the uprising?"
    wanted = Wanted.of(question, Asked.of(question), date(2026, 1, 1))
    assert not wanted.thing
    question = "How many lorries crossed the border?"
    wanted = Wanted.of(question, Asked.of(question), date(2026, 1, 1))
    assert not wanted.counts("Some 30 ships left the harbour.")


@pytest.mark.parametrize(
    ("question", "thing"),
    [
        ("How many sailors freed from Zembla did Lund thank him for?", ["sailors"]),
        ("How many sailors died when Zembla was taken?", ["sailors"]),
        ("How many tons of grain had Zembla sent?", ["grain"]),
        ("How many were freed?", []),
    ],
)
def test_what_is_counted_is_read(question: str, thing: list[str]) -> None:
    wanted = Wanted.of(question, Asked.of(question), date(2026, 1, 1))
    assert list(wanted.thing.values()) == thing


def test_what_somebody_says_of_it_is_no_deed() -> None:
    visit = Article("a", "Talks in Riyadh", "A senior Zemblan delegation has travelled to Riyadh.")
    for question, acts in (
        ("How did Zembla describe its visit to Riyadh?", False),
        ("How did Zembla respond to the invitation to Riyadh?", True),
    ):
        wanted = Wanted.of(question, Asked.of(question), date(2026, 1, 1))
        assert wanted.actor_acts(visit, "Zembla has travelled to Riyadh.", "") is acts


def test_where_something_is_said_need_not_be_named() -> None:
    question = "What did Lund propose at the UN after she left the Oval Office?"
    assert set(Wanted.of(question, Asked.of(question), date(2026, 1, 1)).names) == {"lund"}


def test_a_deed_is_told_in_other_words() -> None:
    question = "What did Biden say when he rang Aoun about the frontier?"
    wanted = Wanted.of(question, Asked.of(question), date(2026, 1, 1))
    told = "President Biden spoke with President Aoun of Lebanon about the maritime boundary."
    assert wanted.forms.lacking({**wanted.deed, **wanted.premise}, told) == []
    assert wanted.forms.lacking(wanted.deed, "Biden wrote to Aoun.") == ["rang"]


def test_who_acts_is_not_who_is_acted_upon() -> None:
    question = "What did Putin tell Biden in their call?"
    wanted = Wanted.of(question, Asked.of(question), date(2026, 1, 1))
    readout = Article("a", "Biden's call with Putin", "Biden warned Putin.")
    assert wanted.actor_acts(readout, "Biden warned Putin.", "") is False
    assert wanted.actor_acts(readout, "Putin told Biden that he would not yield.", "") is True
    assert wanted.actor_acts(readout, "He would not yield.", "Putin replied.") is True


def test_questions_made_by_machine_are_labelled_by_words() -> None:
    day = PartialDate(2023, 5, 4)
    texts = {
        "Readout of President Biden’s Call with Prime Minister Oskar Lind of Zembla": (
            "President Biden condemned the raid on Zembla's northern harbour. "
            "President Biden thanked Prime Minister Lind for 300 tents and for support on harbour dues."
        ),
        "Readout of President Biden’s Call with President Ana Ferro of Ruritania": (
            "President Biden welcomed progress on railway tariffs. The leaders agreed to meet again."
        ),
    }
    articles = [
        Article(f"{n}.md", title, text, published=day) for n, (title, text) in enumerate(texts.items())
    ]
    made = make(articles)
    assert {one.answerable for one in made} == {True, False}
    assert made == make(articles)
    held = {article.source: article.text for article in articles}
    for one in made:
        assert one.source in held
        if one.answerable:
            assert one.quote in held[one.source]
