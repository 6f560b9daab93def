// The core of tree-sitter is one C file that includes the others; scripts/parsers puts it in place.
#include "CTreeSitter.h"
#include "../../Vendor/tree-sitter/core/src/lib.c"
