/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine over a tiny whole model: what it makes, and how it fails. */
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "core/vqd.h"

typedef void (*EditHeader) (JsonObject *header, JsonObject *config);

typedef struct
{
  char *dir;
  char *model;  /* the golden one */
  char *broken; /* where a changed copy goes */
} Fixture;


static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->dir = g_dir_make_tmp ("vqd-engine-XXXXXX", NULL);
  fixture->model = g_build_filename (g_getenv ("VQD_GOLDEN_DIR"), "pipeline",
                                     "model.safetensors", NULL);
  fixture->broken = g_build_filename (fixture->dir, "broken.safetensors", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_unlink (fixture->broken);
  g_rmdir (fixture->dir);
  g_free (fixture->dir);
  g_free (fixture->model);
  g_free (fixture->broken);
}

static VqdEngine *
open_engine (const char *model, int n_threads, GError **error)
{
  const VqdEngineOptions options = { .model = model,
                                     .device = "cpu",
                                     .n_threads = n_threads };

  return vqd_engine_new (&options, NULL, error);
}

static VqdResult *
generate (VqdEngine *engine, const VqdRequest *request)
{
  g_autoptr (GError) error = NULL;
  VqdResult *result =
      vqd_engine_generate (engine, request, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (result);
  return result;
}

static void
assert_same_picture (const VqdPicture *a, const VqdPicture *b)
{
  const gsize n = 3 * (gsize) a->width_px * (gsize) a->height_px;

  g_assert_cmpint (a->width_px, ==, b->width_px);
  g_assert_cmpint (a->height_px, ==, b->height_px);
  g_assert_cmpmem (a->grid.tokens, 256 * sizeof (int), b->grid.tokens,
                   256 * sizeof (int));
  g_assert_cmpmem (a->rgb, n * sizeof (float), b->rgb, n * sizeof (float));
}

/* ---- what it makes ---- */

static void
test_threads_do_not_matter (Fixture *fixture, gconstpointer data)
{
  g_autoptr (VqdResult) first = NULL;
  VqdRequest request;

  vqd_request_init (&request);
  request.prompt = "a castle";
  request.seed = 11;
  for (int n_threads = 1; n_threads <= 3; n_threads++)
    {
      g_autoptr (VqdEngine) engine =
          open_engine (fixture->model, n_threads, NULL);
      g_autoptr (VqdResult) again = generate (engine, &request);
      g_autoptr (VqdResult) result = generate (engine, &request);

      assert_same_picture (vqd_result_get_picture (again, 0),
                           vqd_result_get_picture (result, 0));
      if (first == NULL)
        first = g_steal_pointer (&result);
      else
        assert_same_picture (vqd_result_get_picture (first, 0),
                             vqd_result_get_picture (result, 0));
    }
}

static void
test_picture_of_a_batch_alone (Fixture *fixture, gconstpointer data)
{
  g_autoptr (VqdEngine) engine = open_engine (fixture->model, 0, NULL);
  VqdRequest request;

  vqd_request_init (&request);
  request.prompt = "a castle";
  request.seed = VQD_MAX_SEED; /* the second one's wraps to 0 */
  request.n_images = 2;
  g_autoptr (VqdResult) batch = generate (engine, &request);
  g_assert_cmpint (vqd_result_get_n_pictures (batch), ==, 2);
  g_assert_cmpint (vqd_result_get_picture (batch, 1)->seed, ==, 0);

  request.seed = 0;
  request.n_images = 1;
  g_autoptr (VqdResult) alone = generate (engine, &request);
  assert_same_picture (vqd_result_get_picture (batch, 1),
                       vqd_result_get_picture (alone, 0));
}

static void
test_settings_make_it_again (Fixture *fixture, gconstpointer data)
{
  g_autoptr (VqdEngine) engine = open_engine (fixture->model, 0, NULL);
  VqdRequest request;

  vqd_request_init (&request);
  request.prompt = "a \"quoted\" ü prompt";
  g_autoptr (VqdResult) first = generate (engine, &request);
  const VqdPicture *picture = vqd_result_get_picture (first, 0);

  g_autoptr (JsonParser) parser = json_parser_new ();
  g_assert_true (
      json_parser_load_from_data (parser, picture->settings, -1, NULL));
  JsonObject *settings = json_node_get_object (json_parser_get_root (parser));
  VqdRequest again;
  vqd_request_init (&again);
  again.prompt = json_object_get_string_member (settings, "prompt");
  again.seed = json_object_get_int_member (settings, "seed");
  again.strategy = json_object_get_string_member (settings, "strategy");
  again.steps = (int) json_object_get_int_member (settings, "steps");
  again.guidance = json_object_get_double_member (settings, "guidance");
  again.truncation = json_object_get_double_member (settings, "truncation");
  again.top_k = (int) json_object_get_int_member (settings, "top-k");
  again.purity_weight =
      json_object_get_double_member (settings, "purity-weight");

  g_assert_cmpstr (again.prompt, ==, request.prompt);
  g_autoptr (VqdResult) second = generate (engine, &again);
  assert_same_picture (picture, vqd_result_get_picture (second, 0));
}

static void
test_other_sizes (Fixture *fixture, gconstpointer data)
{
  static const int sizes[][2] = { { 1, 1 }, { 300, 40 }, { 128, 128 } };
  g_autoptr (VqdEngine) engine = open_engine (fixture->model, 0, NULL);
  VqdRequest request;

  vqd_request_init (&request);
  request.seed = 1;
  request.steps = 2;
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      request.width_px = sizes[i][0];
      request.height_px = sizes[i][1];
      g_autoptr (VqdResult) result = generate (engine, &request);
      const VqdPicture *picture = vqd_result_get_picture (result, 0);

      g_assert_cmpint (picture->width_px, ==, sizes[i][0]);
      g_assert_cmpint (picture->height_px, ==, sizes[i][1]);
      for (int p = 0; p < 3 * sizes[i][0] * sizes[i][1]; p++)
        g_assert_true (picture->rgb[p] >= 0 && picture->rgb[p] <= 1);
    }
}

