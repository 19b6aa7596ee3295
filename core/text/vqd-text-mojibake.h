/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-text-mojibake.h - UTF-8 that was once read as Windows-1252: "â€™"
 *
 * The rules are ours, after the observed behaviour of ftfy's fix_encoding ().
 * Prompts come here in lower case, so that of the lead bytes only those that
 * look like lower-case letters are left (e0 to ef "à" to "ï", f0 "ð", f3 "ó"):
 * three-byte and four-byte sequences, in Latin-1 or Windows-1252. Mixed-up
 * Cyrillic, Greek and Mac encodings lose their lead bytes to the lower case
 * altogether and are left alone. */
#ifndef VQD_TEXT_MOJIBAKE_H
#define VQD_TEXT_MOJIBAKE_H

#include <glib.h>

G_BEGIN_DECLS

/* The byte that Windows-1252 has for c; C1 controls are themselves; -1 when
 * there is none. */
int vqd_windows_1252_from_unichar (gunichar c);

/* c, or for a C1 control the character Windows-1252 has at its place. */
gunichar vqd_windows_1252_from_c1 (gunichar c);

/* text: valid UTF-8, one line. (transfer full) */
char *vqd_text_fix_mojibake (const char *text);

G_END_DECLS

#endif
