#include "../../Vendor/tree-sitter/bash/src/scanner.c"
