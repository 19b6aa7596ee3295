/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-diagnostics.h - what one must know to help, as text
 *
 * In English: it is for those who read reports. Nothing in it says who the user
 * is: the home folder is "~"; the words of the prompt come only when asked
 * for. */
#ifndef VQD_DIAGNOSTICS_H
#define VQD_DIAGNOSTICS_H

#include <gio/gio.h>

#include "core/vqd.h"

G_BEGIN_DECLS

/* config and info may be NULL; error: the message that is shown, NULL: none;
 * quotes_prompt: whether that may hold words of the prompt. (transfer full) */
char *vqd_diagnostics_new (GObject *config, const VqdModelInfo *info,
                           const char *error, gboolean quotes_prompt,
                           gboolean with_prompt);

G_END_DECLS

#endif /* VQD_DIAGNOSTICS_H */
