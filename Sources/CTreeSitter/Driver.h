// Drives the tables of a grammar over the tokens of a text, as ts_parser__advance does it (core/src/parser.c).
#ifndef DRIVER_H
#define DRIVER_H

#include "Tokens.h"
#include "Versions.h"

// Deeper than this two readings of a text are not compared.
enum { COMPARED_DEPTH = 200 };

// Which of two parts tree-sitter prefers when nothing else tells: -1 the left one, 1 the right one, 2 unknown.
static int compare_parts(FlatParser *self, uint32_t left, uint32_t right, uint32_t depth) {
  if (left == right) return 0;
  const Part *one = &self->parts[left], *other = &self->parts[right];
  if (one->symbol != other->symbol) return one->symbol < other->symbol ? -1 : 1;
  if (one->count != other->count) return one->count < other->count ? -1 : 1;
  if (depth > COMPARED_DEPTH) return 2;
  self->steps += 1;
  for (uint32_t i = 0; i < one->count; i++) {
    int order = compare_parts(self, self->children[one->first + i], self->children[other->first + i], depth + 1);
    if (order != 0) return order;
  }
  return 0;
}

// Of two readings of one stretch of text, the one that stays; UNDEFINED when it is not known.
static uint32_t preferred_part(FlatParser *self, uint32_t left, uint32_t right) {
  int32_t one = self->parts[left].precedence, other = self->parts[right].precedence;
  if (one != other) return other > one ? right : left;
  int order = compare_parts(self, left, right, 0);
  return order == 2 ? UNDEFINED : order == 1 ? right : left;
}

// Adds what a rule of the grammar makes of parts; without any it stands at `position`.
static uint32_t add_parent(
  FlatParser *self, TSParseAction action, const Entry *entries, uint32_t count, uint32_t position) {
  TSSymbolMetadata metadata = self->language->symbol_metadata[action.reduce.symbol];
  Part parent = {
    .start = position,
    .end = position,
    .first = self->child_count,
    .count = count,
    .precedence = action.reduce.dynamic_precedence,
    .symbol = action.reduce.symbol,
    .production = action.reduce.production_id,
    .is_visible = metadata.visible,
    .is_named = metadata.named,
  };
  if (count > 0) {
    RESERVE(self->children, self->child_count, self->child_capacity, count);
    uint32_t *children = self->children + self->child_count;
    for (uint32_t i = 0; i < count; i++) {
      children[i] = entries[i].part;
      parent.precedence += self->parts[entries[i].part].precedence;
    }
    self->child_count += count;
    parent.start = self->parts[children[0]].start;
    parent.end = self->parts[children[count - 1]].end;
  }
  return add_part(self, parent);
}

// Goes down a stack over `wanted` parts that are not extra, but not below `bottom`; gives how many are left.
static inline uint32_t descend(
  const FlatParser *self, const Version *version, uint32_t *place, uint32_t bottom, uint32_t wanted) {
  while (wanted > 0 && *place > bottom) {
    if (!self->parts[version->entries[--*place].part].is_extra) wanted--;
  }
  return wanted;
}

static uint32_t count_structural(const FlatParser *self, const Entry *entries, uint32_t count) {
  uint32_t total = 0;
  for (uint32_t i = 0; i < count; i++) total += !self->parts[entries[i].part].is_extra;
  return total;
}

// Whether both readings of a version end in the same place when `wanted` parts are taken below their meeting.
static bool do_readings_end_together(const FlatParser *self, const Version *version, uint32_t wanted) {
  const Entry *entries = version->entries + version->fork;
  uint32_t ours = count_structural(self, entries, version->meeting - version->fork);
  uint32_t theirs = count_structural(self, version->other, version->other_count);
  return ours == theirs && wanted >= ours && !self->parts[entries[0].part].is_extra
    && !self->parts[version->other[0].part].is_extra;
}

