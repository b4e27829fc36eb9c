import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.inline_images import IMAGES_MAX, Image, parts, shown_in

PICTURE = "a" * 64
ATTACHED = {"shot (1).png": PICTURE, "shot.png": PICTURE, PICTURE: PICTURE}


@pytest.mark.parametrize("name", ["shot.png", "shot%20%281%29.png", PICTURE])
def test_an_image_stands_where_its_text_names_it(name: str) -> None:
    said = f"Look: ![The <b>error</b>](attachment:{name}) there."

    assert list(parts(said, ATTACHED)) == [
        "Look: ",
        Image("The <b>error</b>", PICTURE),
        " there.",
    ]


@pytest.mark.parametrize(
    "said",
    [
        "![x](attachment:other.png)",
        "![x](https://example.org/shot.png)",
        "![x](attachment: )",
        "![x\ny](attachment:shot.png)",
        "[x](attachment:shot.png)",
    ],
)
def test_what_names_no_attached_image_stays_as_it_is(said: str) -> None:
    assert list(parts(said, ATTACHED)) == [said]
    assert shown_in(said, ATTACHED) == frozenset()


@given(
    st.lists(st.sampled_from(["![", "x", "](", "attachment:", "shot.png", ")", " "]), max_size=30)
)
def test_no_word_is_lost_or_told_twice(pieces: list[str]) -> None:
    said = "".join(pieces)

    told = "".join(
        f"![{part.alt}](attachment:shot.png)" if isinstance(part, Image) else part
        for part in parts(said, {"shot.png": PICTURE})
    )

    assert told == said


def test_a_text_shows_so_many_images_at_most() -> None:
    said = "![x](attachment:shot.png)" * (IMAGES_MAX + 5)

    shown = [part for part in parts(said, ATTACHED) if isinstance(part, Image)]

    assert len(shown) == IMAGES_MAX
