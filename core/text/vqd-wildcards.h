/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-wildcards.h - "a {red|blue} house": one of several words, by the seed
 *
 * A group in braces with bars becomes one of its parts; groups may lie inside
 * others, parts may be empty. Braces without a bar, and braces that do not
 * close, are text. */
#ifndef VQD_WILDCARDS_H
#define VQD_WILDCARDS_H

#include <glib.h>

G_BEGIN_DECLS

/* The same prompt and seed give the same text. (transfer full): g_free. */
char *vqd_wildcards_expand (const char *prompt, guint64 seed);

G_END_DECLS

#endif /* VQD_WILDCARDS_H */