// Adds the parent that the other reading of a version gives, from `place` up to `end`.
static uint32_t add_other_parent(
  FlatParser *self, const Version *version, TSParseAction action, uint32_t place, uint32_t end, uint32_t position) {
  uint32_t below = version->fork - place, above = end - version->meeting;
  uint32_t count = below + version->other_count + above;
  RESERVE(self->scratch, 0, self->scratch_capacity, count + 1);
  memcpy(self->scratch, version->entries + place, below * sizeof(Entry));
  memcpy(self->scratch + below, version->other, version->other_count * sizeof(Entry));
  memcpy(self->scratch + below + version->other_count, version->entries + version->meeting, above * sizeof(Entry));
  return add_parent(self, action, self->scratch, count, position);
}

// Replaces the parts on top of a version by their parent. Extra parts above them stay above it. `must_split` is set,
// and nothing done, when the two readings of the version have to go on apart.
static Outcome reduce_top(
  FlatParser *self, Version *version, TSParseAction action, bool ends_extra, bool *must_split) {
  uint32_t place = version->count, bottom = version->has_other ? version->meeting : 1;
  uint32_t wanted = descend(self, version, &place, bottom, action.reduce.child_count);
  bool joins = wanted > 0;
  if (joins) {
    if (!version->has_other) return OutcomeError;
    *must_split = !do_readings_end_together(self, version, wanted);
    if (*must_split) return OutcomeDone;
    wanted -= count_structural(self, version->other, version->other_count);
    place = version->fork;
    if (descend(self, version, &place, 1, wanted) > 0) return OutcomeError;
  }
  uint32_t end = version->count;
  while (end > place && self->parts[version->entries[end - 1].part].is_extra) end--;
  uint32_t position = place > 1 ? self->parts[version->entries[place - 1].part].end : 0;
  uint32_t parent = add_parent(self, action, version->entries + place, end - place, position);
  if (joins) {
    if (end < version->meeting) return OutcomeTooHard;
    parent = preferred_part(self, parent, add_other_parent(self, version, action, place, end, position));
    if (parent == UNDEFINED) return OutcomeTooHard;
    version->has_other = false;
  }
  TSStateId state = version->entries[place - 1].state;
  TSStateId next = table_value(self, state, action.reduce.symbol);
  if (ends_extra && next == state) self->parts[parent].is_extra = true;
  uint32_t extras = version->count - end;
  if (extras > 0) {
    RESERVE(self->scratch, 0, self->scratch_capacity, extras);
    memcpy(self->scratch, version->entries + end, extras * sizeof(Entry));
  }
  version->count = place;
  push(self, version, parent, next);
  for (uint32_t i = 0; i < extras; i++) push(self, version, self->scratch[i].part, next);
  return OutcomeDone;
}

// Merges a version into the first of the others that is at the same point, but not into two of them.
static Outcome merge_into_others(
  FlatParser *self, uint32_t index, uint32_t exception, uint32_t second_exception, bool *has_merged) {
  *has_merged = false;
  for (uint32_t i = 0; i < self->version_count && !*has_merged; i++) {
    if (i == index || i == exception || i == second_exception) continue;
    Outcome outcome = merge_versions(self, i, index, has_merged);
    if (outcome != OutcomeDone) return outcome;
  }
  return OutcomeDone;
}

// Reduces a version that was forked from `origin`, or is it. `has_gone` says that it went into another.
static Outcome reduce(
  FlatParser *self, uint32_t index, uint32_t origin, TSParseAction action, bool ends_extra, bool *has_gone) {
  *has_gone = false;
  bool must_split = false;
  Outcome outcome = reduce_top(self, &self->versions[index], action, ends_extra, &must_split);
  if (outcome != OutcomeDone) return outcome;
  if (!must_split) {
    return self->version_count > 1 ? merge_into_others(self, index, origin, origin, has_gone) : OutcomeDone;
  }
  uint32_t second = self->version_count;
  if (!split_version(self, index)) return OutcomeTooHard;
  outcome = reduce_top(self, &self->versions[index], action, ends_extra, &must_split);
  if (outcome != OutcomeDone) return outcome;
  outcome = reduce_top(self, &self->versions[second], action, ends_extra, &must_split);
  if (outcome != OutcomeDone) return outcome;
  outcome = merge_into_others(self, index, origin, second, has_gone);
  if (outcome != OutcomeDone) return outcome;
  bool has_second_gone;
  outcome = merge_into_others(
    self, second, origin == index ? UNDEFINED : origin, *has_gone ? index : UNDEFINED, &has_second_gone);
  if (outcome != OutcomeDone) return outcome;
  if (has_second_gone) {
    self->version_count--;
  } else if (*has_gone) {
    swap_versions(self, index, second);
    self->version_count--;
    *has_gone = false;
  }
  return OutcomeDone;
}

