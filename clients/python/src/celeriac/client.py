"""The clients: one that waits, and one for asyncio, whose requests run in threads."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any, AsyncIterator, Callable, Generic, Iterator, Mapping, ParamSpec, Sequence, TypeVar, cast, overload
from urllib.parse import quote

from .canvas import Canvas, Signature, Task, with_options, wire
from .errors import ResultTimeout, TaskFailed, TaskRevoked, UnexpectedAnswer
from .http import Http

Result = TypeVar("Result", covariant=True)
Other = TypeVar("Other")
Params = ParamSpec("Params")
Record = Mapping[str, Any]

ENDED = frozenset({"SUCCESS", "FAILURE", "REVOKED"})
LONG = 20.0
FIRST_LOOK = 0.25
LAST_LOOK = 2.0


class Handle(Generic[Result]):
    """What was submitted: a task, a group, or what a canvas ends with."""

    def __init__(self, http: Http, task_id: str, submission: Record | None = None) -> None:
        self._http = http
        self.task_id = task_id
        self.submission = submission

    def record(self, wait: float = 0) -> Record:
        """Its record once it has ended, or `wait` seconds (0 to 20) are over."""
        query = {"wait": f"{wait:g}"} if wait > 0 else None
        record = self._http.request("GET", f"/result/{quote(self.task_id, safe='')}", query=query)
        if not isinstance(record, dict) or "status" not in record:
            raise UnexpectedAnswer("The record of a task is not what Celeriac's API answers. Is this its URL?")
        url = record.pop("result_url", None)
        return record if url is None else {**record, "result": self._http.fetch(url)}

    def result(self, timeout: float | None = None) -> Result:
        """Waits for its end, and gives its result. Raises TaskFailed, TaskRevoked, ResultTimeout."""
        started = time.monotonic()
        left = LONG if timeout is None else timeout
        record = self.record(min(LONG, max(0, left)))
        while record["status"] not in ENDED:
            left = LONG if timeout is None else timeout - (time.monotonic() - started)
            if left <= 0:
                raise ResultTimeout(self.task_id, record["status"], timeout or 0)
            record = self.record(min(LONG, left))
        return cast(Result, _result_of(record))

    def states(self) -> Iterator[Record]:
        """Its record now, and each time that its state, progress or retries have changed, until it has ended."""
        watch = _Watch()
        while True:
            record = self.record()
            if watch.is_news(record):
                yield record
            if record["status"] in ENDED:
                return
            time.sleep(watch.pause)

    def __iter__(self) -> Iterator[Record]:
        return self.states()

    def revoke(self, *, terminate: bool = False) -> None:
        """What has not started never starts; with `terminate` what runs is stopped within 15 s."""
        self._http.request("POST", f"/tasks/{quote(self.task_id, safe='')}/revoke", body={"terminate": terminate})

    def retry(self, *, idempotency_key: str | None = None) -> "Handle[Result]":
        """Runs a failed or revoked task again, alone, under a new id."""
        path = f"/tasks/{quote(self.task_id, safe='')}/retry"
        answer = self._http.request("POST", path, body={}, headers=_headers(idempotency_key, None))
        return Handle(self._http, answer["task_id"], answer)

    def forget(self) -> None:
        """Forgets a task that has ended, with its arguments and result."""
        self._http.request("DELETE", f"/tasks/{quote(self.task_id, safe='')}")


class Client:
    """Starts tasks of the stage at `url`, and asks for them. Who asks: `token`, `key` or `credentials`."""

    def __init__(self, url: str, **options: Any) -> None:
        self.http = Http(url, **options)

    @overload
    def delay(self, task: Task[Params, Other], *args: Params.args, **kwargs: Params.kwargs) -> Handle[Other]: ...
    @overload
    def delay(self, task: Canvas[Other]) -> Handle[Other]: ...
    @overload
    def delay(self, task: str, *args: Any, **kwargs: Any) -> Handle[Any]: ...
    def delay(self, task: Any, *args: Any, **kwargs: Any) -> Handle[Any]:
        """Starts a task with these arguments, or a canvas."""
        return self.apply(task, args, kwargs)

    @overload
    def apply(
        self, task: Task[..., Other], args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None, **options: Any
    ) -> Handle[Other]: ...
    @overload
    def apply(self, task: Canvas[Other], **options: Any) -> Handle[Other]: ...
    @overload
    def apply(
        self, task: str, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None, **options: Any
    ) -> Handle[Any]: ...
    def apply(self, task: Any, args: Any = (), kwargs: Any = None, **options: Any) -> Handle[Any]:
        """
        Starts it with options: countdown, eta, expires, time_limit, soft_time_limit, max_retries, priority, headers,
        ignore_result, task_id; and idempotency_key, correlation_id.
        """
        headers = _headers(options.pop("idempotency_key", None), options.pop("correlation_id", None))
        made = Task[..., Any](task) if isinstance(task, str) else task
        whole = made.s(*args, **(kwargs or {})) if isinstance(made, Task) else made
        node = with_options(whole.node, wire(options))
        return self._submit("/tasks" if "task" in node else "/canvas", node, headers)

    def batch(self, tasks: Sequence[Signature[Other]], *, idempotency_key: str | None = None) -> list[Handle[Other]]:
        """Starts up to 10,000 independent tasks in one request; handles in their order."""
        body = {"tasks": [one.node for one in tasks]}
        answer = self.http.request("POST", "/tasks/batch", body=body, headers=_headers(idempotency_key, None))
        return [Handle(self.http, one["task_id"]) for one in answer["tasks"]]

    def run(
        self, workflow: str, *args: Any, kwargs: Mapping[str, Any] | None = None, idempotency_key: str | None = None
    ) -> Handle[Any]:
        """Runs a named workflow; its first tasks get these arguments."""
        body = {"args": list(args), "kwargs": dict(kwargs or {})}
        return self._submit(f"/workflows/{quote(workflow, safe='')}", body, _headers(idempotency_key, None))

    def handle(self, task_id: str) -> Handle[Any]:
        """The handle of what was submitted before."""
        return Handle(self.http, task_id)

    def registry(self) -> list[Record]:
        """The tasks that are deployed, with the JSON Schemas of their arguments."""
        return list(self.http.request("GET", "/registry")["tasks"])

    def _submit(self, path: str, body: Any, headers: Mapping[str, str]) -> Handle[Any]:
        answer = self.http.request("POST", path, body=body, headers=headers)
        if not isinstance(answer, dict) or "task_id" not in answer:
            raise UnexpectedAnswer(f"The answer to POST {path} is not what Celeriac's API answers. Is this its URL?")
        return Handle(self.http, answer["task_id"], answer)


class AsyncHandle(Generic[Result]):
    """A {@link Handle} for asyncio: the same verbs, to be awaited."""

    def __init__(self, handle: Handle[Result]) -> None:
        self._handle = handle
        self.task_id = handle.task_id
        self.submission = handle.submission

    async def record(self) -> Record:
        return await asyncio.to_thread(self._handle.record)

    async def result(self, timeout: float | None = None) -> Result:
        """Waits in requests of 20 s each; a cancelled wait ends at once for its caller."""
        return await asyncio.to_thread(self._handle.result, timeout)

    async def states(self) -> AsyncIterator[Record]:
        watch = _Watch()
        while True:
            record = await self.record()
            if watch.is_news(record):
                yield record
            if record["status"] in ENDED:
                return
            await asyncio.sleep(watch.pause)

    def __aiter__(self) -> AsyncIterator[Record]:
        return self.states()

    async def revoke(self, *, terminate: bool = False) -> None:
        await asyncio.to_thread(lambda: self._handle.revoke(terminate=terminate))

    async def retry(self, *, idempotency_key: str | None = None) -> "AsyncHandle[Result]":
        return AsyncHandle(await asyncio.to_thread(lambda: self._handle.retry(idempotency_key=idempotency_key)))

    async def forget(self) -> None:
        await asyncio.to_thread(self._handle.forget)


class AsyncClient:
    """A {@link Client} for asyncio; its requests run in threads, for the standard library has no other HTTP."""

    def __init__(self, url: str, **options: Any) -> None:
        self.client = Client(url, **options)

    @overload
    async def delay(
        self, task: Task[Params, Other], *args: Params.args, **kwargs: Params.kwargs
    ) -> AsyncHandle[Other]: ...
    @overload
    async def delay(self, task: Canvas[Other]) -> AsyncHandle[Other]: ...
    @overload
    async def delay(self, task: str, *args: Any, **kwargs: Any) -> AsyncHandle[Any]: ...
    async def delay(self, task: Any, *args: Any, **kwargs: Any) -> AsyncHandle[Any]:
        return await _handle_of(lambda: self.client.delay(task, *args, **kwargs))

    async def apply(
        self,
        task: Task[..., Other] | Canvas[Other] | str,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> AsyncHandle[Any]:
        apply: Callable[..., Handle[Any]] = self.client.apply
        return await _handle_of(lambda: apply(task, args, kwargs, **options))

    async def batch(
        self, tasks: Sequence[Signature[Other]], *, idempotency_key: str | None = None
    ) -> list[AsyncHandle[Other]]:
        handles = await asyncio.to_thread(lambda: self.client.batch(tasks, idempotency_key=idempotency_key))
        return [AsyncHandle(handle) for handle in handles]

    async def run(self, workflow: str, *args: Any, **options: Any) -> AsyncHandle[Any]:
        return await _handle_of(lambda: self.client.run(workflow, *args, **options))

    def handle(self, task_id: str) -> AsyncHandle[Any]:
        return AsyncHandle(self.client.handle(task_id))


class _Watch:
    """Which state was told, and how long to wait for the next look."""

    def __init__(self) -> None:
        self._told = ""
        self.pause = FIRST_LOOK

    def is_news(self, record: Record) -> bool:
        names = ("status", "progress", "retries", "completed", "failed")
        news = json.dumps([record.get(name) for name in names])
        is_news = news != self._told
        self.pause = FIRST_LOOK if is_news else min(LAST_LOOK, self.pause * 1.5)
        self._told = news
        return is_news


async def _handle_of(start: Callable[[], Handle[Other]]) -> AsyncHandle[Other]:
    return AsyncHandle(await asyncio.to_thread(start))


def _result_of(record: Record) -> Any:
    if record["status"] == "SUCCESS":
        return record["result"]
    error = record.get("error") or {}
    ended = TaskRevoked if record["status"] == "REVOKED" else TaskFailed
    raise ended(record["task_id"], error)


def _headers(idempotency_key: str | None, correlation_id: str | None) -> dict[str, str]:
    headers = {"idempotency-key": idempotency_key, "x-correlation-id": correlation_id}
    return {name: value for name, value in headers.items() if value is not None}
