"""Kubernetes, compose and container files: checked by their schemas, and for what a schema does not ask."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml
from conftest import PATIENCE, subprocess_environment
from deployed import DEPLOY, RUN_TIME

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


def object_of(kind: str) -> dict[str, Any]:
    (document,) = [document for document in kubernetes_objects() if document["kind"] == kind]
    return document


def test_everything_that_is_needed_on_kubernetes_is_there() -> None:
    kinds = [document["kind"] for document in kubernetes_objects()]
    assert sorted(kinds) == ["CronJob", "Deployment", "HorizontalPodAutoscaler", "PodDisruptionBudget", "Service"]


def pod_specs(part: Any) -> Iterator[dict[str, Any]]:
    """Every pod that an object makes, wherever it stands in it."""
    if isinstance(part, dict):
        if "containers" in part:
            yield part
        for value in part.values():
            yield from pod_specs(value)


PODS = [
    pytest.param(pod, id=document["kind"]) for document in kubernetes_objects() for pod in pod_specs(document["spec"])
]


def test_all_pods_are_found() -> None:
    assert [pod.id for pod in PODS] == ["Deployment", "CronJob"]


@pytest.mark.parametrize("pod", PODS)
def test_a_pod_has_no_rights_that_it_does_not_need(pod: dict[str, Any]) -> None:
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] > 0
    assert pod["automountServiceAccountToken"] is False
    for container in pod["containers"]:
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


@pytest.mark.parametrize("pod", PODS)
def test_a_pod_says_what_it_needs(pod: dict[str, Any]) -> None:
    for container in pod["containers"]:
        # The autoscaler counts in shares of the requested processor time.
        assert container["resources"]["requests"]["cpu"]
        assert container["resources"]["requests"]["memory"]
        assert container["resources"]["limits"]["memory"]


def test_pods_that_serve_are_probed() -> None:
    (container,) = object_of("Deployment")["spec"]["template"]["spec"]["containers"]
    probes = {name: container[f"{name}Probe"]["httpGet"]["path"] for name in ("startup", "readiness", "liveness")}
    # A database that is down must not get pods killed: liveness asks for the process alone.
    assert probes == {"startup": "/ready", "readiness": "/ready", "liveness": "/health"}


def test_what_belongs_together_finds_each_other() -> None:
    deployment, scaler = object_of("Deployment"), object_of("HorizontalPodAutoscaler")
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert object_of("Service")["spec"]["selector"] == labels
    assert object_of("PodDisruptionBudget")["spec"]["selector"]["matchLabels"] == labels
    assert scaler["spec"]["scaleTargetRef"]["name"] == deployment["metadata"]["name"]
    assert [metric["resource"]["name"] for metric in scaler["spec"]["metrics"]] == ["cpu"]


def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((DEPLOY / "compose.yml").read_text(encoding="utf-8")))


def deployed_environments() -> dict[str, dict[str, str]]:
    """What the replicas of each file for containers get, without what is secret."""
    (container,) = object_of("Deployment")["spec"]["template"]["spec"]["containers"]
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
    assert [port["targetPort"] for port in object_of("Service")["spec"]["ports"]] == ["http"]


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


CONTAINERFILE = (DEPLOY / "Containerfile").read_text(encoding="utf-8")


def instructions(name: str) -> list[str]:
    """What follows an instruction of the container file, each time that it stands there."""
    return re.findall(rf"^{name} (.+)$", CONTAINERFILE.replace("\\\n", " "), re.MULTILINE)


def test_the_container_is_one_that_is_still_patched() -> None:
    assert [line.split()[0] for line in instructions("FROM")] == ["ubuntu:22.04", "ubuntu:22.04"]


def test_the_container_installs_what_is_locked() -> None:
    (install,) = [line for line in instructions("RUN") if "pip install" in line]
    assert "--require-hashes" in install.split()
    assert install.split()[-2:] == ["--requirement", "requirements/run.lock"]


def test_the_container_does_not_run_as_root() -> None:
    last = CONTAINERFILE.rpartition("FROM")[2]
    assert re.findall(r"^USER (.+)$", last, re.MULTILINE) == ["10001"], "the user that Kubernetes names too"


def test_what_the_container_copies_is_all_that_it_runs_on(tmp_path: Path, model_path: Path) -> None:
    copied = [line.split()[:-1] for line in instructions("COPY") if not line.startswith("--from")]
    names = [name for line in copied for name in line]
    assert {"bot", "widget"} <= set(names)
    for name in names:
        source, target = ROOT / name, tmp_path / name
        target.parent.mkdir(exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target)
    # Trained from the same files, it is the same model; without one of them there would be something to train.
    environment = subprocess_environment(BOT_MODELS=model_path.parent, BOT_DATA_FOLDER=tmp_path / "data")
    command = [str(RUN_TIME), "-m", "bot", "train"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("The model is current: nothing to train.\n")
