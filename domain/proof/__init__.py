"""Proof of history: the formats and the sums of it, and a verifier that needs nothing else.

This package imports nothing of the desk: the standard library, and `cryptography` for Ed25519. So
whoever is to be convinced can take this folder alone and run `python -m proof BUNDLE --key KEY`.
What each byte means is told in `leaf`, `tree`, `note`, `checkpoint` and `bundle`.
"""
