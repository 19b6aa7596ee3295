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

/* How long a text is, in whatever counts. */
typedef int (*VqdWildcardsMeasure) (const char *text, gpointer user_data);

/* The same with the longest part of each group. origin: (transfer full), of
 * gsize, the byte of prompt that each byte of the text comes from, and the
 * length of prompt at the end. (transfer full): g_free. */
char *vqd_wildcards_expand_longest (const char *prompt,
                                    VqdWildcardsMeasure measure,
                                    gpointer user_data, GArray **origin);

G_END_DECLS

#endif /* VQD_WILDCARDS_H */
