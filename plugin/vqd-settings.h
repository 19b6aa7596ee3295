/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-settings.h - settings outside the window: those that a layer keeps, and
 * those that GIMP begins with next time */
#ifndef VQD_SETTINGS_H
#define VQD_SETTINGS_H

#include <libgimp/gimp.h>

/* Whether an argument says how a picture comes out, rather than something about
 * the machine, the window or the files. */
gboolean vqd_settings_are_of_picture (const char *name);

/* The settings that a layer keeps, JSON; NULL: none. (transfer full) */
char *vqd_settings_of_layer (GimpLayer *layer);

/* Sets the properties that the JSON names and the config has. FALSE and error,
 * and nothing is changed, when it is no settings of ours. */
gboolean vqd_settings_apply (const char *json, GObject *config, GError **error);

/* Empties what libgimp would keep of an interactive run, in the image and in
 * the profile. */
void vqd_settings_forget (GObject *config);

/* Keeps the settings for next time at once, as libgimp does at the end of an
 * interactive run: GIMP kills plug-ins that are still there when it quits. */
void vqd_settings_keep (GimpProcedureConfig *config);

#endif /* VQD_SETTINGS_H */
