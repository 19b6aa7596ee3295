/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/cli/vqd-cli.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/stat.h>

#define BYTES_PER_MB 1e6

/* A checkpoint that its authors published, and what is known of it. */
typedef struct
{
  const char *name;
  const char *what;
  const char *files; /* to download */
  const char *size;  /* of the download */
  const char *numbers;
  const char *licence;
  const char *page;
} Published;

#define AUTHORS "https://github.com/microsoft/VQ-Diffusion"
#define ITHQ_DIFFUSERS "https://huggingface.co/microsoft/vq-diffusion-ithq"
#define MIT "MIT"
/* What the readme of AUTHORS says of all its files. */
#define CHECKPOINT "not stated; training state is in it, beside the model"
/* Numbers follow from the shapes: SPEC 7 and 9. They agree with the sizes of
 * the parts that Hugging Face shows for ITHQ: 5.44 GB, 256 MB and 253 MB. */
#define BASE_NUMBERS "521 million (2.1 GB as f32, 1.0 GB as bf16)"
#define LARGE_NUMBERS "1486 million (5.9 GB as f32, 3.0 GB as bf16)"
#define IMAGENET_NUMBERS "594 million (2.4 GB as f32, 1.2 GB as bf16)"

static const Published published[] = {
  { "ITHQ, Diffusers", "any text; improved (learned null condition), 256 × 256",
    "model_index.json, and of transformer, vqvae, text_encoder and "
    "learned_classifier_free_sampling_embeddings config.json and the "
    ".fp16.safetensors file (or the .bin file)",
    "2.97 GB (.bin: 5.95 GB)", LARGE_NUMBERS, MIT, ITHQ_DIFFUSERS },
  { "ITHQ", "any text; improved (learned null condition), 256 × 256",
    "ithq_learnable.pth", CHECKPOINT, LARGE_NUMBERS, MIT, AUTHORS },
  { "Conceptual Captions, improved",
    "text; improved (learned null condition), 256 × 256", "cc_learnable.pth",
    CHECKPOINT, BASE_NUMBERS, MIT, AUTHORS },
  { "MSCOCO, improved", "text; improved (learned null condition), 256 × 256",
    "coco_learnable.pth", CHECKPOINT, BASE_NUMBERS, MIT, AUTHORS },
  { "Conceptual Captions", "text, 256 × 256", "CC_pretrained.pth", CHECKPOINT,
    BASE_NUMBERS, MIT, AUTHORS },
  { "MSCOCO", "text, 256 × 256", "coco_pretrained.pth", CHECKPOINT,
    BASE_NUMBERS, MIT, AUTHORS },
  { "CUB-200", "text: birds, 256 × 256", "cub_pretrained.pth", CHECKPOINT,
    BASE_NUMBERS, MIT, AUTHORS },
  { "LAION-human", "text: people, 256 × 256", "human_pretrained.pth",
    CHECKPOINT, BASE_NUMBERS, MIT, AUTHORS },
  { "ImageNet, improved", "1000 classes; improved (null class), 256 × 256",
    "imagenet_learnable.pth", CHECKPOINT, IMAGENET_NUMBERS, MIT, AUTHORS },
  { "ImageNet", "1000 classes, 256 × 256", "imagenet_pretrained.pth",
    CHECKPOINT, IMAGENET_NUMBERS, MIT, AUTHORS },
};

/* ---- installed --------------------------------------------------------- */

/* Bytes of the files of a folder and of those in it. */
static guint64
folder_bytes (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint64 n_bytes = 0;

  if (dir == NULL)
    return 0;
  for (const char *name = g_dir_read_name (dir); name != NULL;
       name = g_dir_read_name (dir))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      GStatBuf status;

      if (g_lstat (path, &status) != 0)
        continue;
      if (S_ISDIR (status.st_mode))
        n_bytes += folder_bytes (path);
      else if (g_stat (path, &status) == 0)
        n_bytes += (guint64) status.st_size;
    }
  return n_bytes;
}

