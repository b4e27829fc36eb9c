"""Which attachments of a ticket are shown within its texts, and in which."""

from collections.abc import Iterable, Mapping
from typing import Any

from domain.inline_images import IMAGES, shown_in

PLACES: dict[str, Any] = {
    "inline": {
        "type": "boolean",
        "description": "Whether it is an image that stands within a text.",
    },
    "places": {
        "type": "array",
        "items": {"type": "string"},
        "description": "The texts that it stands in: `description`, or `comments/POSITION`.",
    },
}
"""What is told of each attachment."""


def images_of(files: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The digests of the files that can be shown in a text, by digest and name; of several of one
    name, that of the latest."""
    images = [one for one in files if one["media_type"] in IMAGES]
    by_digest = {one["sha256"]: one["sha256"] for one in images}
    return {one["name"]: one["sha256"] for one in images} | by_digest


def placed(files: Iterable[Mapping[str, Any]], texts: Mapping[str, str]) -> list[dict[str, Any]]:
    """The files, each with its places in texts by the names of these."""
    files = list(files)
    images = images_of(files)
    found = {place: shown_in(text, images) for place, text in texts.items()} if images else {}
    told = []
    for file in files:
        places = [place for place, digests in found.items() if file["sha256"] in digests]
        told.append({**file, "inline": bool(places), "places": places})
    return told


def of_record(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The attachments of a ticket as it is shown to somebody, in the texts that they are shown."""
    texts = {"description": document["description"]}
    texts |= {f"comments/{one['position']}": one["text"] for one in document["comments"]}
    return placed(document["attachments"], texts)
