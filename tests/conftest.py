import pytest
from hypothesis import settings

# What they assert is told in full, as it is of the tests themselves.
pytest.register_assert_rewrite(
    "tests.domain.invariants",
    "tests.domain.invariants_of_tickets",
    "tests.domain.lived",
    "tests.domain.steps",
)

pytest_plugins = ("tests.postgres", "tests.s3", "tests.stores")

# A first example compiles what later ones find ready, and the machine may be busy. The same code
# gets the same answer: new examples, and far more of them, are looked for in the proofs.
settings.register_profile("ledgerdesk", deadline=None, max_examples=50, derandomize=True)
settings.register_profile("proof", deadline=None, max_examples=300)
settings.load_profile("ledgerdesk")
