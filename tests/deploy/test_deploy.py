"""The deployment files, each checked by what will read it: nginx, systemd, Kubernetes' schema, the compose schema."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from contextlib import ExitStack, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import requests
import yaml
from conftest import PATIENCE, free_port, is_up, subprocess_environment, wait_for

from bot.channels.clients import client_address
from bot.runtime.settings import ROOT, Settings

DEPLOY = ROOT / "deploy"
SETTINGS = {f"BOT_{name.upper()}" for name in Settings.__fields__}


def needed(command: str) -> str:
    """Path of a program that these tests cannot do without."""
    found = shutil.which(command, path=f"{os.environ['PATH']}:/usr/sbin")
    assert found, f"install {command} (Debian has it); `make test` does so as root"
    return found


def run(*command: str) -> str:
    """What a command that has to succeed printed."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    return output


def nginx_configuration(folder: Path, replicas: str) -> Path:
    """The site file in a folder, as it will be included in an nginx of Debian's."""
    site = (DEPLOY / "nginx" / "amicc.conf").read_text(encoding="utf-8")
    (folder / "site.conf").write_text(site.replace("/etc/nginx", str(folder)), encoding="utf-8")
    (folder / "amicc-replicas.conf").write_text(replicas, encoding="utf-8")
    main = folder / "nginx.conf"
    main.write_text(
        f"pid {folder}/pid; error_log stderr; events {{}}\n"
        f"http {{ access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;\n"
        f"fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;\n"
        f"include {folder}/site.conf; }}\n",
        encoding="utf-8",
    )
    return main


@pytest.mark.parametrize("name", ["replicas.conf", "replicas.compose.conf"])
def test_nginx_accepts_its_configuration(name: str, tmp_path: Path) -> None:
    replicas = (DEPLOY / "nginx" / name).read_text(encoding="utf-8")
    # nginx looks names up when it reads its configuration; the compose network has them, this machine does not.
    main = nginx_configuration(tmp_path, re.sub(r"replica-\d:", "127.0.0.1:", replicas))
    assert "syntax is ok" in run(needed("nginx"), "-t", "-c", str(main), "-p", str(tmp_path))


def test_the_check_of_nginx_can_fail(tmp_path: Path) -> None:
    main = nginx_configuration(tmp_path, "upstream amicc_assistant { server 127.0.0.1:5005 }")
    with pytest.raises(AssertionError, match="unexpected"):
        run(needed("nginx"), "-t", "-c", str(main), "-p", str(tmp_path))


def test_nginx_tells_the_replicas_who_the_client_is_and_believes_no_client() -> None:
    site = (DEPLOY / "nginx" / "amicc.conf").read_text(encoding="utf-8")
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in site
    assert "$proxy_add_x_forwarded_for" not in site


UNITS = {
    "amicc-assistant@.service": "amicc-assistant@5005.service",
    "amicc-assistant-retention.service": "amicc-assistant-retention.service",
    "amicc-assistant-retention.timer": "amicc-assistant-retention.timer",
}
"""Each unit, and what it is called when it runs."""


def systemd_units(folder: Path, **replaced: str) -> list[Path]:
    """The units in a folder, with the program they start standing in for the installed one."""
    paths = []
    for source, name in UNITS.items():
        unit = (DEPLOY / source).read_text(encoding="utf-8")
        unit = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", unit, flags=re.MULTILINE)
        for old, new in replaced.items():
            unit = unit.replace(f"{old}=", new)
        paths.append(folder / name)
        paths[-1].write_text(unit, encoding="utf-8")
    return paths


