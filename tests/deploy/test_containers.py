"""Kubernetes, compose and container files, checked by their schemas."""

import json
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml
from deployed import DEPLOY

from bot.runtime.settings import ROOT, Settings


def kubernetes_objects() -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((DEPLOY / "kubernetes.yml").read_text(encoding="utf-8")))


# The schemas name a draft by an address that jsonschema 4.17 does not know; it uses the newest, as it should.
any_draft = pytest.mark.filterwarnings("ignore:The metaschema specified:DeprecationWarning")


@any_draft
@pytest.mark.parametrize("document", kubernetes_objects(), ids=lambda document: document["kind"])
def test_kubernetes_accepts_each_object(document: dict[str, Any]) -> None:
    kubernetes_validate.validate(document, kubernetes_validate.latest_version(), strict=True)


@any_draft
def test_the_check_of_kubernetes_can_fail() -> None:
    deployment = kubernetes_objects()[0]
    deployment["spec"]["replicas"] = "two"
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(deployment, kubernetes_validate.latest_version(), strict=True)


def test_a_pod_has_no_rights_that_it_does_not_need() -> None:
    pod = kubernetes_objects()[0]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert container["resources"]["limits"]["memory"]
    assert {"startupProbe", "readinessProbe", "livenessProbe"} <= set(container)


def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((DEPLOY / "compose.yml").read_text(encoding="utf-8")))


def deployed_environments() -> dict[str, dict[str, str]]:
    """What the replicas of each file for containers get, without what is secret."""
    (container,) = kubernetes_objects()[0]["spec"]["template"]["spec"]["containers"]
    kubernetes = {entry["name"]: entry["value"] for entry in container["env"]}
    return {"kubernetes.yml": kubernetes, "compose.yml": compose()["services"]["replica-1"]["environment"]}


@pytest.mark.parametrize("name", deployed_environments())
def test_replicas_in_containers_believe_their_proxy_and_give_metrics(name: str) -> None:
    environment = deployed_environments()[name]
    settings = Settings(
        **{key.removeprefix("BOT_").lower(): value for key, value in environment.items() if "SECRET" not in key}
    )
    assert settings.trusted_proxies
    assert settings.metrics_port
    assert settings.metrics_interface == "0.0.0.0", "another container cannot read the metrics"


def test_the_compose_file_names_its_proxy_as_the_one_to_believe() -> None:
    proxy = compose()["services"]["proxy"]["networks"]["inside"]["ipv4_address"]
    assert deployed_environments()["compose.yml"]["BOT_PROXIES"] == proxy


def test_the_metrics_of_a_pod_are_not_in_the_service() -> None:
    (service,) = [document for document in kubernetes_objects() if document["kind"] == "Service"]
    assert [port["targetPort"] for port in service["spec"]["ports"]] == ["http"]


def compose_schema() -> dict[str, Any]:
    package = find_spec("compose")
    assert package is not None
    assert package.submodule_search_locations
    path = Path(package.submodule_search_locations[0]) / "config" / "compose_spec.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


def test_the_compose_file_has_the_shape_of_one() -> None:
    jsonschema.Draft201909Validator(compose_schema()).validate(compose())


def test_the_check_of_the_compose_file_can_fail() -> None:
    wrong = compose()
    wrong["services"]["proxy"]["prots"] = wrong["services"]["proxy"].pop("ports")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft201909Validator(compose_schema()).validate(wrong)


def test_only_the_proxy_of_the_compose_file_is_open_to_the_network() -> None:
    services = compose()["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]


def test_what_the_container_copies_exists() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (DEPLOY / "Containerfile").read_text("utf-8"), re.MULTILINE)
    assert copied
    for name in " ".join(copied).split():
        assert (ROOT / name).exists(), f"the Containerfile copies {name}, which is not there"
