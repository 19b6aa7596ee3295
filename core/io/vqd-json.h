/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-json.h - a JSON object out of a file that may be hostile */
#ifndef VQD_JSON_H
#define VQD_JSON_H

#include <json-glib/json-glib.h>

#include "core/vqd.h"

G_BEGIN_DECLS

/* A node that holds an object, (transfer full), or NULL. Text that is not
 * UTF-8, and text nested so deep that the parser, which calls itself, would
 * run out of stack, is an error. */
JsonNode *vqd_json_parse (const char *text, gsize n_bytes, GError **error);

G_END_DECLS

#endif /* VQD_JSON_H */
