/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* What a compiled script is, to those who may read it: CheckPolicy, and requests for approval. */
#include <json-c/json.h>
#include "manifest/manifest.h"

/* Members `probes`, `functions`, `sees` and `fields`; m: or NULL, and they are empty. */
void describe_manifest(json_object *o, const Manifest *m);
