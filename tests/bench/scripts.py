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

# One operation of the language, each measured by a loop around it in a begin probe, less an empty loop: in a guest whose
# clock counts instructions. name, what people read, what is done before, statement.
LONG_KEY = '"a string of forty bytes, all of it a key", "thread-17"'
OPERATIONS = [
    ('one', '`a[i]++`, one key', 'for (i = 0; i < 64; i++) one[i] = 0', 'one[i & 63]++'),
    ('four', 'four keys', 'for (i = 0; i < 64; i++) four[i, 1, 2, 3] = 0', 'four[i & 63, 1, 2, 3]++'),
    ('nine', 'nine keys', 'for (i = 0; i < 64; i++) nine[i, 1, 2, 3, 4, 5, 6, 7, 8] = 0',
     'nine[i & 63, 1, 2, 3, 4, 5, 6, 7, 8]++'),
    ('text', 'a string of 9 bytes as key', 'text["thread-17"] = 0', 'text["thread-17"]++'),
    ('texts', 'two strings, 40 and 9 bytes', f'texts[{LONG_KEY}] = 0', f'texts[{LONG_KEY}]++'),
    ('hist', '`h <<< i`, logarithmic histogram', 'h <<< 0', 'h <<< i'),
]
OPERATIONS_DEFINES = ['MAXACTION=10000000', 'MAXMAPENTRIES=10000']


def operations():
    """Prints a line for each: its name, instructions."""
    loops = '\n'.join(
        f'    {before}\n    t = gettimeofday_ns()\n    for (i = 0; i < 1000; i++) {{ x += i; {statement} }}\n'
        f'    printf("{name} %d\\n", (gettimeofday_ns() - t - base) / 1000)' for name, _, before, statement in OPERATIONS)
    return f"""global one, four, nine, text, texts, h, all
probe begin {{
    t = gettimeofday_ns()
    for (i = 0; i < 1000; i++) {{ x += i }}
    base = gettimeofday_ns() - t
{loops}
    for (i = 0; i < 10000; i++) all[i] = (i * 7919) % 10007
    t = gettimeofday_ns()
    foreach (k in all-) x += k
    printf("sorted %d\\n", gettimeofday_ns() - t)
    t = gettimeofday_ns()
    foreach (k in all- limit 10) x += k
    printf("limit %d\\n", gettimeofday_ns() - t)
    while (strlen(line) < 450) line .= "GET /index.html HTTP/1.1 Host: www.example.org "
    t = gettimeofday_ns()
    for (i = 0; i < 20; i++) x += line =~ "(POST|PUT) /[a-z]+/[0-9]+$"
    printf("regex %d\\n", (gettimeofday_ns() - t) / (20 * strlen(line)))
    printf("sum %d %d %d\\n", x, @count(h), @max(h))
    print(@hist_log(h))
    exit()
}}
"""


def thousand_lines():
    """A script of 1,000 lines: globals, functions, probes with a body of ten statements."""
    lines = [f'global n{i}, a{i}' for i in range(50)]
    for i in range(50):
        lines += [f'function f{i}(x, s:string) {{', f'    if (x > {i}) return x - {i}', f'    n{i} += strlen(s)',
                  f'    return n{i} + x', '}']
    lines += [f'# {i}' for i in range(100)]
    for i in range(60):
        lines += [f'probe timer.s({i + 1}) {{', f'    v = f{i % 50}({i}, execname())', '    for (k = 0; k < 5; k++)',
                  f'        a{i % 50}[pid(), k] += v', f'    if (n{i % 50} > 10)',
                  f'        printf("%s %d %d\\n", execname(), n{i % 50}, v)', f'    foreach ([p, k] in a{i % 50}- limit 3)',
                  '        println(p, " ", k)', '    try { v = 100 / v } catch (m) { println(m) }', '}']
    return '\n'.join(lines) + '\n'


# The script of the SystemTap book
WRITTEN = 'probe syscall.write { if (pid() == target()) printf("Written %d bytes\\n", $count) }'

RECORDS = ('probe kernel.function("vfs_write") { if (execname() == "bench-write") '
           'printf("%s %d %d\\n", execname(), pid(), $count) }')
# Flat out, handlers take more than half of an emulated processor: that check of the language would end the session.
NO_OVERLOAD = 'STP_OVERLOAD_THRESHOLD=0'
RECORDS_BPFTRACE = 'kprobe:vfs_write /comm == "bench-write"/ { printf("%s %d %d\\n", comm, pid, arg2); }'

# One record at a time, with a pause in which the stream falls asleep.
BEATS = 'global n\nprobe timer.ms(50) { printf("%d\\n", n++) }\n'

ARMED = (1, 10, 100, 300)


def arming(functions):
    points = ', '.join(f'kernel.function("{name}")' for name in functions)
    return f'global n  probe {points} {{ n++ }}  probe end {{ println(n) }}'


def arming_bpftrace(functions):
    return ','.join(f'kprobe:{name}' for name in functions) + ' { @n = count(); }'
