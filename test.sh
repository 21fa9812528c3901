#!/usr/bin/env bash
# Everything that has to hold: formatting, lints, all tests. `--full` adds the slow comparisons.
#
# Needs git, a C compiler, cargo and python3; what else the tests want it installs itself, into `target/`.
set -euo pipefail
cd "$(dirname "$0")"

full=
case "${1:-}" in
  "") ;;
  --full) full=1 ;;
  *) echo "usage: ./test.sh [--full]" >&2; exit 2 ;;
esac

for tool in git cc cargo python3; do
  command -v "$tool" >/dev/null || { echo "test.sh: $tool is missing; install it and run this again" >&2; exit 2; }
done

step() { printf '\n== %s\n' "$*"; }

step "formatting"
cargo fmt --check
step "lints"
cargo clippy --quiet --all-targets -- -D warnings

if [ -n "$full" ]; then
  step "oracles (in target/oracles)"
  [ -x target/oracles/bin/pre-commit ] || {
    python3 -m venv target/oracles
    target/oracles/bin/pip install --quiet pre-commit==4.7.0
  }
  export GATE_HOOK_FULL=1
fi

step "tests"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
set +e
cargo test --no-fail-fast 2>&1 | tee "$log" | grep -Ev '^test .* ok$'
status=${PIPESTATUS[0]}
set -e
awk '
  /^test result:/ { passed += $4; failed += $6; skipped += $8 }
  END {
    printf "\n%d passed, %d failed, %d skipped\n", passed, failed, skipped
    exit !(passed > 0 && failed == 0)
  }' "$log"
exit "$status"
