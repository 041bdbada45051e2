#!/bin/sh
# Stands in for Chaos Mesh's pause: waits for SIGCONT, then becomes the command. Until then its name is that of this file,
# by which the daemon knows that it still waits.
set -eu
kill -STOP $$
exec "$@"
