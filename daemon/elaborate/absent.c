/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions and aliases of SystemTap's tapsets that these do not have: who uses one has not misspelt it. */
#include <stdbool.h>
#include <string.h>
#include "base/cleanup.h"
#include "elaborate/absent.h"

/* A `*` at the end stands for more, at the start for nothing or an s. */
static const struct {
        const char *name, *why;
} absent[] = {
        { "task_backtrace",
          "the stack of another task is not unwound; backtrace() is that of the probe point" },
        { "print_backtrace_fileline",
          "source files and lines need DWARF, which is not read yet; see print_backtrace()" },
        { "ubacktrace", "stacks of programs are not unwound yet; uaddr() is where it is" },
        { "*print_ubacktrace*", "stacks of programs are not unwound yet; uaddr() is where it is" },
        { "*print_ustack", "stacks of programs are not unwound yet; uaddr() is where it is" },
        { "ucallers", "stacks of programs are not unwound yet" },
        { "ustack", "stacks of programs are not unwound yet" },
        { "usym*", "symbols of programs are not looked up yet; uaddr() is the address" },
        { "umod*", "symbols of programs are not looked up yet; uaddr() is the address" },
        { "*print_usyms", "symbols of programs are not looked up yet; uaddr() is the address" },
        { "symfile*",
          "source files and lines need DWARF, which is not read yet; symname(address) names the function" },
        { "symline",
          "source files and lines need DWARF, which is not read yet; symname(address) names the function" },
        { "system",
          "a script starts no programs; print what should be done, and let the reader of its output do it" },
        { "raise", "a script sends no signals yet" },
        { "panic", "a script does not stop the machine; error(text) ends the script" },
        { "printk", "a script does not write to the kernel's log; log(text) prints" },
        { "ftrace", "a script does not write to the kernel's trace; log(text) prints" },
        { "mdelay", "a handler does not wait" },
        { "udelay", "a handler does not wait" },
        { "dump_stack", "a script does not write to the kernel's log; print_backtrace() prints the stack" },
        { "print_regs", "not in this version; register(name) reads one" },
        { "env_var", "not in this version" },
        { "json_*", "not in this version; stapctl run --json gives every print as an event" },
        { "print_java_backtrace", "nothing is attached to programs yet" },
        { "sprint_java_backtrace", "nothing is attached to programs yet" },
        { "pstrace", "the stack of another task is not unwound" },
        { "switch_file", "who records what a script prints cuts it into files: stapctl record -S SIZE" },
        { "probe_type", "pp() is the probe point, is_return() tells returns from entries" },
        { "probemod", "pp() names the module" },
        { "modname", "pp() names the module; symdata(address) names that of an address" },
        { "stp_print_binary", "printf(\"%8b\") writes bytes as they are" },
};

