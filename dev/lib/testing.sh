# The rounds of ./dev/test. Sourced after setup.sh. shellcheck shell=bash

RUNNER_DB=${MODULE}_runner # Odoo's own runner, then upgraded and uninstalled
LOGS=$STATE/log
# With what glue/ works with, which is in no base database.
TESTED=$MODULE,queue_job

# ---------------------------------------------------------------- Odoo's log

# Lines of warnings and errors that dev/allowed-warnings.txt does not list.
bad_lines() {
    grep -E '^[0-9-]+ [0-9:,]+ [0-9]+ (WARNING|ERROR|CRITICAL) ' "$1" |
        grep -vEf <(sed -e '/^#/d' -e '/^ *$/d' "$REPO/dev/allowed-warnings.txt") || true
}

# clean_log FILE WHAT: Odoo exits with 0 after a logged error, so the log is what counts.
clean_log() {
    local bad
    bad=$(bad_lines "$1")
    [ -z "$bad" ] && return
    printf '%s\n' "$bad" >&2
    fail "$2 left warnings or errors in Odoo's log (above)." "The whole log: $1"
}

# odoo_clean LABEL LOG COMMAND…: run Odoo, which must end well and say nothing bad.
odoo_clean() {
    local label=$1 log=$LOGS/$2
    shift 2
    say "$label …"
    "$@" >"$log" 2>&1 || {
        tail -n 40 "$log" >&2
        fail "\"$label\" failed." "The whole log: $log"
    }
    clean_log "$log" "\"$label\""
}

# Odoo's runner also exits with 0 when it ran no test, and merely skips what it can't run.
check_runner_log() {
    local log=$1 result skipped
    result=$(grep -oE '[0-9]+ failed, [0-9]+ error\(s\) of [0-9]+ tests' "$log" | tail -n 1 || true)
    skipped=$(grep -E '^[0-9-]+ [0-9:,]+ [0-9]+ INFO .* skipped ' "$log" || true)
    case $result in
        '') fail "Odoo's runner ran no test." "The whole log: $log" ;;
        *' of 0 tests') fail "Odoo's runner found no test." "The whole log: $log" ;;
        '0 failed, 0 error(s) of '*) say "Odoo's runner: $result" ;;
        *)
            grep -E -A 25 '^[0-9-]+ [0-9:,]+ [0-9]+ (ERROR|CRITICAL) ' "$log" >&2 || true
            fail "Odoo's runner: $result" "The whole log: $log"
            ;;
    esac
    [ -z "$skipped" ] || { printf '%s\n' "$skipped" >&2; fail "Tests were skipped (above)." "The whole log: $log"; }
}

# ---------------------------------------------------------------- rounds

