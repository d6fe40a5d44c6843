"""A Python worker that was there before: it takes the queue `legacy` and stores results in the same table."""

import os
from urllib.parse import urlparse

from celery import Celery

address = urlparse(os.environ["AWS_ENDPOINT_URL"]).netloc
app = Celery("legacy", broker=f"sqs://local:local@{address}")
app.conf.update(
    broker_transport_options={"region": "us-east-1", "is_secure": False, "polling_interval": 0.1, "wait_time_seconds": 1},
    result_backend=f"dynamodb://local:local@{address}/celery?ttl_seconds=3600",
    task_default_queue="celery",
    task_routes={"legacy.*": {"queue": "legacy"}},
    worker_enable_remote_control=False,
)


def ran(task_id):
    """Notes that a task ran here: a moving day counts how often each did."""
    if "CELERIAC_RAN" in os.environ:
        with open(os.environ["CELERIAC_RAN"], "a", encoding="ascii") as file:
            file.write(task_id + "\n")


def moving_add(self, x, y):
    ran(self.request.id)
    return x + y


for number in ("one", "two", "three", "four"):
    app.task(bind=True, name=f"moving.{number}")(moving_add)


@app.task(bind=True, name="moving.five")
def moving_total(self, numbers):
    ran(self.request.id)
    return sum(numbers)


@app.task(name="legacy.tasks.add")
def add(x, y):
    return x + y


@app.task(name="legacy.tasks.total")
def total(numbers):
    return sum(numbers)


@app.task(name="legacy.tasks.fail")
def fail(*_args):
    raise ValueError("a Python task failed")
