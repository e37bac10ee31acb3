# shellcheck shell=bash disable=SC2154
# Starting and stopping stapd from a build tree, under a plain shell: the one place that knows its options. Sourced by
# runner and by quickstart, which set build (the build tree), cache (or nothing), and E2E_WORK (a folder for what it writes).

STAPD_GROUP=stapd
daemon_socket=$E2E_WORK/socket
daemon_pid_file=$E2E_WORK/stapd.pid
daemon_log=$E2E_WORK/stapd.log
PATH=$E2E_WORK/bin:$build/daemon:$PATH # bin: a stapctl that knows the socket

daemon_is_built() { [ -x "$build/daemon/stapd" ] && [ -x "$build/ctl/stapctl" ]; }

daemon_pid() { cat "$daemon_pid_file" 2>/dev/null; }

daemon_is_alive() {
    local pid=0 name=
    { read -r pid <"$daemon_pid_file" && read -r name <"/proc/$pid/comm"; } 2>/dev/null
    [ "$name" = stapd ]
}

# A stapd that is root runs its helpers as another user, who must be able to read the tree, which may be under somebody's
# 0700 folder: as nobody, or as who came through sudo. In a guest the way is opened, since nothing there is for keeps.
daemon_find_helper() { # prints a user
    local user part=$build
    [ "$(id -u)" -eq 0 ] || { id -un; return; }
    while [ -d /run/vmrun ] && [ "$part" != / ]; do
        chmod o+rx "$part"
        part=$(dirname "$part")
    done
    for user in nobody ${SUDO_USER:+"$SUDO_USER"}; do
        [ "$user" != root ] || continue
        if setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups test -r "$build/daemon"; then
            echo "$user"
            return
        fi
    done
    echo "only root can read $build" >&2
    return 1
}

# daemon_start [OPTION...]: returns once it answers. $daemon_config are more lines of its stapd.conf.
daemon_start() {
    local tries=0 helper
    helper=$(daemon_find_helper) || return 1
    getent group "$STAPD_GROUP" >/dev/null || STAPD_GROUP=root
    printf '[Daemon]\nGroup=%s\nCompileUser=%s\nStreamUser=%s\n%s' \
        "$STAPD_GROUP" "$helper" "$helper" "${daemon_config-}" >"$E2E_WORK/stapd.conf"
    # stapd loads no core that another user could have put there; here that user is the one who asks for it.
    [ "$(id -u)" -ne 0 ] || chown -f 0:0 "${cache:-/nowhere}"/kit/*/stapd_core.ko || true
    # The catalogue must be root's, which a tree that somebody has checked out is not.
    mkdir -p "$E2E_WORK/bin" "$E2E_WORK/scripts"
    cp "$(dirname "${BASH_SOURCE[0]}")"/../../policy/scripts/* "$E2E_WORK/scripts"
    chmod -R go-w "$E2E_WORK/scripts"
    printf '#!/bin/sh\nexec "%s" --socket="%s" "$@"\n' "$build/ctl/stapctl" "$daemon_socket" >"$E2E_WORK/bin/stapctl"
    chmod 755 "$E2E_WORK/bin/stapctl"
    ${daemon_prefix[@]+"${daemon_prefix[@]}"} "$build/daemon/stapd" --socket="$daemon_socket" \
        --state-dir="$E2E_WORK/state" --scripts-dir="$E2E_WORK/scripts" ${cache:+--cache-dir="$cache"} --config="$E2E_WORK/stapd.conf" "$@" </dev/null >>"$daemon_log" 2>&1 &
    echo $! >"$daemon_pid_file"
    until stapctl status >/dev/null 2>&1; do
        kill -0 "$!" 2>/dev/null || { echo "stapd ended at once"; tail -n 20 "$daemon_log"; return 1; }
        [ "$tries" -lt 300 ] || { echo "stapd does not answer"; tail -n 20 "$daemon_log"; return 1; }
        tries=$((tries + 1))
        sleep 0.1
    done
    [ -e "$E2E_WORK/fds.first" ] || daemon_fds >"$E2E_WORK/fds.first"
}

# daemon_start_compiler RELEASE: one that compiles for another kernel, into $cache, and may not load what it compiled
daemon_start_compiler() {
    local daemon_prefix=()
    if [ "$(id -u)" -eq 0 ]; then
        daemon_prefix=(setpriv --bounding-set -sys_module --inh-caps -sys_module)
    else
        local STAPD_GROUP
        STAPD_GROUP=$(id -gn)
    fi
    daemon_start --kernel="$1"
}

# daemon_prepare RELEASE: the kernel kit into $cache, without a daemon
daemon_prepare() {
    mkdir -p "$cache/kit"
    "$build/daemon/stapd-compile" --prepare --kernel="$1" --kit-dir="$cache/kit"
}

# TERM, and KILL after ten seconds, which is a complaint
daemon_stop() {
    local pid tries=0
    pid=$(daemon_pid) || return 0
    kill "$pid" 2>/dev/null || true
    while daemon_is_alive; do
        if [ "$tries" -ge 100 ]; then kill -9 "$pid"; echo "stapd did not end on SIGTERM"; break; fi
        tries=$((tries + 1))
        sleep 0.1
    done
    rm -f "$daemon_pid_file"
}

# Lines in the log tell which case was running; stapd appends to it.
daemon_mark() { [ -z "${with_daemon-}" ] || echo "$clean_mark" >>"$daemon_log"; }
daemon_log_since_mark() {
    [ -n "${with_daemon-}" ] || return 0
    printf '\nstapd says:\n'
    sed "1,/^$clean_mark\$/d" "$daemon_log" 2>/dev/null | tail -n 40
}

daemon_unclean() {
    [ -n "${with_daemon-}" ] || return 0
    local pid=0 child name zygotes=0
    daemon_is_alive || { echo "stapd is gone"; return; }
    read -r pid <"$daemon_pid_file"
    for child in $(<"/proc/$pid/task/$pid/children"); do
        name=
        { read -r name <"/proc/$child/comm"; } 2>/dev/null || true
        if [ "$name" = stapd-compile ] && [ $((zygotes += 1)) -eq 1 ]; then continue; fi
        echo "child of stapd: $child $name"
    done
}

daemon_fds() { ls "/proc/$(daemon_pid)/fd" 2>/dev/null | wc -l; }
daemon_growth() {
    local first now
    first=$(cat "$E2E_WORK/fds.first") now=$(daemon_fds)
    [ "$now" -le $((first + 4)) ] || { echo "$first fds when it was new, $now now:"; ls -l "/proc/$(daemon_pid)/fd"; }
}

# After the daemon has ended.
daemon_leftovers() {
    local file name
    for file in /proc/[0-9]*/comm; do
        { read -r name <"$file"; } 2>/dev/null || continue
        case $name in stapd-compile | stapd-stream) echo "$name outlived stapd" ;; esac
    done
    awk '$1 ~ /^stapd?_/ && $3 > 0 { print "module " $1 " is still used" }' /proc/modules 2>/dev/null || true
}
