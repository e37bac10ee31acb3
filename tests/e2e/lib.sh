# shellcheck shell=bash
# What the steps of a case may use besides stapctl.

# wait_until SECONDS COMMAND...: until it succeeds, ten times a second; else fails and says so
wait_until() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
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
