// Parses a text with a grammar of tree-sitter into a flat tree: one array of nodes, each before what it holds.
//
// The tree is the one that tree-sitter's cursor shows, node for node: without what a grammar hides, with its aliases
// and fields. It is made in one of two ways. The quick one (Driver.h) drives the tables of the grammar itself, over
// plain arrays, and knows nothing of the errors of a text; where a text has one, or is ambiguous in a way that it cannot
// keep, it gives up. Then tree-sitter parses, and its tree is copied. A test holds the two against each other.
#ifndef FLAT_PARSER_H
#define FLAT_PARSER_H

#include <stdbool.h>
#include <stdint.h>

// A node. What it holds follows it in the array, up to `next`.
typedef struct {
  // In bytes of the text.
  uint32_t start;
  uint32_t end;
  // The number of the first node behind this one that it does not hold.
  uint32_t next;
  // The number of the node that holds it; UINT32_MAX for the root.
  uint32_t parent;
  TSSymbol symbol;
  // What it is to the node that holds it; 0 for nothing. No grammar here has more than 255 fields.
  uint8_t field;
  // FlatNodeNamed
  uint8_t flags;
} FlatNode;

enum { FlatNodeNamed = 1 };

// The number of the symbol of what is not of the language.
enum { FlatNodeErrorSymbol = UINT16_MAX };

typedef struct {
  // Good until the parser is used again or deleted; NULL when the time was over before the end.
  const FlatNode *nodes;
  uint32_t count;
  // Whether tree-sitter itself was not needed.
  bool is_quick;
} FlatTree;

typedef struct FlatParser FlatParser;

// A parser for one language. It belongs to one thread at a time, and keeps its memory between texts unless a text
// needed very much of it. NULL when the core and the grammar do not fit.
FlatParser *flat_parser_new(const TSLanguage *language);
void flat_parser_delete(FlatParser *parser);

// Parses a text. `is_over` is asked from time to time whether to give up.
//
// The text must have no NUL: in one, the lexer of Bash takes quadratic time and never asks whether to go on.
FlatTree flat_parser_parse(
  FlatParser *parser, const uint8_t *bytes, uint32_t length, bool (*is_over)(void *), void *context);

// The same without the quick way, for comparison.
FlatTree flat_parser_parse_slowly(
  FlatParser *parser, const uint8_t *bytes, uint32_t length, bool (*is_over)(void *), void *context);

#endif
