/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/canvas/vqd-extend.h"

#include "core/base/vqd-i18n.h"
#include "core/canvas/vqd-halve.h"
#include "core/vqd.h"

#define MAX_LEVELS 32     /* of a side of an int */
#define SWEEPS 4          /* at the finest level */
#define MAX_SWEEPS 256    /* at the coarse ones, which are small */
#define ROWS_PER_CHECK 64 /* between two looks at the cancellable, even */
#define NOTHING_KNOWN 0.5f

typedef struct
{
  float *pixels; /* [height, width, n_channels] */
  guint8 *flags; /* [height, width]: 1 is known, and once all levels are
                    there 1 is not known */
  int width;
  int height;
} Level;

typedef struct
{
  Level levels[MAX_LEVELS]; /* the finest first; its pixels are the caller's */
  int n_levels;
  int n_channels;
} Pyramid;


static void
pyramid_clear (Pyramid *self)
{
  for (int i = 0; i < self->n_levels; i++)
    {
      if (i > 0)
        g_free (self->levels[i].pixels);
      g_free (self->levels[i].flags);
    }
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pyramid, pyramid_clear)

static gboolean
all_known (const Level *level)
{
  return memchr (level->flags, 0,
                 (gsize) level->width * (gsize) level->height) == NULL;
}

/* A level more. pixels NULL: of its own. */
static Level *
pyramid_add (Pyramid *self, float *pixels, int width, int height,
             GError **error)
{
  const gsize n = (gsize) width * (gsize) height;
  Level *level = &self->levels[self->n_levels++];

  level->width = width;
  level->height = height;
  level->flags = g_try_new (guint8, n);
  level->pixels =
      pixels != NULL ? pixels : g_try_new (float, n *(gsize) self->n_channels);
  if (level->flags != NULL && level->pixels != NULL)
    return level;

  g_set_error (error, VQD_ERROR, VQD_ERROR_MEMORY,
               _ ("There is not enough memory to work on %d x %d pixels."),
               width, height);
  return NULL;
}

/* In bands of rows, so that a large picture can be cancelled. */
static gboolean
pull (const Level *fine, const Level *coarse, int n_channels,
      GCancellable *cancellable, GError **error)
{
  for (int y = 0; y < fine->height; y += ROWS_PER_CHECK)
    {
      const gsize from = (gsize) y * (gsize) fine->width;
      const gsize to = (gsize) (y / 2) * (gsize) coarse->width;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      vqd_halve (fine->pixels + from * (gsize) n_channels, fine->flags + from,
                 fine->width, MIN (ROWS_PER_CHECK, fine->height - y),
                 n_channels, coarse->pixels + to * (gsize) n_channels,
                 coarse->flags + to);
    }
  return TRUE;
}

/* Halves until all is known, or a single pixel is left. */
static gboolean
pyramid_build (Pyramid *self, GCancellable *cancellable, GError **error)
{
  const Level *top = &self->levels[0];

  while (! all_known (top) && (top->width > 1 || top->height > 1))
    {
      const Level *next = pyramid_add (self, NULL, VQD_HALF (top->width),
                                       VQD_HALF (top->height), error);

      if (next == NULL ||
          ! pull (top, next, self->n_channels, cancellable, error))
        return FALSE;
      top = next;
    }
  return TRUE;
}

/* Each second pixel of a row becomes the mean of its four neighbours. A
 * neighbour outside of the picture is the pixel itself: no flow over the edge.
 * Equal neighbours have exactly themselves as mean. */
static inline void
relax_row (const Level *level, int y, int first, int n_channels)
{
  const gsize n = (gsize) n_channels;
  const gsize row = (gsize) level->width * n;
  const guint8 *unknown = level->flags + (gsize) y * (gsize) level->width;
  float *here = level->pixels + (gsize) y * row;
  const float *above = y > 0 ? here - row : here;
  const float *below = y < level->height - 1 ? here + row : here;

  for (int x = first; x < level->width; x += 2)
    {
      const gsize i = (gsize) x * n;
      const gsize left = x > 0 ? i - n : i;
      const gsize right = x < level->width - 1 ? i + n : i;

      if (! unknown[x])
        continue;
      for (gsize c = 0; c < n; c++)
        here[i + c] = 0.25f * ((here[left + c] + here[right + c]) +
                               (above[i + c] + below[i + c]));
    }
}

/* Gauss and Seidel's, red and black: the pixels of one colour of a checkerboard
 * see those of the other only. */
static gboolean
relax (const Level *level, int n_sweeps, int n_channels,
       GCancellable *cancellable, GError **error)
{
  for (int half_sweep = 0; half_sweep < 2 * n_sweeps; half_sweep++)
    for (int y = 0; y < level->height; y++)
      {
        const int first = (y + half_sweep) % 2;

        if (y % ROWS_PER_CHECK == 0 &&
            g_cancellable_set_error_if_cancelled (cancellable, error))
          return FALSE;
        if (n_channels == 3)
          relax_row (level, y, first, 3);
        else
          relax_row (level, y, first, n_channels);
      }
  return TRUE;
}

static gboolean
push (const Level *coarse, const Level *fine, int n_sweeps, int n_channels,
      GCancellable *cancellable, GError **error)
{
  const gsize n = (gsize) fine->width * (gsize) fine->height;

  for (gsize i = 0; i < n; i++)
    fine->flags[i] = ! fine->flags[i];
  vqd_double (coarse->pixels, coarse->width, coarse->height, fine->pixels,
              fine->width, fine->height, n_channels, fine->flags);
  return relax (fine, n_sweeps, n_channels, cancellable, error);
}

gboolean
vqd_extend (float *pixels, const guint8 *known, int width, int height,
            int n_channels, GCancellable *cancellable, GError **error)
{
  const gsize n = (gsize) width * (gsize) height;
  g_auto (Pyramid) pyramid = { .n_channels = n_channels };
  const Level *finest = pyramid_add (&pyramid, pixels, width, height, error);

  if (finest == NULL)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    finest->flags[i] = known[i] != 0;
  if (! pyramid_build (&pyramid, cancellable, error))
    return FALSE;

  const int top = pyramid.n_levels - 1;
  if (! all_known (&pyramid.levels[top]))
    {
      for (gsize i = 0; i < n * (gsize) n_channels; i++)
        pixels[i] = NOTHING_KNOWN;
      return TRUE;
    }
  for (int i = top - 1; i >= 0; i--)
    if (! push (&pyramid.levels[i + 1], &pyramid.levels[i],
                (int) MIN ((gint64) SWEEPS << i, MAX_SWEEPS), n_channels,
                cancellable, error))
      return FALSE;
  return TRUE;
}
