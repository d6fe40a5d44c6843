#!/usr/bin/env bash
# Redis, two Celery workers and FastAPI, in the foreground: `start.sh VENV PORT REDIS_PORT`. They end with it.
set -euo pipefail
cd "$(dirname "$0")"
export CELERY_REDIS="redis://127.0.0.1:$3/0"
trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT
trap 'exit 0' TERM INT
redis-server --port "$3" --bind 127.0.0.1 --save "" --appendonly no --loglevel warning &
"$1/bin/celery" --app app worker --concurrency 2 --loglevel WARNING &
"$1/bin/uvicorn" app:api --host 127.0.0.1 --port "$2" --log-level warning &
until (exec 3<>"/dev/tcp/127.0.0.1/$2") 2>/dev/null; do sleep 0.1; done
until "$1/bin/celery" --app app inspect ping --timeout 1 >/dev/null 2>&1; do sleep 0.2; done
echo "Celery is ready: http://127.0.0.1:$2 ."
wait
