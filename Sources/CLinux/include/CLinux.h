// What Swift cannot name on Linux: system calls without a libc wrapper, macros, and the messages between our processes.
// Header only and without logic; the one module that both ordinary and Embedded Swift import.
#pragma once
#include "calls.h"
#include "files.h"
#include "messages.h"
#include "numbers.h"
#include "supervision.h"