static void
test_prompts_of_any_length (Fixture *fixture, gconstpointer data)
{
  g_autoptr (VqdEngine) engine = open_engine (fixture->model, 0, NULL);
  g_autoptr (GString) words = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  VqdRequest request;

  for (int i = 0; i < 10000; i++)
    g_string_append_printf (words, " word%d", i);
  vqd_request_init (&request);
  request.steps = 1;
  request.seed = 1;

  g_autoptr (VqdResult) empty = generate (engine, &request);
  g_assert_cmpstr (vqd_result_get_cut_text (empty), ==, "");

  request.prompt = words->str;
  g_autoptr (VqdResult) cut = generate (engine, &request);
  g_assert_true (g_str_has_suffix (words->str, vqd_result_get_cut_text (cut)));
  g_assert_cmpuint (strlen (vqd_result_get_cut_text (cut)), >, 80000);

  request.fail_on_cut = TRUE;
  g_assert_null (
      vqd_engine_generate (engine, &request, NULL, NULL, NULL, &error));
  g_assert_error (error, VQD_ERROR, VQD_ERROR_REQUEST);
}

static gboolean
same_tokens (const VqdResult *a, const VqdResult *b)
{
  return memcmp (vqd_result_get_picture (a, 0)->grid.tokens,
                 vqd_result_get_picture (b, 0)->grid.tokens,
                 256 * sizeof (int)) == 0;
}

static void
test_negative_prompt (Fixture *fixture, gconstpointer data)
{
  g_autoptr (VqdEngine) engine = open_engine (fixture->model, 0, NULL);
  VqdRequest request;

  vqd_request_init (&request);
  request.prompt = "a castle";
  request.seed = 4;
  for (int guided = 0; guided < 2; guided++)
    {
      request.guidance = guided ? 3 : 1;
      request.negative_prompt = "";
      g_autoptr (VqdResult) without = generate (engine, &request);
      request.negative_prompt = "night";
      g_autoptr (VqdResult) with = generate (engine, &request);
      request.negative_prompt = "{night|night}";
      g_autoptr (VqdResult) wild = generate (engine, &request);

      /* without guidance there is nothing to steer away from */
      g_assert_cmpint (same_tokens (without, with), ==, ! guided);
      g_assert_true (same_tokens (with, wild));
    }
}

