/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pickle machine: a stack, marks on it, and a memo of numbered objects.
 *
 * The table below is all of it that runs: protocols 2 to 4 as PyTorch and
 * Python 2 and 3 write them. Any other opcode is refused. "mark" stands for
 * the stack from the last mark on. */
#include <string.h>

#include "core/base/vqd-i18n.h"
#include "core/io/vqd-unpickle-private.h"

/* The largest published checkpoint needs 4 MB, and 250,000 objects and items;
 * its stack holds a few thousand. */
#define MAX_PICKLE_BYTES (64 << 20)
#define MAX_MADE (2 << 20)
#define MAX_STACK (1 << 20)

#define MODEL_ERROR(error, ...)                                                \
  g_set_error ((error), VQD_ERROR, VQD_ERROR_MODEL, __VA_ARGS__)

/* What follows the opcode. Numbers are little-endian, but the double. */
typedef enum
{
  ARG_NONE,
  ARG_U8,
  ARG_U16,
  ARG_I32,
  ARG_U32,
  ARG_U64,
  ARG_F64,
  ARG_BYTES_U8,  /* a length, and so many bytes */
  ARG_BYTES_U32, /* the same */
  ARG_BYTES_U64, /* the same */
  ARG_TWO_LINES, /* each ends with \n */
} ArgumentKind;

typedef enum
{
  DO_NOTHING,
  DO_STOP,
  DO_POP,
  DO_POP_MARK,
  DO_DUP,
  DO_MARK,
  DO_GET,
  DO_PUT,
  DO_MEMOIZE,
  DO_NONE,
  DO_TRUE,
  DO_INT,
  DO_LONG,
  DO_FLOAT,
  DO_TEXT,
  DO_LIST,
  DO_DICT,
  DO_TUPLE,
  DO_TUPLE_OF_N,
  DO_APPEND,
  DO_APPENDS,
  DO_SET_ITEM,
  DO_SET_ITEMS,
  DO_GLOBAL,
  DO_STACK_GLOBAL,
  DO_CALL,
  DO_CALL_KEYWORDS,
  DO_BUILD,
  DO_PERSISTENT,
} Action;

