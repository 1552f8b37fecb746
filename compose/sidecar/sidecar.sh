#!/bin/sh
# Starts daprd as dapr.yaml does, with the tokens and the password that the first start has made. What differs from
# sidecar to sidecar comes as further flags.
set -eu
set -a
. /secrets/dapr/env
. /secrets/redis/env
set +a
exec /daprd \
  --resources-path /components \
  --config /components/configuration.yaml \
  --log-level warn \
  --enable-app-health-check \
  --app-health-check-path /healthz \
  --app-health-probe-interval 1 \
  --app-health-probe-timeout 500 \
  --app-health-threshold 2 \
  --placement-host-address placement:50005 \
  --scheduler-host-address scheduler:50006 \
  "$@"
