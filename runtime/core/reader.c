/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Readers: buffers, positions and state. They keep the buffers, not the session. */
#include <linux/anon_inodes.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "device.h"

struct reader {
	struct stp_session *session;
	u32 seen_state_events, seen_data_events;
};

/* Made of relay's own, less open() and read(): a buffer is mapped, whole sub-buffers are read. */
static struct file_operations buffer_fops;

static int buffer_fd(struct stp_session *s, unsigned long cpu)
{
	struct rchan_buf *b = stp_transport_buffer(s, cpu);
	int fd;

	if (!b)
		return -ENXIO;
	kref_get(&b->kref);
	fd = anon_inode_getfd("[stapd-buffer]", &buffer_fops, b, O_RDONLY | O_CLOEXEC);
	if (fd < 0) /* the channel holds another reference while we are here */
		refcount_dec(&b->kref.refcount);
	return fd;
}

static int reader_get(struct stp_session *s, struct stp_get __user *at)
{
	struct stp_get g;
	int r;

	if (copy_from_user(&g, at, sizeof(g)))
		return -EFAULT;
	r = stp_transport_get(s, &g);
	if (r)
		return r;
	return copy_to_user(at, &g, sizeof(g)) ? -EFAULT : 0;
}

static int reader_flush(struct reader *rd, u64 __user *to)
{
	u64 time;
	int r;

	WRITE_ONCE(rd->seen_data_events, (u32)atomic_read(&rd->session->data_events));
	r = stp_transport_flush(rd->session, &time);
	if (r)
		return r;
	return copy_to_user(to, &time, sizeof(time)) ? -EFAULT : 0;
}

static long reader_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	struct reader *rd = f->private_data;
	struct stp_session *s = rd->session;

	switch (cmd) {
	case STP_IOC_STAT:
		return stp_device_stat(s, &rd->seen_state_events, (void __user *)arg);
	case STP_IOC_BUFFER:
		return buffer_fd(s, arg);
	case STP_IOC_GET:
		return reader_get(s, (void __user *)arg);
	case STP_IOC_PUT:
		return stp_transport_put(s, arg);
	case STP_IOC_FLUSH:
		return reader_flush(rd, (void __user *)arg);
	default:
		return -ENOTTY;
	}
}

static __poll_t reader_poll(struct file *f, struct poll_table_struct *t)
{
	struct reader *rd = f->private_data;
	struct stp_session *s = rd->session;

	poll_wait(f, &s->wait, t);
	if (READ_ONCE(rd->seen_state_events) != (u32)atomic_read(&s->state_events) ||
	    READ_ONCE(rd->seen_data_events) != (u32)atomic_read(&s->data_events))
		return EPOLLIN | EPOLLRDNORM;
	return 0;
}

static int reader_release(struct inode *i, struct file *f)
{
	struct reader *rd = f->private_data;

	stp_session_unuse(rd->session);
	kfree(rd);
	return 0;
}

static const struct file_operations reader_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = reader_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.poll = reader_poll,
	.release = reader_release,
	.llseek = noop_llseek,
};

int stp_reader_open(struct stp_session *s)
{
	struct reader *rd = kzalloc(sizeof(*rd), GFP_KERNEL);
	int fd;

	if (!rd)
		return -ENOMEM;
	rd->session = s;
	stp_session_use(s);
	fd = anon_inode_getfd("[stapd-reader]", &reader_fops, rd, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		stp_session_unuse(s);
		kfree(rd);
	}
	return fd;
}

void stp_reader_init(void)
{
	buffer_fops.owner = THIS_MODULE;
	buffer_fops.mmap = relay_file_operations.mmap;
	buffer_fops.release = relay_file_operations.release;
	buffer_fops.llseek = noop_llseek;
}
