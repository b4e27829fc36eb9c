"""The auditor's commands, and what keeps the transparency log while the desk runs."""
