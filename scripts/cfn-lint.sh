#!/usr/bin/env bash
# Holds the templates of a stage against cfn-lint: scripts/cfn-lint.sh [STAGE ...], default prod and dev.
# Needs cfn-lint of PyPI (pip install cfn-lint, in a venv of your own), on PATH or at $CFN_LINT.
set -euo pipefail
cd "$(dirname "$0")/.."
lint=${CFN_LINT:-cfn-lint}
if ! command -v "$lint" >/dev/null; then
  echo "There is no cfn-lint. Make one: python3 -m venv .venv && .venv/bin/pip install cfn-lint; then CFN_LINT=.venv/bin/cfn-lint $0" >&2
  exit 2
fi
for stage in "${@:-prod}" ${1:-dev}; do
  out=$(mktemp -d)
  trap 'rm -rf "$out"' EXIT
  CELERIAC_STAGE=$stage CDK_OUTDIR=$out npm exec -- node bin/app.ts 2>/dev/null
  # W3005: CDK writes DependsOn where a reference says the same. W1030 takes tokens of the region for wrong values.
  "$lint" --regions us-east-1 --include-checks W -- "$out"/*.template.json
  echo "cfn-lint: nothing to say about stage $stage."
  rm -rf "$out"
done
