#include "../../Vendor/tree-sitter/javascript/src/scanner.c"
