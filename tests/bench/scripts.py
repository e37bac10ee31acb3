# SPDX-License-Identifier: GPL-2.0-or-later
"""What is measured: each kind of handler as a script of ours and as bpftrace's, and what it may cost."""

# Globals that nobody reads are pruned, and with them what is measured: each script says at the end what it has.
# name, what people read, script, bpftrace, budget in instructions (DESIGN: a third to a fifth of SystemTap's), SystemTap's
COSTS = [
    ('count', '`n++` on kernel.function("vfs_write")',
     'global n  probe kernel.function("vfs_write") { n++ }  probe end { println(n) }',
     'kprobe:vfs_write { @n++; }', 100, 480),
    ('stat', '`s <<< $count`',
     'global s  probe kernel.function("vfs_write") { s <<< $count }  probe end { println(@count(s), @avg(s), @max(s)) }',
     'kprobe:vfs_write { @ = stats(arg2); }', 150, 547),
    ('map', '`a[pid()]++`',
     'global a  probe kernel.function("vfs_write") { a[pid()]++ }  probe end { foreach (p in a) println(p, a[p]) }',
     'kprobe:vfs_write { @[pid]++; }', 250, 605),
    ('mapstat', '`a[execname(), pid()] <<< $count`',
     'global a  probe kernel.function("vfs_write") { a[execname(), pid()] <<< $count } '
     'probe end { foreach ([e, p] in a) println(e, p, @sum(a[e, p]), @avg(a[e, p])) }',
     'kprobe:vfs_write { @[comm, pid] = stats(arg2); }', 330, 733),
    ('print', '`printf("%s %d %d\\n", execname(), pid(), $count)` after a filter by execname',
     'probe kernel.function("vfs_write") { if (execname() == "bench-write") '
     'printf("%s %d %d\\n", execname(), pid(), $count) }',
     'kprobe:vfs_write /comm == "bench-write"/ { printf("%s %d %d\\n", comm, pid, arg2); }', 400, 1331),
    ('latency', 'entry and return: latency through an array, into a statistic',
     'global t, s  probe kernel.function("vfs_write") { t[tid()] = gettimeofday_ns() } '
     'probe kernel.function("vfs_write").return { if (tid() in t) { s <<< gettimeofday_ns() - t[tid()]; delete t[tid()] } } '
     'probe end { println(@count(s), @avg(s), @max(s)) }',
     'kprobe:vfs_write { @t[tid] = nsecs; } '
     'kretprobe:vfs_write /@t[tid]/ { @ = stats(nsecs - @t[tid]); delete(@t[tid]); }', 900, 1906),
    ('trace', 'kernel.trace("sys_enter") `n++`',
     'global n  probe kernel.trace("sys_enter") { n++ }  probe end { println(n) }',
     'tracepoint:raw_syscalls:sys_enter { @n++; }', 130, 380),
    ('syscall', 'syscall.write `n++`',
     'global n  probe syscall.write { n++ }  probe end { println(n) }',
     'tracepoint:syscalls:sys_enter_write { @n++; }', 200, 1008),
    ('filter', '`if (pid() == target()) n++`, no match',
     'global n  probe kernel.function("vfs_write") { if (pid() == target()) n++ }  probe end { println(n) }',
     'kprobe:vfs_write /pid == 1/ { @n++; }', 80, 482),
]

# The script of the SystemTap book
WRITTEN = 'probe syscall.write { if (pid() == target()) printf("Written %d bytes\\n", $count) }'

RECORDS = ('probe kernel.function("vfs_write") { if (execname() == "bench-write") '
           'printf("%s %d %d\\n", execname(), pid(), $count) }')
# Flat out, handlers take more than half of an emulated processor: that check of the language would end the session.
NO_OVERLOAD = 'STP_OVERLOAD_THRESHOLD=0'
RECORDS_BPFTRACE = 'kprobe:vfs_write /comm == "bench-write"/ { printf("%s %d %d\\n", comm, pid, arg2); }'

ARMED = (1, 10, 100, 300)


def arming(functions):
    points = ', '.join(f'kernel.function("{name}")' for name in functions)
    return f'global n  probe {points} {{ n++ }}  probe end {{ println(n) }}'


def arming_bpftrace(functions):
    return ','.join(f'kprobe:{name}' for name in functions) + ' { @n = count(); }'
