#include "../../Vendor/tree-sitter/cpp/src/parser.c"
