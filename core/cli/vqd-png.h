/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-png.h - writes a picture as a PNG file, whole or not at all */
#ifndef VQD_PNG_H
#define VQD_PNG_H

#include <gio/gio.h>

G_BEGIN_DECLS

/* rgb8: [height_px, width_px, 3], sRGB. software (ASCII) goes into the text
 * "Software"; settings (UTF-8) into the iTXt chunk "vqdiffusion", none when
 * NULL. An existing file is replaced in one step. Fails with
 * VQD_ERROR_OUTPUT. */
gboolean vqd_png_write (const char *path, const guint8 *rgb8, int width_px,
                        int height_px, const char *software,
                        const char *settings, GError **error);

G_END_DECLS

#endif /* VQD_PNG_H */
