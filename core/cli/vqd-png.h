/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-png.h - pictures as PNG files: read as they are, written whole or not at
 * all
 *
 * Numbers come as they stand in the file. Palettes and fewer than 8 bits become
 * 8 bits, a transparent colour becomes alpha; no colour is converted. */
#ifndef VQD_PNG_H
#define VQD_PNG_H

#include <gio/gio.h>

G_BEGIN_DECLS

#define VQD_PNG_MAX_PIXELS (G_GINT64_CONSTANT (1) << 27)
#define VQD_PNG_N_CHROMATICITIES 8

typedef struct
{
  int width_px;
  int height_px;
  int n_channels;  /* 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha */
  int bit_depth;   /* 8; or 16: samples are guint16 of this machine */
  guint8 *samples; /* [height, width, n_channels] */

  /* How colours and size are meant: chunks of the file, which one made of it
   * should have, too. */
  int srgb_intent; /* -1: not stated */
  int gamma;       /* 100000 times the exponent of the file; 0: not stated */
  gboolean has_chromaticities;
  gint32 chromaticities[VQD_PNG_N_CHROMATICITIES]; /* cHRM's */
  char *profile_name;
  GBytes *profile; /* ICC; NULL: none */
  guint32 x_density;
  guint32 y_density; /* pixels a unit; 0: not stated */
  int density_unit;

  /* Where it belongs on a larger picture; only written. */
  gboolean has_offset;
  int x_px;
  int y_px;

  /* Texts; NULL: none. Of these a read file has token_record alone. */
  char *software;     /* ASCII, the text "Software" */
  char *settings;     /* UTF-8, the iTXt chunk "vqdiffusion" */
  char *token_record; /* ASCII, the text "vqdiffusion-tokens" */
} VqdPng;

/* All zero. NULL when it is too large. */
VqdPng *vqd_png_new (int width_px, int height_px, int n_channels, int bit_depth,
                     GError **error);
void vqd_png_free (VqdPng *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdPng, vqd_png_free)

/* Bytes of a row of samples. */
gsize vqd_png_row_bytes (const VqdPng *self);

gboolean vqd_png_has_alpha (const VqdPng *self);
gboolean vqd_png_has_colour (const VqdPng *self);

/* Sample i, 0 ... 1. */
float vqd_png_get (const VqdPng *self, gsize i);
/* Rounds as vqd_picture_to_rgb8 () does; what is outside 0 ... 1 is clamped. */
void vqd_png_set (VqdPng *self, gsize i, float value);

/* The chunks that say how colours and size are meant. */
void vqd_png_copy_meaning (VqdPng *self, const VqdPng *from);

/* Errors name the file and say what is wrong with it. */
VqdPng *vqd_png_read (const char *path, GError **error);

/* An existing file is replaced in one step. Fails with VQD_ERROR_OUTPUT. */
gboolean vqd_png_write (const VqdPng *self, const char *path, GError **error);

G_END_DECLS

#endif /* VQD_PNG_H */
