/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is written is read back by libpng and by ourselves. */
#include <glib/gstdio.h>
#include <png.h>
#include <stdio.h>
#include <string.h>

#include "core/cli/vqd-png.h"
#include "core/vqd.h"

#define WIDTH 7
#define HEIGHT 5

typedef struct
{
  char *folder;
  char *path;
  VqdPng *png; /* 8 bit, RGB */
} Fixture;

static VqdPng *
make_picture (int n_channels, int bit_depth)
{
  g_autoptr (GError) error = NULL;
  VqdPng *png = vqd_png_new (WIDTH, HEIGHT, n_channels, bit_depth, &error);

  g_assert_no_error (error);
  for (gsize i = 0; i < HEIGHT * vqd_png_row_bytes (png); i++)
    png->samples[i] = i * 83 + 11;
  return png;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("vqd-png-XXXXXX", NULL);
  g_assert_nonnull (fixture->folder);
  fixture->path = g_build_filename (fixture->folder, "picture.png", NULL);
  fixture->png = make_picture (3, 8);
  fixture->png->srgb_intent = 0;
  fixture->png->software = g_strdup ("vqdiffusion 1.2");
}

static int
count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  int n_files = 0;

  while (g_dir_read_name (dir) != NULL)
    n_files++;
  return n_files;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_chmod (fixture->folder, 0700);
  g_remove (fixture->path);
  g_assert_cmpint (count_files (fixture->folder), ==, 0);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->path);
  g_free (fixture->folder);
  vqd_png_free (fixture->png);
}

static void
write_picture (Fixture *fixture, const VqdPng *png)
{
  g_autoptr (GError) error = NULL;
  const gboolean written = vqd_png_write (png, fixture->path, &error);

  g_assert_no_error (error);
  g_assert_true (written);
}

static VqdPng *
read_picture (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  VqdPng *png = vqd_png_read (fixture->path, &error);

  g_assert_no_error (error);
  g_assert_nonnull (png);
  return png;
}

/* ---- writing ---- */

static void
test_pixels (Fixture *fixture, gconstpointer data)
{
  png_image image = { .version = PNG_IMAGE_VERSION };
  guint8 rgb8[WIDTH * HEIGHT * 3];

  write_picture (fixture, fixture->png);
  g_assert_true (png_image_begin_read_from_file (&image, fixture->path));
  g_assert_cmpint (image.width, ==, WIDTH);
  g_assert_cmpint (image.height, ==, HEIGHT);
  g_assert_cmpint (image.format, ==, PNG_FORMAT_RGB);
  g_assert_true (png_image_finish_read (&image, NULL, rgb8, 0, NULL));
  g_assert_cmpmem (rgb8, sizeof rgb8, fixture->png->samples, sizeof rgb8);
}

