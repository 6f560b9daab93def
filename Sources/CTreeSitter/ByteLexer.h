// What the lexers of grammars read from: a text in one piece. It answers as the lexer of tree-sitter's core does
// (core/src/lexer.c), which asks a callback for pieces of the text and knows ranges to leave out.
#ifndef BYTE_LEXER_H
#define BYTE_LEXER_H

#include "include/CTreeSitter.h"

#include "../../Vendor/tree-sitter/core/src/parser.h"
#include "../../Vendor/tree-sitter/core/src/unicode.h"

#define UNDEFINED UINT32_MAX
#define BYTE_ORDER_MARK 0xFEFF

typedef struct {
  // First: grammars are given a pointer to it, and it is the lexer that they mean.
  TSLexer data;
  const uint8_t *bytes;
  uint32_t length;
  uint32_t position;
  // Bytes of the character at the position; 0 when it was not decoded yet.
  uint32_t size;
  uint32_t token_start;
  uint32_t token_end;
  // Characters between the beginning of the line and the position.
  uint32_t column;
  bool knows_column;
  bool is_at_end;
} ByteLexer;

static inline void byte_lexer_decode(ByteLexer *self) {
  if (self->position >= self->length) {
    self->is_at_end = true;
    self->data.lookahead = 0;
    self->size = 1;
    return;
  }
  uint8_t byte = self->bytes[self->position];
  if (byte < 0x80) {
    self->data.lookahead = byte;
    self->size = 1;
    return;
  }
  self->size = ts_decode_utf8(self->bytes + self->position, self->length - self->position, &self->data.lookahead);
  if (self->data.lookahead == TS_DECODE_ERROR) self->size = 1;
}

static void byte_lexer_advance(TSLexer *data, bool skip) {
  ByteLexer *self = (ByteLexer *)data;
  if (self->is_at_end) return;
  if (self->size > 0) {
    if (self->data.lookahead == '\n') {
      self->column = 0;
      self->knows_column = true;
    } else if (self->position > 0 || self->data.lookahead != BYTE_ORDER_MARK) {
      self->column++;
    }
    self->position += self->size;
  }
  if (skip) self->token_start = self->position;
  byte_lexer_decode(self);
}

static void byte_lexer_mark_end(TSLexer *data) {
  ByteLexer *self = (ByteLexer *)data;
  self->token_end = self->position;
}

static bool byte_lexer_eof(const TSLexer *data) { return ((const ByteLexer *)data)->is_at_end; }

static bool byte_lexer_is_at_range_start(const TSLexer *data) {
  const ByteLexer *self = (const ByteLexer *)data;
  return !self->is_at_end && self->position == 0;
}

static uint32_t byte_lexer_get_column(TSLexer *data) {
  ByteLexer *self = (ByteLexer *)data;
  if (self->knows_column) return self->column;
  uint32_t start = self->position;
  self->column = 0;
  while (start > 0 && self->bytes[start - 1] != '\n') {
    start--;
    if ((self->bytes[start] & 0xC0) != 0x80) self->column++;
  }
  self->knows_column = true;
  return self->column;
}

static void byte_lexer_log(const TSLexer *data, const char *format, ...) {
  (void)data;
  (void)format;
}

static inline ByteLexer byte_lexer(const uint8_t *bytes, uint32_t length) {
  return (ByteLexer) {
    .data = {
      .advance = byte_lexer_advance,
      .mark_end = byte_lexer_mark_end,
      .get_column = byte_lexer_get_column,
      .is_at_included_range_start = byte_lexer_is_at_range_start,
      .eof = byte_lexer_eof,
      .log = byte_lexer_log,
    },
    .bytes = bytes,
    .length = length,
    .size = length == 0,
    .is_at_end = length == 0,
  };
}

// Goes to a place, which is never behind the end.
static inline void byte_lexer_reset(ByteLexer *self, uint32_t position) {
  if (position == self->position) return;
  self->position = position;
  self->knows_column = false;
  self->data.lookahead = 0;
  self->is_at_end = position >= self->length;
  self->size = self->is_at_end;
}

// Goes before a token.
static inline void byte_lexer_start(ByteLexer *self) {
  self->token_start = self->position;
  self->token_end = UNDEFINED;
  self->data.result_symbol = 0;
  if (self->is_at_end) return;
  if (self->size == 0) byte_lexer_decode(self);
  if (self->position > 0) return;
  if (self->data.lookahead == BYTE_ORDER_MARK) byte_lexer_advance(&self->data, true);
  self->column = 0;
  self->knows_column = true;
}

// Goes behind a token: it ends where it was marked, and begins no later.
static inline void byte_lexer_finish(ByteLexer *self) {
  if (self->token_end == UNDEFINED) self->token_end = self->position;
  if (self->token_end < self->token_start) self->token_start = self->token_end;
}

#endif
