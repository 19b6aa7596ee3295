/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Diffusers folders: each form gives the tensors that the single file has, and
 * what is wrong with a folder is said with its name. */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "core/io/vqd-diffusers.h"

#define NULL_PART "learned_classifier_free_sampling_embeddings"
#define PLAIN_WEIGHTS "diffusion_pytorch_model.safetensors"

/* Folders that tests/tools made, and the golden model each is of. */
typedef struct
{
  const char *folder;
  const char *model;
  /* Half precision keeps 11 bits, and below 2^-14 steps of 2^-24. */
  double relative;
  double absolute;
} Form;

static const Form forms[] = {
  { "plain", "text", 0, 0 },
  { "mixed-types", "pipeline", 0, 0 },
  { "old-names", "text", 0, 0 },
  { "half", "text", 0x1p-11, 0x1p-25 },
  { "pieces", "text", 0, 0 },
  { "half-pieces", "text", 0x1p-11, 0x1p-25 },
  { "torch", "pipeline", 0, 0 },
  { "torch-pieces", "text", 0, 0 },
  { "torch-half", "text", 0x1p-11, 0x1p-25 },
};


static char *
form_path (const char *folder)
{
  return g_build_filename (g_getenv ("VQD_DIFFUSERS_DIR"), folder, NULL);
}

static VqdWeights *
open_golden (const char *model)
{
  g_autofree char *path = g_build_filename (g_getenv ("VQD_GOLDEN_DIR"), model,
                                            "model.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  VqdWeights *weights = vqd_weights_open (path, &error);

  g_assert_no_error (error);
  return weights;
}

/* ---- the same tensors --------------------------------------------------- */

static gint64
elements_of (const VqdTensor *tensor)
{
  return (gint64) (tensor->n_bytes / vqd_dtype_bytes (tensor->dtype));
}

static void
compare_numbers (const Form *form, const VqdTensor *expected,
                 const VqdTensor *found)
{
  const int n = (int) elements_of (expected);
  g_autofree float *a = g_new (float, n);
  g_autofree float *b = g_new (float, n);
  const VqdMatrix from = {
    .data = expected->data, .dtype = expected->dtype, .n_rows = 1, .n_cols = n
  };
  const VqdMatrix to = {
    .data = found->data, .dtype = found->dtype, .n_rows = 1, .n_cols = n
  };

  vqd_matrix_to_float (&from, a);
  vqd_matrix_to_float (&to, b);
  for (int i = 0; i < n; i++)
    if (! (fabs ((double) a[i] - b[i]) <=
           form->absolute + form->relative * fabs (a[i])))
      g_error ("%s[%d]: expected %g, found %g", found->name, i, a[i], b[i]);
}

static void
compare_tensors (const Form *form, const VqdTensor *expected,
                 const VqdTensor *found)
{
  g_assert_cmpint (elements_of (found), ==, elements_of (expected));
  /* a 1x1 convolution may have become a matrix */
  g_assert_cmpint (found->rank, <=, expected->rank);
  for (int i = 0; i < expected->rank; i++)
    g_assert_cmpint (i < found->rank ? found->shape[i] : 1, ==,
                     expected->shape[i]);

  if (form->relative > 0)
    {
      compare_numbers (form, expected, found);
      return;
    }
  g_assert_cmpint (found->dtype, ==, expected->dtype);
  g_assert_cmpmem (found->data, found->n_bytes, expected->data,
                   expected->n_bytes);
}

static void
test_same_tensors (gconstpointer data)
{
  const Form *form = data;
  g_autofree char *path = form_path (form->folder);
  g_autoptr (VqdWeights) golden = open_golden (form->model);
  g_autoptr (GError) error = NULL;
  g_autoptr (VqdWeights) weights = vqd_weights_open (path, &error);
  guint n_expected;
  guint n_found;

  g_assert_no_error (error);
  const VqdTensor *expected = vqd_weights_get_tensors (golden, &n_expected);
  vqd_weights_get_tensors (weights, &n_found);
  g_assert_cmpuint (n_found, ==, n_expected);
  for (guint i = 0; i < n_expected; i++)
    {
      const char *name = expected[i].name;

      if (g_str_equal (name, "content_codec.enc.quantize.embedding"))
        name = "content_codec.enc.quantize.embedding.weight";
      const VqdTensor *found = vqd_weights_find (weights, name);
      if (found == NULL)
        g_error ("%s is not there", name);
      g_assert_cmpstr (found->name, ==, name);
      compare_tensors (form, &expected[i], found);
    }
}

static void
test_nothing_is_copied_but_attention (void)
{
  g_autofree char *path = form_path ("plain");
  g_autofree char *file =
      g_build_filename (path, "transformer", PLAIN_WEIGHTS, NULL);
  g_autoptr (VqdWeights) weights = vqd_weights_open (path, NULL);
  const VqdTensor *first = vqd_weights_find (
      weights, "transformer.transformer.blocks.0.mlp.0.weight");
  const VqdTensor *second = vqd_weights_find (
      weights, "transformer.transformer.blocks.1.mlp.0.weight");
  g_autofree char *contents = NULL;
  gsize n_bytes;

  /* their distance in memory is that in the file: one mapping */
  g_assert_true (g_file_get_contents (file, &contents, &n_bytes, NULL));
  const gsize distance =
      (gsize) ABS ((const char *) first->data - (const char *) second->data);
  g_assert_cmpuint (distance, <, n_bytes);
  gboolean found = FALSE;
  for (gsize i = 0; i + distance + first->n_bytes <= n_bytes && ! found; i += 4)
    found =
        memcmp (contents + i, first->data, first->n_bytes) == 0 &&
        memcmp (contents + i + distance, second->data, second->n_bytes) == 0;
  g_assert_true (found);
}

/* "format" is ours, though each part's file says that it is "pt". */
static void
test_metadata (void)
{
  g_autofree char *path = form_path ("plain");
  g_autoptr (VqdWeights) weights = vqd_weights_open (path, NULL);
  static const char *const keys[] = {
    "model_index", "transformer", "vqvae",   "text_encoder",
    "scheduler",   "tokenizer",   NULL_PART,
  };

  g_assert_cmpstr (vqd_weights_get_metadata (weights, "format"), ==,
                   VQD_DIFFUSERS_FORMAT);
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autofree char *key = g_strconcat (VQD_DIFFUSERS_CONFIG, keys[i], NULL);
      const char *text = vqd_weights_get_metadata (weights, key);

      g_assert_nonnull (text);
      g_assert_true (g_str_has_prefix (text, "{"));
    }
  g_assert_nonnull (
      strstr (vqd_weights_get_metadata (weights, "config.transformer"),
              "\"num_attention_heads\""));
}

