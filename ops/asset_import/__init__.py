"""Importing what a source knows of assets, and reconciling the register with it."""

from ops.asset_import.job import Outcome, Report, import_assets
from ops.asset_import.mapping import AssetMapping, load

__all__ = ["AssetMapping", "Outcome", "Report", "import_assets", "load"]