def verified(paths: list[Path]) -> str:
    """What systemd says of units; nothing of ours if it accepts them."""
    command = [needed("systemd-analyze"), "verify", "--man=no", *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr


def test_every_unit_is_checked() -> None:
    assert {path.name for path in DEPLOY.glob("amicc-*")} == set(UNITS)


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    said = verified(systemd_units(tmp_path))
    assert "amicc-assistant" not in said, said


@pytest.mark.parametrize(
    ("old", "new"), [("MemoryMax", "MemoryMost="), ("OnCalendar", "OnCalendar=noon "), ("Type", "Type=twoshot-")]
)
def test_the_check_of_systemd_can_fail(tmp_path: Path, old: str, new: str) -> None:
    assert "amicc-assistant" in verified(systemd_units(tmp_path, **{old: new}))


def test_the_timer_starts_what_the_documentation_says() -> None:
    service = (DEPLOY / "amicc-assistant-retention.service").read_text(encoding="utf-8")
    assert "-m bot retention run" in service
    for name in ("amicc-assistant@.service", "amicc-assistant-retention.service"):
        unit = (DEPLOY / name).read_text(encoding="utf-8")
        # Units with another user each would take the data folder away from each other.
        assert "User=amicc-assistant\n" in unit
        assert "StateDirectory=amicc-assistant\n" in unit


def replica_environment() -> dict[str, str]:
    """The lines ``Environment=`` of the replicas' unit."""
    unit = (DEPLOY / "amicc-assistant@.service").read_text(encoding="utf-8")
    pairs = " ".join(re.findall(r"^Environment=(.+)$", unit, re.MULTILINE)).split()
    return dict(pair.split("=", 1) for pair in pairs)


def test_the_units_believe_the_nginx_of_their_machine() -> None:
    proxies = Settings(proxies=replica_environment()["BOT_PROXIES"]).trusted_proxies
    assert client_address("127.0.0.1", "203.0.113.9", proxies) == "203.0.113.9"
    assert client_address("192.0.2.1", "203.0.113.9", proxies) == "192.0.2.1"


def unit_command(port: int) -> list[str]:
    """What the replicas' unit starts for a port, run by this interpreter."""
    unit = (DEPLOY / "amicc-assistant@.service").read_text(encoding="utf-8")
    (command,) = re.findall(r"^ExecStart=(.+)$", unit, re.MULTILINE)
    return command.replace("%i", str(port)).replace("/srv/assistant/.venv/bin/python", sys.executable).split()


def free_ports(count: int) -> list[int]:
    """Ports of four digits that are free, as are those with a 1 in front."""
    found: list[int] = []
    for port in range(5100, 9999):
        with ExitStack() as stack, suppress(OSError):
            for number in (port, 10_000 + port):
                stack.enter_context(socket.socket()).bind(("127.0.0.1", number))
            found.append(port)
        if len(found) == count:
            return found
    raise AssertionError("no ports are free")


def test_units_with_one_file_of_settings_start_beside_each_other(tmp_path: Path, model_path: Path) -> None:
    # As an operator might write it, for one replica: the units override what has to differ.
    shared = {"BOT_METRICS_PORT": free_port(), "BOT_PORT": free_port(), "BOT_DATA_FOLDER": tmp_path / "data"}
    log = tmp_path / "log.txt"
    with ExitStack() as stack:
        ports = free_ports(2)
        processes = []
        for port in ports:
            process = subprocess.Popen(
                unit_command(port),
                cwd=ROOT,
                env=subprocess_environment(**{**replica_environment(), **shared}),
                stdout=subprocess.DEVNULL,
                stderr=stack.enter_context(log.open("ab")),
            )
            stack.callback(process.wait, PATIENCE)
            stack.callback(process.terminate)
            processes.append(process)
        for port, process in zip(ports, processes):
            wait_for(lambda: is_up(f"http://127.0.0.1:{port}/health", process, log), "a replica")  # noqa: B023
            assert "amicc_turns_total" in requests.get(f"http://127.0.0.1:1{port}/metrics", timeout=PATIENCE).text


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


@pytest.mark.parametrize("path", [path for path in sorted(DEPLOY.rglob("*")) if path.is_file()], ids=lambda p: p.name)
def test_a_setting_that_a_deployment_file_names_exists(path: Path) -> None:
    named = set(re.findall(r"\bBOT_[A-Z_]+\b", path.read_text(encoding="utf-8")))
    assert named - SETTINGS == set()
