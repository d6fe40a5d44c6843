"""The result backend that the app has here: the supervisor stores results, and is told of states."""

import math
import re

from celery.backends.base import DisabledBackend

from .outgoing import NotHere

#: What a task that runs is never said to be in: with Ignore after it, it is how the task ends.
ENDS = ("SUCCESS", "FAILURE", "REVOKED", "RETRY", "PENDING")

current = None


class Backend(DisabledBackend):
    """What `app.conf.result_backend` names is not touched."""

    persistent = False
    #: One for all threads of the app.
    thread_safe = True

    def store_result(self, task_id, result, state, traceback=None, request=None, **options):
        if current is None or task_id != current.id:
            raise NotHere("A Python task here may tell its own state alone.")
        current.say(state, result)
        return result

    def mark_as_done(self, *args, **options):
        """What a task returned is taken from the tracer."""

    mark_as_failure = mark_as_retry = mark_as_done

    def on_task_call(self, producer, task_id):
        return {}

    def get_task_meta(self, *args, **options):
        raise NotHere("Results of tasks cannot be asked for by a Python task here: make the asking task a step after them.")

    get_state = get_result = wait_for = wait_for_pending = get_many = get_task_meta

    def apply_chord(self, *args, **options):
        raise NotHere("A chord cannot be started by a Python task here: start it by the HTTP API, or in TypeScript.")


def report_of(state, meta):
    """What the supervisor is told of a state of the task's own; None where it is no word."""
    status = re.sub(r"[^A-Z0-9_]", "_", str(state).upper())[:64]
    if not re.match("[A-Z]", status):
        return None
    meta = meta if isinstance(meta, dict) else {}
    current_, total = meta.get("current"), meta.get("total")
    if not (is_number(current_) and is_number(total)):
        return {"status": status, "progress": None}
    texts = [meta[key] for key in ("message", "status") if isinstance(meta.get(key), str)]
    message = texts[0].encode()[:1024].decode(errors="ignore") if texts else None
    return {"status": status, "progress": {"current": current_, "total": total, "message": message}}


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
