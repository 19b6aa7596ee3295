/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-text-case.h - lower case, the same in every locale
 *
 * Source: The Unicode Standard, section 3.13 (default case conversion) with
 * the two entries of SpecialCasing.txt that matter for lower case; the model's
 * prompts went through Python's str.lower (), which does the same.
 * g_utf8_strdown () follows the user's locale, and a Turkish user must get the
 * tokens everybody gets. */
#ifndef VQD_TEXT_CASE_H
#define VQD_TEXT_CASE_H

#include <glib.h>

G_BEGIN_DECLS

/* text: valid UTF-8. (transfer full) */
char *vqd_text_lower (const char *text);

G_END_DECLS

#endif
