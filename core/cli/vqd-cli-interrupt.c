/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/cli/vqd-cli-interrupt.h"

#include <glib-unix.h>
#include <signal.h>
#include <unistd.h>

#define SIGNAL_EXIT_CODE 128 /* plus the signal's number, as in shells */

/* The run has the main thread to itself, so a thread with a main loop waits
 * for signals: what GLib calls back from is not a signal handler, and may
 * take the locks that cancelling takes. */
struct _VqdCliInterrupt
{
  GCancellable *cancellable;
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  int exit_code; /* atomic */
};

typedef struct
{
  VqdCliInterrupt *interrupt;
  int number;
} Handler;

static gboolean
take_signal (gpointer data)
{
  const Handler *handler = data;
  VqdCliInterrupt *self = handler->interrupt;
  const int exit_code = SIGNAL_EXIT_CODE + handler->number;

  if (! g_atomic_int_compare_and_exchange (&self->exit_code, 0, exit_code))
    _exit (exit_code);
  g_cancellable_cancel (self->cancellable);
  return G_SOURCE_CONTINUE;
}

static void
attach (VqdCliInterrupt *self, GSource *source, GSourceFunc function,
        gpointer data, GDestroyNotify free_data)
{
  g_source_set_callback (source, function, data, free_data);
  g_source_attach (source, self->context);
  g_source_unref (source);
}

/* nohup and shells ignore signals for those they start; that stays so. */
static gboolean
is_ignored (int number)
{
  struct sigaction action;

  return sigaction (number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static void
listen_to (VqdCliInterrupt *self, int number)
{
  if (is_ignored (number))
    return;

  Handler *handler = g_new (Handler, 1);
  handler->interrupt = self;
  handler->number = number;
  attach (self, g_unix_signal_source_new (number), take_signal, handler,
          g_free);
}

static gpointer
run_loop (gpointer data)
{
  VqdCliInterrupt *self = data;

  g_main_loop_run (self->loop);
  return NULL;
}

VqdCliInterrupt *
vqd_cli_interrupt_new (void)
{
  VqdCliInterrupt *self = g_new0 (VqdCliInterrupt, 1);

  self->cancellable = g_cancellable_new ();
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  listen_to (self, SIGINT);
  listen_to (self, SIGTERM);
  listen_to (self, SIGHUP);
  self->thread = g_thread_new ("interrupt", run_loop, self);
  return self;
}

static gboolean
quit_loop (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

void
vqd_cli_interrupt_free (VqdCliInterrupt *self)
{
  /* From within the loop: quitting one that does not run yet does nothing. */
  attach (self, g_idle_source_new (), quit_loop, self->loop, NULL);
  g_thread_join (self->thread);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_object_unref (self->cancellable);
  g_free (self);
}

GCancellable *
vqd_cli_interrupt_get_cancellable (VqdCliInterrupt *self)
{
  return self->cancellable;
}

int
vqd_cli_interrupt_get_exit_code (VqdCliInterrupt *self)
{
  return g_atomic_int_get (&self->exit_code);
}
