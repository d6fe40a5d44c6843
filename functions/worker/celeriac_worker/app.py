"""The Celery app of a module's folder, and its tasks under the names that they have here."""

import os
import sys

#: The file of a module's folder that has the app, as `celery -A` is told.
ENTRY = "celery_app"


def load_app(folder):
    """The app of `celery_app.py` in `folder`, with all that it includes. Whatever its import raises."""
    sys.path.insert(0, folder)
    os.chdir(folder)
    from celery.app.utils import find_app

    app = find_app(ENTRY)
    app.set_current()
    app.set_default()
    app.loader.import_default_modules()
    app.finalize()
    return app


def tasks_of(app):
    """Name here -> task: the last part of Celery's name. ValueError where two tasks would have one name."""
    found = {}
    for name, task in sorted(app.tasks.items()):
        if name.startswith("celery."):
            continue
        short = name.rpartition(".")[2]
        if short in found:
            raise ValueError(
                f'the tasks "{found[short].name}" and "{name}" would both be "{short}" here: '
                "give one of them another name, @app.task(name=...)"
            )
        found[short] = task
    return found
