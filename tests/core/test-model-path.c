/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One search for models, in the order that users are told. */
#include <glib/gstdio.h>
#include <string.h>

#include "core/vqd.h"

typedef struct
{
  char *dir;
  char *first; /* two folders of VQDIFFUSION_MODEL_PATH */
  char *second;
} Fixture;


static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->dir = g_dir_make_tmp ("vqd-path-XXXXXX", NULL);
  fixture->first = g_build_filename (fixture->dir, "first", NULL);
  fixture->second = g_build_filename (fixture->dir, "second", NULL);
  g_mkdir (fixture->first, 0700);
  g_mkdir (fixture->second, 0700);

  /* missing folders and empty entries are passed over */
  g_autofree char *path =
      g_strdup_printf ("/nowhere::%s:%s", fixture->first, fixture->second);
  g_setenv ("VQDIFFUSION_MODEL_PATH", path, TRUE);
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

  for (const char *name = g_dir_read_name (dir); name != NULL;
       name = g_dir_read_name (dir))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  remove_folder (fixture->first);
  remove_folder (fixture->second);
  g_rmdir (fixture->dir);
  g_free (fixture->first);
  g_free (fixture->second);
  g_free (fixture->dir);
}

/* (transfer full): its path */
static char *
touch (const char *folder, const char *name)
{
  char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  return path;
}

static void
assert_finds (const char *wanted, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *found = vqd_model_find (wanted, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (found, ==, expected);
}

static void
test_order (Fixture *fixture, gconstpointer data)
{
  g_autofree char *late = touch (fixture->second, "a.safetensors");
  assert_finds (NULL, late);
  assert_finds ("", late);

  g_autofree char *early = touch (fixture->first, "b.safetensors");
  g_autofree char *other = touch (fixture->first, "c.safetensors");
  g_autofree char *text = touch (fixture->first, "a.txt");
  assert_finds (NULL, early);
  assert_finds (other, other);
}

static void
test_names (Fixture *fixture, gconstpointer data)
{
  g_autofree char *small =
      touch (fixture->second, "vqdiffusion-small.safetensors");
  g_autofree char *plain = touch (fixture->first, "plain.safetensors");

  assert_finds ("small", small);
  assert_finds ("vqdiffusion-small", small);
  assert_finds ("vqdiffusion-small.safetensors", small);
  assert_finds ("plain", plain);
}

static void
test_entry_may_be_a_file (Fixture *fixture, gconstpointer data)
{
  g_autofree char *file = touch (fixture->second, "one.safetensors");

  g_setenv ("VQDIFFUSION_MODEL_PATH", file, TRUE);
  assert_finds (NULL, file);
}

static void
test_says_where_it_looked (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (vqd_model_find ("no-such-model", &error));
  g_assert_error (error, VQD_ERROR, VQD_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "\"no-such-model\""));
  g_assert_nonnull (strstr (error->message, fixture->first));
  g_assert_nonnull (strstr (error->message, fixture->second));
  g_clear_error (&error);

  g_assert_null (vqd_model_find ("/nowhere/file.safetensors", &error));
  g_assert_error (error, VQD_ERROR, VQD_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "/nowhere/file.safetensors"));
}

static void
test_each_folder_once (Fixture *fixture, gconstpointer data)
{
  g_setenv ("VQDIFFUSION_MODEL_PATH", "/a:/b:/a", TRUE);
  g_auto (GStrv) folders = vqd_model_search_path ();

  g_assert_cmpstr (folders[0], ==, "/a");
  g_assert_cmpstr (folders[1], ==, "/b");
  for (char **one = folders; *one != NULL; one++)
    for (char **other = one + 1; *other != NULL; other++)
      g_assert_cmpstr (*one, !=, *other);
}

#define ADD(name, function)                                                    \
  g_test_add ("/model-path/" name, Fixture, NULL, set_up, (function), tear_down)

int
main (int argc, char **argv)
{
  /* nothing of this machine's own is found */
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("order", test_order);
  ADD ("names", test_names);
  ADD ("entry-may-be-a-file", test_entry_may_be_a_file);
  ADD ("says-where-it-looked", test_says_where_it_looked);
  ADD ("each-folder-once", test_each_folder_once);
  return g_test_run ();
}
