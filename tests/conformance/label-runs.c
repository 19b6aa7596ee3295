/* SPDX-License-Identifier: GPL-3.0-or-later */
/* class/ and uncond/: the authors' checkpoints themselves. */
#include <stdlib.h>
#include <string.h>

#include "core/io/vqd-config-derive.h"
#include "core/io/vqd-weights-reader.h"
#include "tests/conformance/vqd-conformance.h"


/* The map of a class model's codebook, beside its checkpoint. */
static gboolean
add_map (VqdWeights *weights, const char *dir, const char *folder,
         GError **error)
{
  g_autofree char *file = g_strconcat (folder, "/mapping.pt", NULL);
  g_autofree char *path = g_build_filename (dir, file, NULL);
  gsize n = 0;

  if (! g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  g_autoptr (VqdWeights) map = open_file (dir, file, error);
  if (map == NULL)
    return FALSE;
  g_autofree int *full_to_class = need_ints (map, "tensor", &n, error);
  return full_to_class != NULL &&
         vqd_codebook_map_add (weights, full_to_class, (int) n, error);
}

static VqdPipeline *
open_checkpoint (const char *dir, const char *folder, const VqdWeights *forward,
                 int max_batch, Report *report, GError **error)
{
  g_autofree char *file = g_strconcat (folder, "/checkpoint.pth", NULL);
  const char *heads = vqd_weights_get_metadata (forward, "heads");
  g_autoptr (VqdWeights) weights = open_model (dir, file, error);

  if (weights == NULL)
    return NULL;
  if (heads != NULL)
    vqd_weights_set_metadata (weights, "heads", heads);
  if (! add_map (weights, dir, folder, error))
    return NULL;
  g_autoptr (VqdConfig) config = vqd_config_load (weights, error);
  if (config == NULL)
    return NULL;
  return vqd_pipeline_new (g_steal_pointer (&weights),
                           g_steal_pointer (&config), report->backend,
                           max_batch, error);
}

static VqdWeights *
open_forward (const char *dir, const char *folder, GError **error)
{
  g_autofree char *file = g_strconcat (folder, "/forward.safetensors", NULL);

  return open_file (dir, file, error);
}

/* ---- forward ---- */

/* "logits.t60.class3", or without a class. */
static gboolean
compare_logits (VqdPipeline *pipeline, const VqdWeights *forward,
                const char *name, const int *x_t, Report *report,
                GError **error)
{
  const char *class_text = strstr (name, ".class");
  const int label =
      class_text == NULL ? 0 : atoi (class_text + strlen (".class"));
  gsize n = 0;
  g_autofree float *reference = need_floats (forward, name, &n, error);
  g_autofree float *logits = g_new (float, n);

  if (reference == NULL ||
      ! vqd_pipeline_set_label (pipeline, label, FALSE, error) ||
      ! vqd_pipeline_evaluate (
          pipeline, x_t, 1, atoi (name + strlen ("logits.t")), logits, error))
    return FALSE;
  report_bound (report, name, relative_error (logits, reference, n), 5e-5);
  return TRUE;
}

static gboolean
compare_decoded (VqdPipeline *pipeline, const VqdWeights *forward,
                 Report *report, GError **error)
{
  int width = 0;
  int height = 0;
  gsize n = 0;
  g_autofree int *tokens = need_ints (forward, "tokens", &n, error);
  g_autofree float *reference = need_floats (forward, "decoded", &n, error);

  if (tokens == NULL || reference == NULL)
    return FALSE;
  vqd_pipeline_get_size (pipeline, &width, &height);
  if (n != 3 * (gsize) width * (gsize) height)
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_MODEL,
                   "the picture has not %dx%d pixels", width, height);
      return FALSE;
    }
  g_autofree float *rgb = g_new (float, n);
  if (! vqd_pipeline_decode (pipeline, tokens, rgb, NULL, error))
    return FALSE;
  compare_picture (rgb, reference, TRUE, height, width, 0.02, 0.5, report);
  return TRUE;
}

