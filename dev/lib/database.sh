# Databases: a template with Odoo's demo data, and what is cloned from it. What a database was made of
# is written down in its comment, last: one without it is unfinished. Sourced after common.sh.
# shellcheck shell=bash

BASE_DB=${MODULE}_base # Odoo's add-ons with demo data, without ours
DEMO_DB=${MODULE}_demo # ./dev/run
TEST_DB=${MODULE}_test # ./dev/test
# What ours depends on, what it works with (glue/ too), and a chart of accounts (which "account" chooses).
BASE_ADDONS=account,sms,portal,phone_validation,contacts,account_edi_ubl_cii,hr,payment_demo

sql() { PGOPTIONS='-c client_min_messages=warning' psql -d "${2:-postgres}" -XAtq -v ON_ERROR_STOP=1 -c "$1"; }

db_comment() {
    sql "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '$1'"
}
db_mark() { sql "COMMENT ON DATABASE \"$1\" IS '$2'"; }
db_drop() {
    sql "DROP DATABASE IF EXISTS \"$1\" WITH (FORCE)"
    rm -rf "$STATE/data/filestore/$1"
}

# db_clone FROM TO: the files are linked, not copied (Odoo never changes one).
db_clone() {
    local files=$STATE/data/filestore
    db_drop "$2"
    sql "CREATE DATABASE \"$2\" TEMPLATE \"$1\""
    [ ! -d "$files/$1" ] || cp -al "$files/$1" "$files/$2"
}

# db_ready NAME COMMENT: made of that, and its files are there.
db_ready() {
    [ "$(db_comment "$1")" = "$2" ] && [ -d "$STATE/data/filestore/$1" ]
}

# ---------------------------------------------------------------- what a database is made of

base_hash() {
    { echo "$BASE_ADDONS $(odoo_home)"; cat "$REPO/dev/requirements.txt"; cat "$STATE/stamp/odoo" 2>/dev/null || true; } | hash_of
}

# The files of the add-on that the database depends on: not its tests.
addon_hash() {
    (
        cd "$REPO"
        find . \( -name '.?*' -o -path ./dev -o -path ./tests -o -path './glue/*/tests' -o -path ./docs -o -path ./doc \
            -o -path ./static/description -o -name __pycache__ -o -name node_modules \) -prune -o \
            -type f \( -name '*.py' -o -name '*.xml' -o -name '*.csv' -o -name '*.po' -o -path './static/*' \) -print0 |
            sort -z | xargs -0 sha256sum
    ) | hash_of
}

# ---------------------------------------------------------------- making them

odoo_init() { # odoo_init DATABASE OPTIONS…: install or upgrade, then stop
    odoo -d "$1" "${@:2}" --stop-after-init --no-http
}

make_base() {
    db_drop "$BASE_DB"
    odoo_init "$BASE_DB" -i "$BASE_ADDONS" --with-demo
    db_mark "$BASE_DB" "$(base_hash)"
}
need_base() {
    db_ready "$BASE_DB" "$(base_hash)" || with_lock base need_base_locked
}
need_base_locked() {
    db_ready "$BASE_DB" "$(base_hash)" && return
    need_disk 1000
    step "Making a database with Odoo's demo data, once (about a minute)" make_base
}

# install_addon DATABASE: a new clone with the add-on and its demo data.
install_addon() {
    db_clone "$BASE_DB" "$1"
    odoo_init "$1" -i "$MODULE" --with-demo
}
