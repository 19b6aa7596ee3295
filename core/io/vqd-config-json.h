/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-config-json.h - the config of a model as the JSON of our own form
 * (SPEC 10c): what vqd_config_load () reads back */
#ifndef VQD_CONFIG_JSON_H
#define VQD_CONFIG_JSON_H

#include "core/io/vqd-config.h"

G_BEGIN_DECLS

/* (transfer full) */
char *vqd_config_to_json (const VqdConfig *config);

G_END_DECLS

#endif /* VQD_CONFIG_JSON_H */
