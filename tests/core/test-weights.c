/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Model files are hostile: each broken one is refused by name of what is
 * wrong. */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "core/io/vqd-weights.h"

typedef struct
{
  char *dir;
  char *path;
} Fixture;


static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->dir = g_dir_make_tmp ("vqd-weights-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->dir, "model.safetensors", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_unlink (fixture->path);
  g_rmdir (fixture->dir);
  g_free (fixture->path);
  g_free (fixture->dir);
}

/* Header length, header with spaces up to a multiple of 8, data. */
static void
write_file (Fixture *fixture, const char *header, const void *data,
            gsize n_bytes)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autofree char *padded =
      g_strdup_printf ("%-*s", (int) ((strlen (header) + 7) / 8 * 8), header);
  const guint64 length = GUINT64_TO_LE (strlen (padded));

  g_byte_array_append (file, (const guint8 *) &length, sizeof length);
  g_byte_array_append (file, (const guint8 *) padded, (guint) strlen (padded));
  if (n_bytes > 0)
    g_byte_array_append (file, data, (guint) n_bytes);
  g_assert_true (g_file_set_contents (fixture->path, (const char *) file->data,
                                      file->len, NULL));
}

static void
expect_refused (Fixture *fixture, const char *pattern)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VqdWeights) weights = vqd_weights_open (fixture->path, &error);

  g_assert_null (weights);
  g_assert_error (error, VQD_ERROR, VQD_ERROR_MODEL);
  if (! g_pattern_match_simple (pattern, error->message))
    g_error ("expected \"%s\", got \"%s\"", pattern, error->message);
}

static void
test_reads_each_type (Fixture *fixture, gconstpointer data)
{
  /* 1.5, -2 as F32, F16, BF16; 3, -4 as I8 with scales 0.5 and 2. */
  const guint8 bytes[] = { 0x00, 0x00, 0xc0, 0x3f, 0x00, 0x00, 0x00, 0xc0, 0x00,
                           0x3e, 0x00, 0xc0, 0xc0, 0x3f, 0x00, 0xc0, 0x00, 0x00,
                           0x00, 0x3f, 0x00, 0x00, 0x00, 0x40, 0x03, 0xfc };
  g_autoptr (GError) error = NULL;

  write_file (
      fixture,
      "{\"__metadata__\":{\"format\":\"test\"},"
      "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
      "\"b\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[8,12]},"
      "\"c\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[12,16]},"
      "\"d.scale\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[16,24]},"
      "\"d\":{\"dtype\":\"I8\",\"shape\":[2,1],\"data_offsets\":[24,26]}}",
      bytes, sizeof bytes);
  g_autoptr (VqdWeights) weights = vqd_weights_open (fixture->path, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (vqd_weights_get_metadata (weights, "format"), ==, "test");

  static const char *const names[] = { "a", "b", "c" };
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const float *v = vqd_weights_vector (weights, "", names[i], 2, &error);

      g_assert_no_error (error);
      g_assert_cmpfloat (v[0], ==, 1.5f);
      g_assert_cmpfloat (v[1], ==, -2.0f);
    }

  VqdMatrix matrix;
  float wide[2];
  g_assert_true (vqd_weights_matrix (weights, "", "d", 2, 1, &matrix, &error));
  vqd_matrix_to_float (&matrix, wide);
  g_assert_cmpfloat (wide[0], ==, 1.5f);
  g_assert_cmpfloat (wide[1], ==, -8.0f);
  g_assert_cmpint (vqd_weights_get_n_parameters (weights), ==, 8);
}

static void
test_every_half_is_exact (Fixture *fixture, gconstpointer data)
{
  for (guint32 bits = 0; bits < 65536; bits++)
    {
      const guint16 half = (guint16) bits;
      const VqdMatrix one = {
        .data = &half, .dtype = VQD_DTYPE_F16, .n_rows = 1, .n_cols = 1
      };
      const int exponent = (half >> 10) & 31;
      const int fraction = half & 1023;
      double expected = exponent == 0 ? ldexp (fraction, -24)
                                      : ldexp (1024 + fraction, exponent - 25);
      float seen;

      if (half & 0x8000)
        expected = -expected;
      vqd_matrix_to_float (&one, &seen);
      if (exponent == 31)
        g_assert_true (fraction == 0 ? isinf (seen) : isnan (seen));
      else
        g_assert_cmpfloat (seen, ==, (float) expected);
    }
}

static void
test_wrong_shape_names_the_tensor (Fixture *fixture, gconstpointer data)
{
  const float numbers[6] = { 0 };
  g_autoptr (GError) error = NULL;
  VqdMatrix matrix;

  write_file (fixture,
              "{\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":"
              "[0,24]}}",
              numbers, sizeof numbers);
  g_autoptr (VqdWeights) weights = vqd_weights_open (fixture->path, &error);
  g_assert_no_error (error);

  g_assert_false (vqd_weights_matrix (weights, "", "a", 3, 2, &matrix, &error));
  g_assert_error (error, VQD_ERROR, VQD_ERROR_MODEL);
  g_assert_nonnull (
      strstr (error->message, "tensor a: expected 3x2, found 2x3"));
  g_clear_error (&error);

  g_assert_false (
      vqd_weights_matrix (weights, "x.", "a", 2, 3, &matrix, &error));
  g_assert_nonnull (strstr (error->message, "tensor x.a is missing"));
  g_clear_error (&error);

  g_assert_null (vqd_weights_vector (weights, "", "a", 5, &error));
  g_assert_nonnull (strstr (error->message, "expected 5, found 2x3"));
  g_clear_error (&error);
  /* as many numbers, in another shape */
  g_assert_null (vqd_weights_vector (weights, "", "a", 6, &error));
  g_clear_error (&error);
  g_assert_null (vqd_weights_table (weights, "", "a", 3, 2, &error));
  g_clear_error (&error);
  g_assert_nonnull (vqd_weights_table (weights, "", "a", 2, 3, &error));
  g_assert_no_error (error);
}

