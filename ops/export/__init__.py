"""The ledger, or a slice of it, in the formats of others: CloudEvents, XES and OCEL."""
