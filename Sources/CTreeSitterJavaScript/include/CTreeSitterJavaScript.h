#ifndef CTREESITTERJAVASCRIPT_H
#define CTREESITTERJAVASCRIPT_H

#if !__has_include("../../../Vendor/tree-sitter/javascript/src/parser.c")
#error "The parsers are not here. Run: scripts/setup (or scripts/parsers, which fetches nothing else)"
#endif

struct TSLanguage;

/// The grammar's tables; static data, never freed.
const struct TSLanguage *tree_sitter_javascript(void);

#endif
