/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <png.h>
#include <string.h>

#include "core/cli/vqd-png-private.h"
#include "core/cli/vqd-png.h"
#include "core/vqd.h"

#define MAX_TEXTS 3

/* What libpng's callbacks fill. */
typedef struct
{
  GByteArray *bytes;
  char message[128]; /* "" as long as all is well */
} Sink;

static void
append_bytes (png_structp png, png_bytep data, png_size_t n_bytes)
{
  Sink *sink = png_get_io_ptr (png);

  g_byte_array_append (sink->bytes, data, n_bytes);
}

static void
flush_nothing (png_structp png)
{
}

/* libpng wants that this does not return. */
static void
fail (png_structp png, png_const_charp message)
{
  Sink *sink = png_get_error_ptr (png);

  g_strlcpy (sink->message, message, sizeof sink->message);
  png_longjmp (png, 1);
}

static void
ignore_warning (png_structp png, png_const_charp message)
{
}

/* One more text, when there is one. */
static void
add_text (png_textp texts, int *n_texts, int compression, const char *key,
          const char *text)
{
  if (text == NULL)
    return;

  png_textp new = &texts[(*n_texts)++];
  memset (new, 0, sizeof *new);
  new->compression = compression;
  new->key = (char *) key;
  new->text = (char *) text;
  new->lang = (char *) "";
  new->lang_key = (char *) "";
}

static void
set_texts (png_structp png, png_infop info, const VqdPng *picture)
{
  png_text texts[MAX_TEXTS];
  int n_texts = 0;

  add_text (texts, &n_texts, PNG_TEXT_COMPRESSION_NONE, VQD_PNG_SOFTWARE,
            picture->software);
  add_text (texts, &n_texts, PNG_ITXT_COMPRESSION_NONE, VQD_PNG_SETTINGS,
            picture->settings);
  add_text (texts, &n_texts, PNG_TEXT_COMPRESSION_NONE, VQD_PNG_TOKEN_RECORD,
            picture->token_record);
  png_set_text (png, info, texts, n_texts);
}

static void
set_meaning (png_structp png, png_infop info, const VqdPng *picture)
{
  const gint32 *xy = picture->chromaticities;

  if (picture->gamma > 0)
    png_set_gAMA_fixed (png, info, picture->gamma);
  if (picture->has_chromaticities)
    png_set_cHRM_fixed (png, info, xy[0], xy[1], xy[2], xy[3], xy[4], xy[5],
                        xy[6], xy[7]);
  if (picture->profile != NULL)
    {
      gsize n_bytes;
      const guint8 *bytes = g_bytes_get_data (picture->profile, &n_bytes);
      png_set_iCCP (png, info, picture->profile_name, PNG_COMPRESSION_TYPE_BASE,
                    bytes, (png_uint_32) n_bytes);
    }
  else if (picture->srgb_intent >= 0)
    {
      png_set_sRGB (png, info, picture->srgb_intent);
    }
  if (picture->x_density > 0 && picture->y_density > 0)
    png_set_pHYs (png, info, picture->x_density, picture->y_density,
                  picture->density_unit);
  if (picture->has_offset)
    png_set_oFFs (png, info, picture->x_px, picture->y_px, PNG_OFFSET_PIXEL);
}

static int
get_color_type (const VqdPng *picture)
{
  return (vqd_png_has_colour (picture) ? PNG_COLOR_MASK_COLOR : 0) |
         (vqd_png_has_alpha (picture) ? PNG_COLOR_MASK_ALPHA : 0);
}

/* Nothing here may own memory: an error of libpng jumps out of it. */
static void
write_chunks (png_structp png, png_infop info, const VqdPng *picture)
{
  const gsize row_bytes = vqd_png_row_bytes (picture);

  if (setjmp (png_jmpbuf (png)))
    return;

  /* Profiles that are read with a warning would be errors here. */
  png_set_benign_errors (png, 1);
  png_set_IHDR (png, info, picture->width_px, picture->height_px,
                picture->bit_depth, get_color_type (picture),
                PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                PNG_FILTER_TYPE_DEFAULT);
  set_meaning (png, info, picture);
  set_texts (png, info, picture);
  png_write_info (png, info);
  if (picture->bit_depth == 16 && G_BYTE_ORDER == G_LITTLE_ENDIAN)
    png_set_swap (png);
  for (int y = 0; y < picture->height_px; y++)
    png_write_row (png, picture->samples + (gsize) y * row_bytes);
  png_write_end (png, info);
}

/* The file's bytes; NULL with a message in sink. */
static GByteArray *
encode (Sink *sink, const VqdPng *picture)
{
  png_structp png = png_create_write_struct (PNG_LIBPNG_VER_STRING, sink, fail,
                                             ignore_warning);
  png_infop info = png != NULL ? png_create_info_struct (png) : NULL;

  sink->bytes = g_byte_array_new ();
  if (info != NULL)
    {
      png_set_write_fn (png, sink, append_bytes, flush_nothing);
      write_chunks (png, info, picture);
    }
  else
    {
      g_strlcpy (sink->message, "libpng could not be started",
                 sizeof sink->message);
    }
  png_destroy_write_struct (&png, &info);

  if (sink->message[0] != '\0')
    g_clear_pointer (&sink->bytes, g_byte_array_unref);
  return sink->bytes;
}

gboolean
vqd_png_write (const VqdPng *self, const char *path, GError **error)
{
  Sink sink = { NULL, "" };
  g_autoptr (GByteArray) bytes = encode (&sink, self);
  g_autoptr (GError) file_error = NULL;
  g_autofree char *shown = g_filename_display_name (path);

  if (bytes == NULL)
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_OUTPUT,
                   "\"%s\" was not written: %s.", shown, sink.message);
      return FALSE;
    }

  /* A file beside it that then takes its name. */
  if (! g_file_set_contents_full (path, (const char *) bytes->data, bytes->len,
                                  G_FILE_SET_CONTENTS_CONSISTENT, 0666,
                                  &file_error))
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_OUTPUT,
                   "\"%s\" was not written: %s.", shown, file_error->message);
      return FALSE;
    }

  return TRUE;
}
