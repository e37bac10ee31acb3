/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* D-Bus arguments as members of JSON objects, and back: what the columns of VerbInfo mean. */
#include <json-c/json.h>
#include <systemd/sd-bus.h>

#define BUS_ROOT "/org/stapd1"
#define BUS_SESSIONS BUS_ROOT "/session"
#define BUS_JOBS BUS_ROOT "/job"

/* One argument of a list of names: "name", "name:member"; advances *names. */
typedef struct BusName {
        char name[32], member[40];
} BusName;
int bus_next_name(const char **names, BusName *ret); /* 0: there is none */
/* The length of the first complete type of a signature. */
size_t bus_type_length(const char *signature);

/* Reads the arguments into `parameters`. -EINVAL: *ret_name is the one that is wrong; -EOPNOTSUPP: there
 * are flags. */
int bus_read_arguments(sd_bus_message *m, const char *signature, const char *names, json_object *parameters,
                       BusName *ret_name);
/* Appends the values that the names stand for in the reply; fd: for an `h`. */
int bus_append_arguments(sd_bus_message *m, const char *signature, const char *names, json_object *reply,
                         int fd);
/* Appends one value of a basic type, of `as`, or of `a{sv}`. */
int bus_append_value(sd_bus_message *m, const char *type, json_object *value);
