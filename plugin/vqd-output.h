/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-output.h - a result's pictures as PNG files in a folder */
#ifndef VQD_OUTPUT_H
#define VQD_OUTPUT_H

#include <gio/gio.h>

#include "plugin/vqd-args.h"

/* Whether args->output_folder, when there is one, can be written to. Before
 * the run: its work must not be lost to a wrong folder. */
gboolean vqd_output_check (const VqdArgs *args, GError **error);

/* Saves the pictures there, and their settings in the PNG's text when
 * args->keep_settings. No file is overwritten. */
/* picture: the one of this number, 1 ..., of a result. */
gboolean vqd_output_save_one (const VqdArgs *args, const VqdPicture *picture,
                              int number, GError **error);
gboolean vqd_output_save (const VqdArgs *args, const VqdResult *result,
                          GError **error);

/* Saves one picture as this file, which may be there already. */
gboolean vqd_output_save_as (const VqdPicture *picture, gboolean keep_settings,
                             GFile *file, GError **error);

#endif /* VQD_OUTPUT_H */
