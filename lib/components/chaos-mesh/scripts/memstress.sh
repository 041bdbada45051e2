#!/bin/sh
# Stands in for Chaos Mesh's memStress, by way of stress-ng: each of --workers holds --size (such as 256MB or 50%) for as
# long as it runs.
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
# stress-ng knows 256M, but takes 256MB for bytes.
size=${size%B}
size=${size%i}
exec stress-ng --vm "$workers" --vm-bytes "$size" --vm-keep --vm-hang 0 --vm-method zero-one --oomable
