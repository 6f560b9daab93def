// The ways to read an ambiguous text: how they part, and how they come together again. Everything is done in the order
// in which tree-sitter does it (core/src/parser.c and stack.c), since the order decides which of two ways stays.
//
// Tree-sitter keeps all ways in one graph. Here each has a stack of its own, and one that came together with another
// keeps what is different in the other; more than one such difference at a time is too hard.
#ifndef VERSIONS_H
#define VERSIONS_H

#include "ParserState.h"

static inline TSStateId top_state(const Version *version) { return version->entries[version->count - 1].state; }

static inline void push(FlatParser *self, Version *version, uint32_t part, TSStateId state) {
  RESERVE(version->entries, version->count, version->capacity, 1);
  int32_t below = version->count > 0 ? version->entries[version->count - 1].precedence : 0;
  version->entries[version->count++] = (Entry) {part, below + self->parts[part].precedence, state};
}

static void copy_entries(Entry **entries, uint32_t *capacity, const Entry *source, uint32_t count) {
  RESERVE(*entries, 0, *capacity, count);
  if (count > 0) memcpy(*entries, source, count * sizeof(Entry));
}

// Adds a version that is a copy of another; NULL when there are too many.
static Version *fork_version(FlatParser *self, uint32_t index) {
  if (self->version_count == VERSION_SLOTS) return NULL;
  const Version *source = &self->versions[index];
  Version *copy = &self->versions[self->version_count++];
  copy_entries(&copy->entries, &copy->capacity, source->entries, source->count);
  copy->count = source->count;
  copy->position = source->position;
  copy->scanner_state = source->scanner_state;
  copy->status = StatusActive;
  copy->has_other = source->has_other;
  if (source->has_other) {
    copy_entries(&copy->other, &copy->other_capacity, source->other, source->other_count);
    copy->other_count = source->other_count;
    copy->fork = source->fork;
    copy->meeting = source->meeting;
  }
  self->steps += source->count / 8;
  return copy;
}

// Makes two versions of one that has another way to read a part of its stack; that way becomes the last version.
static bool split_version(FlatParser *self, uint32_t index) {
  if (self->version_count == VERSION_SLOTS) return false;
  Version *first = &self->versions[index], *second = &self->versions[self->version_count++];
  copy_entries(&second->entries, &second->capacity, first->entries, first->fork);
  second->count = first->fork;
  second->position = first->position;
  second->scanner_state = first->scanner_state;
  second->status = StatusActive;
  second->has_other = first->has_other = false;
  for (uint32_t i = 0; i < first->other_count; i++) push(self, second, first->other[i].part, first->other[i].state);
  for (uint32_t i = first->meeting; i < first->count; i++) {
    push(self, second, first->entries[i].part, first->entries[i].state);
  }
  for (uint32_t i = first->fork; i < first->count; i++) {
    first->entries[i].precedence = first->entries[i - 1].precedence + self->parts[first->entries[i].part].precedence;
  }
  self->steps += second->count / 8;
  return true;
}

static void swap_versions(FlatParser *self, uint32_t left, uint32_t right) {
  Version version = self->versions[left];
  self->versions[left] = self->versions[right];
  self->versions[right] = version;
}

// The memory of a version that goes stays with its slot.
static void remove_version(FlatParser *self, uint32_t index) {
  for (uint32_t i = index; i + 1 < self->version_count; i++) swap_versions(self, i, i + 1);
  self->version_count--;
}

// Whether two parts are the same to everything that stands around them.
static bool are_equivalent(const FlatParser *self, uint32_t left, uint32_t right) {
  const Part *one = &self->parts[left], *other = &self->parts[right];
  return one->symbol == other->symbol && one->start == other->start && one->end == other->end
    && one->count == other->count && one->is_extra == other->is_extra;
}

// Whether two versions are at the same point, whatever they read up to it.
static bool are_at_one_point(const FlatParser *self, const Version *left, const Version *right) {
  return left->status == StatusActive && right->status == StatusActive && left->position == right->position
    && top_state(left) == top_state(right)
    && are_same_scanner_states(self, left->scanner_state, right->scanner_state);
}

// Of two parts at one place the one that is preferred stays; the first if none is.
static void keep_preferred(FlatParser *self, Version *first, const Version *second, uint32_t place) {
  uint32_t part = second->entries[place].part;
  if (self->parts[part].precedence <= self->parts[first->entries[place].part].precedence) return;
  int32_t change = second->entries[place].precedence - first->entries[place].precedence;
  first->entries[place].part = part;
  for (uint32_t i = place; i < first->count; i++) first->entries[i].precedence += change;
}

// Takes what a version read into another, if both are at the same point; `has_merged` says so.
static Outcome merge_versions(FlatParser *self, uint32_t into, uint32_t from, bool *has_merged) {
  Version *first = &self->versions[into], *second = &self->versions[from];
  *has_merged = are_at_one_point(self, first, second);
  if (!*has_merged) return OutcomeDone;
  uint32_t least = first->count < second->count ? first->count : second->count, shared = 0;
  while (shared < least && first->entries[shared].part == second->entries[shared].part
         && first->entries[shared].state == second->entries[shared].state) {
    shared++;
  }
  self->steps += shared / 8;
  if (first->has_other || second->has_other) return OutcomeTooHard;
  if (shared == first->count && shared == second->count) return OutcomeDone;
  if (shared == least) return OutcomeTooHard;
  // Equivalent parts on the same states are shared too.
  uint32_t ours = first->count - shared, theirs = second->count - shared;
  while (ours > 1 && theirs > 1
         && are_equivalent(self, first->entries[shared + ours - 1].part, second->entries[shared + theirs - 1].part)
         && first->entries[shared + ours - 2].state == second->entries[shared + theirs - 2].state) {
    ours--;
    theirs--;
  }
  if (ours == 1 && theirs == 1 && are_equivalent(self, first->entries[shared].part, second->entries[shared].part)) {
    keep_preferred(self, first, second, shared);
    return OutcomeDone;
  }
  first->has_other = true;
  first->fork = shared;
  first->meeting = shared + ours;
  copy_entries(&first->other, &first->other_capacity, second->entries + shared, theirs);
  first->other_count = theirs;
  int32_t precedence = second->entries[second->count - 1].precedence;
  Entry *top = &first->entries[first->count - 1];
  if (precedence > top->precedence) top->precedence = precedence;
  return OutcomeDone;
}

// Between tokens: takes out the versions that have ended, merges what can be merged, and puts the preferred ones first.
static Outcome condense_versions(FlatParser *self) {
  for (uint32_t i = 0; i < self->version_count;) {
    if (self->versions[i].status == StatusActive) i++;
    else remove_version(self, i);
  }
  for (uint32_t i = 0; i < self->version_count; i++) {
    for (uint32_t j = 0; j < i; j++) {
      bool has_merged;
      Outcome outcome = merge_versions(self, j, i, &has_merged);
      if (outcome != OutcomeDone) return outcome;
      if (has_merged) {
        remove_version(self, i--);
        break;
      }
      const Version *one = &self->versions[j], *other = &self->versions[i];
      if (one->entries[one->count - 1].precedence < other->entries[other->count - 1].precedence) {
        swap_versions(self, i, j);
      }
    }
  }
  return self->version_count > VERSIONS ? OutcomeTooHard : OutcomeDone;
}

#endif
