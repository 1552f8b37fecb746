#!/bin/sh
# Makes the password of Redis and the tokens between applications and sidecars, each as NAME=value in a file of its
# volume, and keeps those that are there. Only the user and the group 1000 may read them.
set -eu
umask 0337

random() {
  od -An -v -tx1 -N32 /dev/urandom | tr -d ' \n'
}

# make <file> <name>...: renamed at the end, so that a file is there with all its lines or not at all.
make() {
  file=$1
  shift
  [ ! -e "$file" ] || return 0
  rm -f "$file.new"
  for name in "$@"; do
    echo "$name=$(random)"
  done >"$file.new"
  mv "$file.new" "$file"
}

make /secrets/redis/env REDIS_PASSWORD
make /secrets/dapr/env DAPR_API_TOKEN APP_API_TOKEN
