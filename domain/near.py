"""What somebody may have meant by a word that is not known."""

from collections.abc import Iterable
from difflib import get_close_matches


def near(word: str, known: Iterable[str]) -> str:
    """The end of a sentence that names one or two known words like this one; mostly empty."""
    words = list(known)
    folded = [one for one in words if one.casefold() == word.casefold()]
    close = get_close_matches(word[:200], words, n=2, cutoff=0.6)
    meant = " or ".join(repr(one) for one in dict.fromkeys([*folded, *close]))
    return f"; did you mean {meant}?" if meant else "."
