#!/bin/sh
# Builds gate-hook, installs it for this user, puts its hooks into a repository and shows them at work.
#
#   ./install.sh [REPOSITORY]         default: the repository of the current directory, if there is one
#   ./install.sh --no-hook            only the program
#   ./install.sh --uninstall [REPOSITORY]
#
# The program goes to $GATE_HOOK_PREFIX/bin (default: where cargo puts programs). No root, no network but
# cargo's, no change to any shell profile. Running it twice is harmless.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
bin_dir=${GATE_HOOK_PREFIX:+$GATE_HOOK_PREFIX/bin}
bin_dir=${bin_dir:-${CARGO_HOME:-$HOME/.cargo}/bin}
program=$bin_dir/gate-hook

usage() {
  sed -n '2,/^set -eu/p' "$here/install.sh" | sed -n 's/^# \{0,1\}//p'
}
say() { printf '%s\n' "$*"; }
fail() {
  printf 'install.sh: %s\n' "$1" >&2
  [ $# -lt 2 ] || printf '  hint: %s\n' "$2" >&2
  exit 2
}

action=install
hook=1
target=
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --uninstall) action=uninstall ;;
    --no-hook) hook= ;;
    -*) fail "unknown option $1" "./install.sh --help" ;;
    *) [ -z "$target" ] || fail "more than one repository named"; target=$1 ;;
  esac
  shift
done

if [ -n "$target" ]; then
  [ -d "$target" ] || fail "$target is not a directory"
  repository=$(CDPATH='' cd -- "$target" && git rev-parse --show-toplevel 2>/dev/null) ||
    fail "$target is not inside a git repository" "git init '$target'"
else
  repository=$(git rev-parse --show-toplevel 2>/dev/null || :)
fi

if [ "$action" = uninstall ]; then
  if [ -x "$program" ] && [ -n "$hook" ] && [ -n "$repository" ]; then
    (cd -- "$repository" && "$program" uninstall)
  fi
  if [ -e "$program" ]; then
    rm -f -- "$program"
    say "removed $program"
  else
    say "$program is not there"
  fi
  exit 0
fi

for tool in git cargo; do
  command -v "$tool" >/dev/null 2>&1 ||
    fail "$tool is missing" "install $tool with your system's packages (cargo: the packages or rustup), then run this again"
done
command -v cc >/dev/null 2>&1 || command -v gcc >/dev/null 2>&1 || command -v clang >/dev/null 2>&1 ||
  fail "a C compiler is missing (libgit2 is built from source)" "install gcc or clang, then run this again"

say "building gate-hook (the first time takes some minutes) ..."
(cd -- "$here" && cargo build --release --locked --quiet) ||
  fail "the build failed; what cargo said stands above" "rustc --version must be 1.95 or newer"

mkdir -p -- "$bin_dir"
built=${CARGO_TARGET_DIR:-$here/target}/release/gate-hook
cp -- "$built" "$program.new.$$"
mv -f -- "$program.new.$$" "$program"
say "installed $("$program" --version) as $program"
case ":$PATH:" in
  *":$bin_dir:"*) ;;
  *) say "note: $bin_dir is not on your PATH; the hooks do not need it, your shell does" ;;
esac

if [ -n "$hook" ] && [ -n "$repository" ]; then
  (cd -- "$repository" && "$program" install)
elif [ -n "$hook" ]; then
  say "note: this is not a git repository; to protect one: cd REPOSITORY && gate-hook install"
fi

say ""
exec "$program" demo
