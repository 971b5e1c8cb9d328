"""The two parties whose accounts a question asks for, and the question put to each alone."""

from __future__ import annotations

import re

from index.countries import governed_from

_ASKS = (
    r"Compare|Contrast|Did|Do|Does|Have|Has|Had|Are|Were|Is|Was|How|What|Why|Where|When|Who|Which|Give"
)
_NAME = rf"(?!(?:{_ASKS})\b)[A-ZÀ-ÞА-Я][\w’'-]*(?: [A-ZÀ-ÞА-Я][\w’'-]*)*"
_PAIR = re.compile(
    rf"\b(?P<a>{_NAME}) (?:and|versus|vs\.?) (?:in |of |for )?(?:the )?(?P<b>{_NAME})"
    r"(?: (?:each|both))?(?!\w)"
)
_POSSESSIVE = re.compile(r"['’]s?$")
_TWO_SIDES = re.compile(
    r"\b(each|both|respective(ly)?|versus|vs\.?|two sides|sides?|differ(s|ed|ently|ences?)?|compar\w+"
    r"|contrast\w*|either side|on the one hand|in turn|disagree\w*|accounts|positions|views?"
    r"|versions)\b",
    re.IGNORECASE,
)
_SPEAKING = (
    r"tell|told|describe|see|view|explain|present|respond|react|claim|accuse|differ|disagree"
    r"|(?:say|said)(?= (?:about|on|over|to)\b)"
)
_SPEAK = re.compile(rf"^ (?:{_SPEAKING})(?: (?:about|on|over|to))?(?= )", re.IGNORECASE)
_SAY = re.compile(r"^ (?:say|said)\b", re.IGNORECASE)
_ACCORDING = re.compile(
    r"\b(?:according to|in the (?:words|telling|view|account) of) (?:the )?$", re.IGNORECASE
)
_OTHER_SPEAKER = re.compile(r"\b(?:say|said|says|tell|told|call|claim|think)\b", re.IGNORECASE)
_SETTING_APART = re.compile(
    r"\b(each|both|respectively|compare|contrast|differ|disagree)\b ?", re.IGNORECASE
)


def parties(question: str) -> dict[str, str]:
    """Return the two whose accounts are asked for, with the question put to each alone; else none.

    A capital stands for its government there: what Baku says is asked as what Azerbaijan says.
    """
    pair = _PAIR.search(question)
    if pair is None:
        return {}
    before, after = question[: pair.start()], question[pair.end() :]
    if _OTHER_SPEAKER.search(before) and not _ACCORDING.search(before):
        return {}
    speaks = _SPEAK.search(after)
    if not (speaks or _SAY.search(after) or _ACCORDING.search(before) or _TWO_SIDES.search(question)):
        return {}
    alone = {}
    for written in (pair["a"], pair["b"]):
        name = _POSSESSIVE.sub("", written)
        speaker = governed_from(name) or name
        if speaks:
            alone[name] = f"What did {speaker} say about{after[speaks.end() :]}"
        else:
            owner = "’s" if written != name else ""
            asked = _SETTING_APART.sub("", f"{before}\0{after}")
            asked = re.sub(r"\b(d)o (?=\0)", r"\1oes ", asked, flags=re.IGNORECASE)
            alone[name] = asked.replace("\0", f"{speaker}{owner}")
    return alone if len(alone) > 1 else {}