/* Each picture has a prompt of its own, and can be made alone. */
static void
test_wildcards (Fixture *fixture, gconstpointer data)
{
  g_autoptr (VqdEngine) engine = open_engine (fixture->model, 0, NULL);
  gboolean seen[2] = { FALSE };
  VqdRequest request;

  vqd_request_init (&request);
  request.prompt = "a {red|blue} castle";
  request.seed = 20;
  request.n_images = 8;
  g_autoptr (VqdResult) batch = generate (engine, &request);
  request.n_images = 1;
  for (int i = 0; i < 8; i++)
    {
      const VqdPicture *picture = vqd_result_get_picture (batch, i);
      gboolean found = FALSE;

      request.seed = 20 + i;
      for (int colour = 0; colour < 2; colour++)
        {
          request.prompt = colour ? "a blue castle" : "a red castle";
          g_autoptr (VqdResult) plain = generate (engine, &request);

          if (memcmp (picture->grid.tokens,
                      vqd_result_get_picture (plain, 0)->grid.tokens,
                      256 * sizeof (int)) == 0)
            found = seen[colour] = TRUE;
        }
      g_assert_true (found);
    }
  g_assert_true (seen[0] && seen[1]);
}

/* A model without a condition, in the authors' older form. */
static void
test_unconditional_checkpoint (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (g_getenv ("VQD_GOLDEN_DIR"),
                                            "uncond", "checkpoint.pth", NULL);
  const VqdEngineOptions options = { .model = path, .n_heads = 4 };
  g_autoptr (GError) error = NULL;
  VqdRequest request;

  g_autoptr (VqdEngine) engine = vqd_engine_new (&options, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (vqd_engine_get_info (engine)->kind, ==, "none");
  vqd_request_init (&request);
  request.seed = 1;
  request.steps = 3;
  g_autoptr (VqdResult) result = generate (engine, &request);
  g_assert_cmpint (vqd_result_get_picture (result, 0)->width_px, ==, 256);

  request.guidance = 2;
  g_assert_null (
      vqd_engine_generate (engine, &request, NULL, NULL, NULL, &error));
  g_assert_error (error, VQD_ERROR, VQD_ERROR_REQUEST);
  g_assert_nonnull (strstr (error->message, "no null condition"));
}

/* ---- progress and cancel ---- */

typedef struct
{
  GCancellable *cancellable;
  int cancel_at;
  int n_calls;
  double fraction;
  int n_masked;
} Watch;

static void
watch_progress (const VqdProgress *progress, gpointer user_data)
{
  Watch *watch = user_data;
  int n_masked = 0;

  watch->n_calls++;
  g_assert_cmpfloat (progress->fraction, >=, watch->fraction);
  g_assert_cmpfloat (progress->fraction, <=, 1);
  watch->fraction = progress->fraction;
  if (progress->tokens != NULL)
    {
      for (int i = 0; i < 256; i++)
        n_masked += progress->tokens[i] == 64;
      g_assert_cmpint (n_masked, <=, watch->n_masked);
      watch->n_masked = n_masked;
    }
  if (watch->n_calls == watch->cancel_at)
    g_cancellable_cancel (watch->cancellable);
}

static void
test_progress_shows_tokens (Fixture *fixture, gconstpointer data)
{
  g_autoptr (VqdEngine) engine = open_engine (fixture->model, 0, NULL);
  Watch watch = { .n_masked = 256 };
  VqdRequest request;

  vqd_request_init (&request);
  request.seed = 3;
  g_autoptr (VqdResult) result = vqd_engine_generate (
      engine, &request, watch_progress, &watch, NULL, NULL);
  g_assert_nonnull (result);
  g_assert_cmpint (watch.n_calls, >=, 25);
  g_assert_cmpint (watch.n_masked, ==, 0);
}

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  g_autoptr (VqdEngine) engine = open_engine (fixture->model, 0, NULL);
  VqdRequest request;

  vqd_request_init (&request);
  request.seed = 3;
  for (int at = 1; at < 26; at += 8)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GError) error = NULL;
      Watch watch = { .n_masked = 256,
                      .cancellable = cancellable,
                      .cancel_at = at };

      g_assert_null (vqd_engine_generate (engine, &request, watch_progress,
                                          &watch, cancellable, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpint (watch.n_calls, ==, at);
    }
  /* and the engine is still good */
  g_autoptr (VqdResult) result = generate (engine, &request);
}

/* ---- bad requests ---- */

