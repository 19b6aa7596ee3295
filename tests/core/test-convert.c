/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a converted model holds, and what it still draws. */
#include <float.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "core/io/vqd-config-json.h"
#include "core/io/vqd-dtype.h"
#include "core/io/vqd-weights-reader.h"
#include "core/vqd-pipeline.h"

#define N_RANDOM 100000
#define N_PICTURES 2

typedef struct
{
  char *dir;
  char *out;
} Fixture;


static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->dir = g_dir_make_tmp ("vqd-convert-XXXXXX", NULL);
  fixture->out = g_build_filename (fixture->dir, "out.safetensors", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_unlink (fixture->out);
  g_assert_cmpint (g_rmdir (fixture->dir), ==, 0);
  g_free (fixture->dir);
  g_free (fixture->out);
}

static char *
golden_model (const char *name)
{
  return g_build_filename (g_getenv ("VQD_GOLDEN_DIR"), name,
                           "model.safetensors", NULL);
}

/* ---- numbers ----------------------------------------------------------- */

static float
widened (VqdDtype dtype, guint16 stored)
{
  const VqdMatrix matrix = {
    .data = &stored, .dtype = dtype, .n_rows = 1, .n_cols = 1
  };
  float value;

  vqd_matrix_to_float (&matrix, &value);
  return value;
}

static guint16
narrowed (VqdDtype dtype, float value)
{
  guint16 stored;

  g_assert_cmpuint (vqd_dtype_narrow (dtype, &value, 1, &stored), ==, 1);
  return stored;
}

/* Every number of the type comes back as it was. */
static void
test_every_half (gconstpointer data)
{
  const VqdDtype dtype = GPOINTER_TO_INT (data);
  const float max = vqd_dtype_max (dtype);
  int n = 0;

  for (int i = 0; i <= G_MAXUINT16; i++)
    {
      const float value = widened (dtype, (guint16) i);

      if (! (fabsf (value) <= max))
        continue;
      g_assert_cmphex (narrowed (dtype, value), ==, i);
      n++;
    }
  /* Two signs of each exponent but the last. */
  g_assert_cmpint (n, ==,
                   dtype == VQD_DTYPE_F16 ? 2 * 31 * 1024 : 2 * 255 * 128);
}

/* No neighbour is nearer, and of two that are equally near the even one is
 * taken. Patterns of both types rise with their numbers. */
static void
assert_nearest (VqdDtype dtype, float value)
{
  const guint16 stored = narrowed (dtype, value);
  const double error = fabs ((double) widened (dtype, stored) - value);

  for (int step = -1; step <= 1; step += 2)
    {
      const guint16 other = (guint16) (stored + step);
      const double other_error = fabs ((double) widened (dtype, other) - value);

      if ((stored ^ other) & 0x8000 || ! isfinite (other_error))
        continue; /* beyond zero, or beyond the last number */
      g_assert_cmpfloat (error, <=, other_error);
      if (error == other_error && error > 0)
        g_assert_cmpint (stored & 1, ==, 0);
    }
}

/* A random float that dtype holds; one in four lies halfway between two of its
 * numbers. Exponents of floats: F16's subnormal numbers are those below 113. */
static float
random_float (GRand *random, VqdDtype dtype, int i)
{
  const gboolean f16 = dtype == VQD_DTYPE_F16;
  const int exponent = f16 ? g_rand_int_range (random, 103, 142)
                           : g_rand_int_range (random, 1, 254);
  const int n_dropped = f16 ? 13 + MAX (113 - exponent, 0) : 16;
  guint32 fraction = g_rand_int (random) & 0x7fffff;
  float value;

  if (i % 4 == 0)
    fraction = (fraction >> n_dropped << n_dropped) | 1u << (n_dropped - 1);

  const guint32 sign = g_rand_boolean (random) ? 0x80000000u : 0;
  const guint32 bits = sign | (guint32) exponent << 23 | fraction;
  memcpy (&value, &bits, sizeof value);
  return value;
}

static void
test_nearest (gconstpointer data)
{
  const VqdDtype dtype = GPOINTER_TO_INT (data);
  g_autoptr (GRand) random = g_rand_new_with_seed (5);

  for (int i = 0; i < N_RANDOM; i++)
    assert_nearest (dtype, random_float (random, dtype, i));
}

static void
test_int8 (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (6);
  float row[37];
  gint8 stored[G_N_ELEMENTS (row)];

  for (int i = 0; i < 1000; i++)
    {
      const float size =
          powf (10, (float) g_rand_double_range (random, -30, 30));

      for (gsize k = 0; k < G_N_ELEMENTS (row); k++)
        row[k] = size * (float) g_rand_double_range (random, -1, 1);

      const float scale = vqd_i8_scale (row, G_N_ELEMENTS (row));
      g_assert_cmpuint (
          vqd_dtype_narrow (VQD_DTYPE_I8, row, G_N_ELEMENTS (row), stored), ==,
          G_N_ELEMENTS (row));
      for (gsize k = 0; k < G_N_ELEMENTS (row); k++)
        g_assert_true (fabsf (row[k] - stored[k] * scale) <=
                       scale * (0.5f + 1e-4f));
    }
}

