"""Changes and the change catalogue: a change comes from a template, or a template of a change."""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any
from uuid import UUID

from domain.aggregate import Entry, Event
from domain.change_moves import Outcome, Status
from domain.change_tasks import ChangeTasks
from domain.change_template import FormField, PlannedTask, Template, answered, check, filled
from domain.change_times import ChangeTimes
from domain.ids import number_of
from domain.personal import ERASED, Personal
from domain.provenance import Provenance
from domain.rules import Refused, require
from domain.wording import Worded, detail_texts

_NO_WORD = re.compile(r"[^a-z0-9]+")
_PLACE = re.compile(r"\{([^{}]*)\}")
WORD_MAX = 40


class ChangeCatalogue(ChangeTimes, abstract=True):
    outcome: Outcome | None
    template: UUID | None
    """What it was made from."""
    template_version: int
    made_template: UUID | None
    """What was made of it."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.outcome = None
        self.template = None
        self.template_version = 0
        self.made_template = None

    # Make it from a template -------------------------------------------------------------------

    def apply_template(
        self,
        template: UUID,
        *,
        version: int,
        definition: Template,
        form: Mapping[str, str],
        by: Provenance,
    ) -> None:
        """Make it a standard change with the plans, the risk and the tasks of a published template.

        `form` is the form of the template, filled in.
        """
        if (template, version, "standard") == (self.template, self.template_version, self.type):
            return
        self._require("apply_template")
        require(
            self.template is None and not self.tasks,
            "A change is made from one template, before it has tasks of its own.",
        )
        check(definition)
        said = answered(definition, form)
        planned = self._planned(
            filled(definition.implementation, said),
            filled(definition.backout, said),
            filled(definition.test, said),
            by,
        )
        self.record(self.TemplateApplied(by=by, template=template, version=version, form=said))
        self.record(self.Classified(by=by, type="standard"))
        self.categorise(
            category=definition.category,
            subcategory=definition.subcategory,
            service=definition.service,
            by=by,
        )
        self.record(self.RiskAssessed(by=by, impact=None, likelihood=None, risk=definition.risk))
        self.record(planned)
        for task in definition.tasks:
            self.add_task(task.title, phase=task.phase, after=task.after, team=task.team, by=by)

    class TemplateApplied(Worded):
        class_version = 2

        template: UUID
        version: int
        form: Annotated[dict[str, str], Personal("actor", since=2)] = {}

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> dict[str, Any]:
            """The form was not sealed."""
            return state

        @property
        def texts(self) -> Mapping[str, str | None]:
            return detail_texts(self.form)

        def apply(self, change: "ChangeCatalogue", /) -> None:
            change.say(self.texts)
            change.template = self.template
            change.template_version = self.version
            change.details = {**change.details, **self.form}

    # Make a template of it -----------------------------------------------------------------------

    def require_exemplary(self) -> None:
        """Refuse to make a template of a change that is none to be repeated."""
        require(
            self.status is Status.CLOSED and self.outcome == "successful",
            "A template is made of a change that was closed as successful.",
        )
        if self.template is not None:
            raise Refused(
                f"It was made from a template: {number_of(self.template)} is revised instead."
            )
        if self.made_template is not None:
            raise Refused(f"{number_of(self.made_template)} was made of it already.")

    def make_template(self, template: UUID, *, by: Provenance) -> None:
        """Note that a template of the change catalogue was made of it, once."""
        if template == self.made_template:
            return
        self.require_exemplary()
        self.record(self.TemplateMade(by=by, template=template))

    class TemplateMade(Event):
        template: UUID

        def apply(self, change: "ChangeCatalogue", /) -> None:
            change.made_template = self.template


def template_of(
    change: ChangeCatalogue, texts: Mapping[str, str], titles: Mapping[int, str]
) -> Template:
    """What a change has to say to those who would do the same again: its fields, its risk, its
    plans, the tasks that were done, and a form with its details. Raises Refused.

    texts: what people wrote in it. titles: those of its tasks, by their numbers.
    """
    if change.risk is None:
        raise Refused("The risk of the change was never assessed.")
    require(change.category != "", "category: a change of no category becomes no template.")
    said = {name: texts.get(name, "") for name in ("implementation", "backout", "test")}
    said = {name: texts.get(f"{name}_plan", "") for name in said}
    description = texts.get("description", "") or texts.get("title", "")
    done = [task for task in change.tasks if task.state == "done" and not task.condition_by]
    written = (description, *said.values(), *(titles.get(task.number, "") for task in done))
    require(ERASED not in written, "What somebody wrote in it was erased.")
    fields = _form(change.details)
    known = {field.name for field in fields}
    places = {task.number: place for place, task in enumerate(done, 1)}
    template = Template(
        description=description,
        category=change.category,
        subcategory=change.subcategory,
        service=change.service,
        risk=change.risk,
        implementation=_without_places(said["implementation"], known),
        backout=_without_places(said["backout"], known),
        test=_without_places(said["test"], known),
        tasks=tuple(
            PlannedTask(
                title=titles[task.number],
                phase=task.phase,
                after=tuple(sorted(places[one] for one in task.after if one in places)),
                team=task.team,
            )
            for task in done
        ),
        fields=fields,
    )
    check(template)
    return template


def titles_of(history: Iterable[Entry]) -> dict[int, str]:
    """The titles of the tasks of a change, by their numbers."""
    return {
        entry.event.number: entry.event.title
        for entry in history
        if isinstance(entry.event, ChangeTasks.TaskAdded)
    }


def _form(details: Mapping[str, str]) -> tuple[FormField, ...]:
    """A form that asks for the same details; without those that have no name to ask for."""
    named = {_NO_WORD.sub("_", label.lower()).strip("_")[:WORD_MAX]: label for label in details}
    return tuple(
        FormField(name=name, label=label, is_required=False)
        for name, label in named.items()
        if name[:1].isalpha()
    )


def _without_places(plan: str, known: set[str]) -> str:
    """A plan in which nothing but a field of the form stands in braces."""
    return _PLACE.sub(lambda place: place[0] if place[1] in known else f"({place[1]})", plan)
