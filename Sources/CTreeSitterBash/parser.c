#include "../../Vendor/tree-sitter/bash/src/parser.c"
