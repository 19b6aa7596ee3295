/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <glib/gstdio.h>
#include <png.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/cli/vqd-png-private.h"
#include "core/cli/vqd-png.h"
#include "core/vqd.h"

#define SIGNATURE_BYTES 8

/* What libpng's callbacks read from, and all that must survive its jumps. */
typedef struct
{
  FILE *file;
  VqdPng *picture;
  GError *error;     /* of our own calls */
  char message[128]; /* of libpng's; "" as long as all is well */
} Source;

static void
source_clear (Source *self)
{
  if (self->file != NULL)
    fclose (self->file);
  g_clear_pointer (&self->picture, vqd_png_free);
  g_clear_error (&self->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Source, source_clear)

static void
read_bytes (png_structp png, png_bytep data, png_size_t n_bytes)
{
  Source *source = png_get_io_ptr (png);

  if (fread (data, 1, n_bytes, source->file) != n_bytes)
    png_error (png, ferror (source->file) ? g_strerror (errno)
                                          : "it ends too early");
}

/* libpng wants that this does not return. */
static void
fail (png_structp png, png_const_charp message)
{
  Source *source = png_get_error_ptr (png);

  g_strlcpy (source->message, message, sizeof source->message);
  png_longjmp (png, 1);
}

static void
ignore_warning (png_structp png, png_const_charp message)
{
}

static void
get_profile (png_structp png, png_infop info, VqdPng *picture)
{
  png_charp name = NULL;
  png_bytep bytes = NULL;
  png_uint_32 n_bytes = 0;
  int compression = 0;

  if (! png_get_iCCP (png, info, &name, &compression, &bytes, &n_bytes))
    return;
  picture->profile_name = g_strdup (name);
  picture->profile = g_bytes_new (bytes, n_bytes);
}

static void
get_meaning (png_structp png, png_infop info, VqdPng *picture)
{
  gint32 *xy = picture->chromaticities;
  png_fixed_point gamma = 0;
  int unit = 0;

  get_profile (png, info, picture);
  if (! png_get_sRGB (png, info, &picture->srgb_intent))
    picture->srgb_intent = -1;
  if (png_get_gAMA_fixed (png, info, &gamma))
    picture->gamma = gamma;
  picture->has_chromaticities =
      png_get_cHRM_fixed (png, info, &xy[0], &xy[1], &xy[2], &xy[3], &xy[4],
                          &xy[5], &xy[6], &xy[7]) != 0;
  if (png_get_pHYs (png, info, &picture->x_density, &picture->y_density, &unit))
    picture->density_unit = unit;
}

static void
get_token_record (png_structp png, png_infop info, VqdPng *picture)
{
  png_textp texts = NULL;
  int n_texts = 0;

  png_get_text (png, info, &texts, &n_texts);
  for (int i = 0; i < n_texts; i++)
    if (picture->token_record == NULL &&
        g_str_equal (texts[i].key, VQD_PNG_TOKEN_RECORD))
      picture->token_record = g_strdup (texts[i].text);
}

static void
read_rows (png_structp png, const VqdPng *picture, int n_passes)
{
  const gsize row_bytes = vqd_png_row_bytes (picture);

  for (int pass = 0; pass < n_passes; pass++)
    for (int y = 0; y < picture->height_px; y++)
      png_read_row (png, picture->samples + (gsize) y * row_bytes, NULL);
}

/* Leaves the picture, or what went wrong, in source. Nothing here may own
 * memory: an error of libpng jumps out of it. */
static void
read_chunks (png_structp png, png_infop info, Source *source)
{
  if (setjmp (png_jmpbuf (png)))
    return;

  /* Its own limit on sizes speaks of "invalid data"; ours says more. */
  png_set_user_limits (png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_sig_bytes (png, SIGNATURE_BYTES);
  png_read_info (png, info);
  png_set_expand (png);
  if (G_BYTE_ORDER == G_LITTLE_ENDIAN)
    png_set_swap (png);
  const int n_passes = png_set_interlace_handling (png);
  const gint64 width_px = png_get_image_width (png, info);
  const gint64 height_px = png_get_image_height (png, info);

  png_read_update_info (png, info);
  source->picture = vqd_png_new ((int) width_px, (int) height_px,
                                 png_get_channels (png, info),
                                 png_get_bit_depth (png, info), &source->error);
  if (source->picture == NULL)
    return;
  if (png_get_rowbytes (png, info) != vqd_png_row_bytes (source->picture))
    png_error (png, "its rows have an unexpected length");

  read_rows (png, source->picture, n_passes);
  png_read_end (png, info);
  get_meaning (png, info, source->picture);
  get_token_record (png, info, source->picture);
}

static void
decode (Source *source)
{
  png_structp png = png_create_read_struct (PNG_LIBPNG_VER_STRING, source, fail,
                                            ignore_warning);
  png_infop info = png != NULL ? png_create_info_struct (png) : NULL;

  if (info != NULL)
    {
      png_set_read_fn (png, source, read_bytes);
      read_chunks (png, info, source);
    }
  else
    {
      g_strlcpy (source->message, "libpng could not be started",
                 sizeof source->message);
    }
  png_destroy_read_struct (&png, &info, NULL);
}

static FILE *
open_file (const char *path, const char *shown, GError **error)
{
  FILE *file = g_fopen (path, "rb");
  const int code = errno;
  GStatBuf status;

  if (file == NULL)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code),
                   "\"%s\" cannot be opened: %s.", shown, g_strerror (code));
      return NULL;
    }
  if (fstat (fileno (file), &status) == 0 && S_ISDIR (status.st_mode))
    {
      fclose (file);
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY,
                   "\"%s\" is a folder, not a PNG file.", shown);
      return NULL;
    }
  return file;
}

static gboolean
check_signature (FILE *file, const char *shown, GError **error)
{
  guint8 bytes[SIGNATURE_BYTES];

  if (fread (bytes, 1, sizeof bytes, file) == sizeof bytes &&
      png_sig_cmp (bytes, 0, sizeof bytes) == 0)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               "\"%s\" is not a PNG file; pictures of other kinds have to be "
               "converted first.",
               shown);
  return FALSE;
}

VqdPng *
vqd_png_read (const char *path, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_auto (Source) source = { .file = open_file (path, shown, error) };

  if (source.file == NULL || ! check_signature (source.file, shown, error))
    return NULL;

  decode (&source);
  if (source.error != NULL)
    {
      g_propagate_prefixed_error (error, g_steal_pointer (&source.error),
                                  "\"%s\": ", shown);
      return NULL;
    }
  if (source.message[0] != '\0')
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "\"%s\" is a damaged PNG file: %s.", shown, source.message);
      return NULL;
    }
  return g_steal_pointer (&source.picture);
}
