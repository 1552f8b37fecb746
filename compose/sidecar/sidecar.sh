#!/bin/sh
# Starts daprd as dapr.yaml does, with the passwords and tokens that its container has of those that the first start made.
# What differs from sidecar to sidecar comes as an app id and further flags: sidecar.sh <app id> [flag]...
set -eu
id=$1
shift
set -a
for file in /secrets/*/env; do . "$file"; done
set +a
# With an identity it gets a certificate of sentry, talks to nobody without one, and takes invocations as its access file
# says. One without can publish and subscribe, but neither invoke nor be invoked.
if [ -e "/secrets/identities/$id.jwt" ]; then
  DAPR_TRUST_ANCHORS=$(cat /secrets/identities/ca.crt)
  export DAPR_TRUST_ANCHORS DAPR_SENTRY_TOKEN_FILE="/secrets/identities/$id.jwt"
  set -- \
    --enable-mtls \
    --sentry-address sentry:50001 \
    --config "/access/$id.yaml" \
    --placement-host-address placement:50005 \
    --scheduler-host-address scheduler:50006 \
    "$@"
fi
exec /daprd \
  --app-id "$id" \
  --resources-path /components \
  --config /components/configuration.yaml \
  --log-level warn \
  --dapr-internal-grpc-port 50002 \
  --enable-app-health-check \
  --app-health-check-path /healthz \
  --app-health-probe-interval 1 \
  --app-health-probe-timeout 500 \
  --app-health-threshold 2 \
  "$@"
