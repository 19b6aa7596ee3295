/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-cli-output.h - the names of a run's files, and whether they can be
 * written */
#ifndef VQD_CLI_OUTPUT_H
#define VQD_CLI_OUTPUT_H

#include <gio/gio.h>

G_BEGIN_DECLS

/* The file of picture i (from 0) of n_images. In name, {seed} is the picture's
 * seed and {number} counts from 1; a name without either gets -1, -2, … before
 * its ".png" when there are several pictures. (transfer full) */
char *vqd_cli_output_path (const char *name, int i, int n_images, gint64 seed);

/* Tries whether the run's files can be written; leaves nothing behind. seed: of
 * the first picture, -1 when it is not known yet. VQD_ERROR_REQUEST or
 * VQD_ERROR_OUTPUT. */
gboolean vqd_cli_output_check (const char *name, int n_images, gint64 seed,
                               GError **error);

/* Whether a picture of one name would take the file of a picture of the other.
 * VQD_ERROR_REQUEST. */
gboolean vqd_cli_output_check_apart (const char *name, const char *other,
                                     int n_images, gint64 seed, GError **error);

/* path itself, or where it points when it is a link: a file takes the place of
 * what is there, and should not take the link's. (transfer full) */
char *vqd_cli_output_follow (const char *path);

G_END_DECLS

#endif /* VQD_CLI_OUTPUT_H */
