/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/cli/vqd-cli.h"

#include <stdio.h>

#include "core/cli/vqd-cli-interrupt.h"
#include "core/cli/vqd-cli-progress.h"

#define BYTES_PER_MB 1e6

/* What the command line says. */
typedef struct
{
  gboolean as_json;
  gboolean verify;
} Options;

static void print_line (const char *label, const char *format, ...)
    G_GNUC_PRINTF (2, 3);

static void
print_line (const char *label, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  /* A model file is a stranger's: no word of it steers the terminal. */
  g_autofree char *shown = vqd_cli_printable (text, 0);
  g_print ("%-12s %s\n", label, shown);
}

static void
print_or_none (const char *label, const char *text)
{
  print_line (label, "%s", text[0] != '\0' ? text : "not stated");
}

static void
print_condition (const VqdModelInfo *info)
{
  if (g_str_equal (info->kind, "text"))
    print_line ("Kind", "text (a prompt of up to %d tokens)", info->context);
  else if (g_str_equal (info->kind, "class"))
    print_line ("Kind", "class (a label)");
  else
    print_line ("Kind", "%s (no prompt)", info->kind);
  print_line ("Guidance", "null condition: %s", info->null_condition);
}

static void
print_text (const VqdModelInfo *info, gboolean verified)
{
  print_line ("Name", "%s%s%s", info->name, info->version[0] != '\0' ? " " : "",
              info->version);
  print_or_none ("What", info->description);
  print_line ("File", "%s (%.1f MB)", info->path,
              info->file_bytes / BYTES_PER_MB);
  if (verified)
    print_line ("Checksum", "%s, verified", info->checksum);
  else
    print_or_none ("Checksum", info->checksum);
  print_or_none ("Licence", info->licence);
  print_or_none ("Credits", info->credits);
  print_condition (info);
  print_line ("Picture", "%d × %d pixels, %d × %d tokens", info->width_px,
              info->height_px, info->grid_width, info->grid_height);
  print_line ("Codec", "%s, %d pixels a token; the denoiser knows %d codes",
              info->codec_kind, info->width_px / info->grid_width,
              info->n_codes);
  print_line ("Network", "%d layers of width %d, %d heads, %d steps",
              info->n_layers, info->model_width, info->n_heads, info->n_steps);
  print_line ("Parameters", "%.1f million", info->n_parameters / 1e6);
  print_line ("Memory", "%.0f MB for a run, beside the file",
              info->working_bytes / BYTES_PER_MB);
  print_line ("Defaults",
              "strategy %s, steps %d, guidance %g, truncation %g, "
              "top-k %d, purity weight %g",
              info->strategy, info->steps, info->guidance, info->truncation,
              info->top_k, info->purity_weight);
}

static void
add_key (GString *json, const char *key)
{
  g_string_append_printf (json, "%s\n  \"%s\": ", json->len > 1 ? "," : "",
                          key);
}

static void
add_string (GString *json, const char *key, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  add_key (json, key);
  g_string_append_c (json, '"');
  for (const char *c = valid; *c != '\0'; c++)
    {
      if (*c == '"' || *c == '\\')
        g_string_append_printf (json, "\\%c", *c);
      else if ((guchar) *c < 0x20 || *c == 0x7f)
        g_string_append_printf (json, "\\u%04x", (guchar) *c);
      else
        g_string_append_c (json, *c);
    }
  g_string_append_c (json, '"');
}

static void
add_int (GString *json, const char *key, gint64 value)
{
  add_key (json, key);
  g_string_append_printf (json, "%" G_GINT64_FORMAT, value);
}

static void
add_double (GString *json, const char *key, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  add_key (json, key);
  g_string_append (json, g_ascii_dtostr (text, sizeof text, value));
}

