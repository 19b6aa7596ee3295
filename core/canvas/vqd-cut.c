/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "core/base/vqd-i18n.h"
#include "core/canvas/vqd-cut.h"
#include "core/vqd.h"

#define N_LEVELS 256

/* Pixels between two looks at the cancellable. */
#define PIXELS_A_LOOK 65536

typedef enum
{
  SIDE_NONE, /* of the band, not decided */
  SIDE_OLD,
  SIDE_NEW
} Side;

/* A pixel that waits for a side. */
typedef struct
{
  gsize pixel;
  Side side;
} Claim;

/* The claims of a level of difference, first come, first served. */
typedef struct
{
  GArray *claims;
  guint n_served;
} Level;

typedef struct
{
  int width;
  int height;
  guint8 *side;  /* [height, width]: Side */
  guint8 *level; /* [height, width]: of difference, 0 ... N_LEVELS - 1 */
  Level levels[N_LEVELS];
} Flood;


/* Of the mean difference of a pixel and those around it: single pixels would
 * make the border jagged. The root spreads small differences. */
static guint8
level_of (const Flood *flood, const float *difference, int x, int y)
{
  float sum = 0;
  int n = 0;

  for (int j = MAX (0, y - 1); j <= MIN (flood->height - 1, y + 1); j++)
    for (int i = MAX (0, x - 1); i <= MIN (flood->width - 1, x + 1); i++)
      {
        sum += difference[(gsize) j * (gsize) flood->width + (gsize) i];
        n++;
      }

  const float level = sqrtf (CLAMP (sum / (float) n, 0.0f, 1.0f));
  return (guint8) lrintf (level * (N_LEVELS - 1));
}

/* The neighbours of a pixel that has a side are claimed for it; none before the
 * present level. */
static void
claim_neighbours (Flood *flood, gsize pixel, int present)
{
  const gsize width = (gsize) flood->width;
  const int x = (int) (pixel % width);
  const int y = (int) (pixel / width);
  const gsize neighbours[] = { x > 0 ? pixel - 1 : pixel,
                               x < flood->width - 1 ? pixel + 1 : pixel,
                               y > 0 ? pixel - width : pixel,
                               y < flood->height - 1 ? pixel + width : pixel };

  for (gsize i = 0; i < G_N_ELEMENTS (neighbours); i++)
    {
      const gsize next = neighbours[i];
      const Claim claim = { next, flood->side[pixel] };

      if (flood->side[next] != SIDE_NONE)
        continue;

      const int level = MIN (flood->level[next], present);
      g_array_append_val (flood->levels[level].claims, claim);
    }
}

static gboolean
flood_level (Flood *flood, int level, GCancellable *cancellable, GError **error)
{
  Level *self = &flood->levels[level];

  for (; self->n_served < self->claims->len; self->n_served++)
    {
      const Claim claim = g_array_index (self->claims, Claim, self->n_served);

      if (self->n_served % PIXELS_A_LOOK == 0 &&
          g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (flood->side[claim.pixel] != SIDE_NONE)
        continue;
      flood->side[claim.pixel] = (guint8) claim.side;
      claim_neighbours (flood, claim.pixel, level);
    }
  return TRUE;
}

static gboolean
flood_band (Flood *flood, GCancellable *cancellable, GError **error)
{
  const gsize n = (gsize) flood->width * (gsize) flood->height;
  gboolean ok = TRUE;

  for (int i = 0; i < N_LEVELS; i++)
    flood->levels[i].claims = g_array_new (FALSE, FALSE, sizeof (Claim));
  for (gsize i = 0; i < n; i++)
    if (flood->side[i] != SIDE_NONE)
      claim_neighbours (flood, i, N_LEVELS - 1);
  for (int i = N_LEVELS - 1; i >= 0 && ok; i--)
    ok = flood_level (flood, i, cancellable, error);
  for (int i = 0; i < N_LEVELS; i++)
    g_array_unref (flood->levels[i].claims);
  return ok;
}

gboolean
vqd_cut (float *zone, const float *difference, int width, int height,
         GCancellable *cancellable, GError **error)
{
  const gsize n = (gsize) width * (gsize) height;
  g_autofree guint8 *side = g_try_new0 (guint8, n);
  g_autofree guint8 *levels = g_try_new0 (guint8, n);
  Flood flood = { width, height, side, levels, { { NULL, 0 } } };

  if (side == NULL || levels == NULL)
    {
      g_set_error (error, VQD_ERROR, VQD_ERROR_MEMORY,
                   _ ("There is not enough memory to work on %d x %d pixels."),
                   width, height);
      return FALSE;
    }

  for (gsize i = 0; i < n; i++)
    if (zone[i] >= 1)
      side[i] = SIDE_NEW;
    else if (zone[i] > 0)
      levels[i] = level_of (&flood, difference, (int) (i % (gsize) width),
                            (int) (i / (gsize) width));
    else
      side[i] = SIDE_OLD;
  if (! flood_band (&flood, cancellable, error))
    return FALSE;

  /* A band that touches neither side is the old picture's. */
  for (gsize i = 0; i < n; i++)
    zone[i] = side[i] == SIDE_NEW ? 1.0f : 0.0f;
  return TRUE;
}