static void
expect_bad_request (VqdEngine *engine, const VqdRequest *request,
                    const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (
      vqd_engine_generate (engine, request, NULL, NULL, NULL, &error));
  g_assert_error (error, VQD_ERROR, VQD_ERROR_REQUEST);
  if (strstr (error->message, words) == NULL)
    g_error ("expected \"%s\" in \"%s\"", words, error->message);
}

static void
test_bad_requests (Fixture *fixture, gconstpointer data)
{
  g_autoptr (VqdEngine) engine = open_engine (fixture->model, 0, NULL);
  VqdRequest good;
  VqdRequest request;

  vqd_request_init (&good);
#define EXPECT(field, value, words)                                            \
  request = good;                                                              \
  request.field = value;                                                       \
  expect_bad_request (engine, &request, words)
  EXPECT (steps, 0, "steps is 0, expected 1 to 1000");
  EXPECT (steps, 1001, "steps is 1001");
  EXPECT (width_px, -5, "width is -5");
  EXPECT (height_px, 100000, "height is 100000");
  EXPECT (n_images, 0, "images is 0");
  EXPECT (n_images, 65, "images is 65");
  EXPECT (seed, -2, "seed is -2");
  EXPECT (guidance, -3, "guidance is -3");
  EXPECT (guidance, (double) NAN, "guidance is");
  EXPECT (truncation, 1.5, "truncation is 1.5");
  EXPECT (strategy, "best", "There is no strategy \"best\"; there are: auto");
#undef EXPECT

  request = good;
  request.strategy = "original";
  request.steps = 30;
  expect_bad_request (engine, &request, "takes 100 steps");
}

static void
test_bad_options (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  VqdEngineOptions options = { .model = fixture->model, .device = "gpu" };

  g_assert_null (vqd_engine_new (&options, NULL, &error));
  g_assert_error (error, VQD_ERROR, VQD_ERROR_REQUEST);
  g_assert_nonnull (strstr (error->message, "there are: auto, cpu"));
  g_clear_error (&error);

  options.device = "cpu";
  options.memory_limit_bytes = 1 << 20;
  g_assert_null (vqd_engine_new (&options, NULL, &error));
  g_assert_error (error, VQD_ERROR, VQD_ERROR_MEMORY);
  g_clear_error (&error);

  options.memory_limit_bytes = 0;
  options.model = "/nowhere/model.safetensors";
  g_assert_null (vqd_engine_new (&options, NULL, &error));
  g_assert_error (error, VQD_ERROR, VQD_ERROR_NOT_FOUND);
}

/* ---- broken models ---- */

/* The golden model's bytes and header. */
typedef struct
{
  char *bytes;
  gsize n_bytes;
  gsize data; /* where the tensors' bytes begin */
  JsonParser *parser;
  JsonObject *header;
} ModelFile;

static void
model_file_read (ModelFile *file, const char *path)
{
  guint64 header_bytes = 0;

  g_assert_true (
      g_file_get_contents (path, &file->bytes, &file->n_bytes, NULL));
  memcpy (&header_bytes, file->bytes, 8);
  file->data = 8 + (gsize) header_bytes;
  file->parser = json_parser_new ();
  g_assert_true (json_parser_load_from_data (file->parser, file->bytes + 8,
                                             (gssize) header_bytes, NULL));
  file->header = json_node_get_object (json_parser_get_root (file->parser));
}

static void
model_file_clear (ModelFile *file)
{
  g_free (file->bytes);
  g_clear_object (&file->parser);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ModelFile, model_file_clear)

/* A copy of the model with another header. */
static void
write_changed_model (Fixture *fixture, EditHeader edit)
{
  g_auto (ModelFile) model = { 0 };

  model_file_read (&model, fixture->model);
  JsonObject *header = model.header;
  JsonObject *metadata = json_object_get_object_member (header, "__metadata__");
  g_autoptr (JsonParser) inner = json_parser_new ();
  g_assert_true (json_parser_load_from_data (
      inner, json_object_get_string_member (metadata, "config"), -1, NULL));
  JsonNode *config = json_parser_get_root (inner);

  edit (header, json_node_get_object (config));
  g_autofree char *config_text = json_to_string (config, FALSE);
  json_object_set_string_member (metadata, "config", config_text);
  g_autofree char *text =
      json_to_string (json_parser_get_root (model.parser), FALSE);
  g_autofree char *padded =
      g_strdup_printf ("%-*s", (int) ((strlen (text) + 7) / 8 * 8), text);
  const guint64 length = strlen (padded);

  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_byte_array_append (file, (const guint8 *) &length, 8);
  g_byte_array_append (file, (const guint8 *) padded, (guint) length);
  g_byte_array_append (file, (const guint8 *) model.bytes + model.data,
                       (guint) (model.n_bytes - model.data));
  g_assert_true (g_file_set_contents (
      fixture->broken, (const char *) file->data, file->len, NULL));
}

