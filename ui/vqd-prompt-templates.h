/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-prompt-templates.h - texts around a prompt: "a watercolour of {prompt}"
 *
 * Some are built in; the user's own are lines "NAME = TEXT" of the file
 * "prompt-templates" in the user's config folder, which may be edited by hand:
 * comments ("#") and lines that are not ours stay. One of a built-in's name
 * takes its place. */
#ifndef VQD_PROMPT_TEMPLATES_H
#define VQD_PROMPT_TEMPLATES_H

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  char *name;  /* by which it is chosen, the same in each language */
  char *label; /* for the user */
  char *text;
  gboolean is_own; /* the user's */
} VqdTemplate;

/* The built-in ones first, of VqdTemplate. (transfer full) */
GPtrArray *vqd_prompt_templates_read (void);

/* Whether a name can be one: no line breaks, no "=", no "#" in front, not too
 * long. Of the text: one line that is not empty. */
gboolean vqd_prompt_templates_is_valid (const char *name, const char *text);

/* Adds one of the user's own, or replaces it. */
gboolean vqd_prompt_templates_add (const char *name, const char *text,
                                   GError **error);
gboolean vqd_prompt_templates_remove (const char *name, GError **error);

/* What stands before and after the prompt; text without "{prompt}" stands
 * after it: "{prompt}, TEXT". NULL or "": nothing. (transfer full) both. */
void vqd_prompt_templates_split (const char *text, char **before, char **after);

G_END_DECLS

#endif /* VQD_PROMPT_TEMPLATES_H */
