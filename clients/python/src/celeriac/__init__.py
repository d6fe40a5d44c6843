"""Calls tasks of a Celeriac stage from Python: the verbs of the TypeScript client, sync and async."""

from .canvas import Canvas, Signature, Task, chain, chord, group, task
from .client import AsyncClient, AsyncHandle, Client, Handle
from .errors import (
    CeleriacError,
    RequestRefused,
    ResultTimeout,
    TaskFailed,
    TaskRevoked,
    UnexpectedAnswer,
    Unreachable,
)
from .http import AwsCredentials

__all__ = [
    "AsyncClient",
    "AsyncHandle",
    "AwsCredentials",
    "Canvas",
    "CeleriacError",
    "Client",
    "Handle",
    "RequestRefused",
    "ResultTimeout",
    "Signature",
    "Task",
    "TaskFailed",
    "TaskRevoked",
    "UnexpectedAnswer",
    "Unreachable",
    "chain",
    "chord",
    "group",
    "task",
]