static const struct
{
  guint8 code;
  const char *name;
  ArgumentKind argument;
  Action action;
} opcodes[] = {
  /* the stream itself */
  { 0x80, "PROTO", ARG_U8, DO_NOTHING },
  { 0x95, "FRAME", ARG_U64, DO_NOTHING },
  { '.', "STOP", ARG_NONE, DO_STOP }, /* the object on top is the result */

  /* the stack and the memo */
  { '(', "MARK", ARG_NONE, DO_MARK },
  { '0', "POP", ARG_NONE, DO_POP },
  { '1', "POP_MARK", ARG_NONE, DO_POP_MARK },
  { '2', "DUP", ARG_NONE, DO_DUP },
  { 'q', "BINPUT", ARG_U8, DO_PUT }, /* memo[n] = top */
  { 'r', "LONG_BINPUT", ARG_U32, DO_PUT },
  { 0x94, "MEMOIZE", ARG_NONE, DO_MEMOIZE }, /* memo[its size] = top */
  { 'h', "BINGET", ARG_U8, DO_GET },         /* pushes memo[n] */
  { 'j', "LONG_BINGET", ARG_U32, DO_GET },

  /* values; the strings of Python 2 may be texts or bytes */
  { 'N', "NONE", ARG_NONE, DO_NONE },
  { 0x88, "NEWTRUE", ARG_NONE, DO_TRUE },
  { 0x89, "NEWFALSE", ARG_NONE, DO_INT },
  { 'K', "BININT1", ARG_U8, DO_INT },
  { 'M', "BININT2", ARG_U16, DO_INT },
  { 'J', "BININT", ARG_I32, DO_INT },
  { 0x8a, "LONG1", ARG_BYTES_U8, DO_LONG },
  { 0x8b, "LONG4", ARG_BYTES_U32, DO_LONG },
  { 'G', "BINFLOAT", ARG_F64, DO_FLOAT },
  { 'U', "SHORT_BINSTRING", ARG_BYTES_U8, DO_TEXT },
  { 'T', "BINSTRING", ARG_BYTES_U32, DO_TEXT },
  { 'C', "SHORT_BINBYTES", ARG_BYTES_U8, DO_TEXT },
  { 'B', "BINBYTES", ARG_BYTES_U32, DO_TEXT },
  { 0x8e, "BINBYTES8", ARG_BYTES_U64, DO_TEXT },
  { 0x8c, "SHORT_BINUNICODE", ARG_BYTES_U8, DO_TEXT },
  { 'X', "BINUNICODE", ARG_BYTES_U32, DO_TEXT },
  { 0x8d, "BINUNICODE8", ARG_BYTES_U64, DO_TEXT },

  /* tuples, lists, dictionaries; a set is a list here */
  { ')', "EMPTY_TUPLE", ARG_NONE, DO_TUPLE_OF_N },
  { 0x85, "TUPLE1", ARG_NONE, DO_TUPLE_OF_N },
  { 0x86, "TUPLE2", ARG_NONE, DO_TUPLE_OF_N },
  { 0x87, "TUPLE3", ARG_NONE, DO_TUPLE_OF_N },
  { 't', "TUPLE", ARG_NONE, DO_TUPLE }, /* tuple (mark) */
  { 0x91, "FROZENSET", ARG_NONE, DO_TUPLE },
  { ']', "EMPTY_LIST", ARG_NONE, DO_LIST },
  { 'a', "APPEND", ARG_NONE, DO_APPEND },   /* list, item */
  { 'e', "APPENDS", ARG_NONE, DO_APPENDS }, /* list, mark */
  { 0x8f, "EMPTY_SET", ARG_NONE, DO_LIST },
  { 0x90, "ADDITEMS", ARG_NONE, DO_APPENDS },
  { '}', "EMPTY_DICT", ARG_NONE, DO_DICT },
  { 's', "SETITEM", ARG_NONE, DO_SET_ITEM },   /* dict, key, value */
  { 'u', "SETITEMS", ARG_NONE, DO_SET_ITEMS }, /* dict, mark */

  /* what would make objects: by the table of vqd-unpickle-torch.c alone */
  { 'c', "GLOBAL", ARG_TWO_LINES, DO_GLOBAL },
  { 0x93, "STACK_GLOBAL", ARG_NONE, DO_STACK_GLOBAL }, /* module, name */
  { 'R', "REDUCE", ARG_NONE, DO_CALL },                /* function, arguments */
  { 0x81, "NEWOBJ", ARG_NONE, DO_CALL },               /* class, arguments */
  { 0x92, "NEWOBJ_EX", ARG_NONE, DO_CALL_KEYWORDS },
  { 'b', "BUILD", ARG_NONE, DO_BUILD },          /* object, state: dropped */
  { 'Q', "BINPERSID", ARG_NONE, DO_PERSISTENT }, /* an id: a storage */
};

typedef struct
{
  gint64 integer;
  double number;
  const guint8 *bytes; /* or the first line */
  gsize n_bytes;
  const guint8 *line; /* the second */
  gsize n_line;
} Argument;

typedef struct
{
  const guint8 *next;
  const guint8 *end;
  VqdPickle *pickle;
  GPtrArray *stack; /* VqdPickleObject, borrowed of the pickle */
  GArray *marks;    /* guint: how long the stack was */
  GHashTable *memo; /* number -> VqdPickleObject, borrowed */
} Machine;


/* ---- objects ------------------------------------------------------------- */

static void
object_free (gpointer data)
{
  VqdPickleObject *object = data;

  switch (object->kind)
    {
    case VQD_PICKLE_TUPLE:
    case VQD_PICKLE_LIST:
    case VQD_PICKLE_DICT:
      g_ptr_array_unref (object->items);
      break;
    case VQD_PICKLE_STORAGE:
      g_free (object->storage.key);
      break;
    case VQD_PICKLE_PLACEHOLDER:
      g_free (object->placeholder.name);
      break;
    default:
      break;
    }
  g_free (object);
}

gboolean
vqd_pickle_charge (VqdPickle *self, guint64 n, GError **error)
{
  if (n > MAX_MADE - self->n_made)
    {
      MODEL_ERROR (error, "it has more objects than any model needs");
      return FALSE;
    }
  self->n_made += n;
  return TRUE;
}

