/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vqd-schedule.h - how fast tokens turn into [MASK]: alpha, beta, gamma
 *
 * Math: SPEC 2, "alpha1"; VQ-Diffusion, section 4.1 (mask-and-replace).
 * Cumulated values run linearly: alpha_bar 0.99999 -> 0.000009, gamma_bar
 * 0.000009 -> 0.99999; K beta_bar is what is left. All in double. */
#ifndef VQD_SCHEDULE_H
#define VQD_SCHEDULE_H

#include "core/vqd.h"
#include "kernels/vqd-backend.h"

G_BEGIN_DECLS

typedef struct _VqdSchedule VqdSchedule;

/* n_steps: T >= 2; n_codes: K >= 1. */
VqdSchedule *vqd_schedule_new (int n_steps, int n_codes);
void vqd_schedule_free (VqdSchedule *schedule);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VqdSchedule, vqd_schedule_free)

/* Of step t: 0 ... T - 1; the cumulated ones also -1 (1, 0, 0). */
double vqd_schedule_alpha (const VqdSchedule *schedule, int t);
double vqd_schedule_beta (const VqdSchedule *schedule, int t);
double vqd_schedule_gamma (const VqdSchedule *schedule, int t);
double vqd_schedule_alpha_bar (const VqdSchedule *schedule, int t);
double vqd_schedule_beta_bar (const VqdSchedule *schedule, int t);
double vqd_schedule_gamma_bar (const VqdSchedule *schedule, int t);

/* Logs of what the posterior needs at t; log 0 is -infinity. */
void vqd_schedule_posterior_step (const VqdSchedule *schedule, int t,
                                  VqdPosteriorStep *step);

/* The t whose share of [MASK] is nearest: argmin_t |share - gamma_bar_t|, the
 * smaller t on a tie (Improved VQ-Diffusion, Algorithm 1). */
int vqd_schedule_nearest_t (const VqdSchedule *schedule, double share);

G_END_DECLS

#endif /* VQD_SCHEDULE_H */
