"""The description of the API against the server that runs: schemathesis calls every operation many times.

``EXAMPLES=200 python -m pytest tests/web/test_openapi.py`` for a long run.
"""

import os
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case
from schemathesis.specs.openapi.checks import positive_data_acceptance

from haranalyze.web import openapi
from haranalyze.web.app import ENDPOINTS
from tests.web.conftest import HEALTHY, TOKEN, Server

DOCUMENT = openapi.document("http://127.0.0.1")


schema = schemathesis.openapi.from_dict(DOCUMENT)


@schema.parametrize()
@settings(
    max_examples=int(os.environ.get("EXAMPLES", "8")),
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    deadline=None,
)
def test_every_operation_answers_as_described(case: Case[Any], server: Server) -> None:
    """No server error, no undocumented status, content type or body."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    # Which bytes are recordings no schema says: only there a described answer of 422 to any body is right.
    excluded: Any = [positive_data_acceptance] if case.operation.label == "POST /comparisons" else []
    base = server.address + openapi.ROOT
    case.call_and_validate(base_url=base, headers=headers, timeout=60, excluded_checks=excluded)


def test_the_description_is_served_as_it_is(server: Server) -> None:
    served = server.ask("GET", "/api/v1/openapi.json").json()
    assert served["openapi"] == "3.1.0"
    assert served["paths"] == DOCUMENT["paths"]
    assert served["servers"] == [{"url": f"{server.address}/api/v1"}]


def test_every_api_route_is_described() -> None:
    routes = {(one.method.lower(), one.path) for one in ENDPOINTS if one.path.startswith(openapi.ROOT)}
    described = {(method, openapi.ROOT + path) for path, item in DOCUMENT["paths"].items() for method in item}
    assert routes - described == {("get", "/api/v1/openapi.json")}


def test_the_examples_of_the_description_work(server: Server) -> None:
    capture = server.upload(HEALTHY.read_bytes())
    server.done(capture)
    shares = DOCUMENT["paths"]["/captures/{id}/shares"]["post"]["requestBody"]["content"]["application/json"]["example"]
    assert server.ask("POST", f"/api/v1/captures/{capture}/shares", json=shares).status_code == 201
    change = DOCUMENT["paths"]["/captures/{id}"]["patch"]["requestBody"]["content"]["application/json"]["example"]
    assert server.ask("PATCH", f"/api/v1/captures/{capture}", json=change).status_code == 200
