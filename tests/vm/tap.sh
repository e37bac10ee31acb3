# shellcheck shell=bash disable=SC2034,SC2154
# For suites that run a program which writes TAP in a guest of each kernel: its results under the name of the kernel,
# with one numbering. Sourced; they set root, dir (for what is made), release (of the kernel), and processors when two
# are more than they need.
# shellcheck source=tests/vm/emulator.sh
. "$root/tests/vm/emulator.sh"

count=0 failed=0

result() { # result OK|not NAME
    count=$((count + 1))
    case $1 in ok) echo "ok $count - $release: $2" ;; *) failed=1; echo "not ok $count - $release: $2" ;; esac
}

# It must come to its end, and the kernel must have warned of nothing.
run_tap() { # run_tap [VMRUN-OPTION]... -- COMMAND...
    local attempt status line planned='' threads=()
    for attempt in 1 2 3; do
        status=0
        "$root/tests/vm/vmrun" ${threads[@]+"${threads[@]}"} -k "$release" -s "${processors-2}" \
            -l "$dir/console" "$@" >"$dir/out" 2>"$dir/err" || status=$?
        if [ "$attempt" -eq 3 ] || ! emulator_failed "${processors-2}" "$status" "$dir/console"; then break; fi
        echo "# $release: the guest died or hung as if QEMU had run an instruction that was no longer there; once more"
        threads=(-1)
    done
    while IFS= read -r line; do
        case $line in
            "ok "*) result ok "${line#ok * - }" ;;
            "not ok "*) result not "${line#not ok * - }" ;;
            1..*) planned=$line ;;
            *) echo "$line" ;;
        esac
    done <"$dir/out"
    sed 's/^/# /' "$dir/err"
    if [ "$status" -le 1 ] && [ -n "$planned" ]; then result ok "ran to its end"; else result not "exit status $status"; fi
    if grep -q tainted "$dir/err"; then result not "no warning in the kernel log"; else result ok "no warning in the kernel log"; fi
}
