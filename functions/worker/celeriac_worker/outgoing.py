"""What a task sends: its own next attempt, what replaces it, and other tasks, as nodes (src/core/canvas/node.ts)."""

import json

from .values import to_json


class NotHere(Exception):
    """A task asked for what a Python task on Lambda does not have (docs/migrating.md)."""


def node_of(message, names, keep_ids=True):
    """The node of a message of protocol 2: the task, or the chain that it begins."""
    headers, _, (args, kwargs, embed), *_ = message
    if (embed or {}).get("chord"):
        raise NotHere("A chord cannot be started by a Python task here: start it by the HTTP API, or in TypeScript.")
    options = {
        "task_id": headers["id"] if keep_ids else None,
        "eta": headers.get("eta"),
        "expires": headers.get("expires"),
        "time_limit": headers["timelimit"][0],
        "soft_time_limit": headers["timelimit"][1],
        "ignore_result": True if headers.get("ignore_result") else None,
        "link": links((embed or {}).get("callbacks"), names),
        "link_error": links((embed or {}).get("errbacks"), names),
    }
    first = task_node(headers["task"], args, kwargs, options, names)
    steps = [signature_node(step, names, keep_ids) for step in reversed((embed or {}).get("chain") or [])]
    return first if not steps else {"chain": [first, *steps]}


def signature_node(signature, names, keep_ids=True):
    """The node of a signature that follows another task."""
    if signature.get("subtask_type") or signature["options"].get("chord"):
        raise NotHere(f"A {signature.get('subtask_type') or 'chord'} cannot be a step of what a Python task starts here.")
    given = signature["options"]
    options = {
        "task_id": given.get("task_id") if keep_ids else None,
        "countdown": given.get("countdown"),
        "time_limit": given.get("time_limit"),
        "soft_time_limit": given.get("soft_time_limit"),
        "link": links(given.get("link"), names),
        "link_error": links(given.get("link_error"), names),
    }
    immutable = bool(signature.get("immutable"))
    return task_node(signature["task"], signature["args"], signature["kwargs"], options, names, immutable)


def links(signatures, names):
    """The nodes of links; None where there are none."""
    listed = signatures if isinstance(signatures, (list, tuple)) else [signatures] if signatures else []
    return [signature_node(one, names) for one in listed] or None


def task_node(task, args, kwargs, options, names, immutable=False):
    """A task's node. Of its own module it may be called by Celery's name; of others by the name here."""
    said = {name: value for name, value in options.items() if value is not None}
    node = {"task": names.get(task, task), "args": list(args or ()), "kwargs": dict(kwargs or {}), "options": said}
    # As it crosses: dates as text, and what JSON cannot say is refused where it is sent.
    return json.loads(to_json({**node, "immutable": immutable}))
