// What the parts of the flat parser share: its memory.
#ifndef PARSER_STATE_H
#define PARSER_STATE_H

#include "ByteLexer.h"
#include "../../Vendor/tree-sitter/core/src/language.h"

#include <stdlib.h>
#include <string.h>

// Why the quick way ends.
typedef enum {
  OutcomeDone,
  // The text has an error.
  OutcomeError,
  // The text is ambiguous in a way that cannot be kept, or all of it took too many steps.
  OutcomeTooHard,
  OutcomeTimeOver,
} Outcome;

// A piece of the tree before hidden pieces are taken out: a token, or what a rule of the grammar made of pieces.
typedef struct {
  uint32_t start;
  uint32_t end;
  // Its pieces: a range of `children`.
  uint32_t first;
  uint32_t count;
  // The sum of what the grammar says for ambiguous texts.
  int32_t precedence;
  TSSymbol symbol;
  uint16_t production;
  bool is_visible;
  bool is_named;
  // A comment or white space, which can stand anywhere and does not count.
  bool is_extra;
} Part;

// A place of a stack: the state that was reached with a part.
typedef struct {
  uint32_t part;
  // Of all parts up to here.
  int32_t precedence;
  TSStateId state;
} Entry;

typedef enum { StatusActive, StatusDead, StatusHalted } Status;

// One of the ways to read the text up to a position. There is more than one only where the text is ambiguous so far.
typedef struct {
  Entry *entries;
  uint32_t count;
  uint32_t capacity;
  uint32_t position;
  // The state of the grammar's own scanner.
  uint32_t scanner_state;
  Status status;
  // Another way to read what `entries[fork..<meeting]` read; both lead to the same place.
  bool has_other;
  uint32_t fork;
  uint32_t meeting;
  Entry *other;
  uint32_t other_count;
  uint32_t other_capacity;
} Version;

typedef struct {
  bool is_valid;
  // Where it was looked for, and with which state of the scanner.
  uint32_t position;
  uint32_t scanner_state_before;
  TSStateId state;
  TSSymbol symbol;
  uint32_t start;
  uint32_t end;
  uint32_t scanner_state;
  bool is_external;
  bool is_keyword;
} Token;

typedef struct {
  uint32_t offset;
  uint32_t length;
} ScannerState;

// A part, or a subtree of tree-sitter, while its pieces are looked at.
typedef struct {
  union {
    uint32_t part;
    const void *subtree;
  };
  uint32_t child;
  // Like `child`, without extra parts.
  uint32_t structural_child;
  uint32_t node;
  uint32_t position;
  TSFieldId field;
} Frame;

typedef struct {
  uint32_t key;
  uint16_t value;
} TableEntryCopy;

// As many ways to read a text as tree-sitter keeps, and as many as there may be for a moment.
enum { VERSIONS = 6, VERSION_SLOTS = 16 };
enum { CACHE_BITS = 14 };

struct FlatParser {
  const TSLanguage *language;
  TSParser *slow_parser;
  // The grammar's own scanner, and the state that it is in; UNDEFINED when nobody knows.
  void *scanner;
  uint32_t live_scanner_state;
  ByteLexer lexer;

  Part *parts;
  uint32_t part_count, part_capacity;
  uint32_t *children;
  uint32_t child_count, child_capacity;
  FlatNode *nodes;
  uint32_t node_count, node_capacity;
  Frame *frames;
  uint32_t frame_capacity;
  ScannerState *scanner_states;
  uint32_t scanner_state_count, scanner_state_capacity;
  char *scanner_bytes;
  uint32_t scanner_byte_count, scanner_byte_capacity;
  Entry *scratch;
  uint32_t scratch_capacity;

  Version versions[VERSION_SLOTS];
  uint32_t version_count;
  Token token;
  // The whole tree, when a version has come to the end; UNDEFINED before.
  uint32_t root;
  // Values of the large table of the grammar, which takes a search for each.
  TableEntryCopy *table;

  // Steps that were taken, and the most that this text may take.
  uint64_t steps;
  uint64_t most_steps;
  bool (*is_over)(void *);
  void *context;
};

// Makes room for more elements. The process ends when there is no memory, as it does everywhere in Swift.
#define RESERVE(array, count, capacity, more)                                                          \
  do {                                                                                                 \
    if ((uint64_t)(count) + (more) > (capacity)) {                                                     \
      (capacity) = ((count) + (more)) * 2;                                                             \
      (array) = realloc((array), (size_t)(capacity) * sizeof *(array));                                \
      if (!(array)) abort();                                                                           \
    }                                                                                                  \
  } while (0)

// What the table of the grammar has for a state and a symbol.
static inline uint16_t table_value(FlatParser *self, TSStateId state, TSSymbol symbol) {
  const TSLanguage *language = self->language;
  if (state < language->large_state_count) {
    return language->parse_table[(uint32_t)state * language->symbol_count + symbol];
  }
  uint32_t key = (uint32_t)state << 16 | symbol;
  TableEntryCopy *copy = &self->table[(key * 2654435761u) >> (32 - CACHE_BITS)];
  if (copy->key != key) *copy = (TableEntryCopy) {key, ts_language_lookup(language, state, symbol)};
  return copy->value;
}

// What can be done in a state with a token: the entry, and its actions behind it.
static inline const TSParseActionEntry *actions(FlatParser *self, TSStateId state, TSSymbol symbol) {
  return &self->language->parse_actions[table_value(self, state, symbol)];
}

static inline TSLexerMode lexer_mode(const TSLanguage *language, TSStateId state) {
  if (language->abi_version >= LANGUAGE_VERSION_WITH_RESERVED_WORDS) return language->lex_modes[state];
  TSLexMode mode = ((const TSLexMode *)language->lex_modes)[state];
  return (TSLexerMode) {mode.lex_state, mode.external_lex_state, 0};
}

static inline uint32_t add_part(FlatParser *self, Part part) {
  RESERVE(self->parts, self->part_count, self->part_capacity, 1);
  self->parts[self->part_count] = part;
  return self->part_count++;
}

#endif