static void
test_int8_of_nothing (void)
{
  const float row[] = { 0, 0, -1e-44f, 1e-40f };
  gint8 stored[G_N_ELEMENTS (row)] = { 1, 1, 1, 1 };

  g_assert_cmpuint (vqd_dtype_narrow (VQD_DTYPE_I8, row, 4, stored), ==, 4);
  for (gsize i = 0; i < G_N_ELEMENTS (row); i++)
    g_assert_cmpint (stored[i], ==, 0);
}

static void
test_too_large (void)
{
  static const VqdDtype dtypes[] = { VQD_DTYPE_F32, VQD_DTYPE_F16,
                                     VQD_DTYPE_BF16, VQD_DTYPE_I8 };

  for (gsize i = 0; i < G_N_ELEMENTS (dtypes); i++)
    {
      const float max = vqd_dtype_max (dtypes[i]);
      float out[3];

      g_assert_cmpuint (
          vqd_dtype_narrow (dtypes[i], (float[]){ max, -max, NAN }, 3, out), ==,
          2);
      g_assert_cmpuint (
          vqd_dtype_narrow (dtypes[i],
                            (float[]){ 1, nextafterf (max, INFINITY) }, 2, out),
          ==, 1);
    }
}

/* ---- the config -------------------------------------------------------- */

static void
test_config_comes_back (void)
{
  g_autofree char *model = golden_model ("text");
  g_autoptr (GError) error = NULL;
  g_autoptr (VqdWeights) weights = vqd_weights_open (model, &error);
  g_assert_no_error (error);
  g_autoptr (VqdConfig) config = vqd_config_load (weights, &error);
  g_assert_no_error (error);
  g_free (config->description);
  config->description = g_strdup ("a \"quoted\" \\ Käse\n\x1b");
  config->truncation = 0.1;

  g_autofree char *json = vqd_config_to_json (config);
  vqd_weights_set_metadata (weights, "config", json);
  g_autoptr (VqdConfig) again = vqd_config_load (weights, &error);
  g_assert_no_error (error);

  g_assert_cmpstr (again->name, ==, config->name);
  g_assert_cmpstr (again->version, ==, config->version);
  g_assert_cmpstr (again->description, ==, config->description);
  g_assert_cmpstr (again->licence, ==, config->licence);
  g_assert_cmpstr (again->credits, ==, config->credits);
  g_assert_cmpstr (again->strategy, ==, config->strategy);
  g_assert_cmpmem (&again->denoiser, sizeof again->denoiser, &config->denoiser,
                   sizeof config->denoiser);
  g_assert_cmpmem (&again->text, sizeof again->text, &config->text,
                   sizeof config->text);
  g_assert_cmpmem (&again->codec, sizeof again->codec, &config->codec,
                   sizeof config->codec);
  g_assert_cmpint (again->null_condition, ==, config->null_condition);
  g_assert_cmpint (again->steps, ==, config->steps);
  g_assert_cmpfloat (again->guidance, ==, config->guidance);
  g_assert_cmpfloat (again->truncation, ==, config->truncation);
  g_assert_cmpfloat (again->purity_weight, ==, config->purity_weight);
  g_assert_cmpint (again->top_k, ==, config->top_k);
}

/* Class models have no section on text; the null's row is no class. */
static void
test_config_of_classes (void)
{
  static const int rows[][2] = { { 1001, 1000 }, { 1000, 1000 }, { 7, 7 } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const VqdConfig config = { .denoiser = { .kind = VQD_CONDITION_CLASS,
                                               .conv_mlp = TRUE,
                                               .n_labels = rows[i][0] },
                                 .codec = { .kind = VQD_CODEC_VQ },
                                 .null_condition = VQD_NULL_CLASS };
      g_autofree char *json = vqd_config_to_json (&config);
      g_autofree char *condition = g_strdup_printf (
          "\"condition\":{\"null\":\"class\",\"classes\":%d}", rows[i][1]);

      g_assert_nonnull (strstr (json, condition));
      g_assert_nonnull (strstr (json, "\"kind\":\"class\""));
      g_assert_nonnull (strstr (json, "\"mlp\":\"conv\""));
      g_assert_null (strstr (json, "\"text\""));
    }
}

/* ---- the whole model --------------------------------------------------- */

