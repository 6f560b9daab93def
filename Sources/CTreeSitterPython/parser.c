#include "../../Vendor/tree-sitter/python/src/parser.c"
