/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-cli-options.h - the options of subcommands that make pictures
 *
 * What all of them have, and blocks that some have, are listed here once; a
 * subcommand adds its own. */
#ifndef VQD_CLI_OPTIONS_H
#define VQD_CLI_OPTIONS_H

#include "core/vqd.h"

G_BEGIN_DECLS

/* What the command line says. */
typedef struct
{
  char *picture; /* the file that is worked on */
  char *mask;    /* what of it is meant; NULL: not said */
  gboolean only_layer;
  char *prompt;
  char *negative_prompt;
  char *label;
  char *output;
  char *purity; /* the file of the purity map; NULL: none */
  char *model;
  char *strategy;
  char *device;
  gint64 memory_limit_mib;
  gboolean keep_settings;
  gboolean quiet;
  gboolean timings;
  VqdRequest request; /* borrows the strings above */
  VqdEngineOptions engine;
} VqdCliOptions;

/* The blocks. */
typedef enum
{
  VQD_CLI_NEEDS_PROMPT = 1 << 0,  /* or a label; else they may be left out */
  VQD_CLI_TAKES_SIZE = 1 << 1,    /* --width, --height */
  VQD_CLI_TAKES_PICTURE = 1 << 2, /* an argument, and --layer */
  VQD_CLI_TAKES_MASK = 1 << 3,    /* --mask */
  VQD_CLI_TAKES_BORDERS = 1 << 4, /* --feather, --blend */
  VQD_CLI_TAKES_HOLE = 1 << 5     /* --grow, --no-color-match */
} VqdCliBlocks;

/* One subcommand's. */
typedef struct
{
  const char *summary; /* for g_option_context_new () */
  const char *details; /* stands below the options; "" or paragraphs that end
                          in an empty line */
  VqdCliBlocks blocks;
  const GOptionEntry *entries; /* its own; they may point anywhere */
} VqdCliUsage;

void vqd_cli_options_init (VqdCliOptions *self);
void vqd_cli_options_clear (VqdCliOptions *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (VqdCliOptions, vqd_cli_options_clear)

/* Reads the command line, and checks what can be checked without the engine
 * and files. */
gboolean vqd_cli_options_parse (VqdCliOptions *self, const VqdCliUsage *usage,
                                int argc, char **argv, GError **error);

G_END_DECLS

#endif /* VQD_CLI_OPTIONS_H */
