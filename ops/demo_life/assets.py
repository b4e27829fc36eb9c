"""The register: four hundred assets, typed, in use, and related to each other."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.asset import Asset, RelationType
from domain.asset_attributes import Attribute
from domain.asset_record import Cost
from domain.ids import serial_of
from ops.demo_life.company import Company
from ops.demo_life.timeline import Scene
from ops.demo_life.words import SERVICES, SITES

SWITCHES, SERVERS, PRINTERS, NOTEBOOKS = 24, 60, 24, 278
"""With one application for each of the twelve services and two screens that are bought: 400."""
SERVERS_EACH = 3


async def fill_register(scene: Scene, company: Company) -> None:
    """Define the types, and register the assets with what they need."""
    actor = company.members["Workplace"][0]
    serial = Attribute(name="serial", kind="text", is_required=True, is_unique=True)
    hardware = await _type(scene, actor, "Hardware", (serial,))
    memory = Attribute(name="memory GB", kind="integer", at_least="1")
    cores = Attribute(name="cores", kind="integer", at_least="1")
    server = await _type(scene, actor, "Server", (cores, memory), hardware)
    network = await _type(scene, actor, "Network device", (), hardware)
    printer = await _type(scene, actor, "Printer", (), hardware)
    notebook = await _type(scene, actor, "Notebook", (memory,), hardware)
    version = Attribute(name="version", kind="text")
    software = await _type(scene, actor, "Application", (version,))
    shelf = _Shelf(scene, company, actor)
    switches = [
        await shelf.register(f"SW-{n:03}", "Switch", network, 2400) for n in range(1, SWITCHES + 1)
    ]
    for number, switch in enumerate(switches[2:]):
        await shelf.relate(switch, switches[number % 2], "depends on")
    servers = [
        await shelf.register(
            f"SRV-{n:03}", "Server", server, 7900,
            {"cores": scene.pick((16, 32, 64)), "memory GB": scene.pick((128, 256, 512))},
        )
        for n in range(1, SERVERS + 1)
    ]  # fmt: skip
    for number, machine in enumerate(servers):
        await shelf.relate(machine, switches[2 + number % (SWITCHES - 2)], "connects to")
    for number, practice in enumerate(SERVICES):
        application = await shelf.register(
            f"APP-{number + 1:03}", practice.name, software, 12000,
            {"version": f"{scene.random.randrange(2, 9)}.{scene.random.randrange(10)}"},
            service=practice.name,
        )  # fmt: skip
        mine = [servers[(number * SERVERS_EACH + n) % SERVERS] for n in range(SERVERS_EACH)]
        for machine in mine:
            await shelf.relate(application, machine, "runs on")
        company.assets[practice.name] = [application, *mine]
    for n in range(1, PRINTERS + 1):
        one = await shelf.register(f"PRN-{n:03}", "Printer", printer, 600)
        await shelf.relate(one, switches[2 + n % (SWITCHES - 2)], "connects to")
    for n in range(1, NOTEBOOKS + 1):
        given = {"memory GB": scene.pick((16, 32))}
        one = await shelf.register(f"NB-{n:03}", "Notebook", notebook, 1450, given)
        company.notebooks.append(one)
        if n <= len(company.requesters):
            await scene.act(Asset.issue, one, company.requesters[n - 1], actor=actor)
        elif n % 20 == 0:
            await scene.act(Asset.retire, one, reason="Five years old.", actor=actor)


async def _type(
    scene: Scene,
    actor: UUID,
    name: str,
    attributes: tuple[Attribute, ...],
    parent: UUID | None = None,
) -> UUID:
    receipt = await scene.do(
        scene.desk.define_asset_type, name=name, parent=parent, attributes=attributes, actor=actor
    )
    return receipt.subject


class _Shelf:
    def __init__(self, scene: Scene, company: Company, actor: UUID) -> None:
        self._scene = scene
        self._company = company
        self._actor = actor

    async def register(
        self,
        tag: str,
        name: str,
        type: UUID,
        cost: int,
        attributes: dict[str, Any] | None = None,
        service: str = "",
    ) -> UUID:
        scene = self._scene
        given = dict(attributes or {})
        if not service:
            given["serial"] = f"{tag}-{scene.random.randrange(10**8):08}"
        fields = {
            "name": name if service else f"{name} {tag}",
            "asset_class": "",
            "tag": tag,
            "organisation": self._company.operator,
            "service": service,
        }
        receipt = await scene.do(
            scene.desk.register_asset,
            type=type,
            attributes=given,
            fields=fields,
            actor=self._actor,
        )
        # An end beyond the story: nobody has to have been reminded of it.
        end = scene.timeline.until + timedelta(days=400 + serial_of(receipt.subject))
        await scene.act(
            Asset.describe,
            receipt.subject,
            location=scene.pick(SITES),
            cost=Cost(Decimal(cost), "EUR"),
            supplier="Contoso Hardware",
            ends={"warranty": end.date()},
            actor=self._actor,
        )
        return receipt.subject

    async def relate(self, asset: UUID, other: UUID, type: RelationType) -> None:
        await self._scene.act(Asset.relate, asset, other, type=type, actor=self._actor)