/* Reads the file's texts into a table, and whether it has an sRGB chunk. */
static GHashTable *
read_texts (const char *path, gboolean *has_srgb)
{
  GHashTable *table =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  FILE *file = fopen (path, "rb");
  png_structp png =
      png_create_read_struct (PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop info = png_create_info_struct (png);
  png_textp texts = NULL;
  int n_texts = 0;

  g_assert_nonnull (file);
  png_init_io (png, file);
  png_read_png (png, info, PNG_TRANSFORM_IDENTITY, NULL);
  *has_srgb = png_get_valid (png, info, PNG_INFO_sRGB) != 0;
  png_get_text (png, info, &texts, &n_texts);
  for (int i = 0; i < n_texts; i++)
    g_hash_table_insert (table, g_strdup (texts[i].key),
                         g_strdup (texts[i].text));
  png_destroy_read_struct (&png, &info, NULL);
  fclose (file);
  return table;
}

static void
test_texts (Fixture *fixture, gconstpointer data)
{
  const char *settings = "{\"prompt\":\"Käse, 雪, \\\"quoted\\\"\"}";
  gboolean has_srgb = FALSE;

  fixture->png->settings = g_strdup (settings);
  fixture->png->token_record = g_strdup ("tokens 12");
  write_picture (fixture, fixture->png);
  g_autoptr (GHashTable) texts = read_texts (fixture->path, &has_srgb);
  g_assert_true (has_srgb);
  g_assert_cmpuint (g_hash_table_size (texts), ==, 3);
  g_assert_cmpstr (g_hash_table_lookup (texts, "Software"), ==,
                   "vqdiffusion 1.2");
  g_assert_cmpstr (g_hash_table_lookup (texts, "vqdiffusion"), ==, settings);
  g_assert_cmpstr (g_hash_table_lookup (texts, "vqdiffusion-tokens"), ==,
                   "tokens 12");
}

/* 10,000 words are a prompt, too. */
static void
test_long_settings (Fixture *fixture, gconstpointer data)
{
  g_autofree char *settings = g_strnfill (100000, 'x');
  gboolean has_srgb = FALSE;

  fixture->png->settings = g_strdup (settings);
  write_picture (fixture, fixture->png);
  g_autoptr (GHashTable) texts = read_texts (fixture->path, &has_srgb);
  g_assert_cmpstr (g_hash_table_lookup (texts, "vqdiffusion"), ==, settings);
}

static void
test_no_settings (Fixture *fixture, gconstpointer data)
{
  gboolean has_srgb = FALSE;

  write_picture (fixture, fixture->png);
  g_autoptr (GHashTable) texts = read_texts (fixture->path, &has_srgb);
  g_assert_cmpuint (g_hash_table_size (texts), ==, 1);
  g_assert_true (g_hash_table_contains (texts, "Software"));
}

static void
test_replaces (Fixture *fixture, gconstpointer data)
{
  g_autofree char *contents = NULL;

  g_assert_true (g_file_set_contents (fixture->path, "old", -1, NULL));
  write_picture (fixture, fixture->png);
  g_assert_true (g_file_get_contents (fixture->path, &contents, NULL, NULL));
  g_assert_true (g_str_has_prefix (contents, "\x89PNG"));
  g_assert_cmpint (count_files (fixture->folder), ==, 1);
}

static void
test_no_folder (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path =
      g_build_filename (fixture->folder, "missing", "picture.png", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (vqd_png_write (fixture->png, path, &error));
  g_assert_error (error, VQD_ERROR, VQD_ERROR_OUTPUT);
  g_assert_nonnull (strstr (error->message, path));
}

/* libpng refuses it, and the file that was there stays as it was. */
static void
test_refused (Fixture *fixture, gconstpointer data)
{
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (fixture->path, "old", -1, NULL));
  fixture->png->width_px = 0;
  g_assert_false (vqd_png_write (fixture->png, fixture->path, &error));
  g_assert_error (error, VQD_ERROR, VQD_ERROR_OUTPUT);
  g_assert_true (g_file_get_contents (fixture->path, &contents, NULL, NULL));
  g_assert_cmpstr (contents, ==, "old");
  g_assert_cmpint (count_files (fixture->folder), ==, 1);
}

/* ---- reading ---- */

static void
test_round_trip (Fixture *fixture, gconstpointer data)
{
  for (int n_channels = 1; n_channels <= 4; n_channels++)
    for (int bit_depth = 8; bit_depth <= 16; bit_depth += 8)
      {
        g_autoptr (VqdPng) png = make_picture (n_channels, bit_depth);
        const gsize n_bytes = HEIGHT * vqd_png_row_bytes (png);

        write_picture (fixture, png);
        g_autoptr (VqdPng) back = read_picture (fixture);
        g_assert_cmpint (back->width_px, ==, WIDTH);
        g_assert_cmpint (back->height_px, ==, HEIGHT);
        g_assert_cmpint (back->n_channels, ==, n_channels);
        g_assert_cmpint (back->bit_depth, ==, bit_depth);
        g_assert_cmpmem (back->samples, HEIGHT * vqd_png_row_bytes (back),
                         png->samples, n_bytes);
        g_assert_cmpint (back->srgb_intent, ==, -1);
        g_assert_cmpint (back->gamma, ==, 0);
        g_assert_null (back->profile);
        g_assert_null (back->token_record);
      }
}

/* 16 bits are numbers, not bytes. */
static void
test_numbers (Fixture *fixture, gconstpointer data)
{
  g_autoptr (VqdPng) png = make_picture (1, 16);

  vqd_png_set (png, 0, 1.0f / 3);
  vqd_png_set (png, 1, -1);
  vqd_png_set (png, 2, 2);
  write_picture (fixture, png);
  g_autoptr (VqdPng) back = read_picture (fixture);
  g_assert_cmpfloat (vqd_png_get (back, 0), ==, (float) 21845 / 65535);
  g_assert_cmpfloat (vqd_png_get (back, 1), ==, 0);
  g_assert_cmpfloat (vqd_png_get (back, 2), ==, 1);
  png_image image = { .version = PNG_IMAGE_VERSION };
  g_assert_true (png_image_begin_read_from_file (&image, fixture->path));
  g_assert_true (image.format & PNG_FORMAT_FLAG_LINEAR);
  png_image_free (&image);
}

static void
test_meaning (Fixture *fixture, gconstpointer data)
{
  const gint32 xy[VQD_PNG_N_CHROMATICITIES] = { 31270, 32900, 64000, 33000,
                                                21000, 71000, 15000, 6000 };
  g_autoptr (VqdPng) png = make_picture (3, 8);
  g_autoptr (VqdPng) other = make_picture (3, 8);

  png->gamma = 100000;
  png->has_chromaticities = TRUE;
  memcpy (png->chromaticities, xy, sizeof xy);
  png->x_density = 11811;
  png->y_density = 5905;
  png->density_unit = 1;
  png->token_record = g_strdup ("tokens");
  vqd_png_copy_meaning (other, png);
  write_picture (fixture, other);
  g_autoptr (VqdPng) back = read_picture (fixture);
  g_assert_cmpint (back->gamma, ==, 100000);
  g_assert_true (back->has_chromaticities);
  g_assert_cmpmem (back->chromaticities, sizeof xy, xy, sizeof xy);
  g_assert_cmpuint (back->x_density, ==, 11811);
  g_assert_cmpuint (back->y_density, ==, 5905);
  g_assert_cmpint (back->density_unit, ==, 1);
  g_assert_cmpint (back->srgb_intent, ==, -1);
  g_assert_null (back->token_record);

  write_picture (fixture, fixture->png);
  g_autoptr (VqdPng) srgb = read_picture (fixture);
  g_assert_cmpint (srgb->srgb_intent, ==, 0);
}

/* A file of libpng's own making; samples are packed as the format has them. */
static void
write_raw (Fixture *fixture, int color_type, int bit_depth, int interlace,
           const guint8 *rows, gsize row_bytes, gboolean transparent)
{
  FILE *file = fopen (fixture->path, "wb");
  png_structp png =
      png_create_write_struct (PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop info = png_create_info_struct (png);
  png_bytep pointers[HEIGHT];
  const png_color palette[3] = { { 1, 2, 3 }, { 40, 50, 60 }, { 7, 8, 9 } };
  const png_byte alphas[2] = { 255, 77 };
  png_color_16 colour = { .gray = 1, .red = 1 };

  for (int y = 0; y < HEIGHT; y++)
    pointers[y] = (png_bytep) (rows + y * row_bytes);
  png_init_io (png, file);
  png_set_IHDR (png, info, WIDTH, HEIGHT, bit_depth, color_type, interlace,
                PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (color_type == PNG_COLOR_TYPE_PALETTE)
    png_set_PLTE (png, info, palette, 3);
  if (transparent)
    png_set_tRNS (png, info, alphas, 2, &colour);
  png_set_rows (png, info, pointers);
  png_write_png (png, info, PNG_TRANSFORM_IDENTITY, NULL);
  png_destroy_write_struct (&png, &info);
  fclose (file);
}

static void
test_palette (Fixture *fixture, gconstpointer data)
{
  /* Two bits each: 0 1 2 1, 0 0 0 */
  const guint8 rows[2 * HEIGHT] = { 0x19, 0x00, 0x19, 0x00, 0x19,
                                    0x00, 0x19, 0x00, 0x19, 0x00 };
  const guint8 rgb[] = { 1, 2, 3, 40, 50, 60, 7, 8, 9, 40, 50, 60, 1, 2, 3 };
  const guint8 rgba[] = { 1, 2, 3, 255, 40, 50, 60, 77, 7, 8, 9, 255 };

  write_raw (fixture, PNG_COLOR_TYPE_PALETTE, 2, PNG_INTERLACE_NONE, rows, 2,
             FALSE);
  g_autoptr (VqdPng) opaque = read_picture (fixture);
  g_assert_cmpint (opaque->n_channels, ==, 3);
  g_assert_cmpmem (opaque->samples, sizeof rgb, rgb, sizeof rgb);

  write_raw (fixture, PNG_COLOR_TYPE_PALETTE, 2, PNG_INTERLACE_NONE, rows, 2,
             TRUE);
  g_autoptr (VqdPng) clear = read_picture (fixture);
  g_assert_cmpint (clear->n_channels, ==, 4);
  g_assert_cmpmem (clear->samples, sizeof rgba, rgba, sizeof rgba);
}

static void
test_few_bits (Fixture *fixture, gconstpointer data)
{
  const guint8 rows[HEIGHT] = { 0xa4, 0xa4, 0xa4, 0xa4, 0xa4 };
  const guint8 grey[] = { 255, 0, 255, 0, 0, 255, 0 };
  const guint8 clear[] = { 255, 0, 0, 255, 255, 0, 0, 255 };

  write_raw (fixture, PNG_COLOR_TYPE_GRAY, 1, PNG_INTERLACE_ADAM7, rows, 1,
             FALSE);
  g_autoptr (VqdPng) png = read_picture (fixture);
  g_assert_cmpint (png->n_channels, ==, 1);
  g_assert_cmpint (png->bit_depth, ==, 8);
  for (int y = 0; y < HEIGHT; y++)
    g_assert_cmpmem (png->samples + y * WIDTH, WIDTH, grey, WIDTH);

  write_raw (fixture, PNG_COLOR_TYPE_GRAY, 1, PNG_INTERLACE_NONE, rows, 1,
             TRUE);
  g_autoptr (VqdPng) holes = read_picture (fixture);
  g_assert_cmpint (holes->n_channels, ==, 2);
  g_assert_cmpmem (holes->samples, sizeof clear, clear, sizeof clear);
}

static void
test_interlaced (Fixture *fixture, gconstpointer data)
{
  const gsize row_bytes = WIDTH * 3;

  write_raw (fixture, PNG_COLOR_TYPE_RGB, 8, PNG_INTERLACE_ADAM7,
             fixture->png->samples, row_bytes, FALSE);
  g_autoptr (VqdPng) png = read_picture (fixture);
  g_assert_cmpmem (png->samples, HEIGHT * row_bytes, fixture->png->samples,
                   HEIGHT * row_bytes);
}

static void
check_refusal (Fixture *fixture, const char *contents, gsize length,
               const char *part)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (fixture->path, contents, length, NULL));
  g_assert_null (vqd_png_read (fixture->path, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, fixture->path));
  if (strstr (error->message, part) == NULL)
    g_error ("no \"%s\" in \"%s\"", part, error->message);
}

/* Cut at any byte, and with any byte changed: an error or a picture, no crash.
 */
static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  g_autofree char *contents = NULL;
  gsize length;

  fixture->png->settings = g_strdup ("{}");
  fixture->png->gamma = 45455;
  write_picture (fixture, fixture->png);
  g_assert_true (g_file_get_contents (fixture->path, &contents, &length, NULL));
  for (gsize n = 0; n < length; n++)
    check_refusal (fixture, contents, n,
                   n < 8 ? "not a PNG" : "it ends too early");
  for (gsize n = 0; n < length; n++)
    {
      contents[n] ^= 0x55;
      g_assert_true (
          g_file_set_contents (fixture->path, contents, length, NULL));
      VqdPng *png = vqd_png_read (fixture->path, NULL);
      g_clear_pointer (&png, vqd_png_free);
      contents[n] ^= 0x55;
    }
}