/* ---- a folder that is changed ------------------------------------------- */

typedef struct
{
  char *dir; /* the plain folder, every file a link */
} Fixture;

static void
for_each_file (const char *folder,
               void (*visit) (const char *from, const char *to), const char *to)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *from = g_build_filename (folder, name, NULL);
      g_autofree char *target = g_build_filename (to, name, NULL);

      if (g_file_test (from, G_FILE_TEST_IS_DIR))
        for_each_file (from, visit, target);
      else
        visit (from, target);
    }
}

static void
link_file (const char *from, const char *to)
{
  g_autoptr (GFile) file = g_file_new_for_path (to);
  g_autofree char *dir = g_path_get_dirname (to);

  g_mkdir_with_parents (dir, 0700);
  g_assert_true (g_file_make_symbolic_link (file, from, NULL, NULL));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *plain = form_path ("plain");

  fixture->dir = g_dir_make_tmp ("vqd-diffusers-XXXXXX", NULL);
  for_each_file (plain, link_file, fixture->dir);
}

static void
remove_tree (const char *path)
{
  if (g_file_test (path, G_FILE_TEST_IS_DIR) &&
      ! g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    {
      g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
      const char *name;

      while ((name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *child = g_build_filename (path, name, NULL);

          remove_tree (child);
        }
    }
  g_remove (path);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  remove_tree (fixture->dir);
  g_free (fixture->dir);
}

/* A file of ours in place of the link. contents NULL: none. */
static void
put_file (Fixture *fixture, const char *file, const void *contents, gssize n)
{
  g_autofree char *path = g_build_filename (fixture->dir, file, NULL);

  g_remove (path);
  if (contents != NULL)
    g_assert_true (g_file_set_contents (path, contents, n, NULL));
}

static char *
get_file (Fixture *fixture, const char *file, gsize *n_bytes)
{
  g_autofree char *path = g_build_filename (fixture->dir, file, NULL);
  char *contents = NULL;

  g_assert_true (g_file_get_contents (path, &contents, n_bytes, NULL));
  return contents;
}

/* Where text stands among bytes, from begin on; it must be there. */
static gsize
find_text (const char *bytes, gsize n_bytes, gsize begin, const char *text)
{
  const gsize n = strlen (text);

  for (gsize i = begin; i + n <= n_bytes; i++)
    if (memcmp (bytes + i, text, n) == 0)
      return i;
  g_error ("\"%s\" is not there", text);
}

/* The first old after the word where becomes new, of the same length when the
 * file is not text. where NULL: from the beginning. */
static void
edit_file (Fixture *fixture, const char *file, const char *where,
           const char *old, const char *new)
{
  gsize n_bytes;
  g_autofree char *contents = get_file (fixture, file, &n_bytes);
  const gsize begin =
      where == NULL ? 0 : find_text (contents, n_bytes, 0, where);
  const gsize before = find_text (contents, n_bytes, begin, old);
  const gsize after = before + strlen (old);
  g_autoptr (GByteArray) edited = g_byte_array_new ();

  g_byte_array_append (edited, (const guint8 *) contents, (guint) before);
  g_byte_array_append (edited, (const guint8 *) new, (guint) strlen (new));
  g_byte_array_append (edited, (const guint8 *) contents + after,
                       (guint) (n_bytes - after));
  put_file (fixture, file, edited->data, edited->len);
}

static void
expect_refused (Fixture *fixture, const char *pattern)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VqdWeights) weights = vqd_weights_open (fixture->dir, &error);

  g_assert_null (weights);
  g_assert_error (error, VQD_ERROR, VQD_ERROR_MODEL);
  if (! g_pattern_match_simple (pattern, error->message))
    g_error ("expected \"%s\", got \"%s\"", pattern, error->message);
  g_assert_true (g_str_has_prefix (error->message, fixture->dir));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

/* A file, after what in it (or NULL), the text that is changed, into what.
 * old NULL: the whole file, and no new one: it is removed. */
typedef struct
{
  const char *name;
  const char *file;
  const char *where;
  const char *old;
  const char *new;
  const char *pattern;
} Broken;

static const Broken broken[] = {
  { "another-pipeline", "model_index.json", NULL, "VQDiffusionPipeline",
    "StableDiffusionPipeline",
    "*model_index.json: the model is a StableDiffusionPipeline, expected a "
    "VQDiffusionPipeline" },
  { "index-not-json", "model_index.json", NULL, NULL,
    "{\"a\":", "*model_index.json: it is not JSON*" },
  { "index-not-utf-8", "model_index.json", NULL, NULL, "{\"a\": \"\xff\"}",
    "*model_index.json: it is not UTF-8*" },
  { "config-empty", "vqvae/config.json", NULL, NULL, "",
    "*vqvae/config.json: the file is empty" },
  { "config-list", "vqvae/config.json", NULL, NULL, "[1]",
    "*vqvae/config.json: its JSON is not an object" },
  { "config-missing", "transformer/config.json", NULL, NULL, NULL,
    "*transformer/config.json: the file is missing" },
  { "weights-missing", "transformer/" PLAIN_WEIGHTS, NULL, NULL, NULL,
    "*: transformer/diffusion_pytorch_model.safetensors is missing*" },
  { "text-weights-missing", "text_encoder/model.safetensors", NULL, NULL, NULL,
    "*: text_encoder/model.safetensors is missing*" },
  { "null-weights-missing", NULL_PART "/" PLAIN_WEIGHTS, NULL, NULL, NULL,
    "*: " NULL_PART "/diffusion_pytorch_model.safetensors is missing*" },
  { "cut-short", "vqvae/" PLAIN_WEIGHTS, NULL, NULL, "abc",
    "*vqvae/diffusion_pytorch_model.safetensors: the file is too short*" },
  { "layers-none", "transformer/config.json", NULL, "\"num_layers\"",
    "\"layers\"", "*transformer/config.json: num_layers is missing" },
  { "layers-absurd", "transformer/config.json", NULL,
    "\"num_layers\": ", "\"num_layers\": 99999999",
    "*transformer/config.json: num_layers is 99999999*, expected a number 1 "
    "to 512" },
  { "layers-too-many", "transformer/config.json", NULL, "\"num_layers\": 2",
    "\"num_layers\": 3",
    "*transformer/diffusion_pytorch_model.safetensors: tensor "
    "transformer_blocks.2.norm1.emb.weight is missing" },
  { "layers-too-few", "transformer/config.json", NULL, "\"num_layers\": 2",
    "\"num_layers\": 1",
    "*tensor transformer_blocks.1.* has no place in the model that "
    "transformer/config.json describes" },
  { "text-layers-too-many", "text_encoder/config.json", NULL,
    "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 4",
    "*text_encoder/model.safetensors: tensor "
    "encoder.layers.2.layer_norm1.weight is missing" },
  { "tensor-renamed", "transformer/" PLAIN_WEIGHTS, NULL, "\"norm_out.bias\"",
    "\"norm_ouT.bias\"", "*tensor norm_out.bias is missing" },
  { "attention-not-said", "vqvae/config.json", NULL, "AttnDownEncoderBlock2D",
    "DownEncoderBlock2D",
    "*vqvae/*: tensor encoder.down_blocks.3.attentions.0.* has no place*" },
  { "attention-not-there", "vqvae/config.json", "\"up_block_types\"",
    "\"UpDecoderBlock2D", "\"AttnUpDecoderBlock2D",
    "*vqvae/*: tensor decoder.up_blocks.1.attentions.0.group_norm.weight is "
    "missing" },
  { "block-unknown", "vqvae/config.json", NULL, "\"DownEncoderBlock2D",
    "\"SkipDownBlock2D",
    "*vqvae/config.json: down_block_types lists SkipDownBlock2D, known are "
    "DownEncoderBlock2D and AttnDownEncoderBlock2D" },
  { "levels-differ", "vqvae/config.json", NULL, "\"UpDecoderBlock2D\",", "",
    "*up_block_types lists 3 levels, block_out_channels 4" },
  { "no-levels", "vqvae/config.json", NULL, "\"block_out_channels\"",
    "\"channels\"", "*block_out_channels lists 0 levels, expected 1 to 8" },
  { "channels-zero", "vqvae/config.json", "\"block_out_channels\"", "32", "0",
    "*block_out_channels holds an impossible number" },
  { "activation", "transformer/config.json", NULL, "geglu-approximate", "gelu",
    "*transformer/config.json: activation_fn is gelu, expected "
    "geglu-approximate" },
  { "activation-silent", "transformer/config.json", NULL, "\"activation_fn\"",
    "\"activation\"", "*activation_fn is geglu, expected geglu-approximate" },
  { "text-activation", "text_encoder/config.json", NULL, "quick_gelu", "gelu",
    "*text_encoder/config.json: hidden_act is gelu, expected quick_gelu" },
  { "groups", "vqvae/config.json", NULL, "\"norm_num_groups\": 32",
    "\"norm_num_groups\": 16",
    "*vqvae/config.json: norm_num_groups is 16, expected 32" },
  { "groups-a-word", "vqvae/config.json", NULL, "\"norm_num_groups\": 32",
    "\"norm_num_groups\": \"32\"", "*norm_num_groups is nan, expected 32" },
  { "schedule", "scheduler/scheduler_config.json", NULL,
    "\"gamma_cum_end\": 0.99999", "\"gamma_cum_end\": 0.9",
    "*scheduler/scheduler_config.json: gamma_cum_end is 0.9, expected "
    "0.99999" },
  { "learnable-not-said", NULL_PART "/config.json", NULL, "\"learnable\": true",
    "\"learnable\": 1", "*config.json: learnable is missing*" },
  { "attention-of-two-shapes", "text_encoder/model.safetensors",
    "0.self_attn.k_proj.weight", "[128, 128]", "[64 , 256]",
    "*text_encoder: the tensors encoder.layers.0.self_attn.{q,k,v}_proj.weight "
    "are not of one shape and type" },
};

static void
test_broken (Fixture *fixture, gconstpointer data)
{
  const Broken *b = data;

  if (b->old == NULL)
    put_file (fixture, b->file, b->new, -1);
  else
    edit_file (fixture, b->file, b->where, b->old, b->new);
  expect_refused (fixture, b->pattern);
}

static const struct
{
  const char *name;
  const char *json;
  const char *pattern;
} indexes[] = {
  { "no-map", "{}", "*vqvae/*.index.json: weight_map is missing" },
  { "map-a-list", "{\"weight_map\": []}",
    "*vqvae/*.index.json: weight_map is missing" },
  { "up", "{\"weight_map\": {\"a\": \"../../etc/passwd\"}}",
    "*.index.json: weight_map: tensor a is said to be in "
    "\"../../etc/passwd\"*" },
  { "absolute", "{\"weight_map\": {\"a\": \"/etc/passwd\"}}",
    "*tensor a is said to be in \"/etc/passwd\"*" },
  { "parent", "{\"weight_map\": {\"a\": \"..\"}}",
    "*tensor a is said to be in \"..\"*" },
  { "backslash", "{\"weight_map\": {\"a\": \"..\\\\secret\"}}",
    "*tensor a is said to be in \"..\\secret\"*" },
  { "nothing", "{\"weight_map\": {\"a\": \"\"}}",
    "*tensor a is said to be in \"\"*" },
  { "number", "{\"weight_map\": {\"a\": 7}}",
    "*tensor a is said to be in \"\"*" },
  { "not-there", "{\"weight_map\": {\"a\": \"piece-1.safetensors\"}}",
    "*: vqvae/piece-1.safetensors: the file is missing" },
  { "a-folder", "{\"weight_map\": {\"a\": \".\"}}",
    "*tensor a is said to be in \".\"*" },
  { "empty", "{\"weight_map\": {}}",
    "*vqvae/*.index.json: tensor quant_conv.weight is missing" },
};

static void
test_index (Fixture *fixture, gconstpointer data)
{
  const gsize i = GPOINTER_TO_SIZE (data);

  put_file (fixture, "vqvae/" PLAIN_WEIGHTS, NULL, 0);
  put_file (fixture, "vqvae/" PLAIN_WEIGHTS ".index.json", indexes[i].json, -1);
  expect_refused (fixture, indexes[i].pattern);
}

static void
test_deep_json (Fixture *fixture, gconstpointer data)
{
  g_autofree char *deep = g_strnfill (1 << 20, '[');

  put_file (fixture, "vqvae/config.json", deep, -1);
  expect_refused (fixture, "*vqvae/config.json: its JSON is nested more than*");
  /* brackets in a string are text, after an escaped quote too */
  edit_file (
      fixture, "model_index.json", NULL, "0.42.1",
      "\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
      "[[[[[[[[[[[[[[[");
  expect_refused (fixture, "*vqvae/config.json: its JSON is nested more than*");
}

/* The embeddings of a model that has learned none are [0] or not there. */
static void
test_nothing_learned (Fixture *fixture, gconstpointer data)
{
  for (int i = 0; i < 2; i++)
    {
      if (i == 1)
        put_file (fixture, NULL_PART "/" PLAIN_WEIGHTS, NULL, 0);
      else
        edit_file (fixture, NULL_PART "/config.json", NULL,
                   "\"learnable\": true", "\"learnable\": false");

      g_autoptr (GError) error = NULL;
      g_autoptr (VqdWeights) weights = vqd_weights_open (fixture->dir, &error);
      g_assert_no_error (error);
      g_assert_null (
          vqd_weights_find (weights, "transformer.empty_text_embed"));
      g_assert_nonnull (
          vqd_weights_get_metadata (weights, "config." NULL_PART));
    }
}

static void
test_full_precision_first (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  put_file (fixture, "vqvae/diffusion_pytorch_model.fp16.safetensors", "abc",
            3);
  g_autoptr (VqdWeights) weights = vqd_weights_open (fixture->dir, &error);
  g_assert_no_error (error);
  put_file (fixture, "vqvae/" PLAIN_WEIGHTS, NULL, 0);
  expect_refused (
      fixture,
      "*vqvae/diffusion_pytorch_model.fp16.safetensors: the file is too*");
}

static void
test_torch_file (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  put_file (fixture, "vqvae/diffusion_pytorch_model.bin", "abc", 3);
  g_autoptr (VqdWeights) weights = vqd_weights_open (fixture->dir, &error);
  g_assert_no_error (error); /* safetensors first */
  put_file (fixture, "vqvae/" PLAIN_WEIGHTS, NULL, 0);
  expect_refused (fixture, "*: vqvae/diffusion_pytorch_model.bin: *");
  put_file (fixture, "vqvae/diffusion_pytorch_model.bin", NULL, 0);
  put_file (fixture, "vqvae/diffusion_pytorch_model.bin.index.json",
            "{\"weight_map\": {\"a\": \"../diffusion_pytorch_model.bin\"}}",
            -1);
  expect_refused (fixture, "*: vqvae/*.bin.index.json: weight_map: tensor a*");
}

/* Each byte of a config changed, one at a time: refused or read, never a
 * crash. */
static void
test_changed_bytes (Fixture *fixture, gconstpointer data)
{
  const char *file = data;
  gsize n_bytes;
  g_autofree char *good = get_file (fixture, file, &n_bytes);
  int n_refused = 0;

  for (gsize i = 0; i < n_bytes; i++)
    {
      const char was = good[i];

      good[i] = (char) (i * 37 % 256);
      put_file (fixture, file, good, (gssize) n_bytes);
      g_autoptr (VqdWeights) weights = vqd_weights_open (fixture->dir, NULL);
      n_refused += weights == NULL;
      good[i] = was;
    }
  g_assert_cmpint (n_refused, >, 0);
}

#define ADD(name, function, data)                                              \
  g_test_add ("/diffusers/" name, Fixture, (data), set_up, (function),         \
              tear_down)

static void
add_tables (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autofree char *name =
          g_strconcat ("/diffusers/same-tensors/", forms[i].folder, NULL);

      g_test_add_data_func (name, &forms[i], test_same_tensors);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autofree char *name =
          g_strconcat ("/diffusers/refuses/", broken[i].name, NULL);

      g_test_add (name, Fixture, &broken[i], set_up, test_broken, tear_down);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (indexes); i++)
    {
      g_autofree char *name =
          g_strconcat ("/diffusers/refuses/index/", indexes[i].name, NULL);

      g_test_add (name, Fixture, GSIZE_TO_POINTER (i), set_up, test_index,
                  tear_down);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_tables ();
  g_test_add_func ("/diffusers/nothing-is-copied-but-attention",
                   test_nothing_is_copied_but_attention);
  g_test_add_func ("/diffusers/metadata", test_metadata);
  ADD ("nothing-learned", test_nothing_learned, NULL);
  ADD ("full-precision-first", test_full_precision_first, NULL);
  ADD ("torch-file", test_torch_file, NULL);
  ADD ("refuses/deep-json", test_deep_json, NULL);
  ADD ("changed-bytes-never-crash/model-index", test_changed_bytes,
       "model_index.json");
  ADD ("changed-bytes-never-crash/codec", test_changed_bytes,
       "vqvae/config.json");
  ADD ("changed-bytes-never-crash/null", test_changed_bytes,
       NULL_PART "/config.json");
  return g_test_run ();
}
