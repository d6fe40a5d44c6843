"""An unmodified client of Celery, which knows the app's own names alone: prints what its calls came to."""

import json
import sys

from celery import Celery, chord

endpoint = sys.argv[1]
host = endpoint.split("://")[1].rstrip("/")
app = Celery("client", broker=f"sqs://local:local@{host}", backend="dynamodb://local:local@us-east-1/celery")
app.conf.update(
    broker_transport_options={"region": "us-east-1", "is_secure": False},
    dynamodb_endpoint_url=endpoint,
)


def s(name, *args):
    return app.signature(f"proj.tasks.{name}", args=args)


results = [
    s("add", 1, 2).delay().get(timeout=30),
    (s("mul", 2, 3) | s("add", 4)).delay().get(timeout=30),
    chord([s("add", 1, 2), s("mul", 2, 3)])(s("total")).get(timeout=30),
]
try:
    s("fail").delay().get(timeout=30)
except ValueError as error:
    results.append(f"ValueError: {error}")
print(json.dumps(results))
