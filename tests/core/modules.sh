# shellcheck shell=bash disable=SC2154
# Tests of the real core module in a guest: run-core, ../stream/run-stream. Sourced; they set what ../vm/tap.sh wants.
# shellcheck source=tests/vm/tap.sh
. "$root/tests/vm/tap.sh"

hash=0x1234 # core-test knows it

# What the modules are made of, in one word.
modules_digest() {
    find "$root/runtime" "$root/tests/core" "/lib/modules/$release/build/.config" -type f -print0 | sort -z |
        xargs -0 sha256sum | sha256sum
}

# stapd_core.ko and the hand-written scripts of tests/core, into $work, which the suites share. kbuild writes beside the
# sources, so these are copies.
build_modules() {
    local digest headers=/lib/modules/$release/build
    work=$root/build/modules/$release digest=$(modules_digest)
    [ "$(cat "$work/digest" 2>/dev/null)" != "$digest" ] || return 0
    rm -rf "$work"
    mkdir -p "$work"
    cp -r "$root/runtime" "$root/tests/core" "$work"
    make -s -C "$headers" M="$work/runtime" STP_ABI_HASH=$hash modules &&
        make -s -C "$headers" M="$work/core/scripts" RUNTIME="$work/runtime" STP_ABI_HASH=$hash modules &&
        echo "$digest" >"$work/digest"
}

# A program that writes TAP, with the core loaded. $WORK is where the modules are; afterwards no script's may be loaded.
run_program() { # run_program [VMRUN-OPTION]... -- COMMAND (of sh)
    local options=()
    while [ "$1" != -- ]; do options+=("$1"); shift; done
    # shellcheck disable=SC2016 # these are the guest's
    run_tap -e WORK="$work" "${options[@]}" -- sh -c '
        insmod "$WORK/runtime/stapd_core.ko" || exit 2
        '"$2"'; status=$?
        awk "/^stap_/ { print \"not ok 0 - a module is left: \" \$1 }" /proc/modules
        exit $status'
}
