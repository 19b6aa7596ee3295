/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What vqd-png.c writes, read back by libpng. */
#include <glib/gstdio.h>
#include <png.h>
#include <stdio.h>
#include <string.h>

#include "core/cli/vqd-png.h"
#include "core/vqd.h"

#define WIDTH 7
#define HEIGHT 5
#define N_BYTES (WIDTH * HEIGHT * 3)

typedef struct
{
  char *folder;
  char *path;
  guint8 rgb8[N_BYTES];
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("vqd-png-XXXXXX", NULL);
  g_assert_nonnull (fixture->folder);
  fixture->path = g_build_filename (fixture->folder, "picture.png", NULL);
  for (int i = 0; i < N_BYTES; i++)
    fixture->rgb8[i] = i * 83 + 11;
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
}

static void
write_picture (Fixture *fixture, const char *settings)
{
  g_autoptr (GError) error = NULL;
  const gboolean written =
      vqd_png_write (fixture->path, fixture->rgb8, WIDTH, HEIGHT,
                     "vqdiffusion 1.2", settings, &error);

  g_assert_no_error (error);
  g_assert_true (written);
}

static void
test_pixels (Fixture *fixture, gconstpointer data)
{
  png_image image = { .version = PNG_IMAGE_VERSION };
  guint8 rgb8[N_BYTES];

  write_picture (fixture, NULL);
  g_assert_true (png_image_begin_read_from_file (&image, fixture->path));
  g_assert_cmpint (image.width, ==, WIDTH);
  g_assert_cmpint (image.height, ==, HEIGHT);
  g_assert_cmpint (image.format, ==, PNG_FORMAT_RGB);
  g_assert_true (png_image_finish_read (&image, NULL, rgb8, 0, NULL));
  g_assert_cmpmem (rgb8, N_BYTES, fixture->rgb8, N_BYTES);
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

  write_picture (fixture, settings);
  g_autoptr (GHashTable) texts = read_texts (fixture->path, &has_srgb);
  g_assert_true (has_srgb);
  g_assert_cmpuint (g_hash_table_size (texts), ==, 2);
  g_assert_cmpstr (g_hash_table_lookup (texts, "Software"), ==,
                   "vqdiffusion 1.2");
  g_assert_cmpstr (g_hash_table_lookup (texts, "vqdiffusion"), ==, settings);
}

/* 10,000 words are a prompt, too. */
static void
test_long_settings (Fixture *fixture, gconstpointer data)
{
  g_autofree char *settings = g_strnfill (100000, 'x');
  gboolean has_srgb = FALSE;

  write_picture (fixture, settings);
  g_autoptr (GHashTable) texts = read_texts (fixture->path, &has_srgb);
  g_assert_cmpstr (g_hash_table_lookup (texts, "vqdiffusion"), ==, settings);
}

static void
test_no_settings (Fixture *fixture, gconstpointer data)
{
  gboolean has_srgb = FALSE;

  write_picture (fixture, NULL);
  g_autoptr (GHashTable) texts = read_texts (fixture->path, &has_srgb);
  g_assert_cmpuint (g_hash_table_size (texts), ==, 1);
  g_assert_true (g_hash_table_contains (texts, "Software"));
}

static void
test_replaces (Fixture *fixture, gconstpointer data)
{
  g_autofree char *contents = NULL;

  g_assert_true (g_file_set_contents (fixture->path, "old", -1, NULL));
  write_picture (fixture, NULL);
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

  g_assert_false (
      vqd_png_write (path, fixture->rgb8, WIDTH, HEIGHT, "x", NULL, &error));
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
  g_assert_false (vqd_png_write (fixture->path, fixture->rgb8, 0, HEIGHT, "x",
                                 NULL, &error));
  g_assert_error (error, VQD_ERROR, VQD_ERROR_OUTPUT);
  g_assert_true (g_file_get_contents (fixture->path, &contents, NULL, NULL));
  g_assert_cmpstr (contents, ==, "old");
  g_assert_cmpint (count_files (fixture->folder), ==, 1);
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
  return g_test_run ();
}
