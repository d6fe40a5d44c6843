"""The peer: the same routes over FastAPI, Celery and Redis, as a project of that kind has them."""

import asyncio
import os
import time

from celery import Celery, chain, chord
from celery.result import AsyncResult
from fastapi import FastAPI
from pydantic import BaseModel

REDIS = os.environ["CELERY_REDIS"]

celery = Celery("bench", broker=REDIS, backend=REDIS)
celery.conf.update(task_track_started=True, result_expires=3600, worker_prefetch_multiplier=4)


@celery.task(name="math.add")
def add(x, y):
    return x + y


@celery.task(name="math.tsum")
def tsum(numbers):
    return sum(numbers)


class Add(BaseModel):
    x: int
    y: int


class Task(BaseModel):
    task: str
    args: list[int] = []


class Chain(BaseModel):
    tasks: list[Task]


class Chord(BaseModel):
    header: list[Task]
    body: Task


api = FastAPI()


def signature(task: Task):
    return celery.signature(task.task, args=task.args)


@api.post("/add", status_code=202)
def submit_add(body: Add):
    return {"task_id": add.delay(body.x, body.y).id}


@api.post("/chain", status_code=202)
def submit_chain(body: Chain):
    return {"task_id": chain(*[signature(task) for task in body.tasks]).apply_async().id}


@api.post("/chord", status_code=202)
def submit_chord(body: Chord):
    return {"task_id": chord([signature(task) for task in body.header])(signature(body.body)).id}


@api.get("/result/{task_id}")
async def result(task_id: str, wait: float = 0):
    found = AsyncResult(task_id, app=celery)
    started = time.monotonic()
    meta = found._get_task_meta()
    while meta["status"] not in ("SUCCESS", "FAILURE", "REVOKED") and time.monotonic() - started < wait:
        await asyncio.sleep(0.005)
        meta = found._get_task_meta()
    return {"status": meta["status"], "result": meta["result"] if meta["status"] == "SUCCESS" else None}
