"""Lines of the log as the other workers write them: JSON, with the task's names."""

import datetime
import io
import json
import logging
import os
import sys

from .values import stack_of

#: Bytes of a line's message: CloudWatch Logs took no larger event than 256 KB for most of its life.
MAX_TEXT = 32 * 1024
LEVELS = {"DEBUG": "DEBUG", "INFO": "INFO", "WARNING": "WARN", "ERROR": "ERROR", "CRITICAL": "ERROR"}

#: What every line of the task that runs carries.
context = {}


def line(level, message, **fields):
    """Writes one line, at once: one before a busy loop or a kill must come out."""
    time = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    text = {"level": level, "time": time, "message": str(message)[:MAX_TEXT], **fields, **context}
    try:
        os.write(1, (json.dumps(text, default=str) + "\n").encode())
    except OSError:
        pass  # A log line is not worth the task.


class Handler(logging.Handler):
    """What the app logs."""

    def emit(self, record):
        try:
            error = record.exc_info[1] if record.exc_info else None
            stack = {} if error is None else {"stack": stack_of(error)}
            line(LEVELS.get(record.levelname, "INFO"), record.getMessage(), logger=record.name, **stack)
        except Exception:
            self.handleError(record)


class Printed(io.TextIOBase):
    """What the app prints, a line of the log for each of its lines."""

    def __init__(self, level, descriptor):
        self._level, self._descriptor, self._rest = level, descriptor, ""

    def fileno(self):
        return self._descriptor

    def writable(self):
        return True

    def write(self, text):
        *lines, self._rest = (self._rest + text).split("\n")
        for one in lines:
            if one.strip():
                line(self._level, one)
        return len(text)

    def flush(self):
        rest, self._rest = self._rest, ""
        if rest.strip():
            line(self._level, rest)


def set_up(app):
    """By the app's own setup_logging, where it has one, as in a worker of Celery."""
    from celery import signals

    sys.stdout, sys.stderr = Printed("INFO", 1), Printed("WARN", 2)
    given = signals.setup_logging.send(
        sender=None, loglevel=logging.INFO, logfile=None, format=app.conf.worker_log_format, colorize=False
    )
    if not given:
        root = logging.getLogger()
        root.handlers[:] = [Handler()]
        root.setLevel(logging.INFO)
    # It tells results and arguments; what it tells of errors is told here.
    logging.getLogger("celery.app.trace").setLevel(logging.CRITICAL)
