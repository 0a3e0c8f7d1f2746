# What every script in dev/ begins with: where things are, and how to say things.
# Sourced, never run. shellcheck shell=bash

set -Eeuo pipefail
umask 022
export LC_ALL=C.UTF-8

MODULE=sms_organizer
REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
# All that is built or downloaded is below this folder: delete it to start anew.
STATE=${SMSO_STATE:-$REPO/.odoo}

# ---------------------------------------------------------------- talking

# One line of progress, with the seconds since the script began. On standard
# error: standard output belongs to what the script was asked for.
say() {
    printf '[%3d s] %s\n' "$SECONDS" "$*" >&2
}

# fail WHAT-IS-WRONG [CURE…]: one line each, then the end.
fail() {
    printf '\n%s: %s\n' "${0##*/}" "$1" >&2
    shift
    [ $# = 0 ] || printf '    %s\n' "$@" >&2
    exit 1
}

# The comment at a script's head is its help.
usage() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; }
usage_error() {
    printf '%s: "%s" is not understood.\n\n' "${0##*/}" "$1" >&2
    usage >&2
    exit 2
}

# step LABEL COMMAND…: run it with its output in a log, shown only if it fails.
# Never call it in a condition (if, ||, &&): bash would then ignore the errors
# inside of the function that it runs.
step() {
    local label=$1 log rc
    shift
    mkdir -p "$STATE/log"
    log=$STATE/log/$(printf %s "$label" | tr -cs 'A-Za-z0-9._' '-' | tr 'A-Z' 'a-z').log
    say "$label …"
    set +e
    ( set -e; trap 'echo "failed: $BASH_COMMAND" >&2' ERR; "$@" ) >"$log" 2>&1
    rc=$?
    set -e
    [ $rc = 0 ] && return
    [ $rc -lt 128 ] || exit $rc # a signal: Ctrl-C needs no explanation
    tail -n 25 "$log" >&2
    fail "\"$label\" failed (exit code $rc)." "The whole log: $log"
}

# ---------------------------------------------------------------- stamps and locks

hash_of() { sha256sum | cut -c1-16; }

# part NAME HASH LABEL COMMAND…: do it once for that hash of its inputs. The stamp
# is written last, so that an interrupted part is done again from its beginning.
part() {
    local name=$1 hash=$2 stamp=$STATE/stamp/$1
    [ "$(cat "$stamp" 2>/dev/null || true)" = "$hash" ] && return
    shift 2
    rm -f "$stamp"
    step "$@"
    mkdir -p "$STATE/stamp"
    echo "$hash" >"$stamp"
}

# with_lock NAME COMMAND…: one at a time. Descriptor 9 is the lock: a daemon
# started below must be given 9>&-, or it would hold the lock for ever.
with_lock() {
    local file=$STATE/$1.lock
    shift
    (
        exec 9>"$file"
        flock -n 9 || { say "waiting for another dev/ script on $STATE …"; flock 9; }
        "$@"
    )
}

# ---------------------------------------------------------------- the machine

as_root() { [ "$(id -u)" = 0 ]; }

# need_debian_packages PACKAGE…: install them when root, else say how.
need_debian_packages() {
    local command="apt-get install -y --no-install-recommends $*"
    command -v apt-get >/dev/null || fail "These are missing, and this is no Debian: $*" \
        "Install them by hand, then try again."
    as_root || fail "This machine lacks: $*" "Run once:  sudo $command"
    install_debian_packages() {
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive $command </dev/null
    }
    step "Installing $* with apt" install_debian_packages
}

# need_command COMMAND PACKAGE…: have the command, or install the packages.
need_command() {
    command -v "$1" >/dev/null || need_debian_packages "${@:2}"
}

prepare_state() {
    # Scripts begin with "#!" and a path, which cannot have a space in it.
    case $STATE in *[[:space:]]*) fail "The path $STATE has a space in it." \
        "Move the checkout, or choose another folder:  SMSO_STATE=/a/folder ./dev/${0##*/}" ;; esac
    mkdir -p "$STATE"/{log,stamp,bin,addons} 2>/dev/null && [ -w "$STATE" ] && [ -O "$STATE" ] ||
        fail "$STATE cannot be written, or belongs to another user." \
            "Delete it, or choose another folder:  SMSO_STATE=/a/folder ./dev/${0##*/}"
    need_command flock util-linux
}

# need_disk MEGABYTES: before a long download, not in the midst of it.
need_disk() {
    local free
    free=$(df -Pm "$STATE" | awk 'NR == 2 {print $4}')
    [ "$free" -ge "$1" ] || fail "Only $free MB free where $STATE is; $1 MB are needed." \
        "Free some space, or use another disk:  SMSO_STATE=/a/folder ./dev/${0##*/}"
}