VqdPickleObject *
vqd_pickle_make (VqdPickle *self, VqdPickleKind kind, GError **error)
{
  if (! vqd_pickle_charge (self, 1, error))
    return NULL;

  VqdPickleObject *object = g_new0 (VqdPickleObject, 1);
  object->kind = kind;
  if (kind == VQD_PICKLE_TUPLE || kind == VQD_PICKLE_LIST ||
      kind == VQD_PICKLE_DICT)
    object->items = g_ptr_array_new ();
  g_ptr_array_add (self->objects, object);
  return object;
}

gboolean
vqd_pickle_is_text (const VqdPickleObject *object, const char *text)
{
  return object->kind == VQD_PICKLE_TEXT &&
         object->text.n_bytes == strlen (text) &&
         memcmp (object->text.start, text, object->text.n_bytes) == 0;
}

/* ---- bytes --------------------------------------------------------------- */

static gboolean
take (Machine *self, guint64 n, const guint8 **bytes, GError **error)
{
  if (n > (guint64) (self->end - self->next))
    {
      MODEL_ERROR (error, "it ends in the middle of an object");
      return FALSE;
    }
  *bytes = self->next;
  self->next += n;
  return TRUE;
}

static gboolean
take_number (Machine *self, int n, guint64 *number, GError **error)
{
  const guint8 *bytes;

  if (! take (self, (guint64) n, &bytes, error))
    return FALSE;
  *number = 0;
  for (int i = n - 1; i >= 0; i--)
    *number = *number << 8 | bytes[i];
  return TRUE;
}

static gboolean
take_bytes (Machine *self, int n_length, Argument *argument, GError **error)
{
  guint64 length;

  if (! take_number (self, n_length, &length, error) ||
      ! take (self, length, &argument->bytes, error))
    return FALSE;
  argument->n_bytes = length;
  return TRUE;
}

static gboolean
take_line (Machine *self, const guint8 **line, gsize *n, GError **error)
{
  const guint8 *end =
      memchr (self->next, '\n', (gsize) (self->end - self->next));

  if (end == NULL)
    {
      MODEL_ERROR (error, "it ends in the middle of a name");
      return FALSE;
    }
  *line = self->next;
  *n = (gsize) (end - self->next);
  self->next = end + 1;
  return TRUE;
}

static gboolean
take_argument (Machine *self, ArgumentKind kind, Argument *argument,
               GError **error)
{
  static const int n_bytes[] = {
    [ARG_U8] = 1,       [ARG_U16] = 2,       [ARG_I32] = 4,
    [ARG_U32] = 4,      [ARG_U64] = 8,       [ARG_F64] = 8,
    [ARG_BYTES_U8] = 1, [ARG_BYTES_U32] = 4, [ARG_BYTES_U64] = 8,
  };
  guint64 number;

  *argument = (Argument){ 0 };
  switch (kind)
    {
    case ARG_NONE:
      return TRUE;
    case ARG_BYTES_U8:
    case ARG_BYTES_U32:
    case ARG_BYTES_U64:
      return take_bytes (self, n_bytes[kind], argument, error);
    case ARG_TWO_LINES:
      return take_line (self, &argument->bytes, &argument->n_bytes, error) &&
             take_line (self, &argument->line, &argument->n_line, error);
    default:
      break;
    }

  if (! take_number (self, n_bytes[kind], &number, error))
    return FALSE;
  if (kind == ARG_F64)
    {
      number = GUINT64_SWAP_LE_BE (number);
      memcpy (&argument->number, &number, sizeof number);
    }
  argument->integer =
      kind == ARG_I32 ? (gint32) (guint32) number : (gint64) number;
  return TRUE;
}

/* ---- the stack ----------------------------------------------------------- */

/* NULL goes through: what made the object has set the error. */
static gboolean
push (Machine *self, VqdPickleObject *object, GError **error)
{
  if (object == NULL)
    return FALSE;
  if (self->stack->len >= MAX_STACK)
    {
      MODEL_ERROR (error, "its stack is deeper than any model needs");
      return FALSE;
    }
  g_ptr_array_add (self->stack, object);
  return TRUE;
}