// Ends a version at the end of the text: its stack becomes the whole tree, unless another version gave a better one.
static Outcome accept(FlatParser *self, Version *version, const Token *token) {
  if (version->has_other) return OutcomeTooHard;
  uint32_t place = version->count - 1;
  while (place > 0 && self->parts[version->entries[place].part].is_extra) place--;
  if (place == 0) return OutcomeError;
  // What stands around the root of the grammar belongs into it.
  Part root = self->parts[version->entries[place].part];
  uint32_t first = self->child_count;
  RESERVE(self->children, self->child_count, self->child_capacity, version->count + root.count);
  for (uint32_t i = 1; i < place; i++) self->children[self->child_count++] = version->entries[i].part;
  for (uint32_t i = 0; i < root.count; i++) {
    self->children[self->child_count++] = self->children[root.first + i];
  }
  for (uint32_t i = place + 1; i < version->count; i++) {
    self->children[self->child_count++] = version->entries[i].part;
  }
  self->children[self->child_count++] = add_part(self, (Part) {.start = token->start, .end = token->end});
  root.first = first;
  root.count = self->child_count - first;
  root.start = self->parts[self->children[first]].start;
  root.end = token->end;
  uint32_t whole = add_part(self, root);
  self->root = self->root == UNDEFINED ? whole : preferred_part(self, self->root, whole);
  version->status = StatusHalted;
  return self->root == UNDEFINED ? OutcomeTooHard : OutcomeDone;
}

static void shift(FlatParser *self, Version *version, TSParseAction action, const Token *token) {
  TSSymbolMetadata metadata = self->language->symbol_metadata[token->symbol];
  uint32_t part = add_part(self, (Part) {
    .start = token->start,
    .end = token->end,
    .symbol = token->symbol,
    .is_visible = metadata.visible,
    .is_named = metadata.named,
    .is_extra = action.shift.extra,
  });
  push(self, version, part, action.shift.extra ? top_state(version) : action.shift.state);
  version->position = token->end;
  if (token->is_external) version->scanner_state = token->scanner_state;
}

// What the actions of one entry of the table do to a version.
typedef struct {
  // Nothing is left to do for this token.
  bool is_over;
  bool has_reduced;
} Progress;

// Takes the actions for a token, or for the end of something extra, which needs none. Where there is more than one, the
// text is ambiguous: each reduction goes on in a version of its own, the last one in this unless it is to shift.
static Outcome take_actions(
  FlatParser *self, uint32_t index, const TSParseActionEntry *entry, const Token *token, Progress *progress) {
  const TSParseAction *list = (const TSParseAction *)(entry + 1);
  uint32_t count = entry->entry.count, reductions = 0, forks = 0;
  bool will_shift = false;
  for (uint32_t i = 0; i < count; i++) {
    reductions += list[i].type == TSParseActionTypeReduce;
    will_shift |= list[i].type == TSParseActionTypeShift && !list[i].shift.repetition;
  }
  for (uint32_t i = 0; i < count; i++) {
    TSParseAction action = list[i];
    Outcome outcome = OutcomeDone;
    bool has_gone;
    switch (action.type) {
      case TSParseActionTypeShift:
        if (action.shift.repetition) break;
        if (token == NULL) return OutcomeError;
        shift(self, &self->versions[index], action, token);
        progress->is_over = true;
        return OutcomeDone;
      case TSParseActionTypeReduce:
        reductions--;
        if (!will_shift && reductions == 0) {
          progress->has_reduced = true;
          outcome = reduce(self, index, index, action, token == NULL, &has_gone);
          if (outcome != OutcomeDone || !has_gone) break;
          if (forks == 0) {
            self->versions[index].status = StatusHalted;
            progress->is_over = true;
            return OutcomeDone;
          }
          swap_versions(self, index, --self->version_count);
          break;
        }
        if (fork_version(self, index) == NULL) return OutcomeTooHard;
        uint32_t copy = self->version_count - 1;
        outcome = reduce(self, copy, index, action, token == NULL, &has_gone);
        if (!has_gone) forks++;
        else if (copy == self->version_count - 1) self->version_count--;
        else return OutcomeTooHard;
        break;
      case TSParseActionTypeAccept:
        progress->is_over = true;
        return token == NULL ? OutcomeError : accept(self, &self->versions[index], token);
      default: return OutcomeError;
    }
    if (outcome != OutcomeDone) return outcome;
  }
  return OutcomeDone;
}

