# shellcheck shell=bash
# What the steps of a case may use besides stapctl.

# wait_until SECONDS COMMAND...: until it succeeds, ten times a second; else fails and says so. What it prints is not shown
wait_until() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null; do
        if [ "$SECONDS" -ge "$end" ]; then echo "in vain: $*" >&2; return 1; fi
        sleep 0.1
    done
}

modules() { awk '$1 ~ /^stap_/ { print $1 }' /proc/modules; }               # script modules that are loaded
n_modules() { [ "$(modules | wc -l)" -eq "$1" ]; }                      # n_modules N: are there so many?
stapd_pid() { cat "$E2E_WORK/stapd.pid"; }                              # of the daemon under test
stapd_log() { cat "$E2E_WORK/stapd.log"; }

# stapd_start [OPTION...]: again, after the case ended it, with the same socket, state and cache. It outlives the case.
stapd_start() {
    (
        [ -z "$E2E_CGROUP" ] || echo 0 >"$E2E_CGROUP/../cgroup.procs"
        # shellcheck disable=SC2034 # daemon.sh uses them
        build=$E2E_BUILD cache=$E2E_CACHE
        # shellcheck source=tests/e2e/daemon.sh
        . "$E2E_DIR/daemon.sh"
        daemon_start "$@"
    )
}

# A command in the background of the step: its output goes to NAME.out and NAME.err; `wait $NAME` (or "$!") for its end.
background() { # background NAME COMMAND...
    local name=$1
    shift
    "$@" >"$name.out" 2>"$name.err" &
    declare -g "$name=$!"
}
await_line() { wait_until 60 grep -qE -- "$2" "$1"; }                   # await_line FILE ERE

sessions() { stapctl list | awk -v state="${1-.}" 'NR > 1 && $4 ~ state { print $1 }'; } # sessions [STATE]: their ids
n_running() { [ "$(sessions running | wc -l)" -eq "$1" ]; }             # n_running N: do so many sessions run?
children() { # children NAME: pids of stapd's children of that name
    local child name
    for child in $(cat "/proc/$(stapd_pid)/task/$(stapd_pid)/children"); do
        read -r name <"/proc/$child/comm" || continue
        [ "$name" != "$1" ] || echo "$child"
    done
}
is_traced() { grep -q "^$1 " /sys/kernel/tracing/enabled_functions; }   # is_traced FUNCTION