/* header, bytes of data, pattern of the message */
static const struct
{
  const char *name;
  const char *header;
  gsize n_bytes;
  const char *pattern;
} broken[] = {
  { "no-json", "{\"a\":", 0, "*not a safetensors file*" },
  { "list", "[1,2]", 0, "*JSON is not an object*" },
  { "cut-short",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 7,
    "*cut short: tensor a*" },
  { "shape-and-offsets",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8,
    "*tensor a: its shape and its bytes do not agree*" },
  { "overflow",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[2147483647,2147483647,4],"
    "\"data_offsets\":[0,8]}}",
    8, "*tensor a*" },
  { "negative-size",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", 8,
    "*tensor a has an impossible shape*" },
  { "backwards",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", 8,
    "*tensor a has no valid data_offsets*" },
  { "no-offsets", "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8,
    "*tensor a has no valid data_offsets*" },
  { "type", "{\"a\":{\"dtype\":\"C64\",\"shape\":[1],\"data_offsets\":[0,8]}}",
    8, "*tensor a has the number type C64*" },
  { "rank",
    "{\"a\":{\"dtype\":\"U8\",\"shape\":[1,1,1,1,1,8],\"data_offsets\":[0,8]}"
    "}",
    8, "*tensor a has 6 dimensions*" },
  { "not-an-object", "{\"a\":7}", 0, "*tensor a is not an object*" },
};

static void
test_broken (Fixture *fixture, gconstpointer data)
{
  const gsize i = GPOINTER_TO_SIZE (data);
  const guint8 zeros[16] = { 0 };

  write_file (fixture, broken[i].header, zeros, broken[i].n_bytes);
  expect_refused (fixture, broken[i].pattern);
}

static void
test_absurd_header_size (Fixture *fixture, gconstpointer data)
{
  static const guint8 sizes[][8] = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                       0xff },
                                     { 0, 0, 0, 0, 1, 0, 0, 0 } };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_assert_true (g_file_set_contents (
          fixture->path, (const char *) sizes[i], sizeof sizes[i], NULL));
      expect_refused (fixture, "*its header would have*");
    }
  g_assert_true (
      g_file_set_contents (fixture->path, "\x10\0\0\0\0\0\0\0{}", 10, NULL));
  expect_refused (fixture, "*cut short: its header has 16 bytes*");
  g_assert_true (g_file_set_contents (fixture->path, "abc", 3, NULL));
  expect_refused (fixture, "*too short*");
}

/* Each byte of a good header changed, one at a time: refused or read, never
 * a crash. */
static void
test_changed_bytes (Fixture *fixture, gconstpointer data)
{
  const char *good =
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
  const guint8 zeros[8] = { 0 };
  int n_refused = 0;

  for (gsize i = 0; i < strlen (good); i++)
    for (int c = 1; c < 256; c += 17)
      {
        g_autofree char *header = g_strdup (good);

        header[i] = (char) c;
        write_file (fixture, header, zeros, sizeof zeros);
        g_autoptr (VqdWeights) weights = vqd_weights_open (fixture->path, NULL);
        n_refused += weights == NULL;
      }
  g_assert_cmpint (n_refused, >, 0);
}

/* Many tensors side by side are no deep nesting; 100,000 brackets are. */
static void
test_wide_and_deep (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) wide = g_string_new ("{");
  g_autofree char *brackets = g_strnfill (100000, '[');
  g_autofree char *deep = g_strconcat ("{\"a\":", brackets, NULL);
  g_autoptr (GError) error = NULL;
  guint n = 0;

  for (int i = 0; i < 500; i++)
    g_string_append_printf (
        wide,
        "%s\"t%d\":{\"dtype\":\"U8\",\"shape\":[1,1],\"data_offsets\":[0,"
        "1]}",
        i == 0 ? "" : ",", i);
  g_string_append_c (wide, '}');
  write_file (fixture, wide->str, "x", 1);
  g_autoptr (VqdWeights) weights = vqd_weights_open (fixture->path, &error);
  g_assert_no_error (error);
  vqd_weights_get_tensors (weights, &n);
  g_assert_cmpuint (n, ==, 500);

  write_file (fixture, deep, "x", 1);
  expect_refused (fixture, "*nested more than*");
}

static void
test_missing_file (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (vqd_weights_open (fixture->path, &error));
  g_assert_error (error, VQD_ERROR, VQD_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (vqd_weights_open (fixture->dir, &error));
  g_assert_error (error, VQD_ERROR, VQD_ERROR_MODEL);
}

#define ADD(name, function, data)                                              \
  g_test_add ("/weights/" name, Fixture, (data), set_up, (function), tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("reads-each-type", test_reads_each_type, NULL);
  ADD ("every-half-is-exact", test_every_half_is_exact, NULL);
  ADD ("wrong-shape-names-the-tensor", test_wrong_shape_names_the_tensor, NULL);
  ADD ("absurd-header-size", test_absurd_header_size, NULL);
  ADD ("changed-bytes-never-crash", test_changed_bytes, NULL);
  ADD ("wide-and-deep-headers", test_wide_and_deep, NULL);
  ADD ("missing-file", test_missing_file, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autofree char *name =
          g_strconcat ("/weights/refuses/", broken[i].name, NULL);

      g_test_add (name, Fixture, GSIZE_TO_POINTER (i), set_up, test_broken,
                  tear_down);
    }
  return g_test_run ();
}
