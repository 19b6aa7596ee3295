/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-i18n.h - the words of errors in the user's language
 *
 * _() looks in the catalogue "vqdiffusion", which the plug-in opens. A program
 * that opens none, such as the command line, gets English. Sources only. */
#ifndef VQD_I18N_H
#define VQD_I18N_H

#include <glib.h>

#define GETTEXT_PACKAGE "vqdiffusion"
#include <glib/gi18n-lib.h>

/* By a number, 0 or more: one format or the other, both with that number. */
#define P_(one, many, n) g_dngettext (GETTEXT_PACKAGE, one, many, (gulong) (n))

#endif /* VQD_I18N_H */
