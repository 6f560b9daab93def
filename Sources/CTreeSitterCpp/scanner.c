#include "../../Vendor/tree-sitter/cpp/src/scanner.c"
