/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-text-repair.h - from what the user typed to what the tokenizer splits
 *
 * Source: SPEC 8. The model learned from captions that went through
 * str.lower (), ftfy.fix_text (), html.unescape () twice, and the squeezing of
 * white space, in this order; so do prompts. The code is ours, written after
 * the documented behaviour of these. */
#ifndef VQD_TEXT_REPAIR_H
#define VQD_TEXT_REPAIR_H

#include <glib.h>

G_BEGIN_DECLS

/* The whole chain. text: valid UTF-8. (transfer full): lower case, no white
 * space at the ends, single spaces inside. */
char *vqd_text_clean (const char *text);

/* ftfy's part alone: entities (unless text holds a "<"), mojibake, C1
 * controls, Latin ligatures, full-width forms, curly quotes, line breaks,
 * terminal escapes, control characters; then NFC; until nothing changes.
 * text: valid UTF-8. (transfer full) */
char *vqd_text_repair (const char *text);

/* White space as Python's str.isspace () and re's \s have it. */
gboolean vqd_text_is_space (gunichar c);

G_END_DECLS

#endif
