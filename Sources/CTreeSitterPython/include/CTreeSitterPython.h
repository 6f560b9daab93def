#ifndef CTREESITTERPYTHON_H
#define CTREESITTERPYTHON_H

#if !__has_include("../../../Vendor/tree-sitter/python/src/parser.c")
#error "The parsers are not here. Run: scripts/setup (or scripts/parsers, which fetches nothing else)"
#endif

struct TSLanguage;

/// The grammar's tables; static data, never freed.
const struct TSLanguage *tree_sitter_python(void);

#endif
