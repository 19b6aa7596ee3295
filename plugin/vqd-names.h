/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-names.h - what layers and files are called */
#ifndef VQD_NAMES_H
#define VQD_NAMES_H

#include <glib.h>

/* The start of the prompt on one line, cut at a word. "" for a prompt of
 * blanks. (transfer full) */
char *vqd_names_shorten (const char *prompt);

/* "prompt (seed)". prompt: NULL or "" for a neutral name. (transfer full) */
char *vqd_names_layer (const char *prompt, gint64 seed);

/* The template with {prompt}, {seed} and {number} filled in, fit for any file
 * system, without an ending. (transfer full) */
char *vqd_names_file (const char *file_template, const char *prompt,
                      gint64 seed, int number);

#endif /* VQD_NAMES_H */