static JsonObject *
section (JsonObject *config, const char *name)
{
  return json_object_get_object_member (config, name);
}

static void
nothing (JsonObject *header, JsonObject *config)
{
}

static void
missing_tensor (JsonObject *header, JsonObject *config)
{
  json_object_remove_member (
      header, "transformer.transformer.blocks.1.attn2.value.weight");
}

static void
missing_decoder_tensor (JsonObject *header, JsonObject *config)
{
  json_object_remove_member (header,
                             "content_codec.dec.decoder.mid.attn_1.k.bias");
}

static void
wrong_shape (JsonObject *header, JsonObject *config)
{
  JsonArray *shape = json_object_get_array_member (
      json_object_get_object_member (
          header, "transformer.transformer.blocks.0.mlp.0.weight"),
      "shape");
  const gint64 rows = json_array_get_int_element (shape, 0);
  const gint64 cols = json_array_get_int_element (shape, 1);

  json_array_remove_element (shape, 0);
  json_array_remove_element (shape, 0);
  json_array_add_int_element (shape, rows / 2);
  json_array_add_int_element (shape, cols * 2);
}

static void
missing_heads (JsonObject *header, JsonObject *config)
{
  json_object_remove_member (section (config, "denoiser"), "heads");
}

static void
odd_heads (JsonObject *header, JsonObject *config)
{
  json_object_set_int_member (section (config, "denoiser"), "heads", 7);
}

static void
other_width (JsonObject *header, JsonObject *config)
{
  json_object_set_int_member (section (config, "denoiser"), "width", 128);
}

static void
huge_grid (JsonObject *header, JsonObject *config)
{
  JsonArray *grid =
      json_object_get_array_member (section (config, "denoiser"), "grid");

  json_array_remove_element (grid, 0);
  json_array_add_int_element (grid, 60000);
}

static void
other_kind (JsonObject *header, JsonObject *config)
{
  json_object_set_string_member (section (config, "denoiser"), "kind", "video");
}

static void
missing_null (JsonObject *header, JsonObject *config)
{
  json_object_remove_member (header, "transformer.empty_text_embed");
}

static void
other_format (JsonObject *header, JsonObject *config)
{
  json_object_set_string_member (
      json_object_get_object_member (header, "__metadata__"), "format", "pt");
  json_object_remove_member (header,
                             "transformer.transformer.to_logits.1.weight");
}

static const struct
{
  const char *name;
  EditHeader edit;
  const char *words;
} broken[] = {
  { "missing-tensor", missing_tensor,
    "tensor transformer.transformer.blocks.1.attn2.value.weight is missing" },
  { "missing-decoder-tensor", missing_decoder_tensor,
    "tensor content_codec.dec.decoder.mid.attn_1.k.bias is missing" },
  { "wrong-shape", wrong_shape,
    "blocks.0.mlp.0.weight: expected 256x64, found 128x128" },
  { "missing-heads", missing_heads, "config has no denoiser.heads" },
  { "odd-heads", odd_heads, "7 heads do not divide its width, 64" },
  { "other-width", other_width,
    "config says denoiser.width = 128, its tensors say 64" },
  { "huge-grid", huge_grid, "a grid of 16x60000 is too large" },
  { "other-kind", other_kind,
    "denoiser.kind = \"video\"; known: text, class, none" },
  { "missing-null", missing_null, "transformer.empty_text_embed is missing" },
  { "other-format", other_format,
    "not a VQ-Diffusion model: tensor "
    "transformer.transformer.to_logits.1.weight is missing" },
};

static void
test_broken_model (Fixture *fixture, gconstpointer data)
{
  const gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (GError) error = NULL;

  write_changed_model (fixture, broken[i].edit);
  g_assert_null (open_engine (fixture->broken, 0, &error));
  g_assert_error (error, VQD_ERROR, VQD_ERROR_MODEL);
  if (strstr (error->message, broken[i].words) == NULL)
    g_error ("expected \"%s\" in \"%s\"", broken[i].words, error->message);
}

