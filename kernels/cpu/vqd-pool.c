/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* sched_getaffinity */
#include "kernels/cpu/vqd-pool.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

/* How often a thread looks again before it sleeps: some ten microseconds, the
 * time between two ops. Longer takes the CPU from others for nothing. */
#define SPIN_ROUNDS 1000

typedef struct
{
  VqdPool *pool;
  void *scratch;
  pthread_t thread;
} Worker;

struct VqdPool
{
  /* The job: written when no item is left, read by who has claimed one. */
  VqdPoolFunc fn;
  const void *data;
  int n_items;

  /* Job number in the upper half, items nobody has claimed in the lower. One
   * word, so that a thread late for a job cannot claim an item of it. */
  _Atomic uint64_t unclaimed;
  atomic_int n_done;
  atomic_int n_asleep;
  atomic_bool caller_asleep;
  atomic_bool quit;

  pthread_mutex_t mutex;
  pthread_cond_t work;
  pthread_cond_t done;

  int spin_rounds;
  int n_threads;
  Worker *workers; /* [n_threads]; the first is the caller */
};

static void
relax (void)
{
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause ();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static uint32_t
n_unclaimed (VqdPool *self)
{
  return (uint32_t) atomic_load (&self->unclaimed);
}

/* The number of an item that is now the caller's to do, or -1. */
static int
claim (VqdPool *self)
{
  uint64_t word = atomic_load (&self->unclaimed);

  while ((uint32_t) word > 0)
    if (atomic_compare_exchange_weak (&self->unclaimed, &word, word - 1))
      return self->n_items - (int) (uint32_t) word;
  return -1;
}

static void
work (VqdPool *self, void *scratch)
{
  int item;

  while ((item = claim (self)) >= 0)
    {
      const int n_items = self->n_items;

      self->fn (self->data, item, scratch);
      if (atomic_fetch_add (&self->n_done, 1) + 1 == n_items &&
          atomic_load (&self->caller_asleep))
        {
          pthread_mutex_lock (&self->mutex);
          pthread_cond_signal (&self->done);
          pthread_mutex_unlock (&self->mutex);
        }
    }
}

static void
wait_for_work (VqdPool *self)
{
  for (int i = 0; i < self->spin_rounds; i++)
    {
      if (n_unclaimed (self) > 0 || atomic_load (&self->quit))
        return;
      relax ();
    }

  pthread_mutex_lock (&self->mutex);
  atomic_fetch_add (&self->n_asleep, 1);
  while (n_unclaimed (self) == 0 && ! atomic_load (&self->quit))
    pthread_cond_wait (&self->work, &self->mutex);
  atomic_fetch_sub (&self->n_asleep, 1);
  pthread_mutex_unlock (&self->mutex);
}

static void *
worker_main (void *data)
{
  Worker *self = data;

  while (! atomic_load (&self->pool->quit))
    {
      work (self->pool, self->scratch);
      wait_for_work (self->pool);
    }
  return NULL;
}

static void
wake_workers (VqdPool *self)
{
  if (atomic_load (&self->n_asleep) == 0)
    return;
  pthread_mutex_lock (&self->mutex);
  pthread_cond_broadcast (&self->work);
  pthread_mutex_unlock (&self->mutex);
}

static void
wait_until_done (VqdPool *self, int n_items)
{
  for (int i = 0; i < self->spin_rounds; i++)
    {
      if (atomic_load (&self->n_done) == n_items)
        return;
      relax ();
    }

  pthread_mutex_lock (&self->mutex);
  atomic_store (&self->caller_asleep, true);
  while (atomic_load (&self->n_done) != n_items)
    pthread_cond_wait (&self->done, &self->mutex);
  atomic_store (&self->caller_asleep, false);
  pthread_mutex_unlock (&self->mutex);
}

void
vqd_pool_run (VqdPool *self, int n_items, VqdPoolFunc fn, const void *data)
{
  if (self->n_threads == 1 || n_items == 1)
    {
      for (int i = 0; i < n_items; i++)
        fn (data, i, self->workers[0].scratch);
      return;
    }
  if (n_items <= 0)
    return;

  const uint64_t job = (atomic_load (&self->unclaimed) >> 32) + 1;

  self->fn = fn;
  self->data = data;
  self->n_items = n_items;
  atomic_store (&self->n_done, 0);
  atomic_store (&self->unclaimed, job << 32 | (uint32_t) n_items);
  wake_workers (self);
  work (self, self->workers[0].scratch);
  wait_until_done (self, n_items);
}

static int
n_usable_cpus (void)
{
#ifdef __linux__
  cpu_set_t set;

  if (sched_getaffinity (0, sizeof (set), &set) == 0)
    return CPU_COUNT (&set);
#endif
  const long n = sysconf (_SC_NPROCESSORS_ONLN);

  return n > 0 ? (int) n : 1;
}

/* Starts threads until one fails; signals stay with the host's own threads. */
static void
start_threads (VqdPool *self, int n_threads)
{
  sigset_t all;
  sigset_t before;

  sigfillset (&all);
  pthread_sigmask (SIG_BLOCK, &all, &before);
  for (int i = 1; i < n_threads; i++)
    {
      Worker *worker = &self->workers[i];

      if (pthread_create (&worker->thread, NULL, worker_main, worker) != 0)
        break;
      self->n_threads++;
    }
  pthread_sigmask (SIG_SETMASK, &before, NULL);
}

VqdPool *
vqd_pool_new (int n_threads, size_t scratch_bytes, const char **why)
{
  const int n_cpus = n_usable_cpus ();

  if (n_threads <= 0)
    n_threads = n_cpus;
  if (n_threads > VQD_POOL_MAX_THREADS)
    n_threads = VQD_POOL_MAX_THREADS;

  VqdPool *self = calloc (1, sizeof (VqdPool));
  Worker *workers = calloc ((size_t) n_threads, sizeof (Worker));
  bool complete = self != NULL && workers != NULL;

  scratch_bytes = (scratch_bytes + 63) / 64 * 64;
  for (int i = 0; complete && i < n_threads; i++)
    {
      workers[i].pool = self;
      workers[i].scratch = aligned_alloc (64, scratch_bytes);
      complete = workers[i].scratch != NULL;
    }
  if (! complete)
    {
      for (int i = 0; workers != NULL && i < n_threads; i++)
        free (workers[i].scratch);
      free (workers);
      free (self);
      *why = "there is not enough memory for the threads";
      return NULL;
    }

  self->workers = workers;
  self->spin_rounds = n_threads <= n_cpus ? SPIN_ROUNDS : 0;
  pthread_mutex_init (&self->mutex, NULL);
  pthread_cond_init (&self->work, NULL);
  pthread_cond_init (&self->done, NULL);
  self->n_threads = 1;
  start_threads (self, n_threads);

  /* Those that did not start. */
  for (int i = self->n_threads; i < n_threads; i++)
    free (workers[i].scratch);
  return self;
}

void
vqd_pool_free (VqdPool *self)
{
  if (self == NULL)
    return;

  pthread_mutex_lock (&self->mutex);
  atomic_store (&self->quit, true);
  pthread_cond_broadcast (&self->work);
  pthread_mutex_unlock (&self->mutex);
  for (int i = 1; i < self->n_threads; i++)
    pthread_join (self->workers[i].thread, NULL);
  for (int i = 0; i < self->n_threads; i++)
    free (self->workers[i].scratch);
  pthread_cond_destroy (&self->done);
  pthread_cond_destroy (&self->work);
  pthread_mutex_destroy (&self->mutex);
  free (self->workers);
  free (self);
}

int
vqd_pool_n_threads (const VqdPool *self)
{
  return self->n_threads;
}
