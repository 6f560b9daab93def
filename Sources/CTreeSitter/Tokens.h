// Finds tokens, as ts_parser__lex does it (core/src/parser.c).
#ifndef TOKENS_H
#define TOKENS_H

#include "ParserState.h"

static bool are_same_scanner_states(const FlatParser *self, uint32_t left, uint32_t right) {
  if (left == right) return true;
  ScannerState one = self->scanner_states[left], other = self->scanner_states[right];
  return one.length == other.length
    && memcmp(self->scanner_bytes + one.offset, self->scanner_bytes + other.offset, one.length) == 0;
}

static void restore_scanner(FlatParser *self, uint32_t number) {
  if (self->live_scanner_state == number) return;
  ScannerState state = self->scanner_states[number];
  self->language->external_scanner.deserialize(
    self->scanner, state.length > 0 ? self->scanner_bytes + state.offset : NULL, state.length);
}

// Keeps the state of the scanner, unless it is still the one with this number.
static uint32_t keep_scanner_state(FlatParser *self, uint32_t number) {
  RESERVE(
    self->scanner_bytes, self->scanner_byte_count, self->scanner_byte_capacity, TREE_SITTER_SERIALIZATION_BUFFER_SIZE);
  char *bytes = self->scanner_bytes + self->scanner_byte_count;
  uint32_t length = self->language->external_scanner.serialize(self->scanner, bytes);
  ScannerState old = self->scanner_states[number];
  if (length == old.length && memcmp(bytes, self->scanner_bytes + old.offset, length) == 0) return number;
  RESERVE(self->scanner_states, self->scanner_state_count, self->scanner_state_capacity, 1);
  self->scanner_states[self->scanner_state_count] = (ScannerState) {self->scanner_byte_count, length};
  self->scanner_byte_count += length;
  return self->scanner_state_count++;
}

// Asks the grammar's own scanner for a token. An empty one that changes nothing would be found for ever, so in states
// that it does not lead out of it counts for none.
static bool find_external_token(
  FlatParser *self, const Version *version, TSStateId state, uint16_t mode, bool is_recovering, uint32_t *scanner_state) {
  const TSLanguage *language = self->language;
  ByteLexer *lexer = &self->lexer;
  uint32_t start = lexer->position;
  byte_lexer_start(lexer);
  restore_scanner(self, version->scanner_state);
  self->live_scanner_state = UNDEFINED;
  const bool *wanted = ts_language_enabled_external_tokens(language, mode);
  bool is_found = language->external_scanner.scan(self->scanner, &lexer->data, wanted);
  byte_lexer_finish(lexer);
  if (!is_found) return false;
  *scanner_state = keep_scanner_state(self, version->scanner_state);
  self->live_scanner_state = *scanner_state;
  if (lexer->token_end > start || *scanner_state != version->scanner_state) return true;
  TSSymbol symbol = language->external_scanner.symbol_map[lexer->data.result_symbol];
  return !is_recovering && ts_language_next_state(language, state, symbol) != state;
}

// A word that can be a keyword here is one.
static bool is_keyword(FlatParser *self, TSStateId state, uint32_t start, uint32_t end, TSSymbol *symbol) {
  ByteLexer *lexer = &self->lexer;
  byte_lexer_reset(lexer, start);
  byte_lexer_start(lexer);
  if (!self->language->keyword_lex_fn(&lexer->data, 0)) return false;
  TSSymbol keyword = lexer->data.result_symbol;
  if (lexer->token_end == end
      && (table_value(self, state, keyword) != 0 || ts_language_is_reserved_word(self->language, state, keyword))) {
    *symbol = keyword;
  }
  return true;
}

// Finds the token at the position of a version; false when there is none.
static bool find_token(FlatParser *self, const Version *version, TSStateId state, Token *token) {
  const TSLanguage *language = self->language;
  ByteLexer *lexer = &self->lexer;
  TSLexerMode mode = lexer_mode(language, state);
  uint32_t scanner_state = version->scanner_state;
  bool is_recovering = false, is_external = false;
  byte_lexer_reset(lexer, version->position);
  for (;;) {
    if (mode.external_lex_state != 0) {
      uint32_t position = lexer->position;
      is_external =
        find_external_token(self, version, state, mode.external_lex_state, is_recovering, &scanner_state);
      if (is_external) break;
      scanner_state = version->scanner_state;
      byte_lexer_reset(lexer, position);
    }
    byte_lexer_start(lexer);
    bool is_found = language->lex_fn(&lexer->data, mode.lex_state);
    byte_lexer_finish(lexer);
    if (is_found) break;
    // Tree-sitter tries once more with all tokens of the language before it speaks of an error.
    if (is_recovering) return false;
    is_recovering = true;
    mode = lexer_mode(language, 0);
    byte_lexer_reset(lexer, version->position);
  }
  TSSymbol symbol = lexer->data.result_symbol;
  uint32_t start = lexer->token_start, end = lexer->token_end;
  bool is_word = false;
  if (is_external) {
    symbol = language->external_scanner.symbol_map[symbol];
  } else if (symbol == language->keyword_capture_token && symbol != 0) {
    is_word = is_keyword(self, state, start, end, &symbol);
  }
  *token = (Token) {
    true, version->position, version->scanner_state, state, symbol, start, end, scanner_state, is_external, is_word,
  };
  return true;
}

// Whether a token that was found for another state is the one that would be found for this.
static bool is_reusable(FlatParser *self, const Version *version, TSStateId state) {
  const Token *token = &self->token;
  if (!token->is_valid || token->position != version->position
      || !are_same_scanner_states(self, token->scanner_state_before, version->scanner_state)) {
    return false;
  }
  TSLexerMode mode = lexer_mode(self->language, state), token_mode = lexer_mode(self->language, token->state);
  if (mode.lex_state == UINT16_MAX) return false;
  const TSParseActionEntry *entry = actions(self, state, token->symbol);
  if (entry->entry.count > 0 && mode.lex_state == token_mode.lex_state
      && mode.external_lex_state == token_mode.external_lex_state
      && mode.reserved_word_set_id == token_mode.reserved_word_set_id
      && (token->symbol != self->language->keyword_capture_token || (!token->is_keyword && token->state == state))) {
    return true;
  }
  if (token->end == token->start && token->symbol != 0) return false;
  return mode.external_lex_state == 0 && entry->entry.reusable;
}

#endif
