"""Words are read the same however they are written, and slips of the pen are found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.search_marks import excerpt, marked
from projections.words import is_slip, shortened, words_of

LETTERS = st.text(alphabet="abc", min_size=1, max_size=7)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The printer's E7: jam!", ["the", "printer", "s", "e7", "jam"]),
        ("print_server-01 10.0.0.1", ["print", "server", "01", "10", "0", "0", "1"]),
        ("Drucker für Zürich, GROẞ", ["drucker", "fur", "zurich", "gross"]),
        ("caf\u00e9 cafe\u0301", ["cafe", "cafe"]),
        ("Łódź Ærø ﬁle", ["lodz", "aero", "file"]),
        ("打印机坏了", ["打", "印", "机", "坏", "了"]),
        ("الطابعة لا تعمل", ["الطابعة", "لا", "تعمل"]),
        ("🖨️ 🔥", []),
        ("\x00'\" OR NEAR(a* ^b):{", ["or", "near", "a", "b"]),
        ("x" * 100, ["x" * 40]),
        ("", []),
    ],
)
def test_words_have_neither_case_nor_accents(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@given(st.text())
def test_words_are_read_as_what_they_are(text: str) -> None:
    words = words_of(text)

    assert words_of(" ".join(words)) == words
    assert all(word.isalnum() and word == word.casefold() for word in words)


@given(LETTERS, LETTERS)
def test_a_slip_of_the_pen_leaves_something_in_common(one: str, other: str) -> None:
    if is_slip(one, other):
        assert (shortened(one) | {one}) & (shortened(other) | {other})


@given(LETTERS, LETTERS)
def test_a_slip_is_one_letter_or_two_neighbours(one: str, other: str) -> None:
    swapped = {
        one[:place] + one[place + 1] + one[place] + one[place + 2 :]
        for place in range(len(one) - 1)
    }
    changed = {
        one[:place] + letter + one[place + 1 :] for place in range(len(one)) for letter in "abc"
    }
    is_longer_or_shorter = other in shortened(one) or one in shortened(other)

    expected = one == other or is_longer_or_shorter or other in swapped | changed

    assert is_slip(one, other) == is_slip(other, one) == expected


@given(st.text(max_size=400), st.lists(st.text(min_size=1, max_size=5), max_size=3))
def test_parts_of_a_text_are_the_text(text: str, sought: list[str]) -> None:
    words = [word for one in sought for word in words_of(one)]

    parts = marked(text, words)

    assert "".join(part.text for part in parts) == text
    assert all(part.text for part in parts)
    assert len(excerpt(text, words)) <= len(text) + 2


@pytest.mark.parametrize("before", ["", "ü "])
def test_an_excerpt_shows_the_first_word_that_was_found(before: str) -> None:
    text = before + "nothing to see " * 40 + "the <b>Printer</b> jams " + "and more " * 60

    parts = excerpt(text, ["prin", "jams"])

    assert [part.text for part in parts if part.is_match] == ["Printer", "jams"]
    assert (parts[0].text, parts[-1].text) == ("…", "…")
    assert "<b>" in parts[1].text
    assert sum(len(part.text) for part in parts) <= 242
