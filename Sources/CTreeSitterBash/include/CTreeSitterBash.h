#ifndef CTREESITTERBASH_H
#define CTREESITTERBASH_H

#if !__has_include("../../../Vendor/tree-sitter/bash/src/parser.c")
#error "The parsers are not here. Run: scripts/setup (or scripts/parsers, which fetches nothing else)"
#endif

struct TSLanguage;

/// The grammar's tables; static data, never freed.
const struct TSLanguage *tree_sitter_bash(void);

#endif
