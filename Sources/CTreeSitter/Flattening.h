// Makes the flat tree, without what the grammar hides.
#ifndef FLATTENING_H
#define FLATTENING_H

#include "ParserState.h"
#include "../../Vendor/tree-sitter/core/src/tree.h"

// What a part is called where it stands, and what it is to what holds it.
typedef struct {
  TSSymbol alias;
  TSFieldId field;
} Role;

// The role of the next child of a frame. A hidden part hands its own role on to its parts. What is extra has none.
static inline Role next_role(const TSLanguage *language, Frame *frame, uint16_t production, bool is_extra) {
  Role role = {0, 0};
  if (is_extra) return role;
  uint32_t place = frame->structural_child++;
  if (production > 0 && place < language->max_alias_sequence_length) {
    role.alias = language->alias_sequences[(uint32_t)production * language->max_alias_sequence_length + place];
  }
  role.field = frame->field;
  if (language->field_count == 0) return role;
  TSMapSlice slice = language->field_map_slices[production];
  const TSFieldMapEntry *entries = language->field_map_entries + slice.index;
  for (uint32_t i = 0; i < slice.length; i++) {
    if (!entries[i].inherited && entries[i].child_index == place) {
      role.field = entries[i].field_id;
      break;
    }
  }
  return role;
}

static inline uint32_t add_node(
  FlatParser *self, TSSymbol symbol, Role role, bool is_named, uint32_t start, uint32_t end, uint32_t parent) {
  const TSLanguage *language = self->language;
  TSSymbol shown = role.alias > 0 ? role.alias : symbol;
  RESERVE(self->nodes, self->node_count, self->node_capacity, 1);
  self->nodes[self->node_count] = (FlatNode) {
    .start = start,
    .end = end,
    .next = self->node_count + 1,
    .parent = parent,
    .symbol = shown == ts_builtin_sym_error ? shown : language->public_symbol_map[shown],
    .field = (uint8_t)role.field,
    .flags = (role.alias > 0 ? language->symbol_metadata[role.alias].named : is_named) ? FlatNodeNamed : 0,
  };
  return self->node_count++;
}

// Takes the last frame away; its node ends here if no frame below is of the same node.
static inline uint32_t end_frame(FlatParser *self, uint32_t depth) {
  uint32_t node = self->frames[--depth].node;
  if (depth == 0 || self->frames[depth - 1].node != node) self->nodes[node].next = self->node_count;
  return depth;
}

static inline uint32_t begin_frame(FlatParser *self, uint32_t depth, Frame frame) {
  RESERVE(self->frames, depth, self->frame_capacity, 1);
  self->frames[depth] = frame;
  return depth + 1;
}

static void flatten_parts(FlatParser *self) {
  const Part *root = &self->parts[self->root];
  self->node_count = 0;
  uint32_t node = add_node(self, root->symbol, (Role) {0, 0}, true, root->start, root->end, UNDEFINED);
  uint32_t depth = begin_frame(self, 0, (Frame) {.part = self->root, .node = node});
  while (depth > 0) {
    Frame *frame = &self->frames[depth - 1];
    const Part *parent = &self->parts[frame->part];
    if (frame->child == parent->count) {
      depth = end_frame(self, depth);
      continue;
    }
    uint32_t number = self->children[parent->first + frame->child++];
    const Part *part = &self->parts[number];
    Role role = next_role(self->language, frame, parent->production, part->is_extra);
    bool is_visible = part->is_visible || role.alias > 0;
    Frame inner = {.part = number, .node = frame->node, .field = role.field};
    if (is_visible) {
      inner.node = add_node(self, part->symbol, role, part->is_named, part->start, part->end, frame->node);
      inner.field = 0;
    }
    if (part->count > 0) depth = begin_frame(self, depth, inner);
  }
}

static void flatten_tree(FlatParser *self, const TSTree *tree) {
  const TSLanguage *language = self->language;
  Subtree root = tree->root;
  self->node_count = 0;
  uint32_t start = ts_subtree_padding(root).bytes;
  uint32_t node = add_node(
    self, ts_subtree_symbol(root), (Role) {0, 0}, true, start, start + ts_subtree_size(root).bytes, UNDEFINED);
  uint32_t depth = begin_frame(self, 0, (Frame) {.subtree = &tree->root, .node = node, .position = start});
  while (depth > 0) {
    Frame *frame = &self->frames[depth - 1];
    Subtree parent = *(const Subtree *)frame->subtree;
    if (frame->child == ts_subtree_child_count(parent)) {
      depth = end_frame(self, depth);
      continue;
    }
    const Subtree *child = &ts_subtree_children(parent)[frame->child];
    uint32_t begin = frame->position + (frame->child > 0 ? ts_subtree_padding(*child).bytes : 0);
    uint32_t end = begin + ts_subtree_size(*child).bytes;
    frame->child++;
    frame->position = end;
    Role role = next_role(language, frame, parent.ptr->production_id, ts_subtree_extra(*child));
    bool is_visible = ts_subtree_visible(*child) || role.alias > 0;
    Frame inner = {.subtree = child, .node = frame->node, .position = begin, .field = role.field};
    if (is_visible) {
      inner.node = add_node(self, ts_subtree_symbol(*child), role, ts_subtree_named(*child), begin, end, frame->node);
      inner.field = 0;
    }
    if (ts_subtree_child_count(*child) > 0) depth = begin_frame(self, depth, inner);
  }
}

#endif
