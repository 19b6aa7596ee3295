/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/cli/vqd-png.h"

#include <png.h>
#include <string.h>

#include "core/vqd.h"

#define N_CHANNELS 3

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

static void
write_texts (png_structp png, png_infop info, const char *software,
             const char *settings)
{
  png_text texts[2];
  int n_texts = 1;

  memset (texts, 0, sizeof texts);
  texts[0].compression = PNG_TEXT_COMPRESSION_NONE;
  texts[0].key = (char *) "Software";
  texts[0].text = (char *) software;
  if (settings != NULL)
    {
      texts[1].compression = PNG_ITXT_COMPRESSION_NONE;
      texts[1].key = (char *) "vqdiffusion";
      texts[1].text = (char *) settings;
      texts[1].lang = (char *) "";
      texts[1].lang_key = (char *) "";
      n_texts = 2;
    }
  png_set_text (png, info, texts, n_texts);
}

/* Nothing here may own memory: an error of libpng jumps out of it. */
static void
write_chunks (png_structp png, png_infop info, const guint8 *rgb8, int width_px,
              int height_px, const char *software, const char *settings)
{
  const gsize row_bytes = (gsize) width_px * N_CHANNELS;

  if (setjmp (png_jmpbuf (png)))
    return;

  png_set_IHDR (png, info, width_px, height_px, 8, PNG_COLOR_TYPE_RGB,
                PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                PNG_FILTER_TYPE_DEFAULT);
  png_set_sRGB (png, info, PNG_sRGB_INTENT_PERCEPTUAL);
  write_texts (png, info, software, settings);
  png_write_info (png, info);
  for (int y = 0; y < height_px; y++)
    png_write_row (png, rgb8 + y * row_bytes);
  png_write_end (png, info);
}

/* The file's bytes; NULL with a message in sink. */
static GByteArray *
encode (Sink *sink, const guint8 *rgb8, int width_px, int height_px,
        const char *software, const char *settings)
{
  png_structp png = png_create_write_struct (PNG_LIBPNG_VER_STRING, sink, fail,
                                             ignore_warning);
  png_infop info = png != NULL ? png_create_info_struct (png) : NULL;

  sink->bytes = g_byte_array_new ();
  if (info != NULL)
    {
      png_set_write_fn (png, sink, append_bytes, flush_nothing);
      write_chunks (png, info, rgb8, width_px, height_px, software, settings);
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
vqd_png_write (const char *path, const guint8 *rgb8, int width_px,
               int height_px, const char *software, const char *settings,
               GError **error)
{
  Sink sink = { NULL, "" };
  g_autoptr (GByteArray) bytes =
      encode (&sink, rgb8, width_px, height_px, software, settings);
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
