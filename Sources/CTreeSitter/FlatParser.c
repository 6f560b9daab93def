#include "Driver.h"
#include "Flattening.h"

// Memory of more parts than this is given back after a text.
enum { KEPT_PARTS = 1 << 20 };
// A text that takes more steps for each byte than this is left to tree-sitter, whose time is bounded in other ways.
enum { STEPS_PER_BYTE = 8, STEPS_AT_LEAST = 4096 };

FlatParser *flat_parser_new(const TSLanguage *language) {
  TSParser *slow_parser = ts_parser_new();
  if (slow_parser == NULL) abort();
  if (!ts_parser_set_language(slow_parser, language)) {
    ts_parser_delete(slow_parser);
    return NULL;
  }
  FlatParser *self = calloc(1, sizeof *self);
  if (self == NULL) abort();
  self->table = calloc((size_t)1 << CACHE_BITS, sizeof *self->table);
  if (self->table == NULL) abort();
  self->language = language;
  self->slow_parser = slow_parser;
  if (language->external_scanner.create != NULL) self->scanner = language->external_scanner.create();
  return self;
}

static void release_memory(FlatParser *self) {
  free(self->parts);
  free(self->children);
  free(self->nodes);
  free(self->frames);
  free(self->scanner_states);
  free(self->scanner_bytes);
  free(self->scratch);
  self->parts = NULL;
  self->children = NULL;
  self->nodes = NULL;
  self->frames = NULL;
  self->scanner_states = NULL;
  self->scanner_bytes = NULL;
  self->scratch = NULL;
  self->part_capacity = self->child_capacity = self->node_capacity = self->frame_capacity = 0;
  self->scanner_state_capacity = self->scanner_byte_capacity = self->scratch_capacity = 0;
  for (uint32_t i = 0; i < VERSION_SLOTS; i++) {
    free(self->versions[i].entries);
    free(self->versions[i].other);
    self->versions[i] = (Version) {0};
  }
}

void flat_parser_delete(FlatParser *self) {
  release_memory(self);
  if (self->scanner != NULL) self->language->external_scanner.destroy(self->scanner);
  ts_parser_delete(self->slow_parser);
  free(self->table);
  free(self);
}

static Outcome parse_quickly(FlatParser *self, const uint8_t *bytes, uint32_t length) {
  self->lexer = byte_lexer(bytes, length);
  self->part_count = self->child_count = self->node_count = 0;
  self->scanner_state_count = self->scanner_byte_count = 0;
  self->live_scanner_state = UNDEFINED;
  self->token.is_valid = false;
  self->root = UNDEFINED;
  self->steps = 0;
  self->most_steps = STEPS_AT_LEAST + (uint64_t)length * STEPS_PER_BYTE;
  // The state of a scanner that has seen nothing.
  RESERVE(self->scanner_states, 0, self->scanner_state_capacity, 1);
  RESERVE(self->scanner_bytes, 0, self->scanner_byte_capacity, 1);
  self->scanner_states[self->scanner_state_count++] = (ScannerState) {0, 0};
  self->version_count = 1;
  Version *version = &self->versions[0];
  version->count = version->position = version->scanner_state = 0;
  version->status = StatusActive;
  version->has_other = false;
  // Below the stack there is a part that is nothing, in the state that every grammar begins with.
  push(self, version, add_part(self, (Part) {0}), 1);
  return drive(self);
}

// What the callbacks of tree-sitter are given.
typedef struct {
  const FlatParser *parser;
  const uint8_t *bytes;
  uint32_t length;
} Input;

static const char *read_input(void *payload, uint32_t offset, TSPoint point, uint32_t *length) {
  (void)point;
  const Input *input = payload;
  *length = offset < input->length ? input->length - offset : 0;
  return *length > 0 ? (const char *)input->bytes + offset : NULL;
}

static bool is_over(TSParseState *state) {
  const FlatParser *parser = ((const Input *)state->payload)->parser;
  return parser->is_over != NULL && parser->is_over(parser->context);
}

static bool parse_slowly(FlatParser *self, const uint8_t *bytes, uint32_t length) {
  Input payload = {self, bytes, length};
  TSInput input = {&payload, read_input, TSInputEncodingUTF8, NULL};
  TSTree *tree =
    ts_parser_parse_with_options(self->slow_parser, NULL, input, (TSParseOptions) {&payload, is_over});
  if (tree == NULL) {
    ts_parser_reset(self->slow_parser);
    return false;
  }
  flatten_tree(self, tree);
  ts_tree_delete(tree);
  return true;
}

FlatTree flat_parser_parse_slowly(
  FlatParser *self, const uint8_t *bytes, uint32_t length, bool (*is_over)(void *), void *context) {
  self->is_over = is_over;
  self->context = context;
  if (!parse_slowly(self, bytes, length)) return (FlatTree) {NULL, 0, false};
  return (FlatTree) {self->nodes, self->node_count, false};
}

FlatTree flat_parser_parse(
  FlatParser *self, const uint8_t *bytes, uint32_t length, bool (*is_over)(void *), void *context) {
  if (self->part_capacity > KEPT_PARTS) release_memory(self);
  self->is_over = is_over;
  self->context = context;
  switch (parse_quickly(self, bytes, length)) {
    case OutcomeDone: flatten_parts(self); return (FlatTree) {self->nodes, self->node_count, true};
    case OutcomeTimeOver: return (FlatTree) {NULL, 0, true};
    default: return flat_parser_parse_slowly(self, bytes, length, is_over, context);
  }
}
