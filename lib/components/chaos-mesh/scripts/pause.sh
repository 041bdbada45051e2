#!/bin/sh
# Replaces Chaos Mesh's pause: waits for SIGCONT, then runs the command in the same process. Until then the process has the
# name of this file, and the daemon checks the name.
set -eu
kill -STOP $$
exec "$@"
