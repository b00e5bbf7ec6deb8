"""Runs custom actions inside the Rasa process: no second server, no port to protect, no JSON over the network."""

from __future__ import annotations

import json
from typing import Any, Optional

from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

IN_PROCESS = "in-process"


class InProcessEndpoint(EndpointConfig):
    """An action endpoint that calls the action executor instead of a server."""

    def __init__(self, package: str = "actions") -> None:
        """Registers every action of a package.

        Args:
            package: Name of an importable package; all its modules are searched.
        """
        super().__init__(url=IN_PROCESS)
        self._executor = ActionExecutor()
        self._executor.register_package(package)

    async def request(
        self,
        method: str = "post",
        subpath: Optional[str] = None,
        content_type: Optional[str] = None,
        compress: bool = False,
        return_type: str = "json",
        **kwargs: Any,
    ) -> Optional[dict[str, Any]]:
        """Runs the action named in ``json``, with the meaning of the HTTP call it replaces.

        Raises:
            ClientResponseError: With status 400 if the action refuses to run, as an action server answers.
        """
        try:
            result: Optional[dict[str, Any]] = await self._executor.run(kwargs["json"])
        except ActionExecutionRejection as rejection:
            body = json.dumps({"action_name": rejection.action_name, "error": str(rejection)})
            raise ClientResponseError(400, "rejected", body) from rejection
        return result
