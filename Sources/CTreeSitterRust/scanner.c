#include "../../Vendor/tree-sitter/rust/src/scanner.c"
