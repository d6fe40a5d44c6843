"""The task process of a Python module: `python3 celeriac_worker`, or with `list FOLDER` what the module has."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))

# By its package's name alone: a module of the app may be called as one of these files.
sys.path[0] = os.path.dirname(HERE)
# Where a layer has what is installed, as Lambda's own Python has it.
if os.path.isdir("/opt/python"):
    sys.path.append("/opt/python")

if sys.argv[1:2] == ["list"]:
    from celeriac_worker.listing import list_tasks

    list_tasks(sys.argv[2])
else:
    from celeriac_worker.serve import serve

    serve(os.path.join(sys.path[0], "module"))