static void
convert (const char *in, const char *out, const char *dtype)
{
  const VqdConvertOptions options = { .dtype = dtype };
  g_autoptr (GError) error = NULL;
  const gboolean done =
      vqd_model_convert (in, out, &options, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static VqdResult *
generate (const char *model)
{
  const VqdEngineOptions options = { .model = model };
  VqdRequest request;
  g_autoptr (GError) error = NULL;
  g_autoptr (VqdEngine) engine = vqd_engine_new (&options, NULL, &error);
  g_assert_no_error (error);

  vqd_request_init (&request);
  request.prompt = "autumn leaves";
  request.seed = 3;
  request.n_images = N_PICTURES;
  request.steps = 8;
  VqdResult *result =
      vqd_engine_generate (engine, &request, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  return result;
}

static float *
decode (const char *model, const int *tokens, gsize n)
{
  const char *why = NULL;
  g_autoptr (GError) error = NULL;
  VqdBackend *backend = vqd_backend_open ("cpu", 0, &why);
  g_autoptr (VqdWeights) weights = vqd_weights_open (model, &error);
  g_assert_no_error (error);
  g_autoptr (VqdConfig) config = vqd_config_load (weights, &error);
  g_assert_no_error (error);
  VqdPipeline *pipeline =
      vqd_pipeline_new (g_steal_pointer (&weights), g_steal_pointer (&config),
                        backend, 1, &error);
  g_assert_no_error (error);
  float *rgb = g_new (float, n);

  g_assert_true (vqd_pipeline_decode (pipeline, tokens, rgb, NULL, &error));
  vqd_pipeline_free (pipeline);
  backend->ops->close (backend);
  return rgb;
}

/* Free-running: what differs early makes all that follows differ. */
static void
test_int8_draws_the_same (Fixture *fixture, gconstpointer data)
{
  const char *model = g_getenv ("VQD_DEFAULT_MODEL");
  g_autoptr (VqdResult) exact = generate (model);

  convert (model, fixture->out, "int8");
  g_autoptr (VqdResult) rounded = generate (fixture->out);

  const int n_tokens = 16 * 16;
  int n_equal = 0;
  for (int i = 0; i < N_PICTURES; i++)
    for (int k = 0; k < n_tokens; k++)
      n_equal += vqd_result_get_picture (exact, i)->grid.tokens[k] ==
                 vqd_result_get_picture (rounded, i)->grid.tokens[k];

  const VqdPicture *picture = vqd_result_get_picture (exact, 0);
  const gsize n = 3 * (gsize) picture->width_px * (gsize) picture->height_px;
  g_autofree float *pixels = decode (fixture->out, picture->grid.tokens, n);
  double difference = 0;
  for (gsize i = 0; i < n; i++)
    difference += fabs ((double) pixels[i] - picture->rgb[i]) * 255;
  difference /= (double) n;

  const double share = (double) n_equal / (N_PICTURES * n_tokens);
  g_test_message ("int8: %.1f %% of the tokens are bf16's; the same tokens "
                  "differ by %.3f of 255",
                  100 * share, difference);
  g_assert_cmpfloat (share, >=, 0.7);      /* seen: 0.87 */
  g_assert_cmpfloat (difference, <=, 0.5); /* seen: 0.28 */
}

/* A copy of all numbers as F32 computes exactly what the model computes. */
static void
test_f32_draws_the_same (Fixture *fixture, gconstpointer data)
{
  const char *model = g_getenv ("VQD_DEFAULT_MODEL");
  g_autoptr (VqdResult) exact = generate (model);

  convert (model, fixture->out, "f32");
  g_autoptr (VqdResult) wide = generate (fixture->out);
  for (int i = 0; i < N_PICTURES; i++)
    g_assert_cmpmem (
        vqd_result_get_picture (exact, i)->grid.tokens, 256 * sizeof (int),
        vqd_result_get_picture (wide, i)->grid.tokens, 256 * sizeof (int));
}

static void
cancel (guint64 done, guint64 n_bytes, gpointer cancellable)
{
  g_assert_cmpuint (done, <, n_bytes);
  g_cancellable_cancel (cancellable);
}

static void
test_cancelled_leaves_nothing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (vqd_model_convert (g_getenv ("VQD_DEFAULT_MODEL"),
                                     fixture->out, NULL, cancel, cancellable,
                                     cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  /* tear_down () removes the folder only when it is empty. */
  g_assert_false (g_file_test (fixture->out, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/convert/f16/every-number-comes-back",
                        GINT_TO_POINTER (VQD_DTYPE_F16), test_every_half);
  g_test_add_data_func ("/convert/bf16/every-number-comes-back",
                        GINT_TO_POINTER (VQD_DTYPE_BF16), test_every_half);
  g_test_add_data_func ("/convert/f16/rounds-to-nearest-even",
                        GINT_TO_POINTER (VQD_DTYPE_F16), test_nearest);
  g_test_add_data_func ("/convert/bf16/rounds-to-nearest-even",
                        GINT_TO_POINTER (VQD_DTYPE_BF16), test_nearest);
  g_test_add_func ("/convert/int8/within-half-a-step", test_int8);
  g_test_add_func ("/convert/int8/tiny-rows-are-zero", test_int8_of_nothing);
  g_test_add_func ("/convert/too-large-is-told", test_too_large);
  g_test_add_func ("/convert/config-comes-back", test_config_comes_back);
  g_test_add_func ("/convert/config-of-classes", test_config_of_classes);
  g_test_add ("/convert/int8/draws-the-same", Fixture, NULL, set_up,
              test_int8_draws_the_same, tear_down);
  g_test_add ("/convert/f32/draws-the-same", Fixture, NULL, set_up,
              test_f32_draws_the_same, tear_down);
  g_test_add ("/convert/cancelled-leaves-nothing", Fixture, NULL, set_up,
              test_cancelled_leaves_nothing, tear_down);
  return g_test_run ();
}
