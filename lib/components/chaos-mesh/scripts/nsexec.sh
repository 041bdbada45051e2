#!/bin/sh
# Stands in for Chaos Mesh's nsexec: enters the namespaces given by path (-m, -i, -n, -p) and runs the command there.
# nsenter wants a path joined to its flag, which nsexec does not.
set -eu
enter=''
last=''
while [ $# -gt 0 ]; do
  case "$1" in
    -m) enter="$enter --mount=$2"; shift 2 ;;
    -i) enter="$enter --ipc=$2"; shift 2 ;;
    -n) enter="$enter --net=$2"; shift 2 ;;
    # A process cannot move to another PID namespace, its child can: nsenter stays as its parent, is what the daemon ends,
    # and must not leave it behind.
    -p) enter="$enter --pid=$2"; last='/usr/bin/setpriv --pdeathsig TERM'; shift 2 ;;
    --) shift; break ;;
    *) echo "nsexec: \"$1\" is not supported here; it takes -m, -i, -n, -p and --" >&2; exit 64 ;;
  esac
done
# By its full path, as busybox's shell would run its own nsenter, and that one its own ip and tc.
# The namespaces' paths are of /proc and hold no spaces.
# shellcheck disable=SC2086
exec /usr/bin/nsenter $enter -- $last "$@"