static void
test_unchanged_copy_opens (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  write_changed_model (fixture, nothing);
  g_autoptr (VqdEngine) engine = open_engine (fixture->broken, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (vqd_engine_get_info (engine)->name, ==,
                   "conformance-pipeline");
  g_assert_cmpint (vqd_engine_get_info (engine)->width_px, ==, 128);
}

/* A copy of the model whose first number of an F32 tensor is no number. */
static void
write_poisoned_model (Fixture *fixture, const char *name)
{
  const float poison = NAN;
  g_auto (ModelFile) model = { 0 };

  model_file_read (&model, fixture->model);
  JsonObject *entry = json_object_get_object_member (model.header, name);
  g_assert_cmpstr (json_object_get_string_member (entry, "dtype"), ==, "F32");
  const gint64 begin = json_array_get_int_element (
      json_object_get_array_member (entry, "data_offsets"), 0);

  memcpy (model.bytes + model.data + begin, &poison, sizeof poison);
  g_assert_true (g_file_set_contents (fixture->broken, model.bytes,
                                      (gssize) model.n_bytes, NULL));
}

static void
test_no_numbers (Fixture *fixture, gconstpointer data)
{
  static const char *const tensors[][2] = {
    { "content_codec.dec.decoder.conv_out.bias", "codec" },
    { "transformer.transformer.to_logits.1.bias", "denoiser" }
  };
  const char *const *strategies = vqd_strategy_names ();
  VqdRequest request;

  vqd_request_init (&request);
  request.seed = 1;
  for (gsize i = 0; i < G_N_ELEMENTS (tensors); i++)
    {
      write_poisoned_model (fixture, tensors[i][0]);
      g_autoptr (VqdEngine) engine = open_engine (fixture->broken, 0, NULL);

      for (int s = 0; strategies[s] != NULL; s++)
        {
          g_autoptr (GError) error = NULL;

          request.strategy = strategies[s];
          g_assert_null (
              vqd_engine_generate (engine, &request, NULL, NULL, NULL, &error));
          g_assert_error (error, VQD_ERROR, VQD_ERROR_MODEL);
          g_assert_nonnull (strstr (error->message, tensors[i][1]));
        }
    }
}

/* Cut anywhere, the file is refused. */
static void
test_truncated (Fixture *fixture, gconstpointer data)
{
  g_autofree char *bytes = NULL;
  gsize n_bytes = 0;

  g_assert_true (g_file_get_contents (fixture->model, &bytes, &n_bytes, NULL));
  for (gsize keep = 0; keep < n_bytes; keep += n_bytes / 7)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (
          g_file_set_contents (fixture->broken, bytes, (gssize) keep, NULL));
      g_assert_null (open_engine (fixture->broken, 0, &error));
      g_assert_error (error, VQD_ERROR, VQD_ERROR_MODEL);
    }
}

#define ADD(name, function)                                                    \
  g_test_add ("/engine/" name, Fixture, NULL, set_up, (function), tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("threads-do-not-matter", test_threads_do_not_matter);
  ADD ("picture-of-a-batch-can-be-made-alone", test_picture_of_a_batch_alone);
  ADD ("settings-make-the-picture-again", test_settings_make_it_again);
  ADD ("other-sizes", test_other_sizes);
  ADD ("prompts-of-any-length", test_prompts_of_any_length);
  ADD ("negative-prompt", test_negative_prompt);
  ADD ("wildcards", test_wildcards);
  ADD ("unconditional-checkpoint", test_unconditional_checkpoint);
  ADD ("progress-shows-tokens", test_progress_shows_tokens);
  ADD ("cancel", test_cancel);
  ADD ("bad-requests", test_bad_requests);
  ADD ("bad-options", test_bad_options);
  ADD ("unchanged-copy-opens", test_unchanged_copy_opens);
  ADD ("no-numbers", test_no_numbers);
  ADD ("truncated-model", test_truncated);
  for (gsize i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autofree char *name =
          g_strconcat ("/engine/broken-model/", broken[i].name, NULL);

      g_test_add (name, Fixture, GSIZE_TO_POINTER (i), set_up,
                  test_broken_model, tear_down);
    }
  return g_test_run ();
}
