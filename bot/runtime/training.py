"""Trains the model, and knows whether the one on disk is still the right one."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple, Optional

from bot.content.topics import examples
from bot.content.yaml_lines import YamlFile
from bot.errors import Errors, ModelError
from bot.nlu.encoder import default_files

MODEL_NAME = "assistant.tar.gz"
MANIFEST_NAME = "manifest.json"


class Manifest(NamedTuple):
    """What a trained model was made from.

    Attributes:
        digest: SHA-256 sum of what training read; see :func:`training_digest`.
        sha256: SHA-256 sum of the model's archive.
        pipeline: SHA-256 sum of the code that trained it; see :func:`pipeline_digest`.
        trusted: Sums of other archives that the operator allows to be loaded.
    """

    digest: str
    sha256: str
    pipeline: str = ""
    trusted: Sequence[str] = ()


def training_digest(root: Path) -> str:
    """SHA-256 sum of what training reads: phrasings, labels, rules, domain, pipeline, encoder and component code.

    Answers, titles, sources and ``knowledge/`` are not in it: editing them needs no training.

    Raises:
        ContentError: A file cannot be read.
        EncoderError: The encoder is missing.
    """
    parts: list[Any] = [
        pipeline_digest(root),
        YamlFile(root / "config.yml").data,
        _without_texts(YamlFile(root / "domain.yml").data),
    ]
    for path in sorted((root / "data").rglob("*.yml")):
        data = YamlFile(path).data or {}
        phrasings = [(entry.get("intent"), examples(entry.get("examples"))) for entry in data.get("nlu") or []]
        parts.append([path.relative_to(root).as_posix(), phrasings, data.get("rules"), data.get("stories")])
    return _digest(parts)


def pipeline_digest(root: Path) -> str:
    """SHA-256 sum of what a model must be served by as it was trained by it: Rasa, the encoder and component code.

    Raises:
        EncoderError: The encoder is missing.
    """
    files = default_files()
    sums = [_sha256(path) for path in (files.model, files.tokenizer, *sorted((root / "bot" / "nlu").glob("*.py")))]
    return _digest([version("rasa"), sums])


def _digest(parts: list[Any]) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def _without_texts(domain: dict[str, Any]) -> dict[str, Any]:
    return {**domain, "responses": sorted(domain.get("responses") or {})}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_manifest(models: Path) -> Manifest:
    """Reads the manifest beside the model.

    Raises:
        ModelError: There is none, or it cannot be read.
    """
    try:
        return Manifest(**json.loads((models / MANIFEST_NAME).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ModelError(Errors.E001.format(folder=models)) from error


def verified_model(models: Path, file: Optional[Path] = None) -> Path:
    """The trained model's archive, after checking its sum: a model file names code to run, so only ours is loaded.

    Args:
        models: Folder of the model and its manifest.
        file: Another archive, whose sum must be in the manifest too.

    Raises:
        ModelError: It is missing, was changed, or is not known.
    """
    manifest = read_manifest(models)
    path = file or models / MODEL_NAME
    if not path.is_file():
        raise ModelError(Errors.E005.format(path=path) if file else Errors.E001.format(folder=models))
    known = (manifest.sha256, *manifest.trusted) if file else (manifest.sha256,)
    if _sha256(path) not in known:
        text = Errors.E006 if file else Errors.E002
        raise ModelError(text.format(path=path, manifest=models / MANIFEST_NAME))
    return path


def trust_model(models: Path, file: Path) -> None:
    """Allows another archive to be loaded: its sum goes into the manifest.

    Raises:
        ModelError: There is no such file, or no manifest.
    """
    manifest = read_manifest(models)
    if not file.is_file():
        raise ModelError(Errors.E005.format(path=file))
    _write_manifest(models, manifest._replace(trusted=sorted({*manifest.trusted, _sha256(file)})))


def _write_manifest(models: Path, manifest: Manifest) -> None:
    text = json.dumps(manifest._asdict(), indent=2) + "\n"
    (models / MANIFEST_NAME).write_text(text, encoding="utf-8")


def is_current(root: Path, models: Path) -> bool:
    """Whether there is a sound model that was trained from what is in the project now."""
    try:
        verified_model(models)
        return read_manifest(models).digest == training_digest(root)
    except ModelError:
        return False


def check_pipeline(root: Path, models: Path) -> None:
    """Makes sure that the model was trained by the code that is here now; by another it would understand wrongly.

    Raises:
        ModelError: It was not, or there is none.
    """
    if read_manifest(models).pipeline != pipeline_digest(root):
        raise ModelError(Errors.E008)


@contextlib.contextmanager
def _working_folder(folder: Path) -> Iterator[None]:
    """Rasa resolves paths, its cache among them, against the working folder."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def train(root: Path, models: Path) -> Path:
    """Trains with Rasa, without TensorFlow, and moves the new model into place with its manifest.

    The model being served stays as it was until the new one is complete.

    Raises:
        ModelError: Rasa could not train.
    """
    from rasa.model_training import train as rasa_train

    digest, pipeline = training_digest(root), pipeline_digest(root)
    models.mkdir(parents=True, exist_ok=True)
    new = models / ("new-" + MODEL_NAME)
    said = io.StringIO()
    try:
        # Rasa prints coloured remarks of its own; they matter only when training fails.
        with _working_folder(root), contextlib.redirect_stdout(said):
            result = rasa_train(
                domain="domain.yml",
                config="config.yml",
                training_files="data",
                output=str(models),
                fixed_model_name=new.name,
            )
    except SystemExit as error:
        raise ModelError(Errors.E004.format(reason=said.getvalue().strip() or error)) from error
    if result.code or not new.is_file():
        raise ModelError(Errors.E004.format(reason=said.getvalue().strip() or f"code {result.code}"))
    trusted: Sequence[str] = ()
    with contextlib.suppress(ModelError):
        trusted = read_manifest(models).trusted
    manifest = Manifest(digest, _sha256(new), pipeline, trusted)
    final = models / MODEL_NAME
    os.replace(new, final)
    _write_manifest(models, manifest)
    return final