static guint
last_mark (const Machine *self)
{
  return self->marks->len == 0
             ? 0
             : g_array_index (self->marks, guint, self->marks->len - 1);
}

/* The n-th object from the top, which is 0; not beyond the last mark. */
static VqdPickleObject *
peek (const Machine *self, guint n, GError **error)
{
  if (n >= self->stack->len - last_mark (self))
    {
      MODEL_ERROR (error, "it takes more from its stack than there is");
      return NULL;
    }
  return self->stack->pdata[self->stack->len - 1 - n];
}

static void
drop (Machine *self, guint n)
{
  g_ptr_array_set_size (self->stack, (int) (self->stack->len - n));
}

static gboolean
push_mark (Machine *self, GError **error)
{
  if (self->marks->len >= MAX_STACK)
    {
      MODEL_ERROR (error, "its stack is deeper than any model needs");
      return FALSE;
    }
  g_array_append_val (self->marks, self->stack->len);
  return TRUE;
}

/* Takes the last mark away; *n objects are above it. */
static gboolean
pop_mark (Machine *self, guint *n, GError **error)
{
  if (self->marks->len == 0)
    {
      MODEL_ERROR (error, "a mark is missing");
      return FALSE;
    }
  *n = self->stack->len - last_mark (self);
  g_array_set_size (self->marks, self->marks->len - 1);
  return TRUE;
}

static gboolean
memo_put (Machine *self, guint number, GError **error)
{
  VqdPickleObject *top = peek (self, 0, error);

  if (top == NULL)
    return FALSE;
  if (g_hash_table_size (self->memo) >= MAX_MADE)
    {
      MODEL_ERROR (error, "it remembers more objects than any model needs");
      return FALSE;
    }
  g_hash_table_insert (self->memo, GUINT_TO_POINTER (number), top);
  return TRUE;
}

static gboolean
memo_get (Machine *self, guint number, GError **error)
{
  VqdPickleObject *object =
      g_hash_table_lookup (self->memo, GUINT_TO_POINTER (number));

  if (object == NULL)
    {
      MODEL_ERROR (error, "object %u is used before it is made", number);
      return FALSE;
    }
  return push (self, object, error);
}

/* ---- values -------------------------------------------------------------- */

/* Little-endian, with a sign; what does not fit 64 bits stays bytes. */
static VqdPickleObject *
make_long (Machine *self, const Argument *argument, GError **error)
{
  const gsize n = argument->n_bytes;
  VqdPickleObject *object = vqd_pickle_make (
      self->pickle, n <= 8 ? VQD_PICKLE_INT : VQD_PICKLE_TEXT, error);
  guint64 number = 0;

  if (object == NULL)
    return NULL;
  if (n > 8)
    {
      object->text.start = (const char *) argument->bytes;
      object->text.n_bytes = n;
      return object;
    }
  if (n > 0 && argument->bytes[n - 1] & 0x80)
    number = G_MAXUINT64;
  for (gsize i = n; i > 0; i--)
    number = number << 8 | argument->bytes[i - 1];
  object->integer = (gint64) number;
  return object;
}

static VqdPickleObject *
make_value (Machine *self, Action action, const Argument *argument,
            GError **error)
{
  static const VqdPickleKind kinds[] = {
    [DO_NONE] = VQD_PICKLE_NONE, [DO_TRUE] = VQD_PICKLE_INT,
    [DO_INT] = VQD_PICKLE_INT,   [DO_FLOAT] = VQD_PICKLE_FLOAT,
    [DO_TEXT] = VQD_PICKLE_TEXT, [DO_LIST] = VQD_PICKLE_LIST,
    [DO_DICT] = VQD_PICKLE_DICT,
  };
  VqdPickleObject *object =
      vqd_pickle_make (self->pickle, kinds[action], error);

  if (object == NULL)
    return NULL;
  if (action == DO_INT || action == DO_TRUE)
    object->integer = action == DO_TRUE ? 1 : argument->integer;
  else if (action == DO_FLOAT)
    object->number = argument->number;
  else if (action == DO_TEXT)
    {
      object->text.start = (const char *) argument->bytes;
      object->text.n_bytes = argument->n_bytes;
    }
  return object;
}

