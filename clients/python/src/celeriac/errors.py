"""What can go wrong. Each error has a `code` that stays the same."""

from __future__ import annotations

from typing import Any, Mapping, Sequence


class CeleriacError(Exception):
    """The base of all errors of this package."""

    code = "celeriac"


class RequestRefused(CeleriacError):
    """The API refused a request: `status`, `code` of the problem, and every fault with its place."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        errors: Sequence[Mapping[str, str]] = (),
        retry_after: float | None = None,
    ) -> None:
        faults = "; ".join(f"{fault.get('path') or '/'} {fault.get('message', '')}" for fault in errors)
        super().__init__(f"{detail} ({status}) {faults}".rstrip())
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = list(errors)
        self.retry_after = retry_after


class Unreachable(CeleriacError):
    """Nobody answered, or not in time; `__cause__` is what the network said."""

    code = "unreachable"


class UnexpectedAnswer(CeleriacError):
    """What answered is not what the contract says."""

    code = "unexpected_answer"


class RemoteError(Exception):
    """The cause of a task's failure: `type` is the class name of what was thrown there."""

    def __init__(self, type_: str, message: str) -> None:
        super().__init__(f"{type_}: {message}")
        self.type = type_
        self.message = message


class TaskFailed(CeleriacError):
    """A task failed. `type` is the class name of what it threw; its causes are in `__cause__`, and so on down."""

    code = "task_failed"

    def __init__(self, task_id: str, error: Mapping[str, Any]) -> None:
        self.task_id = task_id
        self.failed_id = str(error.get("task_id", task_id))
        self.type = str(error.get("type", "Error"))
        self.error = dict(error)
        origin = "" if self.failed_id == task_id else f" (from {self.failed_id})"
        super().__init__(f"{self.type}: {error.get('message', '')}{origin}")
        self.__cause__ = _cause_of(error)


class TaskRevoked(TaskFailed):
    """A task was revoked, or expired before it started (`type` says which)."""

    code = "task_revoked"


class ResultTimeout(CeleriacError):
    """The time for which a result was waited for is over. The task goes on."""

    code = "result_timeout"

    def __init__(self, task_id: str, status: str, seconds: float) -> None:
        super().__init__(f"{task_id} is still {status} after {seconds} s. It goes on: ask for it again.")
        self.task_id = task_id
        self.status = status


def _cause_of(error: Mapping[str, Any]) -> RemoteError | None:
    cause = error.get("cause")
    if not isinstance(cause, Mapping):
        return None
    made = RemoteError(str(cause.get("type", "Error")), str(cause.get("message", "")))
    made.__cause__ = _cause_of(cause)
    return made
