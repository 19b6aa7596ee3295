/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-json.h - a JSON object out of a file that may be hostile, and into one */
#ifndef VQD_JSON_H
#define VQD_JSON_H

#include <json-glib/json-glib.h>

#include "core/vqd.h"

G_BEGIN_DECLS

/* A node that holds an object, (transfer full), or NULL. Text that is not
 * UTF-8, and text nested so deep that the parser, which calls itself, would
 * run out of stack, is an error. */
JsonNode *vqd_json_parse (const char *text, gsize n_bytes, GError **error);

/* A member of the object that the builder is in. */
void vqd_json_add_string (JsonBuilder *builder, const char *name,
                          const char *value);
void vqd_json_add_int (JsonBuilder *builder, const char *name, gint64 value);
void vqd_json_add_double (JsonBuilder *builder, const char *name, double value);
/* ... that is an object itself, to be ended by json_builder_end_object (). */
void vqd_json_begin (JsonBuilder *builder, const char *name);

G_END_DECLS

#endif /* VQD_JSON_H */
