"""The verbs by which a sentence reports somebody's words, each under one name for its kind."""

from __future__ import annotations

VERBS = {
    "accused": "accuses|accused|accusing|blamed|blames|charged that|faulted",
    "added": "adds|added|went on to say",
    "agreed": "agrees|agreed",
    "announced": "announces|announced|declared|declares|proclaimed",
    "argued": "argues|argued|insisted|insists|maintained|maintains|contended|contends|asserted|asserts"
    "|reasoned|held that|holds that|argued for|thought|thinks|justified",
    "asked": "asked for|asked|asks|called for|calls for|called on|calls on|called upon|demanded|demands"
    "|urged|urges|appealed|wanted|proposed|proposes|suggested|suggests|recommended|recommends|advocated"
    "|pleaded|implored|exhorted|pressed for|pushed for|wants|insisted on|insists on",
    "claimed": "claims|claimed|alleged|alleges",
    "condemned": "condemns|condemned|denounced|denounces|criticised|criticized|criticises|criticizes"
    "|deplored|decried|lamented|lambasted"
    "|slammed|derided|ridiculed|mocked|rebuked|lashed out|hit out",
    "denied": "denies|denied|rejected|rejects|dismissed|refuted|rebutted|disputed|disputes|ruled out"
    "|rules out|brushed aside|waved aside|took issue|objected|objects|dismisses|refutes",
    "described": "described|describes|termed|characterised|characterized|portrayed"
    "|likened|likens|compared|compares|equated",
    "promised": "promised|promises|pledged|pledges|vowed|vows|committed|swore",
    "reaffirmed": "affirmed|reaffirmed|reiterated|reiterates|underscored|underlined|stressed|emphasized"
    "|emphasised|highlighted|stresses|confirmed|confirms|repeated|repeats",
    "replied": "replied|replies|responded|answered|retorted|countered|counters|responds",
    "said": "said|says|stated|concluded|concludes|explained|explains|noted|notes|remarked|observed"
    "|mentioned|recalled|cited|pointed out|pointed to|expressed|listed|counted|reported|conveyed|voiced"
    "|linked|acknowledged|acknowledges|admitted|admits|conceded|concedes|commented|complained|complains"
    "|regretted|regrets|protested|hoped|hopes|feared|fears|believed|believes|doubted|doubts|expected"
    "|expects|foresaw|foresees|predicted|predicts|estimated|estimates|favoured|favored|favours|favors"
    "|preferred|prefers|quoted|quotes|invoked|invokes|alluded to|referred to|dwelt on|hinted|indicated"
    "|signalled|signaled|wondered|wonders|outlined|outlines|recounted|sketched|summed up|spelled out"
    "|spelt out|laid out|lays out|apologised|apologized|recalls|observes|remarks|mentions|expresses"
    "|cites|refers to|points out|points to|was quoted as|is quoted as|joked"
    "|boasted|testified|clarified|specified|enumerated|disclosed|revealed",
    "thanked": "thanked|praised|praises|commended|congratulated|hailed|hails|lauded"
    "|applauded|saluted|paid tribute|commends|congratulates|applauds",
    "told": "told|tells|informed|assured|advised|reminded",
    "warned": "warned|warns|cautioned|threatened",
}
_KINDS_OF_WORDS = (
    r"accounts?|versions?|counts?|tolls?|reasons|explanations?|descriptions?|figures|assurances?"
    r"|interpretations?|estimates?|repl(?:y|ies)|answers?|warnings?|list|picture|verdict"
)
# "called King Olav on 3 May", "welcomed Edda Berg to Oslo"
_MEETS = r"(?:(?:[A-Z][\w’'-]+|of|bin|al)\s+){1,6}(?:to|at|in|on|by|from|again|twice)\b"
# Verbs that report words only with what follows them: "gave a count", not "gave money".
_WITH = {
    "called|calls": ("described", rf"\s+(?!{_MEETS})|[^\w\s]"),
    "welcomed|welcomes": ("thanked", rf"\s+(?!{_MEETS})|[^\w\s]"),
    "gave|gives": ("said", rf"\s+(?!no\b)[^,.;:]{{0,80}}?\b(?:{_KINDS_OF_WORDS})\b"),
    "offered|offers": (
        "said",
        r"\s+to\b|\s+[^,.;:]{0,60}?\b(?:condolences|congratulations|thanks|apolog(?:y|ies)|sympathy)\b",
    ),
    # "as he put it", "as she sees it"
    "saw|sees": ("said", r"\s+(?:it|them|this)(?=[,.;])|\s+[^.;:]{2,120}?\s+as\s+an?\b"),
    "issued|sounded|delivered": (
        "warned",
        r"\s+(?:an?\s+)?(?:[\w-]+\s+)?(?:warnings?|threats?|rebukes?)\b",
    ),
    "made|makes": ("said", r"\s+(?:it\s+)?(?:clear|plain)\b|\s+the\s+(?:case|point|argument)\b"),
    "drew|draws": (
        "said",
        r"\s+(?:[\w-]+\s+){0,4}?(?:conclusions?|lessons?|parallels?|comparisons?|distinctions?|line"
        r"|attention|picture)\b",
    ),
    "painted|paints": ("described", r"\s+[^,.;:]{2,40}?\b(?:picture|portrait)\b"),
    "presented|presents|regarded|regards|viewed|views|depicted|treated|branded|labelled": (
        "described",
        r"\s+(?:[^.;:]{2,120}?\s+)?as\b",
    ),
    "put|puts": (
        "said",
        r"\s+(?:[\w’'-]+\s+){0,3}?(?:blame|fault|responsibility|onus|questions?|case|number|toll|losses)\b"
        r"|\s+it\s+(?:\w+ly|so|this\s+way|another\s+way)\b|\s+no\s+(?:faith|trust)\b|\s+(?:it|them)(?=[,.;])",
    ),
    # "laid the blame on"
    "laid|lays": ("accused", r"\s+(?:all\s+)?(?:the\s+)?(?:blame|responsibility)\b"),
    "held|holds": (
        "accused",
        r"\s+[^.;:]{2,80}?\s(?:responsible|accountable|to\s+blame|guilty)\b",
    ),
    # "had harsh words for", "reserved praise for"
    "had|has|reserved|found|kept": (
        "said",
        r"\s+(?:[\w-]+\s+){0,3}?(?:words?|praise|barbs?|criticism|advice|warnings?|reproach(?:es)?"
        r"|compliments?|message|question)\s+(?:for|to)\b",
    ),
    "charged|charges": ("accused", r",|\s+(?!with\b)[^,.;:]{2,60}?\swith\b"),
    "named|names": (
        "said",
        r"\s+(?=[a-z])(?!(?:after|as|in|for|by|an?|him|her|his|its|their)\b)"
        r"(?![^,.;:]*\b(?:ambassadors?|envoys?|successors?|ministers?|judges?|members|heads?|candidates?)\b)",
    ),
    "attributed|attributes|ascribed|traced|dated": ("said", r"\s+[^.;:]{2,80}?\s(?:to|from)\b"),
    "credited|credits": ("thanked", r"\s+[^.;:]{2,80}?\swith\b"),
    "raised|raises": ("said", r"\s+(?:[\w-]+\s+)?(?:concerns?|objections?|alarm|doubts?|questions)\b"),
    "set|sets": ("said", r"\s+(?:out|forth)\s+(?:his|her|its|the|how|what|why)\b"),
    "used|uses": ("said", r"\s+(?:[\w-]+\s+){1,3}?(?:terms?|words?|phrases?|names?|expressions?)\b"),
    "wrote|writes": ("said", r"\s+(?:that|of)\b"),
    "spoke|speaks": (
        "said",
        r"\s+(?:out|up|of|about|against|in\s+favou?r|in\s+(?:support|defen[cs]e)|at\s+length|highly"
        r"|\w+ly\s+(?:of|about|against)|for)\b|\s+to\s+[^.;]{2,80}?:",
    ),
}
_CANONICAL = {form: kind for kind, forms in VERBS.items() for form in forms.split("|")} | {
    form: kind for forms, (kind, _) in _WITH.items() for form in forms.split("|")
}
_PLAIN = sorted((form for forms in VERBS.values() for form in forms.split("|")), key=len, reverse=True)
VERB = "|".join(
    [
        *(form.replace(" ", r"\s+") for form in _PLAIN),
        *(rf"(?:{forms})(?={after})" for forms, (_, after) in _WITH.items()),
    ]
)
_SAYING = {
    "accused": "accusing|blaming",
    "added": "adding",
    "argued": "arguing|insisting",
    "asked": "asking|calling for|calling on|demanding|urging|appealing",
    "claimed": "claiming|alleging",
    "condemned": "condemning|denouncing|criticising|criticizing",
    "denied": "denying|rejecting",
    "described": "describing|calling|likening",
    "promised": "promising|pledging|vowing",
    "reaffirmed": "stressing|reaffirming|reiterating|underlining",
    "said": "saying|stating|noting|explaining|complaining|recalling|pointing out|remarking|citing",
    "thanked": "thanking|praising|hailing",
    "warned": "warning|cautioning",
}
SAYING = "|".join(form.replace(" ", r"\s+") for forms in _SAYING.values() for form in forms.split("|"))
_CANONICAL |= {form: kind for kind, forms in _SAYING.items() for form in forms.split("|")}
# Forms that are plural nouns as well: "Iranian claims".
ALSO_NOUNS = frozenset(
    "claims demands calls promises notes hopes fears doubts estimates quotes objects views names charges"
    " questions pledges disputes regrets answers replies credits attributes uses remarks".split()
)


def kind_of(verb: str) -> str:
    """Return the name of a verb's kind; "said" for one that has none."""
    return _CANONICAL.get(" ".join(verb.split()).casefold(), "said")
