// What the code inside the workload (tracer/runtime/open_x86_64.S) and the tracer must agree on. Read by the assembler,
// too: numbers only.
#pragma once

// Of the code's stack, below what the workload uses: the name, struct open_how, the registers, the red zone.
#define BEWIT_FRAME 480
#define BEWIT_FRAME_HOW 256
#define BEWIT_FRAME_KEPT 288

// struct TableHeader (tracer/runtime/table.h), one page behind the code.
#define BEWIT_TABLE_PAGE 4096
#define BEWIT_TABLE_CLASSES 0
#define BEWIT_TABLE_START 8
#define BEWIT_TABLE_FLAG_COUNT 16
#define BEWIT_TABLE_FLAG_BITS 24
#define BEWIT_TABLE_NEXT 32
#define BEWIT_TABLE_ANSWERS 40
#define BEWIT_TABLE_DISABLED 48
#define BEWIT_TABLE_RELATIVE 56
#define BEWIT_TABLE_BYTE_CLASS 64

// Errors (errno(3), bit by number) that openat2(2) may give where openat(2) gives none: a symbolic link that is not to
// be followed (ELOOP), an argument that openat(2) overlooks (EINVAL, E2BIG), a mount in between (EXDEV, EAGAIN), a
// kernel or a seccomp program that does not have it (ENOSYS, EPERM). The call is made anew then. Any other error is
// openat(2)'s own; asking again might find what the first call created.
#define BEWIT_ERRORS_OF_ITS_OWN 0x14000440882
