"""The transparency log: follows the ledger, and can prove what it held and when."""