/* A model by its name: which form it has is seen when it is opened. */
static gboolean
is_model (const char *path)
{
  g_autofree char *index = g_build_filename (path, "model_index.json", NULL);

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return g_file_test (index, G_FILE_TEST_IS_REGULAR);
  return g_str_has_suffix (path, ".safetensors") ||
         g_str_has_suffix (path, ".pth");
}

static void
print_installed (const char *path)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *printable = vqd_cli_printable (shown, 0);
  guint64 n_bytes = 0;
  GStatBuf status;

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    n_bytes = folder_bytes (path);
  else if (g_stat (path, &status) == 0)
    n_bytes = (guint64) status.st_size;
  g_print ("  %s (%.1f MB)\n", printable, (double) n_bytes / BYTES_PER_MB);
}

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(const char *const *) a, *(const char *const *) b);
}

/* Paths of a folder's models, by name; an entry of the search path may also be
 * a file. */
static GPtrArray *
models_of (const char *folder)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);

  if (g_file_test (folder, G_FILE_TEST_IS_REGULAR))
    g_ptr_array_add (paths, g_strdup (folder));

  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  for (const char *name = dir == NULL ? NULL : g_dir_read_name (dir);
       name != NULL; name = g_dir_read_name (dir))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (is_model (path))
        g_ptr_array_add (paths, g_steal_pointer (&path));
    }
  g_ptr_array_sort (paths, compare_paths);
  return paths;
}

static void
print_all_installed (void)
{
  g_auto (GStrv) folders = vqd_model_search_path ();
  gboolean any = FALSE;

  g_print ("Installed models:\n");
  for (char **folder = folders; *folder != NULL; folder++)
    {
      g_autoptr (GPtrArray) paths = models_of (*folder);

      for (guint i = 0; i < paths->len; i++)
        print_installed (g_ptr_array_index (paths, i));
      any = any || paths->len > 0;
    }
  if (! any)
    g_print ("  none\n");

  g_print ("\nLooked for in:\n");
  for (char **folder = folders; *folder != NULL; folder++)
    {
      g_autofree char *shown = g_filename_display_name (*folder);
      g_autofree char *printable = vqd_cli_printable (shown, 0);

      g_print ("  %s\n", printable);
    }
}

/* ---- published --------------------------------------------------------- */

static void
print_all_published (void)
{
  g_print ("\n"
           "Published models. Nothing is downloaded: get the files from the\n"
           "page, put them into one of the folders above, and name them with\n"
           "--model, or make one smaller file of them with \"vqdiffusion "
           "convert\".\n");
  for (gsize i = 0; i < G_N_ELEMENTS (published); i++)
    {
      const Published *model = &published[i];

      g_print ("\n"
               "  %s\n"
               "    Draws     %s\n"
               "    Files     %s\n"
               "    Download  %s\n"
               "    Numbers   %s\n"
               "    Licence   %s\n"
               "    Page      %s\n",
               model->name, model->what, model->files, model->size,
               model->numbers, model->licence, model->page);
    }
  g_print ("\n"
           "On the authors' page, vqdiffusion_download_checkpoints.sh gets "
           "their files.\n");
}

int
vqd_cli_models (int argc, char **argv)
{
  const GOptionEntry entries[] = { G_OPTION_ENTRY_NULL };
  g_autoptr (GOptionContext) context = g_option_context_new (
      "- list the models that are installed, and those that are published");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (! g_option_context_parse (context, &argc, &argv, &error))
    return vqd_cli_fail (error);
  if (argc > 1)
    {
      g_set_error (&error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                   "The models are listed together: give no name. "
                   "\"vqdiffusion info\" tells of one.");
      return vqd_cli_fail (error);
    }

  print_all_installed ();
  print_all_published ();
  return VQD_CLI_OK;
}