static void
test_not_png (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  check_refusal (fixture, "", 0, "not a PNG");
  check_refusal (fixture, "GIF89a and so on", 16, "not a PNG");
  g_assert_null (vqd_png_read (fixture->folder, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY);
  g_clear_error (&error);
  g_remove (fixture->path);
  g_assert_null (vqd_png_read (fixture->path, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, fixture->path));
}

/* As PNG's chunks have it. */
static guint32
crc_of (const guint8 *bytes, gsize n_bytes)
{
  guint32 crc = 0xffffffffu;

  for (gsize i = 0; i < n_bytes; i++)
    {
      crc ^= bytes[i];
      for (int bit = 0; bit < 8; bit++)
        crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
    }
  return ~crc;
}

/* The header alone says it: nothing is taken for it. */
static void
test_huge (Fixture *fixture, gconstpointer data)
{
  const struct
  {
    const char *size;
    const char *part;
  } cases[] = { { "\x00\x00\x80\x01\x00\x00\x00\x01", "32769" },
                { "\x00\x00\x00\x01\x7f\xff\xff\xff", "2147483647" },
                { "\x00\x00\x80\x00\x00\x00\x80\x00", "134217728" },
                { "\x00\x00\x00\x00\x00\x00\x00\x01", "Invalid IHDR" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      guint8 bytes[] = "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDRxxxxyyyy\x10\x06\0\0\0"
                       "crcc\0\0\0\x04IDAT";
      memcpy (bytes + 16, cases[i].size, 8);
      const guint32 crc = GUINT32_TO_BE (crc_of (bytes + 12, 17));
      memcpy (bytes + 29, &crc, 4);
      check_refusal (fixture, (const char *) bytes, sizeof bytes - 1,
                     cases[i].part);
    }
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/cli/png/pixels-come-back", test_pixels);
  add ("/cli/png/settings-and-program-are-in-its-text", test_texts);
  add ("/cli/png/long-settings-are-whole", test_long_settings);
  add ("/cli/png/no-settings-when-not-wanted", test_no_settings);
  add ("/cli/png/replaces-a-file", test_replaces);
  add ("/cli/png/no-folder-is-an-error", test_no_folder);
  add ("/cli/png/a-failure-leaves-the-old-file", test_refused);
  add ("/cli/png/every-kind-is-read-as-written", test_round_trip);
  add ("/cli/png/16-bit-numbers-are-rounded", test_numbers);
  add ("/cli/png/meaning-of-colours-is-kept", test_meaning);
  add ("/cli/png/palettes-become-colours", test_palette);
  add ("/cli/png/few-bits-become-8", test_few_bits);
  add ("/cli/png/interlaced-pictures-are-read", test_interlaced);
  add ("/cli/png/damaged-files-are-errors", test_damaged);
  add ("/cli/png/other-files-are-errors", test_not_png);
  add ("/cli/png/huge-pictures-are-errors", test_huge);
  return g_test_run ();
}
