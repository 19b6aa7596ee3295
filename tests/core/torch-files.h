/* SPDX-License-Identifier: GPL-3.0-or-later */
/* torch-files.h - shared by the tests of .pth files
 *
 * The files in golden/torch are made by tests/tools/make-checkpoint.py. */
#ifndef TORCH_FILES_H
#define TORCH_FILES_H

#include <glib/gstdio.h>
#include <string.h>

#include "core/io/vqd-weights.h"
#include "tests/tensor-numbers.h"

typedef struct
{
  char *dir;
  char *path;
} Fixture;


static inline void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->dir = g_dir_make_tmp ("vqd-torch-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->dir, "model.pth", NULL);
}

static inline void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_unlink (fixture->path);
  g_rmdir (fixture->dir);
  g_free (fixture->path);
  g_free (fixture->dir);
}

static inline char *
small_path (const char *file)
{
  return g_test_build_filename (G_TEST_DIST, "golden", "torch", file, NULL);
}

static inline GByteArray *
load_small (const char *file)
{
  g_autofree char *path = small_path (file);
  char *bytes;
  gsize n_bytes;

  g_assert_true (g_file_get_contents (path, &bytes, &n_bytes, NULL));
  return g_byte_array_new_take ((guint8 *) bytes, n_bytes);
}

static inline void
store (Fixture *fixture, const GByteArray *bytes)
{
  g_assert_true (g_file_set_contents (fixture->path, (const char *) bytes->data,
                                      bytes->len, NULL));
}

static inline void
expect_refused (const char *path, const char *pattern)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VqdWeights) weights = vqd_weights_open (path, &error);

  g_assert_null (weights);
  g_assert_error (error, VQD_ERROR, VQD_ERROR_MODEL);
  if (! g_pattern_match_simple (pattern, error->message))
    g_error ("expected \"%s\", got \"%s\"", pattern, error->message);
}

/* Reads every byte that the tensors claim. */
static inline void
touch_all (const VqdWeights *weights)
{
  static volatile guint8 sum;
  guint n;
  const VqdTensor *tensors = vqd_weights_get_tensors (weights, &n);

  for (guint i = 0; i < n; i++)
    for (guint64 b = 0; b < tensors[i].n_bytes; b++)
      sum += ((const guint8 *) tensors[i].data)[b];
}

#endif /* TORCH_FILES_H */
