/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/vqd.h"

G_DEFINE_QUARK (vqd - error - quark, vqd_error)
