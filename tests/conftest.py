from hypothesis import settings

pytest_plugins = ("tests.postgres", "tests.stores")

# A first example compiles what later ones find ready, and the machine may be busy. What fifty
# examples find in each run is looked for by far more in the proofs.
settings.register_profile("ledgerdesk", deadline=None, max_examples=50)
settings.register_profile("proof", deadline=None, max_examples=300)
settings.load_profile("ledgerdesk")
