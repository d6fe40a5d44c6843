#!/usr/bin/env bash
# Holds the templates of stages against cfn-lint: scripts/cfn-lint.sh [STAGE ...], default dev and prod.
# Needs cfn-lint of PyPI (pip install cfn-lint, in a venv of your own), on PATH or at $CFN_LINT.
set -euo pipefail
lint=${CFN_LINT:-cfn-lint}
if ! command -v "$lint" >/dev/null; then
  echo "There is no cfn-lint. Make one: python3 -m venv .venv && .venv/bin/pip install cfn-lint; then CFN_LINT=.venv/bin/cfn-lint $0" >&2
  exit 2
fi
lint=$(command -v "$lint")
lint=$(cd "$(dirname "$lint")" && pwd)/$(basename "$lint")
cd "$(dirname "$0")/.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
[ $# -gt 0 ] || set -- dev prod
for stage; do
  CELERIAC_STAGE=$stage CDK_OUTDIR=$out/$stage npm exec -- node bin/app.ts
  # W3005: CDK writes DependsOn where a reference says the same.
  "$lint" --ignore-checks W3005 -- "$out/$stage"/*.template.json
  echo "cfn-lint has nothing to say about the stage $stage."
done
