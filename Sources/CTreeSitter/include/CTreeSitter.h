#ifndef CTREESITTER_H
#define CTREESITTER_H

#if !__has_include("../../../Vendor/tree-sitter/core/include/tree_sitter/api.h")
#error "The parsers are not here. Run: scripts/setup (or scripts/parsers, which fetches nothing else)"
#else
#include "../../../Vendor/tree-sitter/core/include/tree_sitter/api.h"
#endif

#include "FlatParser.h"

#endif
