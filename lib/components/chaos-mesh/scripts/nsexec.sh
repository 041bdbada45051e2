#!/bin/sh
# Replaces Chaos Mesh's nsexec: enters namespaces by path (-m, -i, -n, -p) and runs the command there.
# nsenter needs `--flag=path`, while nsexec takes the path as the next argument.
set -eu
enter=''
last=''
while [ $# -gt 0 ]; do
  case "$1" in
    -m) enter="$enter --mount=$2"; shift 2 ;;
    -i) enter="$enter --ipc=$2"; shift 2 ;;
    -n) enter="$enter --net=$2"; shift 2 ;;
    # Only a child process can be in another PID namespace, so nsenter stays as its parent. The daemon kills nsenter, and
    # setpriv then ends the child.
    -p) enter="$enter --pid=$2"; last='/usr/bin/setpriv --pdeathsig TERM'; shift 2 ;;
    --) shift; break ;;
    *) echo "nsexec: \"$1\" is not supported here; it takes -m, -i, -n, -p and --" >&2; exit 64 ;;
  esac
done
# The full path avoids the nsenter of busybox's shell, which would use busybox's ip and tc.
# The paths of namespaces are in /proc and have no spaces.
# shellcheck disable=SC2086
exec /usr/bin/nsenter $enter -- $last "$@"
