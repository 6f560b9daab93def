#ifndef CTREESITTERRUST_H
#define CTREESITTERRUST_H

#if !__has_include("../../../Vendor/tree-sitter/rust/src/parser.c")
#error "The parsers are not here. Run: scripts/setup (or scripts/parsers, which fetches nothing else)"
#endif

struct TSLanguage;

/// The grammar's tables; static data, never freed.
const struct TSLanguage *tree_sitter_rust(void);

#endif
