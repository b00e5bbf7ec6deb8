"""The house rules: what the docs mention, how large a module is, what is not in git, who imports whom."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bot.cli.app import app
from bot.runtime.settings import ROOT, Settings

MOST_LINES = 400


@cache
def documentation() -> str:
    """README.md and all pages of docs/, as one text."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return "\n".join(page.read_text(encoding="utf-8") for page in pages if page.is_file())


def mentioned(name: str) -> bool:
    """Whether the docs have a word, not only as a part of another."""
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", documentation()) is not None


# --- the docs


@pytest.mark.parametrize("name", [f"BOT_{name.upper()}" for name in Settings.__fields__])
def test_every_setting_is_documented(name: str) -> None:
    assert mentioned(name)


COMMANDS = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]


def test_there_are_commands() -> None:
    assert {"check", "train", "serve", "chat", "ask"} <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command: str) -> None:
    assert mentioned(f"python -m bot {command}")


TARGETS = re.findall(r"^([a-z][\w-]*):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)


def test_there_are_targets() -> None:
    assert {"run", "test", "train", "check", "help"} <= set(TARGETS)


@pytest.mark.parametrize("target", TARGETS)
def test_every_make_target_is_documented(target: str) -> None:
    assert mentioned(f"make {target}")


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))], ids=lambda page: page.name
)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
        if "://" not in target and not target.startswith("mailto:"):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_pages_that_the_code_names_exist() -> None:
    named = {
        found
        for path in [*python_files("bot"), *python_files("actions"), *ROOT.glob("*.yml"), ROOT / "Makefile"]
        for found in re.findall(r"\bdocs/[\w/.-]*\w", path.read_text(encoding="utf-8"))
    }
    assert named, "the pattern finds nothing: this test would see none"
    assert {name for name in named if not (ROOT / name).exists()} == set()


# --- the modules


def python_files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = [*python_files("bot"), *python_files("actions")]


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_a_module_is_small_enough_to_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


def imported(path: Path) -> Iterator[str]:
    """Names of the modules that a file imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            # `from bot.nlu import encoder` imports a module, `from bot.errors import Errors` does not: give both names.
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(package + ".") for package in packages)


def offenders(paths: list[Path], *forbidden: str) -> set[str]:
    """Imports of forbidden packages, as ``importer -> imported``."""
    return {f"{module_name(path)} -> {name}" for path in paths for name in imported(path) if within(name, *forbidden)}


def test_imports_are_seen() -> None:
    assert "bot.content.store" in set(imported(ROOT / "bot" / "nlu" / "exact.py"))
    assert offenders(python_files("bot/storage"), "rasa")


def test_the_runtime_is_imported_by_the_command_line_only() -> None:
    others = [path for path in MODULES if not within(module_name(path), "bot.runtime", "bot.cli")]
    assert offenders(others, "bot.runtime") == set()


def test_the_command_line_is_imported_by_nobody() -> None:
    others = [path for path in MODULES if not within(module_name(path), "bot.cli", "bot.__main__")]
    assert offenders(others, "bot.cli") == set()


def test_content_knows_nothing_of_rasa() -> None:
    assert offenders(python_files("bot/content"), "rasa", "rasa_sdk") == set()


def test_loading_the_content_loads_no_rasa() -> None:
    # Not even through another module.
    names = ", ".join(module_name(path) for path in python_files("bot/content"))
    heavy = "('rasa', 'rasa_sdk', 'tensorflow', 'sanic')"
    code = f"import sys, {names}; print([name for name in sys.modules if name.split('.')[0] in {heavy}])"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert result.stdout.strip() == "[]"


# Shared design, section 2: arrows point one way. Each package, and what of ours it may import besides itself.
ARROWS = {
    "actions": ["bot.dialogue", "bot.content", "bot.storage", "bot.errors"],
    "bot.channels": ["bot.dialogue", "bot.content", "bot.storage", "bot.errors", "bot.metrics"],
    "bot.content": ["bot.errors", "bot.metrics", "bot.nlu.encoder", "bot.nlu.vectors"],
    "bot.dialogue": ["bot.content", "bot.errors"],
    "bot.nlu": ["bot.content", "bot.errors"],
    "bot.storage": ["bot.dialogue", "bot.content", "bot.errors", "bot.metrics"],
    "bot.review": ["bot.storage", "bot.dialogue", "bot.content", "bot.errors"],
    "bot.errors": [],
    "bot.metrics": [],
}


@pytest.mark.parametrize("package", ARROWS)
def test_arrows_point_one_way(package: str) -> None:
    paths = [path for path in MODULES if within(module_name(path), package)]
    assert paths
    allowed = [package, *ARROWS[package]]
    strays = {
        arrow
        for arrow in offenders(paths, "bot", "actions")
        if not within(arrow.split(" -> ")[1], *allowed) and arrow.split(" -> ")[1] != "bot"
    }
    assert strays == set()


def test_every_package_has_its_arrows() -> None:
    packages = {".".join(module_name(path).split(".")[:2]) for path in python_files("bot")}
    assert packages - {"bot", "bot.__main__", "bot.cli", "bot.runtime"} == set(ARROWS) - {"actions"}


# --- what is in git


def tracked() -> list[Path]:
    """Files in git, and those that would be with the next `git add`."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


