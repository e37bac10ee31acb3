# shellcheck shell=bash disable=SC2154
# The clean set: what must be gone once a case is over. Sourced by runner.
#
#   no module stap_*                            no kprobe, no traced function that was not there before
#   no process that a case started              no child of stapd but the compiler's zygote
#   stapd alive                                 no WARNING, BUG, oops, stall or lockup in the kernel log
#
# Looking is done without starting a process: in an emulated guest each costs some 20 ms.

cgroups=/sys/fs/cgroup
kprobes=/sys/kernel/debug/kprobes/list
functions=/sys/kernel/tracing/enabled_functions
trouble='WARNING:|BUG:|Oops|general protection|Kernel panic|Call Trace:|rcu:.*stall|refcount_t:|list_(add|del) corruption'
trouble+='|hung task|soft lockup|scheduling while atomic|UBSAN|KASAN'

# Each case has a control group, so that no process of it is overlooked, wherever it went.
case_group=
enter_case_group() { [ -z "$case_group" ] || echo 0 >"$case_group/cgroup.procs"; }
empty_case_group() { [ -z "$case_group" ] || echo 1 >"$case_group/cgroup.kill"; }
leave_case_group() { [ -z "$case_group" ] || rmdir "$case_group" 2>/dev/null || true; }

# Once, before the first case: what this machine has anyway.
declare -A probes_before=()
settle_clean() {
    local own line
    if [ "$(stat -f -c %T "$cgroups")" = cgroup2fs ]; then
        own=$(sed -n 's/^0:://p' /proc/self/cgroup)
        case_group=$cgroups${own%/}/stapd-e2e
        mkdir -p "$case_group" 2>/dev/null || case_group=
    fi
    export E2E_CGROUP=$case_group
    while read -r line; do probes_before[$line]=1; done < <(list_probes)
}

list_probes() {
    local symbol
    [ ! -r "$kprobes" ] || while read -r _ _ symbol _; do echo "kprobe $symbol"; done <"$kprobes"
    [ ! -r "$functions" ] || while read -r symbol _; do echo "function $symbol"; done <"$functions"
}

loaded_modules() {
    local name
    [ ! -r /proc/modules ] || while read -r name _; do if [[ $name == stap_* ]]; then echo "$name"; fi; done </proc/modules
}

# Before each case.
mark_clean() { # mark_clean NAME
    clean_mark="e2e: $1 $RANDOM$RANDOM"
    daemon_mark
    kernel_mark=$clean_mark
    { echo "$clean_mark" >/dev/kmsg; } 2>/dev/null || kernel_mark=
}

find_unclean() {
    local line pid
    while read -r line; do echo "module still loaded: $line"; done < <(loaded_modules)
    while read -r line; do [ -n "${probes_before[$line]-}" ] || echo "still armed: $line"; done < <(list_probes)
    [ -z "$case_group" ] || while read -r pid; do
        echo "still running: $(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" || true)"
    done <"$case_group/cgroup.procs"
    daemon_unclean
}

kernel_trouble() {
    [ -n "$kernel_mark" ] || return 0
    dmesg | awk -v mark="$kernel_mark" -v trouble="$trouble" '
        found && ($0 ~ trouble || lines) && lines++ < 60
        index($0, mark) { found = 1 }'
}

# After each case: prints what is left after twenty seconds, and gets rid of it for the next one.
await_clean() {
    local problems end=$((${EPOCHREALTIME/./} + 20000000))
    while problems=$(find_unclean); [ -n "$problems" ] && [ "${EPOCHREALTIME/./}" -lt "$end" ]; do sleep 0.1; done
    if [ -n "$problems" ]; then
        printf '\nnot clean after the case:\n%s\n' "$problems"
        empty_case_group
    fi
    problems=$(kernel_trouble)
    [ -z "$problems" ] || printf '\nin the kernel log:\n%s\n' "$problems"
}
