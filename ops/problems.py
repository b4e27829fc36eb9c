"""What a person who runs the desk can put right."""


class UserProblem(Exception):
    """The message says what is wrong and what to do; the command ends with exit code 2."""
