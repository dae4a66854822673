# The entries: from 32-bit protected mode without paging to `kmain` in long mode at the kernel's own
# address. PVH and Multiboot2 share all but the first instructions.
#
# The state of the processor at each hand-over is in boot/README.md. Names in capitals that are not
# defined here are constants of the kernel's modules (memlayout, limits, abi); `text_start` and the
# like come from kernel.ld.

    .set CPUID_EXTENDED_FEATURES, 0x80000001
    .set CPUID_NX_BIT, 20                   # in EDX
    .set CPUID_LONG_MODE_BIT, 29            # in EDX
    .set CR0_PE_PG_WP, 0x80010001           # protected mode, paging, write protection in ring 0
    .set CR4_PAE, 0x20
    .set MSR_EFER, 0xc0000080
    .set MSR_GS_BASE, 0xc0000101
    .set EFER_LME_NXE, 0x900                # long mode, no-execute pages

    .set PAGE_PRESENT_WRITE, 0x3
    .set PAGE_PRESENT, 0x1
    .set PAGE_LARGE, 0x80
    .set PAGE_NX_HIGH, 0x80000000           # bit 63, as the high half of an entry
    .set TABLE_SIZE, 4096

    .set XEN_ELFNOTE_PHYS32_ENTRY, 18       # xen/include/public/elfnote.h

    .section .note.pvh, "a", @note
    .balign 4
    .long 4, 4, XEN_ELFNOTE_PHYS32_ENTRY
    .asciz "Xen"
    .long _start

# The header by which GRUB knows a kernel (Multiboot2 Specification 2.0, 3.1).
    .set MULTIBOOT2_HEADER_MAGIC, 0xe85250d6
    .set MULTIBOOT2_I386, 0
    .set MULTIBOOT2_TAG_END, 0
    .set MULTIBOOT2_TAG_ENTRY, 3
    .set MULTIBOOT2_TAG_FRAMEBUFFER, 5
    .set MULTIBOOT2_TAG_OPTIONAL, 1
    .set MULTIBOOT2_TAG_MODULE_ALIGN, 6

    .section .multiboot2, "a", @progbits
    .balign 8
multiboot2_header:
    .long MULTIBOOT2_HEADER_MAGIC, MULTIBOOT2_I386
    .long multiboot2_header_end - multiboot2_header
    .long -(MULTIBOOT2_HEADER_MAGIC + MULTIBOOT2_I386 + (multiboot2_header_end - multiboot2_header))
    .word MULTIBOOT2_TAG_ENTRY, 0
    .long 12, multiboot2_start
    .balign 8
    .word MULTIBOOT2_TAG_FRAMEBUFFER, MULTIBOOT2_TAG_OPTIONAL
    .long 20, 1024, 768, 32                 # what is preferred; any other will do
    .balign 8
    .word MULTIBOOT2_TAG_MODULE_ALIGN, 0    # on pages
    .long 8
    .word MULTIBOOT2_TAG_END, 0
    .long 8
multiboot2_header_end:

# ---- 32-bit code, linked and running at its physical address ------------------------------------

    .section .boot, "ax", @progbits
    .code32
    .globl _start
    .type _start, @function
_start:
    xor %esi, %esi                          # loader.PVH
    jmp entered
    .size _start, . - _start

    .globl multiboot2_start
    .type multiboot2_start, @function
multiboot2_start:
    mov %eax, %esi                          # the loader's magic number
entered:
    cli
    cld
    rdtsc                                   # from here on is what booting takes
    mov %eax, entry_ticks - KERNEL_BASE
    mov %edx, entry_ticks - KERNEL_BASE + 4
    mov %ebx, %ebp                          # where the loader's words are: CPUID overwrites EBX
    mov $(data_end - KERNEL_BASE - 4), %edi # where there is no memory, nothing can be kept
    mov $MULTIBOOT2_HEADER_MAGIC, %eax
    mov %eax, (%edi)
    cmp %eax, (%edi)
    jne memory_too_small
    mov $(boot_stack_top - KERNEL_BASE), %esp

    mov $(CPUID_EXTENDED_FEATURES & 0x80000000), %eax
    cpuid
    cmp $CPUID_EXTENDED_FEATURES, %eax
    jb processor_too_old
    mov $CPUID_EXTENDED_FEATURES, %eax
    cpuid
    bt $CPUID_LONG_MODE_BIT, %edx
    jnc processor_too_old
    bt $CPUID_NX_BIT, %edx
    jnc processor_too_old

    mov %esi, %ebx                          # kept there up to `kmain`
    call build_early_tables

    mov $CR4_PAE, %eax
    mov %eax, %cr4
    mov $(early_pml4 - KERNEL_BASE), %eax
    mov %eax, %cr3
    mov $MSR_EFER, %ecx
    rdmsr
    or $EFER_LME_NXE, %eax
    wrmsr
    mov %cr0, %eax
    or $CR0_PE_PG_WP, %eax
    mov %eax, %cr0
    lgdt boot_gdt_pointer
    ljmp $KERNEL_CODE_SELECTOR, $enter_long_mode
    .size multiboot2_start, . - multiboot2_start

