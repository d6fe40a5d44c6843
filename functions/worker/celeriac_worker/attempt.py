"""One attempt: Celery's own tracer runs the task, and what came of it is told in the supervisor's terms."""

import datetime
import json

from celery import states
from celery.exceptions import Reject, Retry

from . import log
from .backend import ENDS, report_of
from .outgoing import NotHere, node_of
from .values import describe, result_json, stack_of

#: Seconds until a task that was rejected, to be queued again, is run again.
REQUEUED = 1


class Attempt:
    """What a task that runs may say and send."""

    def __init__(self, channel, message, task, request, names):
        self.id = request["id"]
        self._channel, self._run, self._task, self._request, self._names = channel, message["run"], task, request, names
        self._each = message["each"]
        self._ended = None
        self._replaced = None
        self._retry = None

    def say(self, state, meta):
        if state in ENDS:
            self._ended = (state, meta)
            return
        report = report_of(state, meta)
        if report is not None:
            self._channel.tell({"type": "report", "run": self._run, "report": report})

    def send(self, producer, name, message, **options):
        """In the place of AMQP.send_task_message: nothing of a task goes to a broker."""
        headers = message[0]
        if headers["id"] == self.id and headers.get("retries", 0) == self._request["retries"] + 1:
            self._check_retry(message)
            self._retry = headers
        elif (headers.get("replaced_task_nesting") or 0) > self._request["replaced_task_nesting"]:
            self._replaced = json.dumps(node_of(message, self._names, keep_ids=False))
        else:
            ask = {"kind": "submit", "json": json.dumps(node_of(message, self._names))}
            self._channel.ask(self._run, ask)

    def _check_retry(self, message):
        args, kwargs = message[2][:2]
        if list(args) != self._request["args"] or dict(kwargs) != self._request["kwargs"]:
            raise NotHere("A retry with other arguments is not there: the next attempt has those of the first.")

    def run(self, args, kwargs):
        """Runs the task, and gives the outcome."""
        task, trace = self._task, self._task.__trace__
        if self._each is not None:
            trace = task.app.tasks["celeriac.each"].__trace__
            args, kwargs = (task.name, self._each, args, kwargs), {}
        value, info, _, _ = trace(self.id, args, kwargs, self._request)
        try:
            return self._outcome(value, info)
        except Exception as error:
            return self._failed(error)

    def _outcome(self, value, info):
        if self._replaced is not None:
            return {"kind": "replace", "json": self._replaced}
        if self._retry is not None:
            return self._again(info)
        if info is None:
            return {"kind": "result", "json": "null" if self._request["ignore_result"] else result_json(value)}
        error = info.retval
        if info.state == states.IGNORED:
            return self._ignored(error)
        if info.state == states.REJECTED:
            if error.requeue:
                return {"kind": "retry", "countdown": REQUEUED, "error": described(error.reason, "Reject")}
            return {"kind": "error", "error": described(error.reason, "Reject")}
        return self._failed(error)

    def _again(self, info):
        thrown = info.retval if info is not None and isinstance(info.retval, Retry) else None
        cause = thrown.exc if thrown is not None and isinstance(thrown.exc, BaseException) else None
        error = None if cause is None else describe(cause)
        return {"kind": "retry", "countdown": seconds_until(self._retry.get("eta")), "error": error}

    def _ignored(self, error):
        """Celery leaves such a task in the state that it has set itself. Here each task ends."""
        state, meta = self._ended or (None, None)
        if state == "SUCCESS":
            return {"kind": "result", "json": result_json(meta)}
        if state is not None:
            return {"kind": "error", "error": described(meta, state)}
        message = str(error) or "The task raised Ignore: it has no result, and what waits for it fails."
        return {"kind": "error", "error": {"type": "Ignore", "message": message}}

    def _failed(self, error):
        expected = self._task.throws and isinstance(error, self._task.throws)
        told = describe(error)
        fields = {} if expected else {"stack": stack_of(error)}
        log.line("INFO" if expected else "ERROR", f"{told['type']}: {told['message']}", **fields)
        return {"kind": "error", "error": told}


def described(reason, name):
    """What somebody gave as a reason: an error, what Celery stores of one, or a text."""
    if isinstance(reason, BaseException):
        return describe(reason)
    if isinstance(reason, dict) and "exc_type" in reason:
        return {"type": str(reason["exc_type"])[:256], "message": str(reason.get("exc_message", ""))[:2000]}
    return {"type": name, "message": str(reason or "")[:2000]}


def seconds_until(eta):
    """Seconds until a time in ISO 8601, 0 where it is over or not told."""
    if eta is None:
        return 0
    time = datetime.datetime.fromisoformat(str(eta).replace("Z", "+00:00"))
    if time.tzinfo is None:
        time = time.replace(tzinfo=datetime.timezone.utc)
    return max(0.0, round((time - datetime.datetime.now(datetime.timezone.utc)).total_seconds(), 1))
