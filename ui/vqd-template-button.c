/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/vqd-template-button.h"

#include <glib/gi18n.h>

#include "ui/vqd-prompt-templates.h"
#include "ui/vqd-rows.h"

#define BORDER_PX 12
#define SPACING_PX 6
#define LIST_HEIGHT_PX 200
#define LIST_WIDTH_CHARS 42
#define TEMPLATE_KEY "vqd-template"

struct _VqdTemplateButton
{
  GtkMenuButton parent_instance;

  GtkWidget *label;
  GtkWidget *popover;
  GtkWidget *list;
  GtkWidget *name_entry;
  GtkWidget *text_entry;
  GtkWidget *add;
  GtkWidget *remove;
  GPtrArray *templates; /* that the rows are of */
  char *name;           /* of the chosen one; "": none */
  char *text;           /* of the chosen one; NULL: none */
};

G_DEFINE_TYPE (VqdTemplateButton, vqd_template_button, GTK_TYPE_MENU_BUTTON)

enum
{
  FAILED,
  N_SIGNALS
};

enum
{
  PROP_0,
  PROP_NAME,
  N_PROPERTIES
};

static guint signals[N_SIGNALS];
static GParamSpec *properties[N_PROPERTIES];

static const VqdTemplate *
template_of (GtkListBoxRow *row)
{
  return g_object_get_data (G_OBJECT (row), TEMPLATE_KEY);
}

static const VqdTemplate *
find (const VqdTemplateButton *self, const char *name)
{
  for (guint i = 0; i < self->templates->len; i++)
    {
      const VqdTemplate *template = g_ptr_array_index (self->templates, i);

      if (g_str_equal (template->name, name))
        return template;
    }
  return NULL;
}

static void
read_templates (VqdTemplateButton *self)
{
  g_clear_pointer (&self->templates, g_ptr_array_unref);
  self->templates = vqd_prompt_templates_read ();
}

/* A name in a label whose underscores are mnemonics. */
static void
show_chosen (VqdTemplateButton *self)
{
  const VqdTemplate *chosen = find (self, self->name);
  const char *name = chosen != NULL ? chosen->label : _ ("none");
  g_auto (GStrv) parts = g_strsplit (name, "_", -1);
  g_autofree char *escaped = g_strjoinv ("__", parts);
  g_autofree char *text =
      /* Translators: the template that is chosen, or "none" */
      g_strdup_printf (_ ("Te_mplate: %s"), escaped);

  gtk_label_set_text_with_mnemonic (GTK_LABEL (self->label), text);
  g_free (self->text);
  self->text = chosen != NULL ? g_strdup (chosen->text) : NULL;
}

/* A name that is none any more, of a template that was removed, is "". */
static void
set_name (VqdTemplateButton *self, const char *name)
{
  const VqdTemplate *chosen = name != NULL ? find (self, name) : NULL;

  g_free (self->name);
  self->name = g_strdup (chosen != NULL ? chosen->name : "");
  show_chosen (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NAME]);
}

/* ---- the list ---- */

static GtkWidget *
new_line (const char *text, double scale)
{
  GtkWidget *label = gtk_label_new (text);
  PangoAttrList *attributes = pango_attr_list_new ();

  pango_attr_list_insert (attributes, pango_attr_scale_new (scale));
  gtk_label_set_attributes (GTK_LABEL (label), attributes);
  pango_attr_list_unref (attributes);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), LIST_WIDTH_CHARS);

  return label;
}

static GtkWidget *
new_row (const VqdTemplate *template)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  const char *name = template != NULL ? template->label : _ ("None");
  const char *text =
      template != NULL ? template->text : _ ("The prompt as it is");
  g_autofree char *both = g_strdup_printf ("%s: %s", name, text);

  gtk_box_pack_start (GTK_BOX (box), new_line (name, 1.0), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), new_line (text, PANGO_SCALE_SMALL), FALSE,
                      FALSE, 0);
  gtk_container_set_border_width (GTK_CONTAINER (box), SPACING_PX / 2);
  gtk_container_add (GTK_CONTAINER (row), box);
  gtk_widget_set_tooltip_text (row, text);
  atk_object_set_name (gtk_widget_get_accessible (row), both);
  g_object_set_data (G_OBJECT (row), TEMPLATE_KEY, (gpointer) template);
  gtk_widget_show_all (row);

  return row;
}

