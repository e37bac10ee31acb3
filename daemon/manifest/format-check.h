/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* A format that came from outside against its fields, so that whoever renders by it needs no check of its
 * own. */
#include "manifest/manifest.h"

/* True when the fields are exactly the arguments that the format takes, those of an aggregate in its
 * order. */
bool manifest_format_agrees(const ManifestFormat *f);
/* Names become the keys of one JSON object. */
bool manifest_names_are_unique(const ManifestFormat *f);
