/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.varlink.service: what every Varlink service says of itself. */
#include "api/interface.h"
#include "api/verbs.h"
#include "config.h"

void verb_get_info(Call *c) {
        json_object *o = json_object_new_object(), *interfaces = json_object_new_array();
        for (size_t i = 0; i < n_interface_texts; i++)
                json_object_array_add(interfaces, json_object_new_string(interface_texts[i].name));
        json_object_object_add(o, "vendor", json_object_new_string("stapd"));
        json_object_object_add(o, "product", json_object_new_string("stapd"));
        json_object_object_add(o, "version", json_object_new_string(STAPD_VERSION));
        json_object_object_add(o, "url", json_object_new_string(""));
        json_object_object_add(o, "interfaces", interfaces);
        call_reply(c, o);
}

void verb_get_interface_description(Call *c) {
        const char *name = NULL;
        if (!param_text(c, "interface", true, &name))
                return;
        const char *text = interface_description(name);
        if (!text) {
                call_error_text(c, "org.varlink.service.InterfaceNotFound", "interface", name);
                return;
        }
        json_object *o = json_object_new_object();
        json_object_object_add(o, "description", json_object_new_string(text));
        call_reply(c, o);
}