// Counts a step, and asks from time to time whether the time is over.
static inline Outcome take_step(FlatParser *self) {
  self->steps++;
  if ((self->steps & 0xFFF) == 0 && self->is_over != NULL && self->is_over(self->context)) return OutcomeTimeOver;
  return self->steps > self->most_steps ? OutcomeTooHard : OutcomeDone;
}

// Moves a version over one token. A version that cannot go on is dead then.
static Outcome advance_version(FlatParser *self, uint32_t index) {
  const TSLanguage *language = self->language;
  TSStateId state = top_state(&self->versions[index]);
  bool needs_token = !is_reusable(self, &self->versions[index], state), has_token = !needs_token;
  Token token = self->token;
  const TSParseActionEntry *entry = has_token ? actions(self, state, token.symbol) : NULL;
  for (;;) {
    if (needs_token) {
      needs_token = false;
      has_token = lexer_mode(language, state).lex_state != UINT16_MAX;
      if (has_token) {
        if (!find_token(self, &self->versions[index], state, &token)) break;
        self->token = token;
      }
      entry = actions(self, state, has_token ? token.symbol : 0);
    }
    Outcome outcome = take_step(self);
    if (outcome != OutcomeDone) return outcome;
    Progress progress = {false, false};
    outcome = take_actions(self, index, entry, has_token ? &token : NULL, &progress);
    if (outcome != OutcomeDone || progress.is_over) return outcome;
    if (progress.has_reduced) {
      state = top_state(&self->versions[index]);
      needs_token = !has_token;
      if (has_token) entry = actions(self, state, token.symbol);
      continue;
    }
    // A keyword that cannot stand here is a name if a name can.
    if (!has_token || !token.is_keyword || token.symbol == language->keyword_capture_token
        || ts_language_is_reserved_word(language, state, token.symbol)) {
      break;
    }
    entry = actions(self, state, language->keyword_capture_token);
    if (entry->entry.count == 0) break;
    token.symbol = language->keyword_capture_token;
  }
  self->versions[index].status = StatusDead;
  return OutcomeDone;
}

// Reads the whole text; `root` is the tree then.
static Outcome drive(FlatParser *self) {
  uint32_t last_position = 0;
  while (self->version_count > 0) {
    for (uint32_t i = 0; i < self->version_count; i++) {
      while (self->versions[i].status == StatusActive) {
        Outcome outcome = advance_version(self, i);
        if (outcome != OutcomeDone) return outcome;
        uint32_t position = self->versions[i].position;
        if (position > last_position || (i > 0 && position == last_position)) {
          last_position = position;
          break;
        }
      }
    }
    if (self->version_count > 1 || self->versions[0].status != StatusActive) {
      Outcome outcome = condense_versions(self);
      if (outcome != OutcomeDone) return outcome;
    }
  }
  return self->root == UNDEFINED ? OutcomeError : OutcomeDone;
}

#endif
