#include "../../Vendor/tree-sitter/rust/src/parser.c"
