#include "../../Vendor/tree-sitter/javascript/src/parser.c"
