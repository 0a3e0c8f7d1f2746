# PostgreSQL: a cluster of our own, reached over a Unix socket only; or the server of
# DATABASE_URL. Sourced after common.sh. shellcheck shell=bash

# use_database_url: into the variables that PostgreSQL's programs and odoo.conf use.
use_database_url() {
    local parts
    parts=$(python3 - "$DATABASE_URL" <<'EOF'
import shlex, sys
from urllib.parse import parse_qs, unquote, urlsplit

url = urlsplit(sys.argv[1])
values = {
    "PGHOST": unquote(url.hostname or "") or parse_qs(url.query).get("host", ["localhost"])[0],
    "PGPORT": url.port or 5432,
    "PGUSER": unquote(url.username or ""),
    "PGPASSWORD": unquote(url.password or ""),
}
if url.scheme not in ("postgres", "postgresql") or not values["PGUSER"]:
    sys.exit(1)
for name, value in values.items():
    if value:
        print(f"export {name}={shlex.quote(str(value))}")
EOF
    ) || fail "DATABASE_URL is not understood: $DATABASE_URL" \
        "It looks like this:  postgresql://user:password@host:5432/postgres"
    eval "$parts"
    [ "$PGUSER" != postgres ] || fail "Odoo refuses to work as PostgreSQL's user \"postgres\"." \
        "Make another, with the right to create databases:  createuser --createdb odoo"
}

# PostgreSQL refuses to run as root. Then: a user namespace in which root is user 1000, where the
# kernel allows it; else become the user postgres, or nobody.
pg_mode() {
    if ! as_root; then echo user
    elif [ -z "${SMSO_NO_USERNS:-}" ] && unshare --user --map-user=1000 --map-group=1000 true 2>/dev/null; then echo userns
    else echo setpriv; fi
}
pg_owner() { if getent passwd postgres >/dev/null; then echo postgres; else echo nobody; fi; }

# The data are in the state folder, unless another user has to reach them and can't.
# A socket's path is limited to 107 bytes.
use_private_postgres() {
    local short
    PG_MODE=$(pg_mode)
    PG_DATA=$STATE/pg
    short=${TMPDIR:-/tmp}/.smso-pg-$(printf %s "$STATE" | sha1sum | cut -c1-10)
    export PGHOST=$STATE/run PGPORT=5432 PGUSER=odoo
    if [ "$PG_MODE" = setpriv ]; then
        PGHOST=$short PG_DATA=$short/data
    elif [ ${#PGHOST} -gt 85 ]; then
        PGHOST=$short
    fi
}

use_postgres() {
    if [ -n "${DATABASE_URL:-}" ]; then use_database_url; else use_private_postgres; fi
    export PGDATABASE=$DEMO_DB
}

# The programs of the version that made the cluster, else the newest.
pg_bin() {
    local version='*'
    [ ! -s "$PG_DATA/PG_VERSION" ] || version=$(cat "$PG_DATA/PG_VERSION")
    { compgen -G "/usr/lib/postgresql/$version/bin" || true
      compgen -G "$STATE/native/usr/lib/postgresql/$version/bin" || true; } | sort -V | tail -n 1
}

# as_pg COMMAND…: as the user that PostgreSQL accepts, without our lock.
as_pg() {
    local libraries=''
    case $1 in "$STATE"/*) libraries=$(libraries_of "$STATE/native") ;; esac
    case $PG_MODE in
        user) LD_LIBRARY_PATH=$libraries "$@" 9>&- ;;
        userns) LD_LIBRARY_PATH=$libraries unshare --user --map-user=1000 --map-group=1000 "$@" 9>&- ;;
        setpriv) (
            cd /
            setpriv --reuid="$(pg_owner)" --regid="$(id -g "$(pg_owner)")" --clear-groups \
                env HOME=/tmp LD_LIBRARY_PATH="$libraries" "$@" 9>&-
        ) ;;
    esac
}

pg_running() { as_pg "$(pg_bin)/pg_ctl" -D "$PG_DATA" status >/dev/null 2>&1; }

pg_create() {
    # Not --no-sync alone: the new cluster is moved into place when it is whole.
    rm -rf "$PG_DATA" "$PG_DATA.new"
    as_pg "$1/initdb" -D "$PG_DATA.new" -U odoo -A trust -E UTF8 --locale=C.UTF-8 --no-sync
    # Data that can be made again: speed before safety.
    as_pg tee -a "$PG_DATA.new/postgresql.conf" >/dev/null <<EOF
listen_addresses = ''
unix_socket_directories = '$PGHOST'
fsync = off
synchronous_commit = off
full_page_writes = off
jit = off
max_connections = 120
max_locks_per_transaction = 256
max_wal_senders = 0
shared_buffers = '256MB'
wal_level = minimal
EOF
    as_pg mv "$PG_DATA.new" "$PG_DATA"
}

pg_launch() {
    local bin
    bin=$(pg_bin)
    [ -n "$bin" ] || { echo "no PostgreSQL $(cat "$PG_DATA/PG_VERSION" 2>/dev/null) found; delete $PG_DATA"; return 1; }
    mkdir -p "$PGHOST"
    if [ "$PG_MODE" = setpriv ]; then chown "$(pg_owner)" "$PGHOST"; fi
    chmod 700 "$PGHOST"
    [ -s "$PG_DATA/PG_VERSION" ] || pg_create "$bin"
    as_pg "$bin/pg_ctl" -D "$PG_DATA" -l "$PGHOST/postgres.log" -w -s start || {
        tail -n 20 "$PGHOST/postgres.log"
        return 1
    }
}

pg_start() {
    if [ -n "${DATABASE_URL:-}" ]; then
        psql -d postgres -Atqc 'SELECT 1' >/dev/null || fail "The server of DATABASE_URL does not answer." \
            "Start it, or unset DATABASE_URL to use a server of our own."
    else
        pg_running || with_lock postgres pg_start_locked
    fi
}
pg_start_locked() { pg_running || step "Starting PostgreSQL" pg_launch; }

pg_stop() {
    [ -z "${DATABASE_URL:-}" ] || return 0
    if pg_running; then
        as_pg "$(pg_bin)/pg_ctl" -D "$PG_DATA" -m fast -w -s stop
        say "PostgreSQL stopped"
    fi
}
