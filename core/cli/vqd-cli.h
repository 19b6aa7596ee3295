/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-cli.h - what the subcommands of `vqdiffusion` share */
#ifndef VQD_CLI_H
#define VQD_CLI_H

#include "core/vqd.h"

G_BEGIN_DECLS

/* Exit codes. A run ended by a signal exits with 128 + its number. */
enum
{
  VQD_CLI_OK = 0,
  VQD_CLI_FAILED = 1, /* the run failed */
  VQD_CLI_USAGE = 2   /* it was asked for wrongly */
};

/* One file each. argv[0] is the subcommand's own name; returns the exit code.
 */
int vqd_cli_convert (int argc, char **argv);
int vqd_cli_expand (int argc, char **argv);
int vqd_cli_fill (int argc, char **argv);
int vqd_cli_generate (int argc, char **argv);
int vqd_cli_info (int argc, char **argv);
int vqd_cli_models (int argc, char **argv);
int vqd_cli_tile (int argc, char **argv);
int vqd_cli_vary (int argc, char **argv);

/* Says the error on stderr; returns the exit code that it deserves. */
int vqd_cli_fail (const GError *error);

/* text for a terminal: no control characters, shortened to max_chars
 * characters when that is not 0. (transfer full) */
char *vqd_cli_printable (const char *text, int max_chars);

/* What an argument says in UTF-8, whether or not the locale is one of UTF-8.
 * (transfer full) */
char *vqd_cli_to_utf8 (const char *argument, GError **error);

G_END_DECLS

#endif /* VQD_CLI_H */
