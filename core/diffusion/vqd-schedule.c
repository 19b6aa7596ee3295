/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "core/diffusion/vqd-schedule.h"

#define ALPHA_BAR_FIRST 0.99999
#define ALPHA_BAR_LAST 0.000009
#define GAMMA_BAR_FIRST 0.000009
#define GAMMA_BAR_LAST 0.99999

struct _VqdSchedule
{
  int n_steps;
  int n_codes;
};


VqdSchedule *
vqd_schedule_new (int n_steps, int n_codes)
{
  g_assert (n_steps >= 2 && n_codes >= 1);

  VqdSchedule *self = g_new0 (VqdSchedule, 1);
  self->n_steps = n_steps;
  self->n_codes = n_codes;
  return self;
}

void
vqd_schedule_free (VqdSchedule *self)
{
  g_free (self);
}

static double
ramp (const VqdSchedule *self, int t, double first, double last)
{
  return (double) t / (self->n_steps - 1) * (last - first) + first;
}

double
vqd_schedule_alpha_bar (const VqdSchedule *self, int t)
{
  return t < 0 ? 1.0 : ramp (self, t, ALPHA_BAR_FIRST, ALPHA_BAR_LAST);
}

double
vqd_schedule_gamma_bar (const VqdSchedule *self, int t)
{
  return t < 0 ? 0.0 : ramp (self, t, GAMMA_BAR_FIRST, GAMMA_BAR_LAST);
}

double
vqd_schedule_beta_bar (const VqdSchedule *self, int t)
{
  if (t < 0)
    return 0.0;
  return (1.0 - vqd_schedule_alpha_bar (self, t) -
          vqd_schedule_gamma_bar (self, t)) /
         self->n_codes;
}

double
vqd_schedule_alpha (const VqdSchedule *self, int t)
{
  return vqd_schedule_alpha_bar (self, t) /
         vqd_schedule_alpha_bar (self, t - 1);
}

double
vqd_schedule_gamma (const VqdSchedule *self, int t)
{
  return 1.0 - (1.0 - vqd_schedule_gamma_bar (self, t)) /
                   (1.0 - vqd_schedule_gamma_bar (self, t - 1));
}

double
vqd_schedule_beta (const VqdSchedule *self, int t)
{
  return (1.0 - vqd_schedule_alpha (self, t) - vqd_schedule_gamma (self, t)) /
         self->n_codes;
}

void
vqd_schedule_posterior_step (const VqdSchedule *self, int t,
                             VqdPosteriorStep *step)
{
  g_assert (t >= 0 && t < self->n_steps);

  const double gamma_bar_prev = vqd_schedule_gamma_bar (self, t - 1);

  *step = (VqdPosteriorStep){
    .log_alpha = (float) log (vqd_schedule_alpha (self, t)),
    .log_beta = (float) log (vqd_schedule_beta (self, t)),
    .log_gamma = (float) log (vqd_schedule_gamma (self, t)),
    .log_alpha_bar = (float) log (vqd_schedule_alpha_bar (self, t)),
    .log_beta_bar = (float) log (vqd_schedule_beta_bar (self, t)),
    .log_gamma_bar = (float) log (vqd_schedule_gamma_bar (self, t)),
    .log_alpha_bar_prev = (float) log (vqd_schedule_alpha_bar (self, t - 1)),
    .log_beta_bar_prev = (float) log (vqd_schedule_beta_bar (self, t - 1)),
    .log_gamma_bar_prev = (float) log (gamma_bar_prev),
    .log_one_minus_gamma_bar_prev = (float) log1p (-gamma_bar_prev),
  };
}

int
vqd_schedule_nearest_t (const VqdSchedule *self, double share)
{
  int best = 0;

  for (int t = 1; t < self->n_steps; t++)
    if (fabs (share - vqd_schedule_gamma_bar (self, t)) <
        fabs (share - vqd_schedule_gamma_bar (self, best)))
      best = t;
  return best;
}
