#!/bin/sh
# Run PgBouncer between the service and its primary, with deploy/pgbouncer.ini and these environment variables:
#   DATABASE_HOST, DATABASE_PORT     the primary
#   APP_PASSWORD                     the password of orders_app, on the primary and here
#   POOLER_ADDRESS, POOLER_PORT      where it listens; 127.0.0.1 for a sidecar, * for all addresses
#   POOL_SIZE                        connections to the primary, at most
#   DATABASE_TLS                     TLS to the primary, as libpq's sslmode; default: prefer
#   DATABASE_CA                      file with the certificates that verify-ca and verify-full trust
# It writes only to TMPDIR (/tmp).
set -eu
umask 077
folder=${TMPDIR:-/tmp}
password=$(printf %s "$APP_PASSWORD" | sed 's/"/""/g')
printf '"orders_app" "%s"\n' "$password" >"$folder/users.txt"
cat "$(dirname "$0")/pgbouncer.ini" - >"$folder/pgbouncer.ini" <<END
listen_addr = $POOLER_ADDRESS
listen_port = $POOLER_PORT
unix_socket_dir =
auth_type = scram-sha-256
auth_file = $folder/users.txt
default_pool_size = $POOL_SIZE
server_tls_sslmode = ${DATABASE_TLS:-prefer}
server_tls_ca_file = ${DATABASE_CA:-}
[databases]
* = host=$DATABASE_HOST port=$DATABASE_PORT
END
exec pgbouncer "$folder/pgbouncer.ini"
