"""Who says so, read from real articles and made-up ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from assistant.excerpts import sentences_of
from assistant.grounding.attribution import (
    said_by,
    same_speaker,
    speaker_within,
    speakers,
    speakers_in,
)
from assistant.grounding.speech import names_speaker, party_of, reports
from eval.bench.speakers import load, right, told
from index.articles import Article
from index.intake.files import read_file
from tests.conftest import SAMPLE

if TYPE_CHECKING:
    from assistant.answers import SaidBy


def _article(name: str) -> Article:
    [article] = read_file(SAMPLE / name, 10**6)
    assert isinstance(article, Article)
    return article


def _said(article: Article, words: str) -> SaidBy | None:
    start = article.text.index(words)
    return said_by(article, start, start + len(words))


def test_he_said_aside_is_not_whom_the_sentence_is_about() -> None:
    text = "President Joe Biden spoke in Kyiv. President Putin, he said, had chosen this war."
    said = _said(Article("a", "Visit", text), "had chosen this war")
    assert said is not None
    assert said.person == "Joe Biden"


def _verb(article: Article, words: str) -> str:
    said = _said(article, words)
    assert said is not None
    return said.verb


LACHIN = "2023-09-lachin-road-two-accounts.md"
CALL = "2023-04-19-bayramov-hogan-phone-call.md"
STRIKES = "2025-06-25-us-strikes-on-iranian-nuclear-sites.md"
ISLANDS = "2024-09-uae-islands-and-iran-reply.md"
KYRGYZ = "2022-09-20-kyrgyz-president-accuses-tajikistan.md"
KNOWN = (
    (LACHIN, "called the road a lifeline", ("Ararat Mirzoian", "foreign minister", "Armenia")),
    (LACHIN, "made things worse, he said", ("Ararat Mirzoian", "foreign minister", "Armenia")),
    (LACHIN, "Talk of a blockade was part", ("Jeyhun Bayramov", "foreign minister", "Azerbaijan")),
    (LACHIN, "raised the obstructed access", (None, None, "United States")),
    (CALL, "He spoke of continued military", ("Jayhun Bayramov", "foreign minister", "Azerbaijan")),
    (CALL, "He described the United States", ("Derek Hogan", None, None)),
    (CALL, "The minister stressed", ("Jayhun Bayramov", "foreign minister", "Azerbaijan")),
    (STRIKES, "no civilian targets", ("JD Vance", "vice president", None)),
    (STRIKES, "He asked why Iran", ("Marco Rubio", "secretary of state", "United States")),
    (ISLANDS, "He stated in general terms", ("Masoud Pezeshkian", "president", "Iran")),
    (KYRGYZ, "the president said", ("Sadyr Zhaparov", "president", "Kyrgyzstan")),
)


@pytest.mark.parametrize(("name", "words", "who"), KNOWN)
def test_who_says_so_in_a_real_article(
    name: str, words: str, who: tuple[str | None, str | None, str | None]
) -> None:
    said = _said(_article(name), words)
    assert said is not None
    assert (said.person, said.office, said.party) == who


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (CALL, "The two governments have had relations"),
        (KYRGYZ, "His legal case rested"),
        (STRIKES, "How great the damage was"),
    ],
)
def test_an_articles_own_report_is_nobodys_statement(name: str, words: str) -> None:
    assert _said(_article(name), words) is None


def test_the_verb_is_kept() -> None:
    assert _verb(_article(ISLANDS), "denied that his country") == "denied"
    text = "Baku accused Yerevan of shelling. Yerevan rejected this."
    article = Article("a", "Shelling", text)
    assert [_verb(article, words) for words in ("accused", "rejected")] == [
        "accused",
        "denied",
    ]


def test_two_who_speak_together_are_not_one() -> None:
    article = Article("a", "Call", "Putin and Macron stressed the need for talks.")
    assert _said(article, "the need for talks") is None


def test_an_office_that_nobody_is_named_for_points_to_no_one_else() -> None:
    text = "Foreign Minister Ana Lund said it was late. The president spoke next: “No,” he said."
    assert _said(Article("a", "Night", text), "“No,” he said") is None


def test_a_speech_and_a_signed_statement_are_their_speakers() -> None:
    speech = Article("a", "Speech", "The road was open.", speaker="Ana Lund, President of Georgia")
    found = _said(speech, "The road")
    assert found is not None
    assert (found.person, found.office, found.party) == ("Ana Lund", "President of Georgia", "Georgia")
    assert found.start == found.end
    signed = Article("a", "Statement from President Joe Biden on Talks", "We welcome the talks.")
    by = _said(signed, "We welcome")
    assert by is not None
    assert by.person == "Joe Biden"


def test_a_sentence_names_its_speakers() -> None:
    named = [
        (said.person, said.party)
        for text in (
            "“No,” said Lavrov.", "Baku denied this.", "According to Hakan Fidan, talks go on.",
            "Armenian Prime Minister Nikol Pashinyan told the UN that peace is near.", "He said so.",
        )
        for said in speakers_in(text)
    ]  # fmt: skip
    assert named == [
        ("Lavrov", "Russia"),
        (None, "Azerbaijan"),
        ("Hakan Fidan", "Türkiye"),
        ("Nikol Pashinyan", "Armenia"),
    ]


def test_one_speaker_by_any_spelling() -> None:
    bairamov, bayramov, lavrov, baku = (
        speakers_in(f"{name} said so.")[0] for name in ("Bairamov", "Jeyhun Bayramov", "Lavrov", "Baku")
    )
    assert same_speaker(bairamov, bayramov)
    assert not same_speaker(bayramov, lavrov)
    assert same_speaker(baku, bayramov)
    assert names_speaker("The Azerbaijani side was content.", bayramov)
    assert not names_speaker("The Armenian side was content.", bayramov)
    assert reports("According to Baku, it was open.")
    assert not reports("The road was open.")


def test_a_party_by_any_name() -> None:
    assert {party_of(name) for name in ("Yerevan", "Armenian", "Armenia")} == {"Armenia"}
    assert party_of("the moon") is None


def _told(text: str) -> list[str | None]:
    """The person or party that speaks in each sentence of a text."""
    article = Article("a", "Any title", text)
    found = [said_by(article, one.start, one.end) for one in sentences_of(article)]
    return [(said.person or said.party) if said else None for said in found]


LUND = "President Ana Lund of Norway warned of war. "
NOVAK = "Foreign Minister Petar Novak warned of war. "


@pytest.mark.parametrize(
    "text",
    [
        "They said that Norway was ready.",
        "If it holds, they said, troops will leave.",
        "Norway and Denmark signed a treaty. They called on President Ivo Horvat to join.",
    ],
)
def test_they_is_nobody_alone(text: str) -> None:
    assert _told(LUND + text)[-1] is None


def test_he_after_they_is_not_who_spoke_before() -> None:
    assert _told(NOVAK + "They promised help. He said it would come.")[-1] is None


def test_he_is_whom_the_sentence_before_is_about() -> None:
    received = (
        "On 3 May 2020 Ivo Horvat, adviser to King Olav, received Edda Berg, whom Oslo calls a guest. "
    )
    assert _told(NOVAK + received + "He promised money.")[-1] == "Ivo Horvat"
    fled = "After talks with Edda Berg, Prime Minister Ivo Horvat flew home. "
    assert _told(NOVAK + fled + "He said it was late.")[-1] == "Ivo Horvat"
    reported = "Petar Novak told reporters that Ivo Horvat had denied it. "
    assert _told("Ivo Horvat is premier. " + reported + "He called it a lie.")[-1] == "Petar Novak"


@pytest.mark.parametrize(
    "between",
    [
        "The talks had impressed Prime Minister Ivo Horvat. ",
        "The three guests welcomed what Prime Minister Ivo Horvat had offered. ",
        "President Ivo Horvat and King Olav of Norway signed a treaty. ",
        "Norway’s defence minister rejected this. ",
        "Petar Novak denied it; Ivo Horvat, the premier, replied that it was so. ",
    ],
)
def test_he_is_unknown_after_a_sentence_about_another(between: str) -> None:
    assert _told(NOVAK + between + "He had said the same in May.")[-1] is None


def test_he_said_aside_is_who_spoke_within_the_sentence() -> None:
    text = "Prime Minister Ivo Horvat denied it; the port, he said, was open."
    article = Article("a", "Port", NOVAK + text)
    assert {said.person for said in speakers(article, len(NOVAK), len(article.text))} == {"Ivo Horvat"}


def test_what_is_no_person_stays_between() -> None:
    assert _told(NOVAK + "The ministry printed his words. He hoped for calm.")[-1] == "Petar Novak"


def test_he_and_she_are_told_apart_by_office() -> None:
    assert _told("King Olav of Norway thanked the army. She warned of war.") == ["Olav", None]
    assert _told("Spokeswoman Edda Berg denied it. He warned of war.") == ["Edda Berg", None]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("The World Grain Agency warned of hunger.", "World Grain Agency"),
        ("The Council of Europe warned of hunger.", "Council of Europe"),
        ("The Houthis denied it.", "Houthis"),
        ("NATO denied it.", "NATO"),
        ("Critics said it was late.", None),
        ("Each said it was late.", None),
        ("The mayor of Kyiv said it was late.", None),
        ("According to Lund’s aide, it was late.", None),
        ("A spokesman for Ana Lund said it was late.", None),
        ("A letter to President Ana Lund warned of war.", None),
        ("An adviser to President Ana Lund said it was late.", None),
        ("The envoy in Kyiv said it was late.", None),
        ("Iranian claims were many.", None),
    ],
)
def test_what_is_no_persons_name(text: str, who: str | None) -> None:
    article = Article("a", "Hunger", text)
    said = _said(article, text)
    assert (said.person if said else None) is None
    assert (said.party if said else None) == who


def test_he_and_another_speak_together() -> None:
    assert _told(LUND + "Both she and the premier had stated that it was late.")[-1] is None


def test_an_office_of_an_organisation() -> None:
    said = speakers_in("UN Secretary-General Edda Berg warned of war.")[0]
    assert (said.person, said.office) == ("Edda Berg", "secretary-general")


def test_a_body_within_reported_words_is_not_he() -> None:
    text = (
        NOVAK + "Novak said that reports of the World Grain Agency had confirmed it. He called it proof."
    )
    assert _told(text)[-1] == "Petar Novak"


def test_a_countrys_leader_is_its_president() -> None:
    text = "The talks went on. The Norwegian leader said it was late. She called for calm."
    assert _told(LUND + text)[2:] == ["Ana Lund", "Ana Lund"]
    assert _told(LUND + "The Danish leader said it was late.")[-1] == "Denmark"
    amir = "In May 2020 the amir of Qatar, Sheikh Hamad Al Nur, complained of it. The amir praised Oman."
    assert _told(LUND + amir)[1:] == ["Sheikh Hamad Al Nur"] * 2


def test_he_is_a_word_of_its_own() -> None:
    assert _told(NOVAK + "Norway paid the agreed sum.")[-1] is None


def test_namesakes_are_two() -> None:
    text = "Petar Novak, foreign minister of Serbia, left. Ali Novak warned of war."
    assert _told(text)[-1] == "Ali Novak"
    assert _told("Serbia’s Petar Novak warned of war.") == ["Petar Novak"]


SAYING = (
    "gave a count of the dead", "gave the Assembly in May his own version of it", "named two reasons",
    "named no culprit", "repeated that it was late", "charged the press with silence",
    "favoured an extension", "presented the port as a lifeline", "had harsh words for the press",
    "reserved praise for the press", "held the press responsible", "made clear that it was late",
    "drew a conclusion", "put the number of dead at nine",
    "put the blame on the press", "issued a warning", "used the word “shame”", "ruled out talks",
    "objected that it was late", "hoped for calm", "spoke at length about the port", "raised objections",
    "traced the quarrel to the port", "paid tribute to the dead", "therefore called upon the press",
    "offered to sign", "offered her condolences", "left the hall, calling it a farce", "put it plainly",
    "walked out, warning that it was late", "called Ivo Horvat a liar", "welcomed Oslo’s decision",
    "summed up her case", "was quoted as denying it", "wondered whether it was late",
)  # fmt: skip
ACTING = (
    "gave Oslo weapons", "gave no reasons", "named a new ambassador", "named Edda Berg envoy",
    "spoke by telephone with Edda Berg", "spoke in Oslo", "received Edda Berg", "met Edda Berg",
    "signed the treaty", "telephoned Edda Berg", "held the presidency", "had dinner", "used a veto",
    "set out for Oslo", "put on a coat", "drew a pension", "made peace", "raised taxes",
    "called King Olav on 3 May", "called Edda Berg to talk of the port",
    "welcomed King Olav of Norway to the port", "offered Oslo weapons", "left, carrying the flag",
    "saw Edda Berg in Oslo", "presented a medal", "issued an order", "was accused of it",
)  # fmt: skip


@pytest.mark.parametrize("saying", SAYING)
def test_what_says(saying: str) -> None:
    assert _told(f"President Ana Lund {saying}.") == ["Ana Lund"]


@pytest.mark.parametrize("acting", ACTING)
def test_what_only_acts(acting: str) -> None:
    assert _told(f"President Ana Lund {acting}.") == [None]


@pytest.mark.parametrize(
    "text",
    [
        "In her view the port was lost.",
        "The port, by her count, held nine ships.",
        "In Lund’s account the port was lost.",
        "The port, which in her words was lost, stood empty.",
        "Obstacles, for which she held the press responsible, remained.",
        "According to her, the port was lost.",
        "The press, she charged, was silent.",
        "The port, as she put it, was lost.",
        "To her mind the port was lost.",
        "From the president’s point of view the port was lost.",
        "Her answer was that the port was lost.",
        "Lund’s conditions for peace: the port must open.",
    ],
)
def test_in_whose_account(text: str) -> None:
    assert _told(LUND + text) == ["Ana Lund"] * 2


def test_a_demand_that_is_met_is_nobodys_statement() -> None:
    assert _told(LUND + "Her demand was rejected.")[-1] is None
    assert _told(LUND + "Lund’s demands were met.")[-1] is None


def test_reported_words_go_on_between_two_sentences_of_one_person() -> None:
    text = "In Lund’s account the port was lost. Ships had burnt. She thanked the crews."
    assert _told(LUND + text) == ["Ana Lund"] * 4
    other = "In Lund’s account the port was lost. Prime Minister Ivo Horvat left. She thanked the crews."
    assert _told(LUND + other)[2] is None


@pytest.mark.parametrize(
    ("after", "his"),
    [
        ("The port should open in May.", True),
        ("Norway would answer any threat.", True),
        ("The army had lost the port.", True),
        ("The army had not answered.", True),
        ("The army lost the port in 2019.", False),
        ("The port had the last word.", False),
        ("Holm had left the port.", False),
        ("The army had lost the port in 2019.", False),
        ("The port, which should open, is small.", False),
        ("Ivo Horvat would not agree.", False),
        ("They should be glad.", False),
    ],
)
def test_reported_words_go_on_in_a_shifted_tense(after: str, his: bool) -> None:
    text = "Prime Minister Ivo Horvat slept. Petar Novak, he was told, slept. "
    text += "Foreign Minister Petar Novak said that the war was lost. "
    assert _told(text + after)[-1] == ("Petar Novak" if his else None)
    assert _told(text + "\n\n" + after)[-1] is None


def test_who_speaks_within_anothers_words_does_not_speak_here() -> None:
    assert _told("They said that Norway had denied it.") == [None]
    assert _told("Norway had asked for ships, Petar Novak said, and got none.") == ["Petar Novak"]


_PIECE = st.sampled_from(
    ["Bayramov said", "he said", "President", "Ana Lund", ", ", ". ", "\n", "\n\n", "“", "”", '"',
     "and ", "According to ", "the minister", " of Georgia", "told", "the road was shut",
     "MR. SINGH: ", "Q ", "( )"]
)  # fmt: skip


@examples(max_examples=150, deadline=None)
@given(st.lists(_PIECE, max_size=30).map(" ".join))
def test_attributing_words_stand_in_the_text(text: str) -> None:
    article = Article("a", "Any title", text)
    for sentence in sentences_of(article):
        if said := said_by(article, sentence.start, sentence.end):
            assert 0 <= said.start <= said.end <= len(text)
            assert said.person or said.party
            assert text[said.start : said.end].strip()


def test_the_labelled_sentences_are_told_as_they_were() -> None:
    rows = [(one, told(one)) for one in load() if one.half == "dev"]
    given = [right(one, said) for one, said in rows if said and (said.person or said.party)]
    spoken = [right(one, said) for one, said in rows if one.person or one.party]
    assert sum(given) >= 0.98 * len(given)
    assert sum(spoken) >= 0.95 * len(spoken)


@pytest.mark.parametrize("label", ["NIINISTÖ", "LÓPEZ OBRADOR", "ŠIMONYTĖ", "ERDOĞAN", "PHẠM"])
def test_a_turn_is_of_whomever_its_label_names_in_any_letters(label: str) -> None:
    text = (
        "PRESIDENT BIDEN: I welcome you all to this house.\n\n"
        f"PRESIDENT {label}: We are taking a step that no one of us has taken before.\n\n"
        "PRESIDENT BIDEN: And I thank you for that.\n"
    )
    article = Article("a.md", "Remarks after a meeting", text)
    start = text.index("We are taking")
    said = said_by(article, start, start + 10)
    assert said is not None
    assert said.person == " ".join(part.capitalize() for part in f"PRESIDENT {label}".split())


def test_no_other_name_is_put_for_he_than_that_of_the_one_who_speaks() -> None:
    text = (
        "Ebran Rost, president of Zembla, spoke in New York on Monday about the bomb.\n\n"
        "The president repeated that a decree by the supreme leader, Alim Khorn, forbids it. "
        "In Onhava, he said, nobody wants it."
    )
    article = Article("a.md", "Rost on the bomb", text)
    start = text.index("In Onhava")
    pointer = speaker_within(article, start, len(text))
    assert pointer is None or pointer.person == "Ebran Rost"
