/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/vqd.h"

/* The strings of a VqdModelInfo, by place. */
static const gsize strings[] = {
  G_STRUCT_OFFSET (VqdModelInfo, path),
  G_STRUCT_OFFSET (VqdModelInfo, name),
  G_STRUCT_OFFSET (VqdModelInfo, version),
  G_STRUCT_OFFSET (VqdModelInfo, description),
  G_STRUCT_OFFSET (VqdModelInfo, licence),
  G_STRUCT_OFFSET (VqdModelInfo, credits),
  G_STRUCT_OFFSET (VqdModelInfo, kind),
  G_STRUCT_OFFSET (VqdModelInfo, null_condition),
  G_STRUCT_OFFSET (VqdModelInfo, codec_kind),
  G_STRUCT_OFFSET (VqdModelInfo, checksum),
  G_STRUCT_OFFSET (VqdModelInfo, id),
  G_STRUCT_OFFSET (VqdModelInfo, strategy),
};

VqdModelInfo *
vqd_model_info_copy (const VqdModelInfo *info)
{
  VqdModelInfo *copy = g_memdup2 (info, sizeof *info);

  for (gsize i = 0; i < G_N_ELEMENTS (strings); i++)
    {
      char **string = G_STRUCT_MEMBER_P (copy, strings[i]);

      *string = g_strdup (*string);
    }
  return copy;
}

void
vqd_model_info_free (VqdModelInfo *info)
{
  if (info == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (strings); i++)
    g_free (G_STRUCT_MEMBER (char *, info, strings[i]));
  g_free (info);
}