/* Whose part of the library is not written yet. */
static const char *const later[] = {
        "AF_INET", "AF_INET6", "GFP_KERNEL", "HZ", "NFS_CLIENT", "NFS_FH", "NFS_I", "NFS_PROTO",
        "NFS_SERVER", "WCOREDUMP", "WEXITSTATUS", "WIFCONTINUED", "WIFEXITED", "WIFSIGNALED", "WIFSTOPPED",
        "WSTOPSIG", "WTERMSIG", "addr_from_rqst", "addr_from_rqst_str", "addr_to_node", "arch_bytes",
        "basename", "bdev_partno", "bio_op", "bytes_to_string", "clones_from_clnt", "cputime_to_msecs",
        "cputime_to_string", "cputime_to_usecs", "current_exe_file", "cve_count_metric", "cve_record_metric",
        "cve_tmpdisable", "daddr_to_string", "describe_data_direction", "describe_device_state",
        "disk_major_from_request", "disk_minor_from_request", "disk_name", "ftype",
        "fullpath_struct_nameidata", "get_32mmap_args", "get_devstate_from_req", "get_inode_from_path",
        "get_ip", "get_ip_from_client", "get_loadavg_index", "get_mmap_args", "get_netdev_name", "get_prot",
        "get_prot_from_client", "get_sa_flags", "get_sa_handler", "get_scsi_request", "get_sigaction_mask",
        "get_sigset", "inet_get_dest_port", "inet_get_ip_dest", "inet_get_ip_source", "inet_get_local_port",
        "inode_name", "inode_path", "ipmib_filter_key", "ipmib_get_proto", "ipmib_local_addr",
        "ipmib_remote_addr", "ipmib_tcp_local_port", "ipmib_tcp_remote_port", "irqflags_str", "is_myproc",
        "is_sig_blocked", "kernel_buffer_quoted", "kernel_buffer_quoted_error",
        "kernel_or_user_string_quoted_utf16", "kernel_or_user_string_quoted_utf32", "kernel_string2_utf16",
        "kernel_string2_utf32", "kernel_string_quoted_utf16", "kernel_string_quoted_utf32",
        "kernel_string_utf16", "kernel_string_utf32", "linuxmib_filter_key", "module_name", "module_size",
        "msecs_to_string", "msg_flags_num2str", "nfs3_cmode", "nfs4_ctype", "nfsderror", "nsecs_to_string",
        "pages_to_string", "pnlabel", "port_from_clnt", "port_from_xprt", "ppos_pos",
        "probing_app_with_32bit_regs", "proc_from_msg", "proc_mem_data", "proc_mem_data_pid", "proc_mem_rss",
        "proc_mem_rss_pid", "proc_mem_shr", "proc_mem_shr_pid", "proc_mem_size", "proc_mem_size_pid",
        "proc_mem_string", "proc_mem_string_pid", "proc_mem_txt", "proc_mem_txt_pid", "prog_from_clnt",
        "prot_from_clnt", "qs_time", "rcu_dereference", "rlimit_from_str", "sa_flags_str", "sa_handler_str",
        "scsi_cmd_to_rq", "set_user_string_arg", "sigset_mask_str", "sock_fam_num2str", "sock_fam_str2num",
        "sock_flags_num2str", "sock_prot_num2str", "sock_prot_str2num", "sock_state_num2str",
        "sock_state_str2num", "sock_type_num2str", "sock_type_str2num", "sprint_loadavg", "stack_size",
        "stack_unused", "stack_used", "stap_NFS_CLIENT", "syscall_num", "target_set_report", "task_ancestry",
        "task_cwd_path", "task_exe_file", "task_fd_lookup", "task_ns_egid", "task_ns_euid", "task_ns_gid",
        "task_ns_pid", "task_ns_tid", "task_ns_uid", "task_open_file_handles", "task_rlimit",
        "task_rlimit_as", "task_rlimit_core", "task_rlimit_cpu", "task_rlimit_data", "task_rlimit_fsize",
        "task_rlimit_locks", "task_rlimit_memlock", "task_rlimit_msgqueue", "task_rlimit_nice",
        "task_rlimit_nofile", "task_rlimit_nproc", "task_rlimit_rss", "task_rlimit_rtprio",
        "task_rlimit_rttime", "task_rlimit_sigpending", "task_rlimit_stack", "task_stime_tid",
        "task_time_string", "task_time_string_tid", "task_utime_tid", "tasks_from_clnt", "tcp_get_info_rto",
        "tcp_get_info_snd_cwnd", "tcp_ipv6_sockopt_str", "tcp_sockopt_str", "tcp_ts_get_info_rcv_mss",
        "tcp_ts_get_info_snd_ssthresh", "tcp_ts_get_info_state", "tcpmib_filter_key", "tcpmib_get_state",
        "tcpmib_local_addr", "tcpmib_local_port", "tcpmib_remote_addr", "tcpmib_remote_port", "test_x86_fs",
        "test_x86_gs", "uarch_bytes", "usecs_to_string", "user_buffer_quoted", "user_buffer_quoted_error",
        "user_string2_utf16", "user_string2_utf32", "user_string_quoted_utf16", "user_string_quoted_utf32",
        "user_string_utf16", "user_string_utf32", "vers_from_clnt", "vers_from_prog", "xid_from_clnt",
};

static bool is_named(const char *pattern, const char *name) {
        if (*pattern == '*') {
                pattern++;
                name += *name == 's' && *pattern != 's';
        }
        size_t n = strcspn(pattern, "*");
        return strncmp(pattern, name, n) == 0 && (pattern[n] || !name[n]);
}

const char *absent_function(const char *name) {
        for (size_t i = 0; i < ELEMENTSOF(absent); i++)
                if (is_named(absent[i].name, name))
                        return absent[i].why;
        for (size_t i = 0; i < ELEMENTSOF(later); i++)
                if (strcmp(later[i], name) == 0)
                        return "its part of the tapset library is not written yet";
        return NULL;
}

/* By their first component. */
static const struct { const char *name, *instead; } aliases[] = {
        { "generic", "" },
        { "ioblock_trace", "kernel.trace(\"block:*\")" },
        { "ioscheduler", "kernel.trace(\"block:*\")" },
        { "ioscheduler_trace", "kernel.trace(\"block:*\")" },
        { "ipmib", "" },
        { "irq_handler", "kernel.trace(\"irq:irq_handler_*\")" },
        { "linuxmib", "" },
        { "nfs", "module(\"nfs\").function(\"nfs_*\")" },
        { "nfsd", "module(\"nfsd\").function(\"nfsd_*\")" },
        { "scsi", "kernel.trace(\"scsi:*\")" },
        { "socket", "kernel.function(\"sock_sendmsg\")" },
        { "softirq", "kernel.trace(\"irq:softirq_*\")" },
        { "sunrpc", "kernel.trace(\"sunrpc:*\")" },
        { "tcp", "kernel.function(\"tcp_sendmsg\")" },
        { "tcpmib", "" },
        { "tty", "kernel.function(\"tty_*\")" },
        { "udp", "kernel.function(\"udp_sendmsg\")" },
        { "workqueue", "kernel.trace(\"workqueue:*\")" },
};

const char *absent_alias(const char *name) {
        for (size_t i = 0; i < ELEMENTSOF(aliases); i++)
                if (strcmp(aliases[i].name, name) == 0)
                        return aliases[i].instead;
        return NULL;
}
