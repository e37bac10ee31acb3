# shellcheck shell=bash
# A known failure of the emulator, for those that run tests in a guest. Sourced.

# QEMU before 8.1 can translate code while another processor writes it, and then runs what was there before
# (bugzilla.redhat.com/2216496). Where the kernel arms or disarms a function it so meets a breakpoint that is long gone.
# Since 6.2 that is the end of it; before, kprobes tried the instruction again, for ever.
# When that happens with interrupts off, the guest has not even a word to say: it is vmrun's time-out that ends it.
# With one thread for all processors there is nobody to write meanwhile; it is slower, so it comes second.
emulator_failed() { # emulator_failed PROCESSORS STATUS CONSOLE: of the guest, of vmrun
    local version
    version=$(qemu-system-x86_64 --version | sed -n '1s/.*version \([0-9]*\.[0-9]*\).*/\1/p')
    printf '%s\n' "$version" 8.1 | sort -V -C && [ "$version" != 8.1 ] && [ "$1" -gt 1 ] &&
        { [ "$2" -eq 124 ] || grep -qsE 'int3: 0000 \[#1\]|BUG: soft lockup' "$3"; }
}
