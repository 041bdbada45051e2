#!/bin/sh
# Replaces Chaos Mesh's memStress by stress-ng. Each of the --workers holds --size of memory (such as 256MB or 50%) while it
# runs.
set -eu
workers=1
size=256M
while [ $# -gt 0 ]; do
  case "$1" in
    --workers) workers=$2; shift 2 ;;
    --size) size=$2; shift 2 ;;
    *) echo "memStress: \"$1\" is not supported here; it takes --workers and --size" >&2; exit 64 ;;
  esac
done
# stress-ng reads 256M as mebibytes, but 256MB as bytes.
size=${size%B}
size=${size%i}
exec stress-ng --vm "$workers" --vm-bytes "$size" --vm-keep --vm-hang 0 --vm-method zero-one --oomable
