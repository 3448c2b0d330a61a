/* What runs inside the workload in place of an openat(2) that used to stop (tracer/runtime/runtime.h). It is copied to an address of its own, so it
 * refers to nothing but itself and the table one page behind its start (tracer/runtime/table.h).
 *
 * Entered by a jump from where `mov $257, %eax` stood, with the arguments of the call in their registers and in rcx the address behind the call's
 * `syscall` instruction. A system call destroys rax, rcx, r11 and nothing else; so does this. Everything is kept on the stack, below the red zone:
 * fork(2) and other threads need no thought then. Where a signal arrives in here, the tracer puts the thread back to the call, or behind it
 * (runtime_x86_64.cc, leave()): it rests on the labels, and on what stands in the frame between `kept` and the loads at the end.
 *
 * The name is copied while the automaton reads it, and it is the copy that is opened. RESOLVE_NO_SYMLINKS makes the name the file's only name but for
 * hard links and mounts: what a symbolic link would lead elsewhere fails with ELOOP. Every doubt goes to `ask`: the call as it stood, at its own
 * `syscall` instruction, which stops. */
#define NR_OPENAT 257
#define NR_OPENAT2 437
#define ASK_FLAGS 0x600000         /* O_PATH and __O_TMPFILE */
#define MAY_CREATE 0x40            /* O_CREAT */
#define MODE_BITS 0007777
#define RESOLVE_NO_SYMLINKS 4
#define HOW_SIZE 24
#define NAME_LIMIT 255
#define HOW 256                    /* the frame: the name, struct open_how, the registers; then the red zone */
#define KEPT 288
#define FRAME 480

#define TABLE_CLASSES 0
#define TABLE_START 8
#define TABLE_FLAG_COUNT 16
#define TABLE_FLAG_BITS 24
#define TABLE_NEXT 32
#define TABLE_ANSWERS 40
#define TABLE_DISABLED 48
#define TABLE_BYTE_CLASS 64

	.section .rodata.bewit_runtime, "a", @progbits
	.balign 64
	.globl bewit_runtime_begin, bewit_runtime_framed, bewit_runtime_kept, bewit_runtime_reads, bewit_runtime_read, bewit_runtime_trusted
	.globl bewit_runtime_left, bewit_runtime_ask, bewit_runtime_asking, bewit_runtime_asked, bewit_runtime_end
bewit_runtime_begin:
.Lbegin:
	lea -FRAME(%rsp), %rsp
bewit_runtime_framed:
	mov %rcx, KEPT(%rsp)
	mov %r9, KEPT+8(%rsp)
	mov %r8, KEPT+16(%rsp)
	mov %rbx, KEPT+24(%rsp)
	mov %r10, KEPT+32(%rsp)
	mov %rdx, KEPT+40(%rsp)
	mov %rsi, KEPT+48(%rsp)
	mov %rdi, KEPT+56(%rsp)
bewit_runtime_kept:
	lea .Lbegin + 4096(%rip), %rbx
	cmpq $0, TABLE_DISABLED(%rbx)
	jne bewit_runtime_ask
	test $ASK_FLAGS, %edx
	jnz bewit_runtime_ask
	mov TABLE_START(%rbx), %rax
	mov TABLE_NEXT(%rbx), %r9
	xor %ecx, %ecx
	/* From here to `read` the workload's pointer is followed: a fault continues at `ask`, where the kernel finds it out, too. */
bewit_runtime_reads:
	cmpb $'/', (%rsi)
	jne bewit_runtime_ask
1:	movzbl (%rsi, %rcx), %r8d
	movb %r8b, (%rsp, %rcx)
	test %r8d, %r8d
	jz bewit_runtime_read
	movzbl TABLE_BYTE_CLASS(%rbx, %r8), %r8d
	imul TABLE_CLASSES(%rbx), %rax
	add %r8, %rax
	movzwl (%r9, %rax, 2), %eax
	test %eax, %eax
	jz bewit_runtime_ask
	inc %ecx
	cmp $NAME_LIMIT, %ecx
	jb 1b
	jmp bewit_runtime_ask
bewit_runtime_read:
	/* The class of the flags: bit i is flag number FLAG_BITS[i]. */
	xor %r8d, %r8d
	mov TABLE_FLAG_COUNT(%rbx), %rcx
2:	test %ecx, %ecx
	jz 3f
	dec %ecx
	movzbl TABLE_FLAG_BITS(%rbx, %rcx), %r9d
	add %r8d, %r8d
	bt %r9d, %edx
	adc $0, %r8d
	jmp 2b
3:	mov TABLE_ANSWERS(%rbx), %r9
	mov (%r9, %rax, 8), %r9
	bt %r8, %r9
	jc bewit_runtime_ask
	mov %edx, %eax
	mov %rax, HOW(%rsp)
	xor %eax, %eax
	test $MAY_CREATE, %edx
	jz 4f
	mov %r10d, %eax
	and $MODE_BITS, %eax
4:	mov %rax, HOW+8(%rsp)
	movq $RESOLVE_NO_SYMLINKS, HOW+16(%rsp)
	mov %rsp, %rsi
	lea HOW(%rsp), %rdx
	mov $HOW_SIZE, %r10d
	mov $NR_OPENAT2, %eax
	syscall
bewit_runtime_trusted:
	/* Errors that openat(2) would give, too. ELOOP, EINVAL, ENOSYS, EPERM and the rest may be openat2's own. */
	test %rax, %rax
	jns 5f
	cmp $-2, %rax   /* ENOENT */
	je 5f
	cmp $-4, %rax   /* EINTR */
	je 5f
	cmp $-20, %rax  /* ENOTDIR */
	je 5f
	cmp $-13, %rax  /* EACCES */
	jne bewit_runtime_ask
5:
	mov KEPT(%rsp), %rcx
	mov KEPT+8(%rsp), %r9
	mov KEPT+16(%rsp), %r8
	mov KEPT+24(%rsp), %rbx
	mov KEPT+32(%rsp), %r10
	mov KEPT+40(%rsp), %rdx
	mov KEPT+48(%rsp), %rsi
	mov KEPT+56(%rsp), %rdi
	lea FRAME(%rsp), %rsp
bewit_runtime_left:
	jmp *%rcx
bewit_runtime_ask:
	mov KEPT(%rsp), %rcx
	mov KEPT+8(%rsp), %r9
	mov KEPT+16(%rsp), %r8
	mov KEPT+24(%rsp), %rbx
	mov KEPT+32(%rsp), %r10
	mov KEPT+40(%rsp), %rdx
	mov KEPT+48(%rsp), %rsi
	mov KEPT+56(%rsp), %rdi
	lea FRAME(%rsp), %rsp
bewit_runtime_asking:
	mov $NR_OPENAT, %eax
	lea -2(%rcx), %rcx
bewit_runtime_asked:
	jmp *%rcx
bewit_runtime_end:
	.size bewit_runtime_begin, . - bewit_runtime_begin

	.section .note.GNU-stack, "", @progbits
