"""The events by which somebody has not done anything about a ticket."""

from domain.editing import Editing
from domain.following import Following

ASIDE = (Editing.EditBegun, Editing.EditEnded, Editing.LockBroken, Following.MentionsRead)
