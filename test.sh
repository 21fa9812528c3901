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

# Downloads take their time, so that the lints need not wait for them.
oracles() {
  [ -x target/oracles/bin/python ] || python3 -m venv target/oracles
  target/oracles/bin/python -c 'import bandit, sarif_om' 2>/dev/null ||
    target/oracles/bin/pip install --quiet 'bandit[sarif]==1.9.4'
  [ -x target/oracles/bin/pip-audit ] || target/oracles/bin/pip install --quiet pip-audit==2.10.1
  # Bandit's own examples stand in its source distribution only; without them that comparison says that it is left out.
  [ -d target/oracles/bandit-examples ] || {
    target/oracles/bin/pip download --quiet --no-deps --no-binary :all: \
      --dest target/oracles/sdist bandit==1.9.4 2>/dev/null || true
    if sdist=$(ls target/oracles/sdist/bandit-*.tar.gz 2>/dev/null); then
      tar -xzf "$sdist" -C target/oracles/sdist
      cp -r target/oracles/sdist/bandit-1.9.4/examples target/oracles/bandit-examples
    fi
  }
}
(oracles) &
oracles=$!

step "formatting"
cargo fmt --check
step "lints"
cargo clippy --quiet --all-targets -- -D warnings

step "oracles (in target/oracles)"
wait "$oracles"
if [ -n "$full" ]; then
  [ -x target/oracles/bin/pre-commit ] || target/oracles/bin/pip install --quiet pre-commit==4.7.0
  # Bandit's answers depend on the Python that runs it, so every Python of this machine gets one.
  for python in python3.{10..14} "$HOME"/.pyenv/versions/3.1[0-4].*/bin/python3; do
    version=$("$python" -c 'import platform; print(platform.python_version())' 2>/dev/null) || continue
    [ -x "target/oracles/bandit/$version/bin/bandit" ] || {
      "$python" -m venv "target/oracles/bandit/$version" &&
        "target/oracles/bandit/$version/bin/pip" install --quiet bandit==1.9.4
    } || echo "test.sh: no Bandit for Python $version; its comparison is left out"
  done
  export GATE_HOOK_FULL=1
fi
export GATE_HOOK_ORACLES=1

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
