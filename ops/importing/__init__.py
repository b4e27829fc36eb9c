"""Importing foreign histories by a mapping."""

from ops.importing.digest import content_digest
from ops.importing.errors import BadFile, BadInput, BadMapping
from ops.importing.job import Progress, Report, dry_run, import_file
from ops.importing.mapping_file import MappingFile, load_mapping
from ops.importing.reconcile import Difference, Reconciliation, reconcile

__all__ = [
    "BadFile",
    "BadInput",
    "BadMapping",
    "Difference",
    "MappingFile",
    "Progress",
    "Reconciliation",
    "Report",
    "content_digest",
    "dry_run",
    "import_file",
    "load_mapping",
    "reconcile",
]
