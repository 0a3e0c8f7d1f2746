# Which Odoo, which Python, and the virtual environment. Sourced after common.sh.
# shellcheck shell=bash

# ---------------------------------------------------------------- Odoo

# The folder that holds the "odoo" package.
odoo_home() {
    echo "${ODOO_HOME:-$STATE/root/usr/lib/python3/dist-packages}"
}

check_odoo_home() {
    local release=$ODOO_HOME/odoo/release.py version
    [ -r "$release" ] || fail "ODOO_HOME=$ODOO_HOME holds no Odoo (no odoo/release.py there)." \
        "Give a source checkout, or a folder with the package \"odoo\", of Odoo 19.0."
    version=$(sed -n 's/^version_info *= *(\(.*\)).*/\1/p' "$release" | head -n 1)
    case $version in
        19,*) ;;
        *) fail "ODOO_HOME=$ODOO_HOME holds Odoo ($version), but this add-on is for Odoo 19.0." \
            "Check out the branch 19.0 there, or unset ODOO_HOME to use Debian's package." ;;
    esac
}

# Odoo's own folders of add-ons (a source checkout has two), and that of others' (set_up_others).
core_addons() {
    local home folders
    home=$(odoo_home)
    if [ -d "$home/addons/web" ]; then folders=$home/addons,$home/odoo/addons; else folders=$home/odoo/addons; fi
    [ ! -d "$STATE/others/odoo/addons" ] || folders+=,$STATE/others/odoo/addons
    echo "$folders"
}

# ---------------------------------------------------------------- Python

good_python() {
    "$1" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 14))' 2>/dev/null
}

# PYTHON if given, else the first of the usual names that is 3.10 to 3.13.
find_python() {
    local name
    for name in ${ODOO_PYTHON:-${PYTHON:-python3 python3.12 python3.11 python3.13 python3.10}}; do
        if command -v "$name" >/dev/null && good_python "$name"; then
            command -v "$name"
            return
        fi
    done
}

check_python() {
    PY=$(find_python)
    if [ -z "$PY" ] && ! command -v python3 >/dev/null; then
        need_debian_packages python3 python3-venv
        PY=$(find_python)
    fi
    [ -n "$PY" ] || fail "No Python 3.10 to 3.13 found (python3 is $(python3 -V 2>&1 || echo missing))." \
        "Install one, and name it if it has an unusual name:  PYTHON=/path/to/python3.12 ./dev/${0##*/}"
}

check_venv_module() {
    "$PY" -c 'import venv, ensurepip' 2>/dev/null && return
    need_debian_packages python3-venv
    "$PY" -c 'import venv, ensurepip' 2>/dev/null ||
        fail "$PY cannot make virtual environments." "Install its packages venv and ensurepip."
}

pip_install() { "$STATE/venv/bin/python" -m pip install --disable-pip-version-check "$@"; }

make_venv() {
    rm -rf "$STATE/venv"
    "$PY" -m venv "$STATE/venv"
    if [ -n "${ODOO_PYTHON:-}" ]; then
        # See what that interpreter has, and add only what the add-on needs besides.
        "$PY" -c 'import site, sys; print(*[p for p in sys.path if p.endswith("-packages")], sep="\n")' >"$(site_packages)/odoo_python.pth"
        "$STATE/venv/bin/python" -c 'import babel, lxml, psycopg2, werkzeug' || {
            echo "ODOO_PYTHON=$ODOO_PYTHON cannot import what Odoo needs."
            return 1
        }
        pip_install anyascii holidays phonenumbers requests
    else
        # --use-pep517 for the few that have no wheel (docopt, ofxparse).
        pip_install --use-pep517 -r "$REPO/dev/requirements.txt"
    fi
}

add_test_requirements() {
    if [ -n "${ODOO_PYTHON:-}" ]; then
        pip_install -r "$REPO/dev/requirements-test.txt"
    else
        pip_install --use-pep517 -r "$REPO/dev/requirements.txt" -r "$REPO/dev/requirements-test.txt"
    fi
}

site_packages() { echo "$STATE"/venv/lib/python3.*/site-packages; }

# Not the path of $PY: a shim, or another virtual environment, may lead to the same interpreter.
python_hash() {
    { "$PY" -c 'import os, sys; print(sys.version.split()[0], os.path.realpath(sys.base_prefix))'
      echo "${ODOO_PYTHON:-} $STATE"; cat "$REPO/dev/requirements.txt"; } | hash_of
}

# What works with our virtual environment: Odoo, tests, measurements.
users_of_venv() {
    local process
    for process in /proc/[0-9]*; do
        case $(tr '\0' ' ' 2>/dev/null <"$process/cmdline") in
            "$STATE/venv/bin/"*) echo "${process#/proc/}" ;;
        esac
    done
}
# Never take it away from those.
check_venv_unused() {
    local users
    users=$(users_of_venv | paste -sd ' ')
    [ -z "$users" ] || fail "$STATE/venv has to be made anew, but is in use (process $users)." \
        "Stop what uses it, then try again:  ./dev/stop"
}

# ---------------------------------------------------------------- glue

# write_if_changed FILE: from standard input; an unchanged file keeps its time.
write_if_changed() {
    local new
    new=$(cat)
    [ -f "$1" ] && [ "$new" = "$(cat "$1")" ] || printf '%s\n' "$new" >"$1"
}

# The odoo command, its configuration, and the folder of add-ons. Written at each start:
# it takes no time, and ODOO_HOME and DATABASE_URL may have changed.
write_odoo_files() {
    local manifest name
    odoo_home | write_if_changed "$(site_packages)/odoo19.pth"
    # A real script: "python -m odoo" with workers starts itself again without end.
    write_if_changed "$STATE/bin/odoo" <<EOF
#!$STATE/venv/bin/python
import odoo.cli

if __name__ == "__main__":
    odoo.cli.main()
EOF
    chmod 755 "$STATE/bin/odoo"
    mkdir -p "$STATE/data" "$STATE/addons"
    chmod 700 "$STATE/data"
    # The checkout may have any name, but an add-on's folder bears its technical name.
    ln -sfn "$REPO" "$STATE/addons/$MODULE"
    for manifest in "$REPO"/glue/*/__manifest__.py; do
        [ -e "$manifest" ] || continue
        name=$(basename "$(dirname "$manifest")")
        ln -sfn "$REPO/glue/$name" "$STATE/addons/$name"
    done
    find "$STATE/addons" -xtype l -delete # an add-on that is no longer there
    # No password here: libpq takes PGPASSWORD.
    write_if_changed "$STATE/odoo.conf" <<EOF
[options]
addons_path = $(core_addons),$STATE/addons
admin_passwd = admin
bin_path = $STATE/bin
data_dir = $STATE/data
db_host = $PGHOST
db_port = $PGPORT
db_user = $PGUSER
db_name = $DEMO_DB
http_interface = 127.0.0.1
EOF
    chmod 600 "$STATE/odoo.conf"
}
