"""A small kind of record, for the tests of what all kinds share."""

from typing import Annotated, Any, Self
from uuid import UUID

from domain.aggregate import Aggregate, Event
from domain.personal import Personal
from domain.provenance import Provenance
from domain.rules import require


class Lamp(Aggregate):
    prefix = "LMP"

    is_on: bool
    is_broken: bool
    flashes: int
    colours: tuple[str, ...]

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.is_on = False
        self.is_broken = False
        self.flashes = 0
        self.colours = ()

    @classmethod
    def install(
        cls, id: UUID, *, owner: UUID | None = None, note: str = "", by: Provenance
    ) -> Self:
        return cls.begin(id, cls.Installed(by=by, owner=owner, note=note))

    class Installed(Event, frozen=True, kw_only=True):
        owner: UUID | None = None
        note: Annotated[str, Personal("owner")] = ""
        remark: Annotated[str | None, Personal("actor")] = None
        answers: Annotated[dict[str, Any], Personal("owner")] = {}

        def apply(self, lamp: "Lamp", /) -> None:
            pass

    def switch_on(self, *, by: Provenance) -> None:
        require(not self.is_broken, "A broken lamp stays dark.")
        if not self.is_on:
            self.record(self.SwitchedOn(by=by))

    class SwitchedOn(Event, frozen=True, kw_only=True):
        def apply(self, lamp: "Lamp", /) -> None:
            lamp.is_on = True

    def switch_off(self, *, by: Provenance) -> None:
        if self.is_on:
            self.record(self.SwitchedOff(by=by))

    class SwitchedOff(Event, frozen=True, kw_only=True):
        def apply(self, lamp: "Lamp", /) -> None:
            lamp.is_on = False

    def flash(self, times: int = 1, *, by: Provenance) -> None:
        require(not self.is_broken, "A broken lamp stays dark.")
        self.record(self.Flashed(by=by, times=times, colour="red"))

    class Flashed(Event, frozen=True, kw_only=True):
        """Version 1 said `often` for the number, version 2 had no colour."""

        class_version = 3

        times: int
        colour: str

        def apply(self, lamp: "Lamp", /) -> None:
            lamp.flashes += self.times
            lamp.colours = (*lamp.colours[-2:], self.colour)

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state["times"] = state.pop("often")

        @staticmethod
        def upcast_v2_v3(state: dict[str, Any]) -> dict[str, Any]:
            return {**state, "colour": "white"}

    def label(self, words: str, *, by: Provenance) -> None:
        self.record(self.Labelled(by=by, words=words))

    class Labelled(Event, frozen=True, kw_only=True):
        """Version 1 had the words in the clear."""

        class_version = 2

        words: Annotated[str, Personal("actor", since=2)]

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            pass

        def apply(self, lamp: "Lamp", /) -> None:
            pass

    def smash(self, *, by: Provenance) -> None:
        require(not self.is_broken, "A lamp breaks once.")
        self.record(self.Broken(by=by))

    class Broken(Event, frozen=True, kw_only=True):
        def apply(self, lamp: "Lamp", /) -> None:
            lamp.is_broken = True
