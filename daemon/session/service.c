/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/service.h"
#include <string.h>
#include <systemd/sd-bus.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "base/log.h"

/* The service manager's own socket, which is there without a message bus; only root may use it. */
#define PRIVATE_ADDRESS "unix:path=/run/systemd/private"
#define MANAGER "org.freedesktop.systemd1.Manager"
#define TIMEOUT_USEC 2000000ull

DEFINE_CLEANUP(sd_bus *, bus_closep, sd_bus_close_unref)
DEFINE_CLEANUP(sd_bus_message *, message_unrefp, sd_bus_message_unref)

static int open_manager(sd_bus **ret) {
        _cleanup_(bus_closep) sd_bus *bus = NULL;
        int r = sd_bus_new(&bus);
        if (r >= 0)
                r = sd_bus_set_address(bus, PRIVATE_ADDRESS);
        if (r >= 0)
                r = sd_bus_set_method_call_timeout(bus, TIMEOUT_USEC);
        if (r >= 0)
                r = sd_bus_start(bus);
        if (r >= 0)
                *ret = TAKE_PTR(bus);
        return r;
}

/* The type of the job of our unit: "restart" from the stop of the old process to the start of the new
 * one. */
static int read_job_type(sd_bus *bus, char **ret) {
        _cleanup_(message_unrefp) sd_bus_message *unit = NULL, *job = NULL;
        const char *unit_path, *job_path;
        uint32_t id;
        int r = sd_bus_call_method(bus, NULL, "/org/freedesktop/systemd1", MANAGER, "GetUnitByPID", NULL,
                                   &unit, "u", (uint32_t) getpid());
        if (r >= 0)
                r = sd_bus_message_read(unit, "o", &unit_path);
        if (r >= 0)
                r = sd_bus_get_property(bus, NULL, unit_path, "org.freedesktop.systemd1.Unit", "Job", NULL,
                                        &job, "(uo)");
        if (r >= 0)
                r = sd_bus_message_read(job, "(uo)", &id, &job_path);
        if (r < 0)
                return r;
        return sd_bus_get_property_string(bus, NULL, job_path, "org.freedesktop.systemd1.Job", "JobType",
                                          NULL, ret);
}

bool service_is_restarting(void) {
        _cleanup_(bus_closep) sd_bus *bus = NULL;
        _cleanup_(freep) char *type = NULL;
        int r = open_manager(&bus);
        if (r >= 0)
                r = read_job_type(bus, &type);
        if (r < 0)
                log_debug_errno(r, "what the service manager is about to do: %m");
        return r >= 0 && (strcmp(type, "restart") == 0 || strcmp(type, "try-restart") == 0);
}
