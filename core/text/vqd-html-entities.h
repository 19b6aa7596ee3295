/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-html-entities.h - &amp; and &#38; back to the characters they stand for
 *
 * Source: HTML Living Standard, sections 13.2.5.72 to 80 (character
 * references) and 13.5 (their names). The names are data/tokenizer's
 * html-entities.txt, compiled in and read when the first ampersand comes. */
#ifndef VQD_HTML_ENTITIES_H
#define VQD_HTML_ENTITIES_H

#include <glib.h>

G_BEGIN_DECLS

/* As a browser does: names without a semicolon where HTML knows them so, the
 * longest known name that begins a longer word ("&notit;" is "¬it;").
 * text: valid UTF-8. (transfer full) */
char *vqd_html_unescape (const char *text);

/* Only what is beyond doubt: references that end in a semicolon. "this&not
 * that" stays. text: valid UTF-8. (transfer full) */
char *vqd_html_unescape_strict (const char *text);

G_END_DECLS

#endif