static void
row_selected (VqdTemplateButton *self, GtkListBoxRow *row)
{
  const VqdTemplate *template = row != NULL ? template_of (row) : NULL;

  gtk_widget_set_sensitive (self->remove, template != NULL && template->is_own);
  set_name (self, template != NULL ? template->name : "");
}

static void
insert_row (VqdTemplateButton *self, const VqdTemplate *template)
{
  GtkWidget *row = new_row (template);

  gtk_list_box_insert (GTK_LIST_BOX (self->list), row, -1);
  if (template == NULL || g_str_equal (template->name, self->name))
    gtk_list_box_select_row (GTK_LIST_BOX (self->list), GTK_LIST_BOX_ROW (row));
}

/* Reads the file anew; the chosen one's row is selected. */
static void
fill_list (VqdTemplateButton *self)
{
  GtkListBoxRow *row;

  g_signal_handlers_block_by_func (self->list, row_selected, self);
  while ((row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), 0)) !=
         NULL)
    gtk_widget_destroy (GTK_WIDGET (row));
  read_templates (self);
  insert_row (self, NULL);
  for (guint i = 0; i < self->templates->len; i++)
    insert_row (self, g_ptr_array_index (self->templates, i));
  g_signal_handlers_unblock_by_func (self->list, row_selected, self);

  row_selected (self,
                gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list)));
}

static void
close_popover (VqdTemplateButton *self)
{
  gtk_popover_popdown (GTK_POPOVER (self->popover));
}

/* ---- the user's own ---- */

static void
report (VqdTemplateButton *self, const GError *error)
{
  if (error != NULL)
    g_signal_emit (self, signals[FAILED], 0, error);
}

static void
remove_own (VqdTemplateButton *self)
{
  g_autofree char *name = g_strdup (self->name);
  g_autoptr (GError) error = NULL;

  vqd_prompt_templates_remove (name, &error);
  report (self, error);
  fill_list (self);
  gtk_widget_grab_focus (self->list);
}

static gboolean
can_add (const VqdTemplateButton *self)
{
  return vqd_prompt_templates_is_valid (
      gtk_entry_get_text (GTK_ENTRY (self->name_entry)),
      gtk_entry_get_text (GTK_ENTRY (self->text_entry)));
}

static void
update_add (VqdTemplateButton *self)
{
  gtk_widget_set_sensitive (self->add, can_add (self));
}

static void
add_own (VqdTemplateButton *self)
{
  GtkEntry *name_entry = GTK_ENTRY (self->name_entry);
  GtkEntry *text_entry = GTK_ENTRY (self->text_entry);
  g_autoptr (GError) error = NULL;

  if (! can_add (self))
    return;

  if (! vqd_prompt_templates_add (gtk_entry_get_text (name_entry),
                                  gtk_entry_get_text (text_entry), &error))
    {
      report (self, error);
      return;
    }
  g_free (self->name);
  self->name = g_strstrip (g_strdup (gtk_entry_get_text (name_entry)));
  gtk_entry_set_text (name_entry, "");
  gtk_entry_set_text (text_entry, "");
  fill_list (self);
}

/* ---- the widgets ---- */

static GtkWidget *
new_list (VqdTemplateButton *self)
{
  GtkWidget *window = gtk_scrolled_window_new (NULL, NULL);

  self->list = gtk_list_box_new ();
  gtk_list_box_set_activate_on_single_click (GTK_LIST_BOX (self->list), FALSE);
  atk_object_set_name (gtk_widget_get_accessible (self->list), _ ("Templates"));
  g_signal_connect_swapped (self->list, "row-selected",
                            G_CALLBACK (row_selected), self);
  g_signal_connect_swapped (self->list, "row-activated",
                            G_CALLBACK (close_popover), self);

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (window),
                                  GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_shadow_type (GTK_SCROLLED_WINDOW (window),
                                       GTK_SHADOW_IN);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (window),
                                              LIST_HEIGHT_PX);
  gtk_container_add (GTK_CONTAINER (window), self->list);

  return window;
}

static GtkWidget *
new_entry (VqdTemplateButton *self, GtkWidget *grid, int row, const char *label,
           const char *hint)
{
  GtkWidget *entry = gtk_entry_new ();

  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), hint);
  gtk_widget_set_hexpand (entry, TRUE);
  g_signal_connect_swapped (entry, "changed", G_CALLBACK (update_add), self);
  g_signal_connect_swapped (entry, "activate", G_CALLBACK (add_own), self);
  gtk_grid_attach (GTK_GRID (grid), vqd_rows_name (label, entry), 0, row, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), entry, 1, row, 1, 1);

  return entry;
}

