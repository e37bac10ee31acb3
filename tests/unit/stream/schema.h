/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Lines against doc/event-v1.schema.json, by python3-jsonschema. Lines that differ only in numbers count
 * as one. */
#include <stdio.h>
#include <stdlib.h>
#include "base/fds.h"
#include "unit/test.h"

static const char schema_validator[] =
        "import json, re, sys, jsonschema\n"
        "schema = json.load(open(sys.argv[1]))\n"
        "jsonschema.Draft202012Validator.check_schema(schema)\n"
        "v = jsonschema.Draft202012Validator(schema)\n"
        "n = 0\n"
        "seen = set()\n"
        "for line in open(sys.argv[2], 'rb'):\n"
        "    assert len(line) <= 65536 and line.endswith(b'\\n'), len(line)\n"
        "    n += 1\n"
        "    shape = re.sub(rb'[0-9]+', b'1', line)\n"
        "    if shape in seen:\n"
        "        continue\n"
        "    seen.add(shape)\n"
        "    try:\n"
        "        v.validate(json.loads(line.decode()))\n"
        "    except jsonschema.ValidationError as e:\n"
        "        print('#', line[:300], jsonschema.exceptions.best_match([e]).message[:300])\n"
        "        raise SystemExit(1)\n"
        "assert n == int(sys.argv[3]), n\n";

static inline void schema_check(const char *lines, size_t len, unsigned n) {
        char dir[] = "/tmp/test-schema-XXXXXX", path[128], script[128], command[1024];
        if (system("python3 -c 'import jsonschema; jsonschema.Draft202012Validator' 2>/dev/null") != 0)
                SKIP("python3-jsonschema is not installed");
        ASSERT_NOT_NULL(mkdtemp(dir));
        snprintf(path, sizeof(path), "%s/lines", dir);
        snprintf(script, sizeof(script), "%s/validate.py", dir);
        ASSERT_OK(fds_write_file_atomic(path, lines, len, 0600));
        ASSERT_OK(fds_write_file_atomic(script, schema_validator, strlen(schema_validator), 0600));
        snprintf(command, sizeof(command), "python3 %s '%s/doc/event-v1.schema.json' %s %u", script,
                 getenv("SOURCE_ROOT") ?: ".", path, n);
        int status = system(command);
        snprintf(command, sizeof(command), "rm -r %s", dir);
        ASSERT_EQ(system(command), 0);
        ASSERT_EQ(status, 0);
}
