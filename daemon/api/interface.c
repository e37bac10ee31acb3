/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "api/interface.h"
#include <string.h>
#include <stddef.h>

__asm__(".pushsection .rodata\n"
        ".globl stapd_interface_text\n"
        "stapd_interface_text:\n"
        ".incbin \"" INTERFACE_FILE "\"\n"
        ".byte 0\n"
        ".popsection\n");
extern const char stapd_interface_text[];

static const char service_text[] =
        "# The Varlink Service Interface is provided by every varlink service. It\n"
        "# describes the service and the interfaces it implements.\n"
        "interface org.varlink.service\n\n"
        "method GetInfo() -> (\n"
        "  vendor: string,\n"
        "  product: string,\n"
        "  version: string,\n"
        "  url: string,\n"
        "  interfaces: []string\n"
        ")\n\n"
        "method GetInterfaceDescription(interface: string) -> (description: string)\n\n"
        "error InterfaceNotFound (interface: string)\n"
        "error MethodNotFound (method: string)\n"
        "error MethodNotImplemented (method: string)\n"
        "error InvalidParameter (parameter: string)\n"
        "error PermissionDenied ()\n"
        "error ExpectedMore ()\n";

const char *interface_description(const char *name) {
        if (strcmp(name, STAPD_INTERFACE) == 0)
                return stapd_interface_text;
        return strcmp(name, "org.varlink.service") == 0 ? service_text : NULL;
}