static GtkWidget *
new_form (VqdTemplateButton *self)
{
  GtkWidget *grid = gtk_grid_new ();
  GtkWidget *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX);

  gtk_grid_set_row_spacing (GTK_GRID (grid), SPACING_PX);
  gtk_grid_set_column_spacing (GTK_GRID (grid), BORDER_PX);
  self->add = gtk_button_new_with_mnemonic (_ ("_Add"));
  gtk_widget_set_tooltip_text (self->add,
                               _ ("Keep this as a template of your own"));
  g_signal_connect_swapped (self->add, "clicked", G_CALLBACK (add_own), self);
  self->remove = gtk_button_new_with_mnemonic (_ ("_Remove"));
  gtk_widget_set_tooltip_text (
      self->remove, _ ("Remove the chosen template, if it is your own"));
  g_signal_connect_swapped (self->remove, "clicked", G_CALLBACK (remove_own),
                            self);

  self->name_entry = new_entry (self, grid, 0, _ ("_Name:"),
                                /* Translators: as the name of a template */
                                _ ("My style"));
  self->text_entry = new_entry (self, grid, 1, _ ("_Text:"),
                                "a drawing of {prompt}, ink on paper");
  gtk_box_pack_end (GTK_BOX (buttons), self->add, FALSE, FALSE, 0);
  gtk_box_pack_end (GTK_BOX (buttons), self->remove, FALSE, FALSE, 0);
  gtk_grid_attach (GTK_GRID (grid), buttons, 0, 2, 2, 1);
  update_add (self);

  return grid;
}

static void
open (VqdTemplateButton *self)
{
  GtkListBoxRow *row;

  if (! gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self)))
    return;

  fill_list (self);
  row = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));
  if (row != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (row));
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_NAME)
    g_value_set_string (value, VQD_TEMPLATE_BUTTON (object)->name);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  VqdTemplateButton *self = VQD_TEMPLATE_BUTTON (object);

  if (id != PROP_NAME)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  else if (g_strcmp0 (g_value_get_string (value), self->name) != 0)
    set_name (self, g_value_get_string (value));
}

static void
finalize (GObject *object)
{
  VqdTemplateButton *self = VQD_TEMPLATE_BUTTON (object);

  g_clear_pointer (&self->templates, g_ptr_array_unref);
  g_free (self->name);
  g_free (self->text);
  G_OBJECT_CLASS (vqd_template_button_parent_class)->finalize (object);
}

static void
vqd_template_button_class_init (VqdTemplateButtonClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->get_property = get_property;
  object_class->set_property = set_property;
  object_class->finalize = finalize;
  properties[PROP_NAME] = g_param_spec_string (
      "template-name", NULL, NULL, "",
      G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
  signals[FAILED] =
      g_signal_new ("failed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0,
                    NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
vqd_template_button_init (VqdTemplateButton *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING_PX);

  self->name = g_strdup ("");
  self->label = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (self->label), PANGO_ELLIPSIZE_END);
  gtk_container_add (GTK_CONTAINER (self), self->label);
  gtk_widget_set_tooltip_text (
      GTK_WIDGET (self), _ ("A text around the prompt: \"a watercolour of "
                            "{prompt}\""));

  self->popover = gtk_popover_new (GTK_WIDGET (self));
  gtk_container_set_border_width (GTK_CONTAINER (box), BORDER_PX);
  gtk_box_pack_start (GTK_BOX (box), new_list (self), TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), new_form (self), FALSE, FALSE, 0);
  gtk_widget_show_all (box);
  gtk_container_add (GTK_CONTAINER (self->popover), box);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (self), self->popover);
  read_templates (self);
  show_chosen (self);
  g_signal_connect (self, "toggled", G_CALLBACK (open), NULL);
  gtk_widget_show_all (GTK_WIDGET (self));
}

GtkWidget *
vqd_template_button_new (void)
{
  return g_object_new (VQD_TYPE_TEMPLATE_BUTTON, NULL);
}

const char *
vqd_template_button_get_text (VqdTemplateButton *self)
{
  return self->text;
}
