# shellcheck shell=bash disable=SC2154
# Tests of the real core module in a guest: run-core, ../stream/run-stream. Sourced; they set what ../vm/tap.sh wants.
# shellcheck source=tests/vm/tap.sh
. "$root/tests/vm/tap.sh"

hash=0x1234 # core-test knows it

# stapd_core.ko and the hand-written scripts of tests/core. kbuild writes beside the sources, so these are copies.
build_modules() {
    local work=$dir/$release headers=/lib/modules/$release/build
    mkdir -p "$work"
    cp -r "$root/runtime" "$root/tests/core" "$work"
    make -s -C "$headers" M="$work/runtime" STP_ABI_HASH=$hash modules &&
        make -s -C "$headers" M="$work/core/scripts" RUNTIME="$work/runtime" STP_ABI_HASH=$hash modules
}

# A program that writes TAP, with the core loaded. $WORK is where the modules are; afterwards no script's may be loaded.
run_program() { # run_program [VMRUN-OPTION]... -- COMMAND (of sh)
    local options=()
    while [ "$1" != -- ]; do options+=("$1"); shift; done
    # shellcheck disable=SC2016 # these are the guest's
    run_tap -e WORK="$dir/$release" "${options[@]}" -- sh -c '
        insmod "$WORK/runtime/stapd_core.ko" || exit 2
        '"$2"'; status=$?
        awk "/^stap_/ { print \"not ok 0 - a module is left: \" \$1 }" /proc/modules
        exit $status'
}
