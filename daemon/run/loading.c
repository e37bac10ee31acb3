/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/loading.h"
#include <errno.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "base/cleanup.h"

static const struct {
        const char *name, *advice;
} table[_MODULE_LOADING_MAX] = {
        [LOADING_ALLOWED] = { "allowed", "" },
        [LOADING_NO_PRIVILEGE] = { "no-privilege",
                "stapd may not load kernel modules here: it needs CAP_SYS_MODULE; run it as root, outside a "
                "container" },
        [LOADING_UNSUPPORTED] = { "unsupported",
                "this kernel loads no modules (CONFIG_MODULES is off); boot a distribution kernel" },
        [LOADING_DISABLED] = { "disabled",
                "loading modules is switched off until the next boot (kernel.modules_disabled = 1); remove that "
                "setting from /etc/sysctl.d and reboot" },
        [LOADING_LOCKDOWN] = { "lockdown",
                "the kernel is locked down and takes only signed modules; enrol a key (mokutil --import) and "
                "set SigningKey= and SigningCertificate= in stapd.conf" },
        [LOADING_SIGNATURE_REQUIRED] = { "signature-required",
                "the kernel takes only signed modules (module.sig_enforce); enrol a key (mokutil --import) and "
                "set SigningKey= and SigningCertificate= in stapd.conf" },
};

static bool file_begins(const char *path, const char *text) {
        _cleanup_(fclosep) FILE *f = fopen(path, "re");
        char line[128] = "";
        if (!f || !fgets(line, sizeof(line), f))
                return false;
        return strncmp(line, text, strlen(text)) == 0;
}

/* "none [integrity] confidentiality": the active one stands in brackets. */
static bool is_locked_down(void) {
        _cleanup_(fclosep) FILE *f = fopen("/sys/kernel/security/lockdown", "re");
        char line[128] = "";
        if (!f || !fgets(line, sizeof(line), f))
                return false;
        return strchr(line, '[') && !strstr(line, "[none]");
}

static bool has_capability(unsigned capability) {
        struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
        struct __user_cap_data_struct data[2] = {};
        if (syscall(SYS_capget, &header, data) < 0)
                return false;
        return data[capability / 32].effective & (1u << capability % 32);
}

ModuleLoading loading_check(void) {
        /* A syscall that the kernel was built without is ENOSYS; with nothing to delete it is EFAULT or
         * EPERM. */
        if (syscall(SYS_delete_module, NULL, 0) < 0 && errno == ENOSYS)
                return LOADING_UNSUPPORTED;
        if (!has_capability(CAP_SYS_MODULE))
                return LOADING_NO_PRIVILEGE;
        if (file_begins("/proc/sys/kernel/modules_disabled", "1"))
                return LOADING_DISABLED;
        if (is_locked_down())
                return LOADING_LOCKDOWN;
        if (file_begins("/sys/module/module/parameters/sig_enforce", "Y"))
                return LOADING_SIGNATURE_REQUIRED;
        return LOADING_ALLOWED;
}

const char *loading_to_string(ModuleLoading l) {
        return table[l].name;
}

const char *loading_advice(ModuleLoading l) {
        return table[l].advice;
}

const char *loading_explain(int error) {
        switch (error < 0 ? -error : error) {
        case EKEYREJECTED:
        case ENOKEY:
                return "the kernel does not know the key that stapd signs modules with; enrol the file of "
                       "SigningCertificate= (mokutil --import FILE) and reboot";
        case EPERM:
                return "the kernel does not let stapd load modules (lockdown, modules_disabled or a missing "
                       "capability)";
        case ENOEXEC:
                return "the module was built for another kernel; remove the kernel kit (stapctl prepare --force)";
        case EEXIST:
                return "a module of that name is loaded already";
        case ENODEV:
                return "the session that the module belongs to is gone";
        case EBADMSG:
                return "the module could not be signed; check SigningKey= and SigningCertificate= in stapd.conf";
        case ENOMEM:
                return "the kernel has not enough memory for the script's arrays; make them smaller";
        case EDQUOT:
                return "the script's arrays and statistics take more memory than the policy allows; make them smaller "
                       "(global a[SIZE], -D MAXMAPENTRIES=)";
        case EUCLEAN:
                return "stapd_core.ko of the kernel kit is not root's alone, and is not loaded; build the kit "
                       "again as root (stapctl prepare --force)";
        case ECHILD:
                return "the process that loads the module was killed; the log of the kernel says why "
                       "(journalctl -k)";
        case ETIMEDOUT:
                return "the module did not come back from being started; the log of the kernel may say why "
                       "(journalctl -k)";
        case EPROTO:
                return "stapd_core in the kernel is of another version of stapd; stop all sessions and unload it "
                       "(rmmod stapd_core)";
        default:
                return strerror(error < 0 ? -error : error);
        }
}
