# Starts Valkey with the users in redis-users.acl; docker-compose.yml uses this script too. REDIS_PASSWORD is for the
# applications, REDIS_OPERATOR_PASSWORD for people. Both are passed through standard input and as hashes, so neither
# the process list nor CONFIG shows them, and they can contain any character. `default` keeps all rights but can't log
# in: Valkey replays its log as this user, and would drop transactions that the user may not run.
set -eu
hash() { printf %s "$1" | sha256sum | cut -d ' ' -f 1; }
exec valkey-server /etc/redis/redis.conf - <<END
$(sed \
  -e "s/>change-me /#$(hash "$REDIS_PASSWORD") /" \
  -e "s/>change-me-too /#$(hash "$REDIS_OPERATOR_PASSWORD") /" \
  /etc/redis/redis-users.acl)
END
