/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The task that was hit. Numbers are those of the initial namespaces. */
#include <linux/cred.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/coredump.h>
#include <linux/sched/signal.h>
#include <linux/smp.h>
#include <linux/string.h>
#include "stp.h"

/* As ptrace(2) sees it: all three ids, and a dump of it would be his, which it is not of a set-user-id,
 * set-group-id or capable program. */
bool stp_task_is_owners(const struct stp_ctx *c)
{
	const struct cred *cred = current_cred();
	kuid_t owner = KUIDT_INIT(c->owner);

	return current->mm && uid_eq(cred->uid, owner) && uid_eq(cred->euid, owner) &&
	       uid_eq(cred->suid, owner) && get_dumpable(current->mm) == SUID_DUMP_USER;
}
EXPORT_SYMBOL_GPL(stp_task_is_owners);

s64 stp_ppid(void)
{
	s64 pid;

	rcu_read_lock();
	pid = rcu_dereference(current->real_parent)->tgid;
	rcu_read_unlock();
	return pid;
}
EXPORT_SYMBOL_GPL(stp_ppid);

/* A task that has been reaped has none: 0. */
static s64 number_of(enum pid_type type)
{
	s64 nr = 0;

	rcu_read_lock();
	if (pid_alive(current))
		nr = pid_nr(type == PIDTYPE_PGID ? task_pgrp(current) : task_session(current));
	rcu_read_unlock();
	return nr;
}

s64 stp_pgrp(void)
{
	return number_of(PIDTYPE_PGID);
}
EXPORT_SYMBOL_GPL(stp_pgrp);

s64 stp_sid(void)
{
	return number_of(PIDTYPE_SID);
}
EXPORT_SYMBOL_GPL(stp_sid);

s64 stp_uid(void)
{
	return __kuid_val(current_uid());
}
EXPORT_SYMBOL_GPL(stp_uid);

s64 stp_euid(void)
{
	return __kuid_val(current_euid());
}
EXPORT_SYMBOL_GPL(stp_euid);

s64 stp_gid(void)
{
	return __kgid_val(current_gid());
}
EXPORT_SYMBOL_GPL(stp_gid);

s64 stp_egid(void)
{
	return __kgid_val(current_egid());
}
EXPORT_SYMBOL_GPL(stp_egid);

s64 stp_cpu(void)
{
	return raw_smp_processor_id();
}
EXPORT_SYMBOL_GPL(stp_cpu);

/* Without the task's lock, which get_task_comm() takes: a rename at this moment may show half of each. */
void stp_execname(char *dst, u32 size)
{
	if (likely(size >= TASK_COMM_LEN)) {
		memcpy(dst, current->comm, TASK_COMM_LEN);
		dst[TASK_COMM_LEN - 1] = 0;
	} else {
		memcpy(dst, current->comm, size);
		dst[size - 1] = 0;
	}
}
EXPORT_SYMBOL_GPL(stp_execname);

u64 stp_task_find(s64 pid)
{
	u64 task;

	rcu_read_lock();
	task = (u64)(unsigned long)pid_task(find_pid_ns((int)pid, &init_pid_ns), PIDTYPE_PID);
	rcu_read_unlock();
	return task;
}
EXPORT_SYMBOL_GPL(stp_task_find);

u64 stp_task_current(void)
{
	return (unsigned long)current;
}
EXPORT_SYMBOL_GPL(stp_task_current);
