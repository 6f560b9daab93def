#include "../../Vendor/tree-sitter/python/src/scanner.c"