# What is tested: the add-on, and those of glue/, which install themselves beside it.
of_modules() { # of_modules PREFIX: their names, with commas between
    local name names=$1$MODULE
    for name in "$REPO"/glue/*/__manifest__.py; do
        [ ! -e "$name" ] || names+=,$1$(basename "$(dirname "$name")")
    done
    echo "$names"
}
test_folders() {
    local name
    of_modules '' | tr , '\n' | while read -r name; do echo "$STATE/addons/$name/tests"; done
}

run_odoo_runner() {
    local log=$LOGS/runner.log
    db_clone "$BASE_DB" "$RUNNER_DB"
    say "Odoo's own runner, on a fresh installation …"
    odoo -d "$RUNNER_DB" -i "$TESTED" --with-demo --test-tags "$(of_modules /)" --stop-after-init \
        --http-port "$(free_port)" >"$log" 2>&1 || true # the log says more
    check_runner_log "$log"
    clean_log "$log" "Installing and testing"
}

# An add-on that nobody has used is easy to uninstall: first send something.
send_demo() { odoo shell -d "$RUNNER_DB" --no-http <"$REPO/dev/demo.py"; }

upgrade_and_uninstall() {
    odoo_clean "Sending the demo's reminders" demo.log send_demo
    odoo_clean "Upgrading" upgrade.log odoo_init "$RUNNER_DB" -u "$MODULE"
    odoo_clean "Uninstalling" uninstall.log odoo module uninstall -d "$RUNNER_DB" "$MODULE"
    [ "$(sql "SELECT state FROM ir_module_module WHERE name = '$MODULE'" "$RUNNER_DB")" = uninstalled ] ||
        fail "The add-on is still installed after its uninstallation." "Log: $LOGS/uninstall.log"
    odoo_clean "Installing again" reinstall.log odoo_init "$RUNNER_DB" -i "$MODULE" --with-demo
    db_drop "$RUNNER_DB"
}

make_test_db() {
    db_clone "$BASE_DB" "$TEST_DB"
    odoo_clean "Installing the add-on in the test database" install.log \
        odoo_init "$TEST_DB" -i "$TESTED" --with-demo
    db_mark "$TEST_DB" "$1"
}

# Only for tests that open a browser: it takes a while, and saves it on each of them.
warm_assets() {
    local comment
    comment=$(db_comment "$1")
    case $comment in *warm) return ;; esac
    odoo_clean "Building scripts and styles for the browser tests" assets.log \
        odoo shell -d "$1" --no-http <"$REPO/dev/warm_assets.py"
    db_mark "$1" "$comment warm"
}
opens_a_browser() { grep -rqE 'start_tour|browser_js|HttpCase' --include='*.py' "${@%%::*}"; }

# Through the link that bears the add-on's name: Odoo's tests are known by their module's name.
pytest_path() {
    local file=${1%%::*} rest='' full
    case $1 in *::*) rest=::${1#*::} ;; esac
    full=$(cd "$CALLED_FROM" && realpath -m -- "$file")
    [ -e "$full" ] || full=$(realpath -m -- "$REPO/$file")
    case $full in
        "$REPO"/glue/*) full=$STATE/addons/${full#"$REPO/glue/"} ;;
        "$REPO"/*) full=$STATE/addons/$MODULE/${full#"$REPO/"} ;;
        *) full= ;;
    esac
    if [ -n "$full" ] && [ -e "$full" ]; then echo "$full$rest"; else echo "$1"; fi
}

# run_pytest DATABASE ARGS…
run_pytest() {
    local database=$1
    shift
    cd "$STATE" # pytest's own files stay here
    # No job runner inside pytest: the tests start one where they want it.
    ODOO_QUEUE_JOB_CHANNELS=root:0 "$STATE/venv/bin/python" -m pytest --odoo-http --odoo-database="$database" -o cache_dir="$STATE/cache/pytest" \
        -p no:warnings "$@"
}

test_everything() {
    set_up test
    pg_start
    need_base
    with_lock test all_rounds
}
all_rounds() {
    local log=$LOGS/pytest.log
    run_odoo_runner
    upgrade_and_uninstall
    make_test_db "$(base_hash) $(addon_hash)"
    warm_assets "$TEST_DB"
    say "pytest …"
    run_pytest "$TEST_DB" $(test_folders) 2>&1 | tee "$log"
    ! tail -n 1 "$log" | grep -q skipped || fail "pytest skipped tests." "The whole log: $log"
}

test_quickly() {
    set_up test
    pg_start
    need_base
    with_lock test quick_round "$@"
}
quick_round() {
    local argument arguments=() paths=() comment
    comment="$(base_hash) $(addon_hash)"
    db_ready "$TEST_DB" "$comment" || db_ready "$TEST_DB" "$comment warm" || make_test_db "$comment"
    for argument; do
        case $argument in
            -*) ;;
            *) argument=$(pytest_path "$argument") ;;
        esac
        case $argument in
            "$STATE"/addons/*) paths+=("$argument") ;;
            *) arguments+=("$argument") ;;
        esac
    done
    [ ${#paths[@]} -gt 0 ] || paths=("$STATE/addons/$MODULE/tests")
    if opens_a_browser "${paths[@]}"; then warm_assets "$TEST_DB"; fi
    run_pytest "$TEST_DB" "${arguments[@]}" "${paths[@]}"
}
CALLED_FROM=$PWD