/* The n objects on top become items of an object that is there already. */
static gboolean
move_items (Machine *self, VqdPickleObject *object, guint n, GError **error)
{
  if (! vqd_pickle_charge (self->pickle, n, error))
    return FALSE;
  for (guint i = self->stack->len - n; i < self->stack->len; i++)
    g_ptr_array_add (object->items, self->stack->pdata[i]);
  drop (self, n);
  return TRUE;
}

static gboolean
push_tuple (Machine *self, guint n, GError **error)
{
  if (n > 0 && peek (self, n - 1, error) == NULL)
    return FALSE;

  VqdPickleObject *tuple =
      vqd_pickle_make (self->pickle, VQD_PICKLE_TUPLE, error);
  return tuple != NULL && move_items (self, tuple, n, error) &&
         push (self, tuple, error);
}

/* The n objects on top go into the one below them. A placeholder may be a
 * list or a dictionary of an unknown class: they are dropped. */
static gboolean
add_items (Machine *self, VqdPickleKind kind, guint n, GError **error)
{
  VqdPickleObject *object = peek (self, n, error);

  if (object == NULL)
    return FALSE;
  if (object->kind == VQD_PICKLE_PLACEHOLDER)
    {
      drop (self, n);
      return TRUE;
    }
  if (object->kind != kind || (kind == VQD_PICKLE_DICT && n % 2 != 0))
    {
      MODEL_ERROR (error, "it adds items to what cannot have them");
      return FALSE;
    }
  return move_items (self, object, n, error);
}

/* ---- calls --------------------------------------------------------------- */

/* Takes n objects off and pushes one that was made of them. */
static gboolean
replace (Machine *self, guint n, VqdPickleObject *object, GError **error)
{
  if (object == NULL)
    return FALSE;
  drop (self, n);
  return push (self, object, error);
}

static gboolean
stack_global (Machine *self, GError **error)
{
  const VqdPickleObject *module = peek (self, 1, error);

  if (module == NULL)
    return FALSE;

  const VqdPickleObject *name = peek (self, 0, error);
  if (module->kind != VQD_PICKLE_TEXT || name->kind != VQD_PICKLE_TEXT)
    {
      MODEL_ERROR (error, "a name is not a text");
      return FALSE;
    }
  return replace (self, 2,
                  vqd_pickle_global (self->pickle, module->text.start,
                                     module->text.n_bytes, name->text.start,
                                     name->text.n_bytes, error),
                  error);
}

/* n_more objects (keyword arguments) lie above the arguments. */
static gboolean
call (Machine *self, guint n_more, GError **error)
{
  VqdPickleObject *function = peek (self, 1 + n_more, error);

  return function != NULL &&
         replace (self, 2 + n_more,
                  vqd_pickle_call (self->pickle, function,
                                   peek (self, n_more, error), error),
                  error);
}

static gboolean
persistent (Machine *self, GError **error)
{
  const VqdPickleObject *id = peek (self, 0, error);

  return id != NULL &&
         replace (self, 1, vqd_pickle_persistent (self->pickle, id, error),
                  error);
}

static gboolean
build (Machine *self, GError **error)
{
  if (peek (self, 1, error) == NULL)
    return FALSE;
  drop (self, 1);
  return TRUE;
}

/* ---- running ------------------------------------------------------------- */

/* The opcodes that take from the stack whatever is above the last mark. */
static gboolean
run_marked (Machine *self, Action action, GError **error)
{
  guint n;

  if (! pop_mark (self, &n, error))
    return FALSE;
  switch (action)
    {
    case DO_TUPLE:
      return push_tuple (self, n, error);
    case DO_APPENDS:
      return add_items (self, VQD_PICKLE_LIST, n, error);
    case DO_SET_ITEMS:
      return add_items (self, VQD_PICKLE_DICT, n, error);
    default:
      drop (self, n);
      return TRUE;
    }
}