# The early tables:
#   PML4[0]    the first 4 GiB at their physical addresses, until `start_high` drops it
#   PML4[273]  the same at DIRECT_MAP, not executable
#   PML4[511]  the kernel's image, page by page, each section with its own rights
    .type build_early_tables, @function
build_early_tables:
    mov $(early_pml4 - KERNEL_BASE), %edi
    mov $(early_low_pdpt - KERNEL_BASE + PAGE_PRESENT_WRITE), %eax
    mov %eax, (%edi)
    mov %eax, DIRECT_MAP_PML4_INDEX * 8(%edi)
    movl $PAGE_NX_HIGH, DIRECT_MAP_PML4_INDEX * 8 + 4(%edi)
    movl $(early_kernel_pdpt - KERNEL_BASE + PAGE_PRESENT_WRITE), 511 * 8(%edi)
    mov $(early_kernel_pdpt - KERNEL_BASE), %edi
    movl $(early_kernel_pd - KERNEL_BASE + PAGE_PRESENT_WRITE), 510 * 8(%edi)

    mov $(early_low_pd - KERNEL_BASE + PAGE_PRESENT_WRITE), %eax
    mov $(early_low_pdpt - KERNEL_BASE), %edi
    mov $EARLY_DIRECT_MAP_GIB, %ecx
    call link_tables
    mov $(early_kernel_pt - KERNEL_BASE + PAGE_PRESENT_WRITE), %eax
    mov $(early_kernel_pd - KERNEL_BASE), %edi
    mov $KERNEL_IMAGE_TABLES, %ecx
    call link_tables

    mov $(PAGE_PRESENT_WRITE + PAGE_LARGE), %eax
    mov $(early_low_pd - KERNEL_BASE), %edi
    mov $(EARLY_DIRECT_MAP_GIB * 512), %ecx
1:  mov %eax, (%edi)
    add $0x200000, %eax
    add $8, %edi
    loop 1b

    mov $(text_start - KERNEL_BASE + PAGE_PRESENT), %eax
    mov $(text_end - KERNEL_BASE), %ecx
    xor %edx, %edx
    call map_image_pages
    mov $(rodata_start - KERNEL_BASE + PAGE_PRESENT), %eax
    mov $(rodata_end - KERNEL_BASE), %ecx
    mov $PAGE_NX_HIGH, %edx
    call map_image_pages
    mov $(data_start - KERNEL_BASE + PAGE_PRESENT_WRITE), %eax
    mov $(data_end - KERNEL_BASE), %ecx
    call map_image_pages

    .irp stack, boot, double_fault, page_fault, nmi, machine_check
    mov $(\stack\()_stack_guard - KERNEL_BASE), %eax
    call unmap_image_page
    .endr
    ret
    .size build_early_tables, . - build_early_tables

# ECX entries from EDI on, for tables that lie one after the other from EAX (with its flags) on.
    .type link_tables, @function
link_tables:
    mov %eax, (%edi)
    add $TABLE_SIZE, %eax
    add $8, %edi
    loop link_tables
    ret
    .size link_tables, . - link_tables

# Maps the image's pages from EAX (physical, with its flags) up to ECX; EDX is the high half of each
# entry.
    .type map_image_pages, @function
map_image_pages:
    cmp %ecx, %eax
    jae 1f
    mov %eax, %edi
    shr $12, %edi
    mov %eax, early_kernel_pt - KERNEL_BASE(, %edi, 8)
    mov %edx, early_kernel_pt - KERNEL_BASE + 4(, %edi, 8)
    add $TABLE_SIZE, %eax
    jmp map_image_pages
1:  ret
    .size map_image_pages, . - map_image_pages

# Unmaps the image's page at EAX (physical).
    .type unmap_image_page, @function
