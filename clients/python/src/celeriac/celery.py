"""Remote control for an app of Celery whose tasks run on a stage, for SQS has no broadcast: `revoke` goes over HTTP.

    app = Celery("proj", broker="sqs://", backend="dynamodb://@eu-west-1/celery?ttl_seconds=86400")
    revoke_by_http(app, Client("https://...", token=...))
    result.revoke()                 # also AsyncResult.revoke, GroupResult.revoke, app.control.revoke and terminate
"""

from __future__ import annotations

import hashlib
import time
import uuid
from typing import Any, Iterable, Protocol, Union

from .client import Client
from .errors import RequestRefused

NAMESPACE = uuid.UUID("5ce1e21a-c0de-4bad-8f00-d5ce1e21ac00")
PATIENCE = 5.0
PAUSE = 0.5


class _App(Protocol):
    """What is used of celery.Celery, which this package does not need."""

    @property
    def control(self) -> Any: ...


def revoke_by_http(app: _App, client: Client) -> None:
    """
    Has `app` revoke by `client`. A task that the stage does not know is looked for again for 5 s, since its message may
    be under way; one that a Python worker runs stays unknown, and is left as it is.
    """

    def revoke(task_id: Union[str, Iterable[str]], *_args: Any, terminate: bool = False, **_options: Any) -> None:
        ids = [task_id] if isinstance(task_id, str) else list(task_id)
        deadline = time.monotonic() + PATIENCE
        while ids := [one for one in ids if not _revoked(client, one, bool(terminate))]:
            if time.monotonic() > deadline:
                return
            time.sleep(PAUSE)

    def terminate(task_id: Union[str, Iterable[str]], *_args: Any, **_options: Any) -> None:
        revoke(task_id, terminate=True)

    app.control.revoke = revoke
    app.control.terminate = terminate


def own_id(task_id: str) -> str:
    """The id by which the stage knows a task: its own, or the one that derives from an id that is no UUID."""
    try:
        plain = str(uuid.UUID(task_id))
    except ValueError:
        plain = ""
    if plain == task_id.lower():
        return plain
    digest = hashlib.sha1(NAMESPACE.bytes + f"celery\n{task_id}".encode(), usedforsecurity=False).digest()
    return str(uuid.UUID(bytes=digest[:16], version=5))


def _revoked(client: Client, task_id: str, terminate: bool) -> bool:
    try:
        client.handle(own_id(task_id)).revoke(terminate=terminate)
    except RequestRefused as refused:
        if refused.status != 404:
            raise
        return False
    return True
