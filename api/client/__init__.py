"""A client of the API for programs, waiting or asynchronous: `pip install ledgerdesk[client]`.

    with Client("http://127.0.0.1:8000", token) as desk:
        made = desk.create("incidents", title="No mail")
        desk.act("incidents", made, "assign", team="TEA0000001")
        for ticket in desk.list("incidents", filter='status == "assigned"'):
            print(ticket["number"], ticket["title"])

What fails for a while is tried again: commands under the idempotency key of the first time, so that
nothing is done twice. Reads wait until they show what this client has commanded before.
"""

from api.client.carriers import AsyncClient, Client
from api.client.hooks import BadSignature, verified
from api.client.talk import Json, Made, Problem

__all__ = ["AsyncClient", "BadSignature", "Client", "Json", "Made", "Problem", "verified"]
