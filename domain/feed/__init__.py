"""The feed of events: what happened, told to programs in the order of the ledger."""
