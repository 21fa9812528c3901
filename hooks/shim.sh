#!/bin/sh
# gate-hook shim 1: @EVENT@
# Written by `gate-hook install`; `gate-hook uninstall` takes it out again. Changes made here are lost.

gate='@BINARY@'
[ -x "$gate" ] || gate=${GATE_HOOK_BIN:-}
[ -x "$gate" ] || gate=$(command -v gate-hook 2>/dev/null)

# The hook that was here before runs first, under its own name, with the same arguments and input.
original=${0%/*}/@EVENT@.gate-hook-orig
run_original() {
  read -r interpreter <"$original"
  case $interpreter in
    '#!/bin/sh' | '#!/usr/bin/sh' | '#!/usr/bin/env sh')
      sh -c 'hook=$1; shift; . "$hook"' "$0" "$original" "$@" ;;
    *) "$original" "$@" ;;
  esac
}

status=0
case ":${GATE_HOOK_CHAIN:-}:" in
  *":$original:"*) chained= ;; # Another manager called back: its own chain is running already.
  *) [ -x "$original" ] && chained=1 || chained= ;;
esac
if [ -n "$chained" ]; then
  GATE_HOOK_CHAIN=${GATE_HOOK_CHAIN:-}:$original
  export GATE_HOOK_CHAIN
  case @EVENT@ in
    pre-push | pre-receive)
      input=$(cat; echo .)
      input=${input%.}
      printf %s "$input" | run_original "$@" || status=$? ;;
    *) run_original "$@" || status=$? ;;
  esac
fi

if [ ! -x "$gate" ]; then
  echo 'gate-hook: the program is gone, so nothing was scanned (@EVENT@)' >&2
  if git show HEAD:gate-hook.toml 2>/dev/null | grep -Eq '^[[:space:]]*missing_binary[[:space:]]*=[[:space:]]*["'\'']warn["'\'']'; then
    echo '  the policy lets this pass: hook.missing_binary = "warn"' >&2
    exit "$status"
  fi
  echo '  hint: install it again, or set GATE_HOOK_BIN to where it is, or remove this hook:' >&2
  echo "        rm '$0'" >&2
  exit 3
fi

# What pre-commit has settled for this process of git waits for commit-msg, which looks whether it is still so.
settled() {
  [ -z "$chained" ] && [ "${2:-message}" = message ] &&
    { read -r _ && read -r _ shim _; } <"${0%/*}/commit-msg" && [ "$shim" = gate-hook ] &&
    { read -r _ && read -r _ settled; } <"${1%/*}/gate-hook/scanned" &&
    read -r pid _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ started _ <"/proc/$PPID/stat" &&
    [ "$settled" = "$pid-$started" ]
}
if [ @EVENT@ = prepare-commit-msg ] && { settled "$@"; } 2>/dev/null; then
  exit "$status"
fi

if [ -z "$chained" ]; then
  exec "$gate" hook @EVENT@ "$@"
fi
case @EVENT@ in
  pre-push | pre-receive) printf %s "$input" | "$gate" hook @EVENT@ "$@" || status=$? ;;
  *) "$gate" hook @EVENT@ "$@" || status=$? ;;
esac
exit "$status"
