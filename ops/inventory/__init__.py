"""The inventory agent: what the machine is that it runs on, as a row for the register.

It needs the standard library alone. The layout of the row is described in docs/assets.md.
"""
