"""The process: the app is loaded once, then one task after the other is run in the main thread."""

import json
import os
import resource
import signal
import sys
import threading
import time

from . import log
from .channel import Channel
from .values import describe, stack_of


def serve(folder):
    """Takes tasks from the supervisor for the life of the process."""
    channel = Channel()
    try:
        module = Module(folder, channel)
    except BaseException as error:
        end(channel, error)
    channel.tell({"type": "ready"})
    while True:
        message = channel.runs.get()
        try:
            outcome = module.run(message)
        except BaseException as error:  # sys.exit() in a task ends the process, as in Celery
            end(channel, error)
        sys.stdout.flush()
        sys.stderr.flush()
        log.context.clear()
        channel.tell(
            {"type": "done", "run": message["run"], "outcome": outcome, "leftovers": False, "memory": memory()}
        )


def end(channel, error):
    """Tells why this process ends, and ends it."""
    told = describe(error)
    log.line("ERROR", f"{told['type']}: {told['message']}", stack=stack_of(error))
    channel.tell({"type": "fatal", "error": {"type": told["type"], "message": told["message"]}})
    os._exit(1)


def memory():
    """Resident memory, MB, now and the most."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
    try:
        with open("/proc/self/statm") as file:
            now = int(file.read().split()[1]) * resource.getpagesize() / 1024 / 1024
    except OSError:
        now = peak
    return {"now": now, "peak": max(now, peak)}


class Module:
    """The app, made ready as a process of Celery's pool makes it (celery.concurrency.prefork)."""

    def __init__(self, folder, channel):
        from .app import load_app, tasks_of

        app = load_app(folder)
        self.prefix = os.environ.get("CELERIAC_MODULE", "module")
        self.channel = channel
        self.tasks = {f"{self.prefix}.{name}": task for name, task in tasks_of(app).items()}
        self.names = {task.name: name for name, task in self.tasks.items()}
        self._soft = None
        self._own(app)
        signal.signal(signal.SIGUSR1, self._on_soft_limit)

    def _own(self, app):
        from celery import signals
        from celery.app.trace import build_tracer

        from . import backend

        log.set_up(app)
        # No broker and no backend of the app's is called from here.
        app.conf.update(broker_url="memory://", broker_read_url="memory://", broker_write_url="memory://")
        app.backend_cls = "celeriac_worker.backend:Backend"
        app._backend = backend.Backend(app=app)
        app.amqp.send_task_message = self._send
        app.task(name="celeriac.each", shared=False, lazy=False)(each(app))
        app.loader.init_worker()
        app.loader.init_worker_process()
        for name, task in app.tasks.items():
            task.backend = app.backend
            task.track_started = False
            task.__trace__ = build_tracer(name, task, app.loader, os.environ.get("AWS_LAMBDA_FUNCTION_NAME"), app=app)
        self._backend = backend
        signals.worker_process_init.send(sender=None)

    def _send(self, producer, name, message, **options):
        attempt = self._backend.current
        if attempt is None:
            raise RuntimeError("Nothing is sent where no task runs.")
        attempt.send(producer, name, message, **options)

    def run(self, message):
        from .attempt import Attempt

        given = message["request"]
        task = self.tasks.get(given["task"])
        if task is None:
            text = f'No task "{given["task"]}" is registered here. Was it renamed or removed while its message waited?'
            return {"kind": "error", "error": {"type": "NotRegistered", "message": text}}
        args, kwargs = json.loads(message["payload"])
        request = request_of(given, args, kwargs, task)
        log.context.update(
            task_id=given["id"],
            task=given["task"],
            root_id=given["rootId"],
            correlation_id=given["correlationId"],
        )
        attempt = Attempt(self.channel, message, task, request, self.names)
        own = task.max_retries
        task.max_retries = given["maxRetries"]
        self._backend.current = attempt
        timer = self._start_soft_limit(message["softDeadline"])
        try:
            return attempt.run(args, kwargs)
        finally:
            self._soft = None
            timer.cancel()
            self._backend.current = None
            task.max_retries = own

    def _start_soft_limit(self, deadline):
        mark = self._soft = object()

        def interrupt():
            if self._soft is mark:
                signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR1)

        timer = threading.Timer(0 if deadline is None else max(0, deadline / 1000 - time.time()), interrupt)
        timer.daemon = True
        if deadline is not None:
            timer.start()
        return timer

    def _on_soft_limit(self, signum, frame):
        from billiard.exceptions import SoftTimeLimitExceeded

        if self._soft is not None:
            self._soft = None
            raise SoftTimeLimitExceeded()


def each(app):
    """The task that runs another for items, one after the other, as Celery's map and starmap do."""

    def run_each(name, kind, items, kwargs):
        task = app.tasks[name]
        if kind == "map":
            return [task(item, **kwargs) for item in items]
        for index, item in enumerate(items):
            if not isinstance(item, list):
                raise TypeError(f"Item {index} of starmap is no list of arguments.")
        return [task(*item, **kwargs) for item in items]

    return run_each


def request_of(given, args, kwargs, task):
    """`self.request`, by Celery's names."""
    delivery = given["deliveryInfo"]
    hard, soft = given["timelimit"]
    return {
        "id": given["id"],
        "task": task.name,
        "args": args,
        "kwargs": kwargs,
        "lang": "py",
        "retries": given["retries"],
        "group": given["group"],
        "group_index": given["groupIndex"],
        "root_id": given["rootId"],
        "parent_id": given["parentId"],
        "correlation_id": given["correlationId"],
        "delivery_info": {
            "exchange": "",
            "routing_key": delivery["routingKey"],
            "priority": delivery["priority"],
            "redelivered": delivery["redelivered"],
        },
        "hostname": given["hostname"],
        "eta": given["eta"],
        "expires": given["expires"],
        "timelimit": [hard, soft],
        "headers": dict(given["headers"]),
        "origin": given["origin"],
        "ignore_result": given["ignoreResult"],
        "replaced_task_nesting": given["replacedTaskNesting"],
        "is_eager": False,
        "called_directly": False,
        "utc": True,
    }
