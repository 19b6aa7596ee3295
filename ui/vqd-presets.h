/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-presets.h - settings kept under a name
 *
 * A file a preset in the user's config folder, in GIMP's own form. It holds all
 * settings of a config but those that are of one picture: the words, the seed
 * and the mode. */
#ifndef VQD_PRESETS_H
#define VQD_PRESETS_H

#include <gio/gio.h>

G_BEGIN_DECLS

/* Names, sorted for the user. (transfer full): g_strfreev. */
char **vqd_presets_list (void);

gboolean vqd_presets_exists (const char *name);

/* config: a GimpConfig. Replaces a preset of the same name. */
gboolean vqd_presets_save (GObject *config, const char *name, GError **error);

/* All or nothing: on an error config is as it was. */
gboolean vqd_presets_load (GObject *config, const char *name, GError **error);
gboolean vqd_presets_remove (const char *name, GError **error);

/* What a preset holds becomes what it is at first. */
void vqd_presets_reset (GObject *config);

G_END_DECLS

#endif /* VQD_PRESETS_H */
