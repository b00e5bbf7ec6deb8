"""Runs custom actions inside the Rasa process: no second server, no port to protect, no JSON over the network."""

from __future__ import annotations

from typing import Any, Optional

from aiohttp import ClientResponseError, RequestInfo
from multidict import CIMultiDict, CIMultiDictProxy
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection
from yarl import URL

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
            info = RequestInfo(URL(IN_PROCESS), method, CIMultiDictProxy(CIMultiDict()), URL(IN_PROCESS))
            error = ClientResponseError(info, (), status=400, message="rejected")
            # Rasa reads the action's name from ``text``, where its own HTTP client puts the body.
            error.text = f'{{"action_name": "{rejection.action_name}", "error": "rejected"}}'  # type: ignore[attr-defined]
            raise error from rejection
        return result
