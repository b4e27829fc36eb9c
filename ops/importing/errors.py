"""How an import says what is wrong with what it was given."""


class BadInput(Exception):
    """The base: nothing was recorded because of what the message says."""


class BadMapping(BadInput):
    """The mapping is wrong, or does not fit the file; the message names the place and the rule."""


class BadFile(BadInput):
    """The file cannot be read to its end, or does not fit what is recorded already."""


class BadRow(Exception):
    """One row says what cannot be recorded; the others are imported without it."""
