"""Limits that settings know of as well as rules."""

ATTACHMENT_BYTES_MAX = 25 * 1024 * 1024
