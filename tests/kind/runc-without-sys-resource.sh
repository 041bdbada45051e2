#!/bin/sh
# runc, for a container that is to have all capabilities that there are, of a root who lacks one: takes CAP_SYS_RESOURCE out of
# what the container and its further processes are to have, with the limits that only it could set.
set -eu

bundle=$PWD
process=
previous=
for argument; do
  case $previous in
    --bundle | -b) bundle=$argument ;;
    --process | -p) process=$argument ;;
  esac
  previous=$argument
done

# rewrite FILE FILTER
rewrite() {
  jq -c "$2" "$1" > "$1.new"
  mv "$1.new" "$1"
}

without='(if .capabilities then .capabilities |= map_values(map(select(. != "CAP_SYS_RESOURCE"))) else . end) | del(.rlimits) | del(.oomScoreAdj)'
case " $* " in
  *' create '* | *' run '*) rewrite "$bundle/config.json" ".process |= ($without)" ;;
  *' exec '*) [ -z "$process" ] || rewrite "$process" "$without" ;;
esac
exec runc "$@"
