"""A Celery app as a team has it: it knows nothing of Lambda. scripts/python-tasks.ts runs its tasks."""

import os
import sys
import time

from celery import Celery, chord, group
from celery.exceptions import Ignore, Reject
from celery.result import AsyncResult
from celery.utils.log import get_task_logger

app = Celery("proj", broker="redis://nowhere.invalid/0", backend="redis://nowhere.invalid/1")
app.conf.task_soft_time_limit = None
logger = get_task_logger(__name__)


class Busy(Exception):
    pass


@app.task(name="proj.tasks.add")
def add(x, y=1):
    logger.info("adding")
    print("printed")
    return x + y


@app.task(name="proj.tasks.total")
def total(numbers, *more, scale=1):
    return (sum(numbers) + sum(more)) * scale


@app.task(bind=True, name="proj.tasks.about")
def about(self, *args, **kwargs):
    request = self.request
    return {
        "id": request.id,
        "task": request.task,
        "retries": request.retries,
        "args": request.args,
        "kwargs": request.kwargs,
        "root_id": request.root_id,
        "parent_id": request.parent_id,
        "group": request.group,
        "group_index": request.group_index,
        "headers": request.headers,
        "called_directly": request.called_directly,
        "timelimit": request.timelimit,
    }


@app.task(bind=True, name="proj.tasks.flaky", max_retries=2, default_retry_delay=0)
def flaky(self, fails):
    if self.request.retries < fails:
        raise self.retry(exc=Busy(f"attempt {self.request.retries}"), countdown=0)
    return self.request.retries


@app.task(bind=True, name="proj.tasks.auto", autoretry_for=(Busy,), max_retries=2, default_retry_delay=0)
def auto(self, fails):
    if self.request.retries < fails:
        raise Busy(f"attempt {self.request.retries}")
    return self.request.retries


@app.task(name="proj.tasks.spin", time_limit=2)
def spin():
    while True:
        pass


@app.task(name="proj.tasks.slow", soft_time_limit=1, time_limit=60)
def slow(seconds):
    time.sleep(seconds)


@app.task(name="proj.tasks.wait", time_limit=120)
def wait(seconds):
    time.sleep(seconds)


@app.task(name="proj.tasks.crash")
def crash(how):
    if how == "exit":
        sys.exit(3)
    os._exit(3)


@app.task(name="proj.tasks.fail")
def fail():
    try:
        {}["missing"]
    except KeyError as error:
        raise ValueError("no such report") from error


@app.task(name="proj.tasks.odd")
def odd(kind):
    return {"set": {1}, "nan": float("nan"), "bytes": b"x"}[kind]


@app.task(name="proj.tasks.give_up")
def give_up(how):
    if how == "ignore":
        raise Ignore()
    raise Reject("not mine", requeue=False)


@app.task(bind=True, name="proj.tasks.own_end")
def own_end(self):
    self.update_state(state="FAILURE", meta={"exc_type": "Busy", "exc_message": "told by the task"})
    raise Ignore()


@app.task(bind=True, name="proj.tasks.steps")
def steps(self, seconds):
    self.update_state(state="PROGRESS", meta={"current": 1, "total": 4, "status": "reading"})
    time.sleep(seconds)
    return "done"


@app.task(name="proj.tasks.start")
def start(x):
    return add.delay(x, 5).id


@app.task(name="proj.tasks.start_chain")
def start_chain(x):
    return (add.s(x, 1) | add.s(10)).apply_async(link=add.s(100)).id


@app.task(bind=True, name="proj.tasks.instead")
def instead(self, x):
    return self.replace(add.s(x, 2) | add.s(3))


@app.task(name="proj.tasks.start_elsewhere")
def start_elsewhere():
    return [app.send_task("math.add", [1, 2]).id, *[one.id for one in group(add.s(1), add.s(2)).delay()]]


@app.task(name="proj.tasks.not_here")
def not_here(what):
    if what == "chord":
        return chord([add.s(1), add.s(2)])(total.s()).id
    if what == "unknown":
        return app.send_task("nobody.knows", []).id
    return AsyncResult(what, app=app).state


@app.task(bind=True, name="proj.tasks.other_arguments")
def other_arguments(self, x):
    raise self.retry(args=[x + 1], countdown=0)


@app.task(name="proj.tasks.version")
def version():
    return 1
