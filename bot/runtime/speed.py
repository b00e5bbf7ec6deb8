"""Replacements inside Rasa that change what a turn costs and nothing else."""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import gc
from functools import cache
from graphlib import TopologicalSorter
from types import SimpleNamespace
from typing import Any, Optional

import rasa.core.policies.rule_policy
import rasa.core.processor
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.engine.graph import ExecutionContext, GraphNodeHook, GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.slots import Slot

from bot.runtime.rules import RulePolicy


class DirectGraphRunner(DaskGraphRunner):
    """Runs a graph's components one after another.

    Rasa asks dask to schedule them, formats all inputs for a debug line that is not shown, and works the graph out anew
    at each of a turn's three runs: 2 ms of 14 on the machine where this was measured.
    """

    @classmethod
    def create(
        cls,
        graph_schema: GraphSchema,
        model_storage: ModelStorage,
        execution_context: ExecutionContext,
        hooks: Optional[list[GraphNodeHook]] = None,
    ) -> DirectGraphRunner:
        """Makes a runner for a trained model, with our :class:`RulePolicy` in the place of Rasa's."""
        stock = rasa.core.policies.rule_policy.RulePolicy
        nodes = {
            name: dataclasses.replace(node, uses=RulePolicy) if node.uses is stock else node
            for name, node in graph_schema.nodes.items()
        }
        return cls(GraphSchema(nodes), model_storage, execution_context, hooks)

    def run(self, inputs: Optional[dict[str, Any]] = None, targets: Optional[list[str]] = None) -> dict[str, Any]:
        """Runs the components that the targets need.

        Args:
            inputs: Values for the graph's placeholders, by name.
            targets: Names of the components whose results are wanted; by default those of the graph.

        Returns:
            Result of each target.
        """
        wanted = tuple(targets or self._graph_schema.target_names)
        # What a component gets is a pair of name and value, or the bare name of an input that was not given.
        results: dict[str, Any] = {name: (name, value) for name, value in (inputs or {}).items()}
        for name, needs in self._plan(wanted):
            results[name] = self._instantiated_nodes[name](*(results.get(need, need) for need in needs))
        return {name: results[name][1] for name in wanted}

    def _plan(self, targets: tuple[str, ...]) -> list[tuple[str, list[str]]]:
        """Components that the targets need, each with its needs, in an order that works."""
        plans: dict[tuple[str, ...], list[tuple[str, list[str]]]] = self.__dict__.setdefault("_plans", {})
        if targets not in plans:
            nodes = self._graph_schema.minimal_graph_schema(list(targets)).nodes
            needs = {name: list(node.needs.values()) for name, node in nodes.items()}
            order = TopologicalSorter(needs).static_order()
            plans[targets] = [(name, needs[name]) for name in order if name in needs]
        return plans[targets]


@cache
def _result_validator() -> Any:
    schema = RemoteAction.action_response_format_spec()
    return validator_for(schema)(schema)


def _validate(self: RemoteAction, result: dict[str, Any]) -> bool:
    _result_validator().validate(result)
    return True


def _copied(self: Slot) -> Slot:
    """What :func:`copy.copy` does with any object, without asking how to do it: a fifth of the time.

    A turn copies every slot of the domain five times.
    """
    twin: Slot = object.__new__(type(self))
    twin.__dict__.update(self.__dict__)
    return twin


def install() -> None:
    """Puts the replacements in place for models loaded from now on.

    Rasa checks the schema of action results itself again at each action, 18 to 31 ms of CPU a turn; one prepared
    validator does the same check in a tenth of that. It also makes deep copies of what it passes to debug log lines,
    shown or not: 0.4 ms a turn. Its processor copies nothing else.
    """
    rasa.core.processor.DaskGraphRunner = DirectGraphRunner  # type: ignore[attr-defined]  # that is the point
    rasa.core.processor.copy = SimpleNamespace(deepcopy=lambda value: value)  # type: ignore[attr-defined,assignment]
    RemoteAction._validate_action_result = _validate  # type: ignore[method-assign]  # that is the point
    Slot.__copy__ = _copied  # type: ignore[attr-defined]


def settle() -> None:
    """Takes what is loaded out of the garbage collector's sight: it would look at half a million objects in vain.

    Call it when everything is loaded. It shortens the longest turns. What loading needed for a moment is given back to
    the system where the C library can do that: 40 MB.
    """
    gc.collect()
    gc.freeze()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
