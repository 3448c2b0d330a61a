/* What runs inside the workload in place of an openat(2) that used to stop (tracer/runtime/runtime.h). It is copied to an address of its own, so it
 * refers to nothing but itself and the table one page behind its start (tracer/runtime/table.h).
 *
 * Entered by a jump from where `mov $257, %eax` stood, with the arguments of the call in their registers and in rcx the address behind the call's
 * `syscall` instruction. A system call destroys rax, rcx, r11 and nothing else; so does this. Everything is kept on the stack, below the red zone:
 * fork(2) and other threads need no thought then. Where a signal arrives in here, the tracer puts the thread back to the call, or behind it
 * (runtime_x86_64.cc, leave()): it rests on the labels, and on what stands in the frame between `kept` and the loads at the end.
 *
 * The name is copied while the automaton reads it, and it is the copy that is opened. A relative one is read behind that of its directory, which is
 * asked for at every call: what a program does with its descriptors and its working directory needs no thought then. RESOLVE_NO_SYMLINKS makes the name the file's only name but for
 * hard links and mounts: what a symbolic link would lead elsewhere fails with ELOOP. Every doubt goes to `ask`: the call as it stood, at its own
 * `syscall` instruction, which stops. */
#include "tracer/runtime/open_layout.h"

#define NR_GETCWD 79
#define NR_READLINK 89
#define NR_OPENAT 257
#define NR_OPENAT2 437
#define ASK_FLAGS 0x604000         /* O_PATH; __O_TMPFILE; O_DIRECT, which may be refused when the file has been made */
#define MAY_CREATE 0x40            /* O_CREAT */
#define MODE_BITS 0007777
#define RESOLVE_NO_SYMLINKS 4
#define HOW_SIZE 24
#define AT_FDCWD -100
#define NAME_LIMIT 255
#define NUMBER_END 40              /* behind the digits of a descriptor's number and the name of /proc/thread-self/fd/ before them */
/* "/proc/thread-self/fd/", by pieces of eight bytes at 21, 13 and 8 before its end. A thread may have descriptors of its own (unshare(2), CLONE_FILES). */
#define PROC_TH 0x68742f636f72702f /* "/proc/th" */
#define READ_SEL 0x6c65732d64616572 /* "read-sel" */
#define SELF_FD 0x2f64662f666c6573 /* "self/fd/" */
#define DELETED 0x29646574656c6564 /* "deleted)" */
#define FIRST_PAGES 0x10000        /* nothing is mapped there (vm.mmap_min_addr) */

/* The automaton reads the byte in r8; its state is rax. */
.macro step
	movzbl BEWIT_TABLE_BYTE_CLASS(%rbx, %r8), %r8d
	imul BEWIT_TABLE_CLASSES(%rbx), %rax
	add %r8, %rax
	movzwl (%r9, %rax, 2), %eax
	test %eax, %eax
	jz bewit_runtime_ask
.endm

/* Back as at the beginning, but rcx. */
.macro leave_frame
	mov BEWIT_FRAME_KEPT(%rsp), %rcx
	mov BEWIT_FRAME_KEPT+8(%rsp), %r9
	mov BEWIT_FRAME_KEPT+16(%rsp), %r8
	mov BEWIT_FRAME_KEPT+24(%rsp), %rbx
	mov BEWIT_FRAME_KEPT+32(%rsp), %r10
	mov BEWIT_FRAME_KEPT+40(%rsp), %rdx
	mov BEWIT_FRAME_KEPT+48(%rsp), %rsi
	mov BEWIT_FRAME_KEPT+56(%rsp), %rdi
	lea BEWIT_FRAME(%rsp), %rsp
.endm

	.section .rodata.bewit_runtime, "a", @progbits
	.balign 64
	.globl bewit_runtime_begin, bewit_runtime_framed, bewit_runtime_kept, bewit_runtime_reads, bewit_runtime_read, bewit_runtime_trusted
	.globl bewit_runtime_left, bewit_runtime_ask, bewit_runtime_asking, bewit_runtime_asked, bewit_runtime_mapping, bewit_runtime_mapped
	.globl bewit_runtime_end
bewit_runtime_begin:
.Lbegin:
	lea -BEWIT_FRAME(%rsp), %rsp
bewit_runtime_framed:
	mov %rcx, BEWIT_FRAME_KEPT(%rsp)
	mov %r9, BEWIT_FRAME_KEPT+8(%rsp)
	mov %r8, BEWIT_FRAME_KEPT+16(%rsp)
	mov %rbx, BEWIT_FRAME_KEPT+24(%rsp)
	mov %r10, BEWIT_FRAME_KEPT+32(%rsp)
	mov %rdx, BEWIT_FRAME_KEPT+40(%rsp)
	mov %rsi, BEWIT_FRAME_KEPT+48(%rsp)
	mov %rdi, BEWIT_FRAME_KEPT+56(%rsp)
bewit_runtime_kept:
	lea .Lbegin + BEWIT_TABLE_PAGE(%rip), %rbx
	cmpq $0, BEWIT_TABLE_DISABLED(%rbx)
	jne bewit_runtime_ask
	test $ASK_FLAGS, %edx
	jnz bewit_runtime_ask
	/* A fault that is sure to come is left to the kernel: where SIGSEGV is blocked or ignored, it would lose its handler. */
	cmp $FIRST_PAGES, %rsi
	jb bewit_runtime_ask
	mov BEWIT_TABLE_START(%rbx), %rax
	mov BEWIT_TABLE_NEXT(%rbx), %r9
	xor %ecx, %ecx
	/* From here to `read` the workload's pointer is followed: a fault continues at `ask`, where the kernel finds it out, too. */