static gboolean
run (Machine *self, guint8 code, Action action, const Argument *argument,
     GError **error)
{
  switch (action)
    {
    case DO_NOTHING:
    case DO_STOP:
      return TRUE;
    case DO_MARK:
      return push_mark (self, error);
    case DO_POP:
      if (peek (self, 0, error) == NULL)
        return FALSE;
      drop (self, 1);
      return TRUE;
    case DO_DUP:
      return push (self, peek (self, 0, error), error);
    case DO_PUT:
      return memo_put (self, (guint) argument->integer, error);
    case DO_MEMOIZE:
      return memo_put (self, g_hash_table_size (self->memo), error);
    case DO_GET:
      return memo_get (self, (guint) argument->integer, error);
    case DO_LONG:
      return push (self, make_long (self, argument, error), error);
    case DO_TUPLE_OF_N:
      return push_tuple (self, code == ')' ? 0 : code - 0x84u, error);
    case DO_TUPLE:
    case DO_APPENDS:
    case DO_SET_ITEMS:
    case DO_POP_MARK:
      return run_marked (self, action, error);
    case DO_APPEND:
      return add_items (self, VQD_PICKLE_LIST, 1, error);
    case DO_SET_ITEM:
      return add_items (self, VQD_PICKLE_DICT, 2, error);
    case DO_GLOBAL:
      return push (
          self,
          vqd_pickle_global (self->pickle, (const char *) argument->bytes,
                             argument->n_bytes, (const char *) argument->line,
                             argument->n_line, error),
          error);
    case DO_STACK_GLOBAL:
      return stack_global (self, error);
    case DO_CALL:
      return call (self, 0, error);
    case DO_CALL_KEYWORDS:
      return call (self, 1, error);
    case DO_BUILD:
      return build (self, error);
    case DO_PERSISTENT:
      return persistent (self, error);
    default:
      return push (self, make_value (self, action, argument, error), error);
    }
}

static gboolean
run_next (Machine *self, gboolean *stopped, GError **error)
{
  const guint8 *code;
  Argument argument;

  if (! take (self, 1, &code, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (opcodes); i++)
    {
      if (opcodes[i].code != *code)
        continue;
      if (take_argument (self, opcodes[i].argument, &argument, error) &&
          run (self, *code, opcodes[i].action, &argument, error))
        {
          *stopped = opcodes[i].action == DO_STOP;
          return TRUE;
        }
      g_prefix_error (error, "%s: ", opcodes[i].name);
      return FALSE;
    }
  MODEL_ERROR (error, "opcode 0x%02x is not among those that tensors need",
               *code);
  return FALSE;
}

VqdPickle *
vqd_pickle_read (const guint8 *bytes, guint64 n_bytes, guint64 *n_used,
                 GError **error)
{
  g_autoptr (VqdPickle) pickle = g_new0 (VqdPickle, 1);
  g_autoptr (GPtrArray) stack = g_ptr_array_new ();
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GHashTable) memo = g_hash_table_new (NULL, NULL);
  Machine machine = { .next = bytes,
                      .end = bytes + MIN (n_bytes, MAX_PICKLE_BYTES),
                      .pickle = pickle,
                      .stack = stack,
                      .marks = marks,
                      .memo = memo };
  gboolean stopped = FALSE;

  pickle->objects = g_ptr_array_new_with_free_func (object_free);
  pickle->storages = g_ptr_array_new ();
  while (! stopped)
    {
      const guint64 at = (guint64) (machine.next - bytes);

      if (! run_next (&machine, &stopped, error))
        {
          g_prefix_error (error, _ ("its pickle, byte %llu: "),
                          (unsigned long long) at);
          return NULL;
        }
    }

  pickle->root = peek (&machine, 0, error);
  if (pickle->root == NULL)
    return NULL;
  if (n_used != NULL)
    *n_used = (guint64) (machine.next - bytes);
  return g_steal_pointer (&pickle);
}

void
vqd_pickle_free (VqdPickle *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->objects, g_ptr_array_unref);
  g_clear_pointer (&self->storages, g_ptr_array_unref);
  g_free (self);
}

const VqdPickleObject *
vqd_pickle_get_root (const VqdPickle *self)
{
  return self->root;
}

const VqdPickleStorage *
vqd_pickle_get_storage (const VqdPickle *self, guint n)
{
  if (n >= self->storages->len)
    return NULL;

  const VqdPickleObject *object = self->storages->pdata[n];
  return &object->storage;
}
