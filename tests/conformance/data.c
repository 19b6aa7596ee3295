/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "tests/conformance/vqd-conformance.h"
#include "tests/tensor-numbers.h"


VqdWeights *
open_file (const char *dir, const char *file, GError **error)
{
  g_autofree char *path = g_build_filename (dir, file, NULL);

  return vqd_weights_open_exact (path, error);
}

VqdWeights *
open_model (const char *dir, const char *file, GError **error)
{
  g_autofree char *path = g_build_filename (dir, file, NULL);

  return vqd_weights_open (path, error);
}

double *
need_doubles (const VqdWeights *weights, const char *name, gsize *n,
              GError **error)
{
  const VqdTensor *tensor = vqd_weights_find (weights, name);

  if (tensor == NULL)
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_MODEL, "%s has no tensor %s",
                   vqd_weights_get_path (weights), name);
      return NULL;
    }

  *n = tensor->n_bytes / vqd_dtype_bytes (tensor->dtype);
  double *numbers = g_new (double, *n);
  for (gsize i = 0; i < *n; i++)
    numbers[i] = number_at (tensor, i);
  return numbers;
}

float *
need_floats (const VqdWeights *weights, const char *name, gsize *n,
             GError **error)
{
  g_autofree double *wide = need_doubles (weights, name, n, error);

  if (wide == NULL)
    return NULL;
  float *numbers = g_new (float, *n);
  for (gsize i = 0; i < *n; i++)
    numbers[i] = (float) wide[i];
  return numbers;
}

int *
need_ints (const VqdWeights *weights, const char *name, gsize *n,
           GError **error)
{
  g_autofree double *wide = need_doubles (weights, name, n, error);

  if (wide == NULL)
    return NULL;
  int *numbers = g_new (int, *n);
  for (gsize i = 0; i < *n; i++)
    numbers[i] = (int) wide[i];
  return numbers;
}

double
relative_error (const float *seen, const float *reference, gsize n)
{
  double difference = 0;
  double whole = 0;

  for (gsize i = 0; i < n; i++)
    {
      const double d = (double) seen[i] - reference[i];

      difference += d * d;
      whole += (double) reference[i] * reference[i];
    }
  return sqrt (difference / whole);
}

VqdPipeline *
open_pipeline (const char *dir, const char *file, int max_batch, Report *report,
               GError **error)
{
  g_autoptr (VqdWeights) weights = open_model (dir, file, error);

  if (weights == NULL)
    return NULL;
  g_autoptr (VqdConfig) config = vqd_config_load (weights, error);
  if (config == NULL)
    return NULL;
  return vqd_pipeline_new (g_steal_pointer (&weights),
                           g_steal_pointer (&config), report->backend,
                           max_batch, error);
}

void
compare_picture (const float *rgb, const float *reference,
                 gboolean channels_first, int height, int width,
                 double mean_bound, double worst_bound, Report *report)
{
  const gsize n_pixels = (gsize) height * (gsize) width;
  double sum = 0;
  double worst = 0;

  for (gsize p = 0; p < n_pixels; p++)
    for (gsize c = 0; c < 3; c++)
      {
        const gsize i = channels_first ? c * n_pixels + p : p * 3 + c;
        const double difference = fabs (rgb[p * 3 + c] * 255.0 - reference[i]);

        sum += difference;
        /* fmax would let a NaN pass */
        if (! (difference <= worst))
          worst = difference;
      }
  report_bound (report, "picture mean", sum / (double) (3 * n_pixels),
                mean_bound);
  report_bound (report, "picture worst", worst, worst_bound);
}
