#!/bin/sh
# The network plugin: configures the pod addresses of this node, and its routes to the pods of other nodes. It runs all the time,
# because restarted nodes may have other addresses.
set -eu

range=
until [ -n "$range" ]; do
  range=$(kubectl get node "$NODE_NAME" -o 'jsonpath={.spec.podCIDR}') || range=
  sleep 0.2
done

# Packets that leave the cluster get the node's address.
nft -f - <<RULES
table ip meshdrill
delete table ip meshdrill
table ip meshdrill {
  chain leaving {
    type nat hook postrouting priority srcnat
    ip saddr $range ip daddr != $POD_RANGES masquerade
  }
}
RULES

# Pods have point-to-point links, so that every packet is routed and passes a proxy's rules.
cat > /etc/cni/net.d/.10-meshdrill.conflist <<CNI
{
  "cniVersion": "1.0.0",
  "name": "meshdrill",
  "plugins": [
    {
      "type": "ptp",
      "ipMasq": false,
      "ipam": {
        "type": "host-local",
        "ranges": [[{ "subnet": "$range" }]],
        "routes": [{ "dst": "0.0.0.0/0" }],
        "dataDir": "/run/cni-ipam"
      }
    },
    { "type": "portmap", "capabilities": { "portMappings": true } }
  ]
}
CNI
mv /etc/cni/net.d/.10-meshdrill.conflist /etc/cni/net.d/10-meshdrill.conflist

# A watch ends after some minutes, or with the API server.
each='{.spec.podCIDR} {.status.addresses[?(@.type=="InternalIP")].address}{"\n"}'
while :; do
  kubectl get nodes --watch -o "jsonpath=$each" |
    while read -r pods address; do
      [ "$pods" = "$range" ] || [ -z "$address" ] || ip route replace "$pods" via "$address"
    done || echo 'the nodes could not be read, or a route could not be set'
  sleep 1
done
