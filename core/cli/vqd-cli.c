/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/cli/vqd-cli.h"

#include <locale.h>
#include <stdio.h>

typedef struct
{
  const char *name;
  const char *summary;
  int (*run) (int argc, char **argv);
} Command;

static const Command commands[] = {
  { "generate", "make pictures from a prompt", vqd_cli_generate },
  { "fill", "draw a part of a picture anew", vqd_cli_fill },
  { "expand", "draw on beyond a picture's edges", vqd_cli_expand },
  { "vary", "draw a picture again, near to what it is", vqd_cli_vary },
  { "tile", "make a picture whose opposite edges fit", vqd_cli_tile },
  { "info", "say what a model is", vqd_cli_info },
  { "convert", "make one file of a model, also a smaller one",
    vqd_cli_convert },
  { "models", "list models, also those that can be had", vqd_cli_models },
};

static void
print_help (void)
{
  g_print ("Usage:\n"
           "  vqdiffusion COMMAND [OPTION…]\n"
           "\n"
           "Makes pictures from text on this machine's own processor.\n"
           "\n"
           "Commands:\n");
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    g_print ("  %-12s %s\n", commands[i].name, commands[i].summary);
  g_print ("\n"
           "  --help       show this, or with a command its options\n"
           "  --version    show the version\n"
           "\n"
           "Example:\n"
           "  vqdiffusion generate -p \"autumn leaves\" -o leaves.png\n");
}

static const Command *
find_command (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (name, commands[i].name))
      return &commands[i];
  return NULL;
}

static int
complain (const char *name)
{
  g_autofree char *shown = name != NULL ? vqd_cli_printable (name, 40) : NULL;

  if (shown != NULL)
    g_printerr ("vqdiffusion: There is no command \"%s\".\n", shown);
  else
    g_printerr ("vqdiffusion: What is to be done? Give a command.\n");
  g_printerr ("\"vqdiffusion --help\" lists the commands.\n");
  return VQD_CLI_USAGE;
}

/* A full disk shows when the last of the output is pushed out. */
static int
finish (int exit_code)
{
  if (fflush (stdout) == 0 && ! ferror (stdout))
    return exit_code;

  g_printerr ("vqdiffusion: The output could not be written.\n");
  return exit_code != VQD_CLI_OK ? exit_code : VQD_CLI_FAILED;
}

int
main (int argc, char **argv)
{
  const char *name = argc > 1 ? argv[1] : NULL;

  /* Characters are the user's; messages and numbers are English ones, so that
   * scripts can read them. */
  setlocale (LC_CTYPE, "");

  const Command *command = name != NULL ? find_command (name) : NULL;
  if (command != NULL)
    {
      g_autofree char *program = g_strdup_printf ("vqdiffusion %s", name);
      g_set_prgname (program);
      return finish (command->run (argc - 1, argv + 1));
    }

  if (g_strcmp0 (name, "--help") == 0 || g_strcmp0 (name, "-h") == 0)
    print_help ();
  else if (g_strcmp0 (name, "--version") == 0)
    g_print ("vqdiffusion " VQD_VERSION "\n");
  else
    return complain (name);
  return finish (VQD_CLI_OK);
}