static gboolean
run_forward (const char *dir, const char *folder, Report *report,
             GError **error)
{
  g_autoptr (VqdWeights) forward = open_forward (dir, folder, error);
  gsize n = 0;
  guint n_tensors = 0;

  if (forward == NULL)
    return FALSE;
  g_autofree int *x_t = need_ints (forward, "x_t", &n, error);
  if (x_t == NULL)
    return FALSE;
  g_autoptr (VqdPipeline) pipeline =
      open_checkpoint (dir, folder, forward, 1, report, error);
  if (pipeline == NULL)
    return FALSE;

  const VqdTensor *tensors = vqd_weights_get_tensors (forward, &n_tensors);
  for (guint i = 0; i < n_tensors; i++)
    if (g_str_has_prefix (tensors[i].name, "logits.t") &&
        ! compare_logits (pipeline, forward, tensors[i].name, x_t, report,
                          error))
      return FALSE;
  return compare_decoded (pipeline, forward, report, error);
}

gboolean
case_class_forward (const char *dir, Report *report, GError **error)
{
  return run_forward (dir, "class", report, error);
}

gboolean
case_uncond_forward (const char *dir, Report *report, GError **error)
{
  return run_forward (dir, "uncond", report, error);
}

/* ---- runs ---- */

static gboolean
run_labelled (const char *dir, const char *folder, const char *name,
              JsonObject *object, Report *report, GError **error)
{
  const int batch = (int) json_object_get_int_member (object, "batch");
  JsonNode *label = json_object_get_member (object, "label");
  const VqdSamplerSettings settings = {
    .strategy = "original",
    .guidance = json_object_get_double_member (object, "guidance_scale"),
    .truncation = g_ascii_strtod (
        json_object_get_string_member (object, "sample_type") + strlen ("top"),
        NULL),
  };
  g_autoptr (VqdWeights) forward = open_forward (dir, folder, error);

  if (forward == NULL)
    return FALSE;
  g_autoptr (VqdPipeline) pipeline =
      open_checkpoint (dir, folder, forward, batch, report, error);
  if (pipeline == NULL ||
      ! vqd_pipeline_set_label (pipeline,
                                label != NULL && JSON_NODE_HOLDS_VALUE (label)
                                    ? (int) json_node_get_int (label)
                                    : 0,
                                settings.guidance != 1, error))
    return FALSE;
  return run_stored (dir, folder, name, object, batch, pipeline, &settings,
                     report, error);
}

gboolean
case_class_run (const char *dir, const char *name, JsonObject *object,
                Report *report, GError **error)
{
  return run_labelled (dir, "class", name, object, report, error);
}

gboolean
case_uncond_run (const char *dir, const char *name, JsonObject *object,
                 Report *report, GError **error)
{
  return run_labelled (dir, "uncond", name, object, report, error);
}

/* ---- text/checkpoint ---- */

static gboolean
tensor_is_equal (const VqdTensor *a, const VqdTensor *b)
{
  return b != NULL && a->dtype == b->dtype && a->n_bytes == b->n_bytes &&
         a->rank == b->rank &&
         memcmp (a->shape, b->shape, sizeof (gint64) * (gsize) a->rank) == 0 &&
         memcmp (a->data, b->data, a->n_bytes) == 0;
}

/* The checkpoint holds the tensors of our single file, and no more that are
 * needed. */
gboolean
case_text_checkpoint (const char *dir, Report *report, GError **error)
{
  g_autoptr (VqdWeights) ours =
      open_model (dir, "text/model.safetensors", error);
  if (ours == NULL)
    return FALSE;
  g_autoptr (VqdWeights) checkpoint =
      open_model (dir, "text/checkpoint.pth", error);
  if (checkpoint == NULL)
    return FALSE;

  guint n = 0;
  const VqdTensor *tensors = vqd_weights_get_tensors (ours, &n);
  gint64 n_equal = 0;
  for (guint i = 0; i < n; i++)
    n_equal += tensor_is_equal (&tensors[i],
                                vqd_weights_find (checkpoint, tensors[i].name));
  report_share (report, "tensors", n_equal, n, 1);
  vqd_weights_get_tensors (checkpoint, &n);
  report_note (report, "%u in the checkpoint", n);
  return TRUE;
}