unmap_image_page:
    shr $12, %eax
    movl $0, early_kernel_pt - KERNEL_BASE(, %eax, 8)
    movl $0, early_kernel_pt - KERNEL_BASE + 4(, %eax, 8)
    ret
    .size unmap_image_page, . - unmap_image_page

# What nothing can be done without: one line on the serial port, then the end of the run.
    .type processor_too_old, @function
processor_too_old:
    mov $too_old_text, %esi
    mov $(too_old_text_end - too_old_text), %ecx
    jmp refuse
memory_too_small:
    mov $too_small_text, %esi
    mov $(too_small_text_end - too_small_text), %ecx
refuse:
    mov $SERIAL_PORT, %edx
    rep outsb
    mov $DEBUG_EXIT_PORT, %edx
    mov $EXIT_BOOT_REFUSED, %eax
    out %eax, %dx
1:  hlt
    jmp 1b
    .size processor_too_old, . - processor_too_old

too_old_text:
    .ascii "@ refused: this processor has no long mode or no no-execute pages\r\n"
too_old_text_end:
too_small_text:
    .ascii "@ refused: memory: too little to hold the kernel\r\n"
too_small_text_end:

    .balign 8
boot_gdt:
    .quad 0
    .quad 0x00209b0000000000                # KERNEL_CODE_SELECTOR: 64-bit code, ring 0, accessed
boot_gdt_end:
boot_gdt_pointer:
    .word boot_gdt_end - boot_gdt - 1
    .long boot_gdt

    .code64
enter_long_mode:
    movabs $start_high, %rax
    jmp *%rax

# ---- 64-bit code at the kernel's own address ----------------------------------------------------

    .text
    .type start_high, @function
start_high:
    mov $boot_stack_top, %rsp
    xor %eax, %eax
    mov %eax, %ds                           # null selectors: long mode ignores these segments
    mov %eax, %es
    mov %eax, %fs
    mov %eax, %gs
    mov %eax, %ss
    call enter_boot_percpu
    xor %eax, %eax
    mov %rax, early_pml4(%rip)
    mov %cr3, %rax
    mov %rax, %cr3                          # flushes the identity map just dropped
    mov %ebp, %edi                          # kmain(start_info, loader)
    mov %ebx, %esi
    xor %ebp, %ebp                          # the frame pointer chain ends here
    call kmain
    ud2
    .size start_high, . - start_high

# The boot processor's per-CPU variables: a copy of the image's, which others will be copied from too.
    .type enter_boot_percpu, @function
enter_boot_percpu:
    mov $boot_percpu, %rdi
    mov $percpu_start, %rsi
    mov %rdi, %rdx
    sub %rsi, %rdx
    mov $percpu_end, %rcx
    sub %rsi, %rcx
    rep movsb
    mov %rdx, %r8
    mov %edx, %eax
    shr $32, %rdx
    mov $MSR_GS_BASE, %ecx
    wrmsr
    mov %r8, %gs:pk_percpu_delta
    ret
    .size enter_boot_percpu, . - enter_boot_percpu

# ---- tables and stacks --------------------------------------------------------------------------

    .section .bss.early_tables, "aw", @nobits
    .balign TABLE_SIZE
    .globl early_pml4
early_pml4:         .skip TABLE_SIZE
early_low_pdpt:     .skip TABLE_SIZE
early_low_pd:       .skip TABLE_SIZE * EARLY_DIRECT_MAP_GIB
early_kernel_pdpt:  .skip TABLE_SIZE
early_kernel_pd:    .skip TABLE_SIZE
early_kernel_pt:    .skip TABLE_SIZE * KERNEL_IMAGE_TABLES

    .balign 8
    .globl entry_ticks
entry_ticks:        .skip 8                 # the time-stamp counter at `_start`

# What kernel.ld checks its own numbers against.
    .globl kernel_base, image_limit
    .set kernel_base, KERNEL_BASE
    .set image_limit, KERNEL_IMAGE_TABLES * 512 * TABLE_SIZE

# Each stack lies above its guard page: the boot thread's, then one for each IST entry.
    .section .stacks, "aw", @nobits
    .balign TABLE_SIZE
    .irp stack, boot, double_fault, page_fault, nmi, machine_check
    .globl \stack\()_stack_top
\stack\()_stack_guard:
    .skip TABLE_SIZE
    .ifc \stack, boot
    .skip BOOT_STACK_SIZE
    .else
    .skip EXCEPTION_STACK_SIZE
    .endif
\stack\()_stack_top:
    .endr