static void
print_json (const VqdModelInfo *info)
{
  g_autoptr (GString) json = g_string_new ("{");

  add_string (json, "path", info->path);
  add_string (json, "name", info->name);
  add_string (json, "version", info->version);
  add_string (json, "description", info->description);
  add_string (json, "licence", info->licence);
  add_string (json, "credits", info->credits);
  add_string (json, "kind", info->kind);
  add_string (json, "null-condition", info->null_condition);
  add_string (json, "codec", info->codec_kind);
  add_string (json, "sha256", info->checksum);
  add_int (json, "width", info->width_px);
  add_int (json, "height", info->height_px);
  add_int (json, "grid-width", info->grid_width);
  add_int (json, "grid-height", info->grid_height);
  add_int (json, "codes", info->n_codes);
  add_int (json, "trained-steps", info->n_steps);
  add_int (json, "context", info->context);
  add_int (json, "layers", info->n_layers);
  add_int (json, "model-width", info->model_width);
  add_int (json, "heads", info->n_heads);
  add_int (json, "parameters", info->n_parameters);
  add_int (json, "file-bytes", info->file_bytes);
  add_int (json, "working-bytes", info->working_bytes);
  add_string (json, "strategy", info->strategy);
  add_int (json, "steps", info->steps);
  add_double (json, "guidance", info->guidance);
  add_double (json, "truncation", info->truncation);
  add_int (json, "top-k", info->top_k);
  add_double (json, "purity-weight", info->purity_weight);
  g_string_append (json, "\n}\n");

  /* JSON is UTF-8, whatever the locale. */
  fputs (json->str, stdout);
}

/* Leaves the model, if any, in argv[1]. */
static gboolean
parse (Options *self, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &self->as_json, "Print it as JSON",
      NULL },
    { "verify", 0, 0, G_OPTION_ARG_NONE, &self->verify,
      "Compare the file with its checksum, and fail when they differ", NULL },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GOptionContext) context =
      g_option_context_new ("[MODEL] - say what a model is");

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_description (
      context, "MODEL is a file, or the name of one in "
               "VQDIFFUSION_MODEL_PATH, the user's or\nthe system's data "
               "folders (vqdiffusion/models there); without it, the first\n"
               "model found there is meant.");
  if (! g_option_context_parse (context, argc, argv, error))
    return FALSE;

  if (*argc > 2)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                   "One model at a time.");
      return FALSE;
    }
  return TRUE;
}

static gboolean
verify (const char *model, GCancellable *cancellable, GError **error)
{
  VqdCliProgress progress;

  vqd_cli_progress_init (&progress, FALSE);
  const gboolean equal = vqd_model_verify (model, vqd_cli_progress_update_bytes,
                                           &progress, cancellable, error);
  vqd_cli_progress_clear (&progress);
  return equal;
}

static gboolean
run (const Options *options, const char *model, GCancellable *cancellable,
     GError **error)
{
  const VqdEngineOptions engine_options = { .model = model };

  if (options->verify && ! verify (model, cancellable, error))
    return FALSE;

  g_autoptr (VqdEngine) engine =
      vqd_engine_new (&engine_options, cancellable, error);
  if (engine == NULL)
    return FALSE;

  if (options->as_json)
    print_json (vqd_engine_get_info (engine));
  else
    print_text (vqd_engine_get_info (engine), options->verify);
  return TRUE;
}

int
vqd_cli_info (int argc, char **argv)
{
  Options options = { .as_json = FALSE };
  g_autoptr (GError) error = NULL;

  if (! parse (&options, &argc, &argv, &error))
    return vqd_cli_fail (error);

  g_autoptr (VqdCliInterrupt) interrupt = vqd_cli_interrupt_new ();
  if (run (&options, argc > 1 ? argv[1] : NULL,
           vqd_cli_interrupt_get_cancellable (interrupt), &error))
    return VQD_CLI_OK;

  /* Who pressed Ctrl-C knows why it ended. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return vqd_cli_interrupt_get_exit_code (interrupt);
  return vqd_cli_fail (error);
}