bewit_runtime_reads:
	xor %r11d, %r11d
	cmpb $'/', (%rsi)
	je 1f
	/* A relative name: the automaton begins with that of its directory, which the kernel tells. */
	cmpb $0, (%rsi)
	je bewit_runtime_ask
	cmpq $0, BEWIT_TABLE_RELATIVE(%rbx)
	je bewit_runtime_ask
	cmp $AT_FDCWD, %edi
	jne 6f
	mov %rsp, %rdi
	mov $NAME_LIMIT, %esi
	mov $NR_GETCWD, %eax
	syscall
	dec %rax                   /* without the byte at its end */
	jmp 8f
6:	test %edi, %edi
	js bewit_runtime_ask
	mov %edi, %eax
	lea NUMBER_END(%rsp), %rsi
	movb $0, (%rsi)
	mov $10, %ecx
7:	xor %edx, %edx
	div %ecx
	add $'0', %edx
	dec %rsi
	mov %dl, (%rsi)
	test %eax, %eax
	jnz 7b
	movabs $PROC_TH, %rax
	mov %rax, -21(%rsi)
	movabs $READ_SEL, %rax
	mov %rax, -13(%rsi)
	movabs $SELF_FD, %rax
	mov %rax, -8(%rsi)
	lea -21(%rsi), %rdi
	mov %rsp, %rsi
	mov $NAME_LIMIT, %edx
	mov $NR_READLINK, %eax
	syscall
	cmp $8, %rax
	jle 8f
	movabs $DELETED, %rcx
	cmp %rcx, -8(%rsp, %rax)
	je bewit_runtime_ask
8:	test %rax, %rax
	jle bewit_runtime_ask
	cmp $NAME_LIMIT, %rax
	jae bewit_runtime_ask      /* it may be longer */
	cmpb $'/', (%rsp)
	jne bewit_runtime_ask
	mov %rax, %r11
	mov BEWIT_FRAME_KEPT+40(%rsp), %rdx
	mov BEWIT_FRAME_KEPT+48(%rsp), %rsi
	mov BEWIT_FRAME_KEPT+56(%rsp), %rdi
	mov BEWIT_TABLE_START(%rbx), %rax
	xor %ecx, %ecx
	cmp $1, %r11
	je 10f                     /* the root: its slash is the one behind it, too */
9:	movzbl (%rsp, %rcx), %r8d
	step
	inc %ecx
	cmp %r11, %rcx
	jb 9b
10:	movb $'/', (%rsp, %rcx)
	mov $'/', %r8d
	step
	inc %ecx
	mov %rcx, %r11
	sub %rcx, %rsi
	jmp 11f
1:	movzbl (%rsi, %rcx), %r8d
	movb %r8b, (%rsp, %rcx)
	test %r8d, %r8d
	jz bewit_runtime_read
	step
	inc %ecx
11:	cmp $NAME_LIMIT, %ecx
	jb 1b
	jmp bewit_runtime_ask
bewit_runtime_read:
	/* r11: where in the copy the name begins that is opened. */
	/* The class of the flags: bit i is flag number FLAG_BITS[i]. */
	xor %r8d, %r8d
	mov BEWIT_TABLE_FLAG_COUNT(%rbx), %rcx
2:	test %ecx, %ecx
	jz 3f
	dec %ecx
	movzbl BEWIT_TABLE_FLAG_BITS(%rbx, %rcx), %r9d
	add %r8d, %r8d
	bt %r9d, %edx
	adc $0, %r8d
	jmp 2b
3:	mov BEWIT_TABLE_ANSWERS(%rbx), %r9
	test %r11, %r11
	cmovnz BEWIT_TABLE_RELATIVE(%rbx), %r9
	mov (%r9, %rax, 8), %r9
	bt %r8, %r9
	jc bewit_runtime_ask
	mov %edx, %eax
	mov %rax, BEWIT_FRAME_HOW(%rsp)
	xor %eax, %eax
	test $MAY_CREATE, %edx
	jz 4f
	mov %r10d, %eax
	and $MODE_BITS, %eax
4:	mov %rax, BEWIT_FRAME_HOW+8(%rsp)
	movq $RESOLVE_NO_SYMLINKS, BEWIT_FRAME_HOW+16(%rsp)
	lea (%rsp, %r11), %rsi
	lea BEWIT_FRAME_HOW(%rsp), %rdx
	mov $HOW_SIZE, %r10d
	mov $NR_OPENAT2, %eax
	syscall
bewit_runtime_trusted:
	mov %rax, %rcx
	neg %rcx
	cmp $63, %rcx  /* a descriptor is far above, being negative here */
	ja 5f
	movabs $BEWIT_ERRORS_OF_ITS_OWN, %r9
	bt %rcx, %r9
	jc bewit_runtime_ask
5:
	leave_frame
bewit_runtime_left:
	jmp *%rcx
bewit_runtime_ask:
	leave_frame
bewit_runtime_asking:
	mov $NR_OPENAT, %eax
	lea -2(%rcx), %rcx
bewit_runtime_asked:
	jmp *%rcx
	/* Not entered from the workload: the tracer puts a thread here, with the arguments of mmap(2) where they belong and those of its openat(2) in r12
	 * to r15. It makes that call then, which stops as it did before, and is given its registers back. */
bewit_runtime_mapping:
	syscall
bewit_runtime_mapped:
	mov %rax, %rbp
	mov %r12, %rdi
	mov %r13, %rsi
	mov %r14, %rdx
	mov %r15, %r10
	mov $NR_OPENAT, %eax
	jmp *%rbx
bewit_runtime_end:
	.size bewit_runtime_begin, . - bewit_runtime_begin

	.section .note.GNU-stack, "", @progbits
