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
gboolean vqd_output_save (const VqdArgs *args, const VqdResult *result,
                          GError **error);

#endif /* VQD_OUTPUT_H */
