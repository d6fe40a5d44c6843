"""What synth asks of a module: its tasks, their parameters and options, as one line of JSON."""

import inspect
import json
import os
import sys
import traceback

#: Exit code where Python, Celery or a package is missing, which is no fault of the module's.
MISSING = 3
#: Exit code where the module itself cannot be used.
FAULT = 4


def list_tasks(folder):
    """Writes the tasks of the module in `folder`, or one line of why not, and ends the process."""
    out = os.fdopen(os.dup(1), "w")
    # What the app prints while it is imported is no part of the answer.
    os.dup2(2, 1)
    try:
        from .app import load_app, tasks_of

        app = load_app(os.path.abspath(folder))
        tasks = [describe(name, task, app) for name, task in tasks_of(app).items()]
        out.write(json.dumps({"executable": sys.executable, "tasks": tasks}))
        code = 0
    except ModuleNotFoundError as error:
        own = os.path.join(folder, (error.name or "").partition(".")[0])
        code = FAULT if os.path.exists(own) or os.path.exists(own + ".py") else MISSING
        out.write(why(error, folder) if code == FAULT else f"there is no Python package {error.name}")
    except BaseException as error:  # sys.exit() at the top level of a module too
        code = FAULT
        out.write(why(error, folder))
    out.flush()
    os._exit(code)


def why(error, folder):
    """`KeyError: 'A' (celery_app.py:3)`: what, and the last line of the module's own that led to it."""
    text = f"{type(error).__name__}: {error}".splitlines()[0]
    own = os.path.abspath(folder) + os.sep
    if isinstance(error, SyntaxError) and (error.filename or "").startswith(own):
        return f"{type(error).__name__}: {error.msg} ({error.filename[len(own):]}:{error.lineno})"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(own)]
    return text if not frames else f"{text} ({frames[-1].filename[len(own):]}:{frames[-1].lineno})"


def describe(name, task, app):
    """What of a task is known where its code is not."""
    parameters = inspect.signature(task.run).parameters.values()
    places = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    conf = app.conf
    hard = task.time_limit if task.time_limit is not None else conf.task_time_limit
    soft = task.soft_time_limit if task.soft_time_limit is not None else conf.task_soft_time_limit
    return {
        "name": name,
        "celery": task.name,
        "parameters": [p.name for p in places],
        "required": sum(p.default is p.empty for p in places),
        "rest": any(p.kind == p.VAR_POSITIONAL for p in parameters),
        "keywords": {p.name: p.default is p.empty for p in parameters if p.kind == p.KEYWORD_ONLY},
        "more": any(p.kind == p.VAR_KEYWORD for p in parameters),
        "timeLimit": hard,
        "softTimeLimit": soft,
        "maxRetries": task.max_retries,
        "retryDelay": task.default_retry_delay,
        "autoretryFor": [one.__name__ for one in getattr(task, "autoretry_for", ())],
        "retryBackoff": getattr(task, "retry_backoff", False),
        "retryBackoffMax": getattr(task, "retry_backoff_max", 600),
        "retryJitter": bool(getattr(task, "retry_jitter", True)),
        "ignoreResult": bool(task.ignore_result),
        "rateLimit": task.rate_limit if task.rate_limit is not None else conf.task_default_rate_limit,
    }
