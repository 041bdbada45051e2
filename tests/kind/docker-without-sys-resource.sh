#!/bin/sh
# Runs Debian's Docker for this project's own tests on a machine whose root lacks CAP_SYS_RESOURCE, as in some sandboxes: no
# container could be privileged there, as runc would give it a capability that nobody has. Its default runtime is runc, told
# to leave that one out. Its networks are left to the machine: no rule of iptables is written, so that nothing else here is cut
# off. It runs until it is ended:
#
#   sudo tests/kind/docker-without-sys-resource.sh [folder for its data]
set -eu

here=$(cd "$(dirname "$0")" && pwd)
data=${1:-/var/lib/docker}
for program in dockerd containerd runc jq; do
  command -v "$program" > /dev/null || {
    echo "$program is missing. Next, as root: apt-get update && apt-get install -y --no-install-recommends docker.io jq" >&2
    exit 1
  }
done
sysctl -q -w net.ipv4.ip_forward=1
exec dockerd --data-root "$data" --exec-root /run/meshdrill-docker --pidfile /run/meshdrill-docker.pid \
  --add-runtime "without-sys-resource=$here/runc-without-sys-resource.sh" --default-runtime without-sys-resource \
  --iptables=false --ip6tables=false
