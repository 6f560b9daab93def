#ifndef CTREESITTERCPP_H
#define CTREESITTERCPP_H

#if !__has_include("../../../Vendor/tree-sitter/cpp/src/parser.c")
#error "The parsers are not here. Run: scripts/setup (or scripts/parsers, which fetches nothing else)"
#endif

struct TSLanguage;

/// The grammar's tables; static data, never freed.
const struct TSLanguage *tree_sitter_cpp(void);

#endif
