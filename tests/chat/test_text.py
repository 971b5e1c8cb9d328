"""Others' text as labels, links and dates."""

from __future__ import annotations

import pytest

from assistant.text import reads_right_to_left, web_link


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://example.org/a?b=1", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("https://[", False),
        ("https:///x", False),
        ("//example.org", False),
        (None, False),
    ],
)
def test_only_web_addresses_become_links(url: str | None, *, safe: bool) -> None:
    assert (web_link(url) is not None) is safe


def test_the_first_letter_decides_the_direction() -> None:
    assert reads_right_to_left("“وزیر Washington”")
    assert not reads_right_to_left("12 Washington وزیر")
    assert not reads_right_to_left("12")
