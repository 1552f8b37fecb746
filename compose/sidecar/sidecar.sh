#!/bin/sh
# Starts daprd as dapr.yaml does, with the passwords and tokens that the first start created for this container.
# Usage: sidecar.sh <app id> [flag]... The flags are daprd flags for this sidecar only.
set -eu
id=$1
shift

refuse() {
  echo "$file: $1" >&2
  exit 1
}
trim() {
  text=${1#"${1%%[![:space:]]*}"}
  text=${text%"${text##*[![:space:]]}"}
}
# Exports the variables in $file (lines of NAME=value) without running anything in it. The bffs read the same file with
# `node --env-file`, so values that Node would read differently are refused.
load() {
  while IFS= read -r line || [ -n "$line" ]; do
    trim "$line"
    case $text in
      '' | '#'*) continue ;;
      'export '*) trim "${text#export }" ;;
    esac
    name=${text%%=*}
    case $name in
      "$text" | '' | [0-9]* | *[!A-Za-z0-9_]*) refuse 'a line is not NAME=value' ;;
    esac
    trim "${text#*=}"
    case $text in
      [\'\"\`]*)
        rest=${text#?}
        quote=${text%"$rest"}
        value=${rest%%"$quote"*}
        [ "$value" != "$rest" ] || refuse "$name has no closing quote on its line"
        trim "${rest#*"$quote"}"
        case $text in
          '' | '#'*) ;;
          *) refuse "$name has text after its closing quote; put another kind of quote around the value" ;;
        esac
        case $quote$value in
          '"'*\\*) refuse "$name has a backslash in double quotes; put it in single quotes" ;;
        esac
        ;;
      *)
        trim "${text%%[[:space:]]#*}"
        value=$text
        case $value in
          *'#'*) refuse "$name contains #; put it in single quotes" ;;
        esac
        ;;
    esac
    export "$name=$value"
  done <"$file"
}
for file in /secrets/*/env; do load; done

# Dapr's components need the client certificate for Redis as text, and `redisType: cluster` for a cluster. They have no
# setting for a CA, so daprd gets it from the folder in which Go looks for CAs.
if [ -n "${REDIS_CERT_FILE:-}" ]; then
  REDIS_CERT=$(cat "$REDIS_CERT_FILE")
  REDIS_KEY=$(cat "$REDIS_KEY_FILE")
  export REDIS_CERT REDIS_KEY
fi
if [ -n "${REDIS_CA_FILE:-}" ]; then
  SSL_CERT_DIR=${REDIS_CA_FILE%/*}
  export SSL_CERT_DIR
fi
if [ "${REDIS_CLUSTER:-}" = true ]; then export REDIS_TYPE=cluster; fi
# A sidecar with an identity gets a certificate from sentry, talks only to sidecars that have one, and accepts the
# invocations in its access file. A sidecar without an identity can publish and subscribe, but can't invoke or be
# invoked.
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
