// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* /dev/bewit (kmod/interface.h): one owner, who configures, maps, starts and reads. */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/uaccess.h>

#include "kmod/probes.h"

static DEFINE_MUTEX(lock); /* of what follows, and of every call into the probes */
static bool owned, configured, started, signals;

static int device_open(struct inode *inode, struct file *file)
{
	int error = 0;

	if (!capable(CAP_SYS_ADMIN) && !perfmon_capable())
		return -EPERM;
	mutex_lock(&lock);
	if (owned)
		error = -EBUSY;
	else
		owned = true;
	mutex_unlock(&lock);
	return error;
}

/* The last reference is gone, and with it every mapping. */
static int device_release(struct inode *inode, struct file *file)
{
	mutex_lock(&lock);
	if (started)
		bewit_stop();
	if (configured)
		bewit_release();
	owned = configured = started = false;
	mutex_unlock(&lock);
	return 0;
}

static long configure(void __user *argument)
{
	struct bewit_configuration wanted;
	int error;

	if (configured)
		return -EBUSY;
	if (copy_from_user(&wanted, argument, sizeof wanted))
		return -EFAULT;
	error = bewit_configure(&wanted);
	if (error)
		return error;
	smp_store_release(&configured, true);
	signals = wanted.signals != 0;
	return copy_to_user(argument, &wanted, sizeof wanted) ? -EFAULT : 0;
}

static long start(void)
{
	int error;

	if (!configured)
		return -EINVAL;
	if (started)
		return -EBUSY;
	error = bewit_start(signals);
	started = !error;
	return error;
}

static long count(void __user *argument)
{
	struct bewit_counters sum;

	if (!configured)
		return -EINVAL;
	bewit_count(&sum);
	return copy_to_user(argument, &sum, sizeof sum) ? -EFAULT : 0;
}

static long device_ioctl(struct file *file, unsigned int request, unsigned long argument)
{
	long result = -ENOTTY;

	mutex_lock(&lock);
	if (request == BEWIT_CONFIGURE)
		result = configure((void __user *)argument);
	else if (request == BEWIT_START)
		result = start();
	else if (request == BEWIT_COUNT)
		result = count((void __user *)argument);
	mutex_unlock(&lock);
	return result;
}

/* Without the lock: configure() reads user memory under it, and whoever maps holds the lock of the address space already. */
static int device_mmap(struct file *file, struct vm_area_struct *area)
{
	if (!smp_load_acquire(&configured))
		return -EINVAL;
	return bewit_map_rings(area);
}

static __poll_t device_poll(struct file *file, poll_table *table)
{
	if (!smp_load_acquire(&configured))
		return EPOLLERR;
	poll_wait(file, bewit_readers(), table);
	return bewit_is_readable() ? EPOLLIN | EPOLLRDNORM : 0;
}

static const struct file_operations operations = {
	.owner = THIS_MODULE,
	.open = device_open,
	.release = device_release,
	.unlocked_ioctl = device_ioctl,
	.mmap = device_mmap,
	.poll = device_poll,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "bewit",
	.fops = &operations,
	.mode = 0600,
};

static int __init bewit_init(void)
{
	bewit_prepare();
	return misc_register(&device);
}

static void __exit bewit_exit(void)
{
	misc_deregister(&device);
}

module_init(bewit_init);
module_exit(bewit_exit);
MODULE_LICENSE("GPL v2");
MODULE_AUTHOR("The bewit authors");
MODULE_DESCRIPTION("bewit's source of events for whole hosts");
MODULE_VERSION("1");
