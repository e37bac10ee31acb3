/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /dev/stapd and the session fd. */
#include <linux/anon_inodes.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/uaccess.h>
#include "device.h"
#include "session.h"

static int copy_stat(struct stp_session *s, void __user *to)
{
	struct stp_stat st;

	stp_session_stat(s, &st);
	return copy_to_user(to, &st, sizeof(st)) ? -EFAULT : 0;
}

int stp_device_stat(struct stp_session *s, u32 *seen, void __user *to)
{
	WRITE_ONCE(*seen, (u32)atomic_read(&s->state_events));
	smp_mb();
	return copy_stat(s, to);
}

static int session_exclude(struct stp_session *s, const void __user *from)
{
	struct stp_excluded x;

	if (copy_from_user(&x, from, sizeof(x)))
		return -EFAULT;
	return stp_session_exclude(s, &x);
}

static long session_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	struct stp_session *s = f->private_data;

	switch (cmd) {
	case STP_IOC_TARGET:
		return stp_session_target(s, (s32)arg);
	case STP_IOC_EXCLUDE:
		return session_exclude(s, (void __user *)arg);
	case STP_IOC_START:
		return stp_session_start(s);
	case STP_IOC_STOP:
		return stp_session_stop(s);
	case STP_IOC_READER:
		return stp_reader_open(s);
	case STP_IOC_STAT:
		return stp_device_stat(s, &s->seen_state_events, (void __user *)arg);
	default:
		return -ENOTTY;
	}
}

static __poll_t session_poll(struct file *f, struct poll_table_struct *t)
{
	struct stp_session *s = f->private_data;

	poll_wait(f, &s->wait, t);
	return READ_ONCE(s->seen_state_events) != (u32)atomic_read(&s->state_events) ? EPOLLIN | EPOLLRDNORM
										     : 0;
}

static int session_release(struct inode *i, struct file *f)
{
	stp_session_release(f->private_data);
	return 0;
}

static const struct file_operations session_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = session_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.poll = session_poll,
	.release = session_release,
	.llseek = noop_llseek,
};

static int session_open(const struct stp_open __user *from)
{
	struct stp_session *s;
	struct stp_open o;
	int fd, r;

	if (copy_from_user(&o, from, sizeof(o)))
		return -EFAULT;
	r = stp_session_new(&o, &s);
	if (r)
		return r;
	fd = anon_inode_getfd("[stapd-session]", &session_fops, s, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		stp_session_release(s);
	return fd;
}

static int device_version(struct stp_version __user *to)
{
	struct stp_version v = { .abi = STP_ABI_VERSION, .hash = STP_ABI_HASH };

	return copy_to_user(to, &v, sizeof(v)) ? -EFAULT : 0;
}

static long device_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case STP_IOC_VERSION:
		return device_version((void __user *)arg);
	case STP_IOC_OPEN:
		return session_open((const void __user *)arg);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations device_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = device_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "stapd",
	.fops = &device_fops,
	.mode = 0600,
};

int stp_device_init(void)
{
	return misc_register(&device);
}

void stp_device_exit(void)
{
	misc_deregister(&device);
}
