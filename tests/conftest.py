from hypothesis import settings

pytest_plugins = ("tests.postgres", "tests.stores")

# A first example compiles what later ones find ready, and the machine may be busy.
settings.register_profile("ledgerdesk", deadline=None)
settings.load_profile("ledgerdesk")