# Put together from parts, so that this file is not one of those it looks for.
INDEX = "|".join(
    [
        re.escape("pypi" + "." + "org"),
        re.escape("python" + "hosted"),
        "-" + r"-(?:extra-|default-)?index" + "-url",
        r"(?m:^-" + r"i\s)",
        r"https?://[^\s\"'<>]*/" + r"simple\b",
        "(?:arti" + "factory|dev" + "pi|nexus" + r"\.)",
    ]
)
HOME = r"(?<![\w.~/-])/(?:ro" + "ot|wo" + r"rk)(?![\w-])"


def places(pattern: str) -> list[str]:
    """Where a pattern stands in the files of git."""
    expression = re.compile(pattern.encode())
    return [
        f"{path.relative_to(ROOT)}: {found[0].decode(errors='replace')}"
        for path in tracked()
        for found in expression.finditer(path.read_bytes())
    ]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (INDEX, "https://" + "pypi" + ".org/simple"),
        (INDEX, "pip install --index" + "-url=x"),
        (INDEX, "https://packages.example.org/" + "simple/"),
        (HOME, "cd /ro" + "ot"),
        (HOME, 'open("/wo' + 'rk/main")'),
    ],
)
def test_the_patterns_find_what_they_look_for(pattern: str, text: str) -> None:
    assert re.search(pattern, text)


def test_git_is_asked_for_its_files() -> None:
    assert ROOT / "config.yml" in tracked()
    assert Path(__file__) in tracked()
    assert not [path for path in tracked() if ".venv" in path.parts or "models" in path.parts]


def test_no_file_names_a_package_index() -> None:
    assert places(INDEX) == []


def test_no_file_names_a_path_of_the_machine_it_was_written_on() -> None:
    assert places(HOME) == []


# --- the lock files


def locked(name: str) -> dict[str, tuple[str, int]]:
    """Version and number of hashes of each package in a lock file."""
    found = {}
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    for entry in re.split(r"\n(?=[^\s#])", "\n" + text):
        match = re.match(r"([\w.-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", entry)
        if match:
            found[re.sub(r"[-_.]+", "-", match[1]).lower()] = (
                match[2],
                len(re.findall(r"--hash=sha256:[0-9a-f]{64}", entry)),
            )
        else:
            assert not entry.strip() or entry.strip().startswith("#"), f"{name}: {entry[:80]}"
    return found


LOCKS = ["run.lock", "dev.lock"]


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_hashes(name: str) -> None:
    packages = locked(name)
    assert packages["rasa"][0] == "3.6.21"
    assert len(packages) > 50
    assert [package for package, (_, hashes) in packages.items() if not hashes] == []


def test_the_environment_of_the_api_tests_is_locked_too() -> None:
    packages = locked("schemathesis.lock")
    assert "schemathesis" in packages
    assert [package for package, (_, hashes) in packages.items() if not hashes] == []


@pytest.mark.parametrize("name", [*LOCKS, "schemathesis.lock"])
def test_a_lock_file_names_no_address(name: str) -> None:
    assert "://" not in (ROOT / "requirements" / name).read_text(encoding="utf-8")


def test_both_lock_files_agree() -> None:
    run, development = locked("run.lock"), locked("dev.lock")
    differing = {
        name: (run[name][0], development[name][0])
        for name in run.keys() & development.keys()
        if run[name][0] != development[name][0]
    }
    assert differing == {}
    assert set(run) - set(development) == set()


def test_tensorflow_is_for_development_only() -> None:
    heavy = ("tensorflow", "keras", "tensorboard", "tf-")
    assert [name for name in locked("run.lock") if name.startswith(heavy)] == []
    assert "tensorflow" in locked("dev.lock")
